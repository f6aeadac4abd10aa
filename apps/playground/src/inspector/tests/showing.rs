//! What the reader gets to see.

#![allow(clippy::unwrap_used)]

use auth_core::wire::{Body as WireBody, Field, Handler, Value};

use super::*;
use crate::assets::{INSPECTOR_SCRIPT, INSPECTOR_STYLES};

/// The text of the page, one space between words.
pub(super) fn words(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn whole_walk() -> Store {
    filled(walk::sign_in().into_iter().chain(walk::afterwards()))
}

fn id_of(path: &str) -> String {
    let mut all = walk::sign_in().into_iter().chain(walk::afterwards());
    all.find(|message| message.path == path).unwrap().id
}

async fn details(store: &Store, path: &str) -> String {
    words(&get(store, &format!("/inspector?view=everything&message={}", id_of(path))).await.body)
}

#[tokio::test]
async fn a_walk_is_told_in_its_order_with_what_came_of_each_step() {
    let page = words(&get(&whole_walk(), "/inspector").await.body);
    let mut rest = page.as_str();
    for step in [
        "A sign-in alice · 08:36:57 UTC · 17 messages",
        "2 You choose to sign in GET /login",
        "303 To the authorization server, with a fresh state",
        "3 Authorization request GET /o/authorize",
        "303 Valid, and kept on the server. Nobody is signed in yet.",
        "5 Name and password POST /accounts/login with password",
        "7 You decide POST /o/authorize",
        "303 Allowed: all 4 scopes. A code goes back to the client. with code state",
        "8 The code comes back GET /callback with code state",
        "9 Code exchanged for tokens POST /o/token with client secret code verifier",
        "200 Access token for 10 min, refresh token and ID token.",
        "10 Public keys GET /.well-known/jwks.json",
        "200 For the ID token&#39;s signature: at the first sign-in, or when the client&#39;s copy is old.",
        "11 Userinfo GET /o/userinfo with access token",
        "200 It is Alice Example.",
        "Client answers 8 303 State and issuer are right, the ID token too: a new session begins.",
        "API call: a new note POST /notes",
        "Introspection POST /o/introspect",
        "200 Good, for notes:read notes:write.",
        "You log out POST /logout",
        "A token is revoked POST /o/revoke_token",
        "200 It is good for nothing from now on.",
        "Client answers 16 303 Logged out, and the tokens revoked.",
    ] {
        let found = rest.find(step);
        assert!(found.is_some(), "{step:?} is not in, or not after what is before it: {rest}");
        rest = &rest[found.unwrap() + step.len()..];
    }
}

#[tokio::test]
async fn each_view_shows_its_own_and_counts_the_others() {
    let store = whole_walk();
    let shown = |page: &str| ["/callback", "PUT /reports/n1", "GET /notes"].map(|one| page.contains(one));
    let mine = words(&get(&store, "/inspector").await.body);
    assert_eq!(shown(&mine), [true, false, false]);
    assert!(mine.contains("Your browser 17 Programs 3 Everything 20"), "{mine}");
    assert_eq!(shown(&words(&get(&store, "/inspector?view=programs").await.body)), [false, true, true]);
    assert_eq!(shown(&words(&get(&store, "/inspector?view=everything").await.body)), [true, true, true]);
    let other = send(&store, "GET", "/inspector", &[("cookie", "wire_browser=other")], "").await;
    assert!(other.body.contains("Nothing has happened yet") && !other.body.contains("/callback"));
}

#[tokio::test]
async fn a_walk_and_its_messages_are_called_the_same_in_every_view() {
    let store = whole_walk();
    let mine = words(&get(&store, "/inspector").await.body);
    let programs = words(&get(&store, "/inspector?view=programs").await.body);
    let all = words(&get(&store, "/inspector?view=everything").await.body);
    for (view, names) in [
        (&mine, ["A sign-in alice · 08:36:57 UTC · 17 messages", "16 You log out", "17 A token is revoked"]),
        (&programs, ["Programs at work 08:37:13 UTC · 3 messages", "1 The worker looks", "3 API call"]),
    ] {
        for name in names {
            assert!(view.contains(name) && all.contains(name), "{name:?} is not in {view} and in {all}");
        }
    }
    let walk = |page: &str| page.split("id=\"walk-").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let id = walk(&get(&store, "/inspector").await.body);
    assert!(get(&store, "/inspector?view=everything").await.body.contains(&format!("id=\"walk-{id}\"")));
}

#[tokio::test]
async fn only_the_newest_walk_is_open() {
    let later = walk::sign_in().into_iter().map(|message| Message {
        id: format!("{}again", message.id),
        started_us: message.started_us + 600_000_000,
        ..message
    });
    let store = filled(walk::sign_in().into_iter().chain(walk::afterwards()).chain(later));
    let page = get(&store, "/inspector?view=everything").await.body;
    let walks: Vec<_> = page.split("<details class=\"walk").skip(1).collect();
    let open: Vec<_> = walks.iter().map(|walk| walk.split('>').next().unwrap().ends_with(" open")).collect();
    assert_eq!(open, [true, false, false]);
    assert!(words(walks[0]).contains("A sign-in alice · 08:46:57 UTC"), "{}", words(walks[0]));
}

#[tokio::test]
async fn clearing_what_others_see_too_is_called_so() {
    let store = whole_walk();
    for (view, button) in
        [("mine", "Start over"), ("programs", "Clear for everybody"), ("everything", "Clear for everybody")]
    {
        let page = words(&get(&store, &format!("/inspector?view={view}")).await.body);
        assert_eq!(
            ["Start over", "Clear for everybody"].map(|one| page.contains(one)),
            ["Start over", "Clear for everybody"].map(|one| one == button)
        );
    }
}

#[tokio::test]
async fn what_a_message_is_about_stands_before_its_other_headers() {
    let store = whole_walk();
    let page = get(&store, &format!("/inspector?message={}", id_of("/login"))).await.body;
    let detail = page.split("id=\"detail\"").nth(1).unwrap();
    let place = |text: &str| detail.find(text).unwrap();
    assert!(place("\">location<") < place("\">code_challenge<"));
    assert!(place("\">code_challenge<") < place("\">set-cookie<"));
    assert!(place("\">set-cookie<") < place("id=\"more-answered\"><summary>Other headers (3)"));
    let plumbing = ["user-agent", "cache-control", "x-frame-options"];
    for (name, folded) in plumbing.iter().zip(["asked", "answered", "answered"]) {
        assert!(
            place(&format!("<details class=\"more\" id=\"more-{folded}\">")) < place(&format!("\">{name}<"))
        );
    }
    let login = get(&store, &format!("/inspector?message={}", id_of("/accounts/login"))).await.body;
    assert!(!login.contains("<details class=\"more\" id=\"more-asked\" open"));
}

#[tokio::test]
async fn only_the_lanes_that_occur_are_drawn() {
    let lanes = |body: &str| body.matches("class=\"party").count();
    assert_eq!(lanes(&get(&whole_walk(), "/inspector").await.body), 4);
    // Those of the programs' walk too: the worker, the API and curl.
    assert_eq!(lanes(&get(&whole_walk(), "/inspector?view=everything").await.body), 4 + 3);
}

#[tokio::test]
async fn a_browser_without_a_name_gets_one() {
    let store = Store::default();
    let answer = send(&store, "GET", "/inspector", &[("cookie", "a=b")], "").await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("wire_browser=") && cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!get(&store, "/inspector").await.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_parameter_is_explained_where_it_stands() {
    let store = whole_walk();
    let callback = details(&store, "/callback").await;
    assert!(callback.contains("a promise of tokens, for this client only"), "{callback}");
    assert!(callback.contains("Stops: Mix-up"));
    assert!(callback.contains("RFC 9207 §2"));
    let exchange = details(&store, "/o/token").await;
    assert!(exchange.contains("now used up") && !exchange.contains("a promise of tokens"), "{exchange}");
    assert!(exchange.contains("of the client notes-web"));
    let page = get(&store, &format!("/inspector?message={}", id_of("/callback"))).await.body;
    assert!(page.contains("https://www.rfc-editor.org/rfc/rfc9207#section-2"));
}

#[tokio::test]
async fn a_secret_is_never_shown_and_its_way_is() {
    let store = whole_walk();
    let exchange = details(&store, "/o/token").await;
    let code = walk::fingerprint("code");
    assert!(exchange.contains(&format!("code {code} hidden, 43 bytes")), "{exchange}");
    assert!(exchange.contains("The same value: 7 You decide 8 The code comes back"), "{exchange}");
    let login = details(&store, "/accounts/login").await;
    assert!(!login.contains("open-sesame"));
}

#[tokio::test]
async fn a_token_is_taken_apart_and_its_times_are_dates() {
    let page = details(&whole_walk(), "/o/token").await;
    for part in [
        "access_token",
        "typ at+jwt What kind of token it is.",
        "aud http://localhost:8002 The API that it is for.",
        "22 November 2026, 08:47:06 UTC (10 min later)",
        "aud notes-web The client that it is for.",
        "expires_in 600 10 min",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
}

#[tokio::test]
async fn the_code_that_answered_is_named_outermost_first() {
    let page = details(&whole_walk(), "/o/token").await;
    let place = |function: &str| page.find(function).unwrap();
    assert!(page.contains("apps/authorization-server/src/web/token.rs:12"));
    assert!(
        place("authorization_server::web::token::post")
            < place("authorization_server::oauth::token::exchange")
    );
}

#[tokio::test]
async fn a_message_that_is_gone_is_said_to_be() {
    for message in ["nothere", "%3Cb%3E", ""] {
        let answer = get(&whole_walk(), &format!("/inspector?message={message}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.contains("This message is gone"), "{message}");
    }
    // That of another browser is in another view.
    let answer = get(&whole_walk(), &format!("/inspector?message={}", id_of("/reports/n1"))).await;
    assert!(answer.body.contains("This message is gone"));
}

#[tokio::test]
async fn links_lead_to_rows_that_are_there() {
    let store = whole_walk();
    let page = get(&store, &format!("/inspector?message={}", id_of("/o/token"))).await.body;
    let links = page.split("href=\"/inspector").skip(1).filter_map(|rest| rest.split('"').next());
    let rows: Vec<_> = links.filter_map(|link| link.split_once("#m-")).collect();
    assert!(rows.len() > 20, "{rows:?}");
    for (link, row) in rows {
        assert!(page.contains(&format!("id=\"m-{row}\"")), "{row}");
        assert!(link.is_empty() || link == format!("?message={row}"), "{link}");
    }
}

#[tokio::test]
async fn polls_that_found_nothing_are_one_line() {
    let rounds = (0..12).flat_map(|round| walk::idle_round(walk::message().started_us + round * 3_000_000));
    let store = filled(rounds);
    let page = words(&get(&store, "/inspector?view=programs").await.body);
    assert!(page.contains("The worker looked 12 times for new notes: nothing."), "{page}");
    assert!(!page.contains("GET /reports/pending") && !page.contains("Introspection"));
    assert!(page.contains("Programs 0"));
}

#[tokio::test]
async fn whatever_a_message_says_is_text() {
    let evil = "<script>alert(1)</script>\"'&";
    let field = |name: &str| Field { name: name.to_owned(), value: Value::Text(evil.to_owned()) };
    let inner = Value::Url { base: evil.to_owned(), query: vec![field(evil)], fragment: vec![field(evil)] };
    let message = Message {
        id: "evil".to_owned(),
        from: evil.to_owned(),
        to: "authorization-server".to_owned(),
        method: evil.to_owned(),
        path: evil.to_owned(),
        query: vec![field(evil), field("code")],
        request_headers: vec![
            Field {
                name: "authorization".to_owned(),
                value: Value::Credentials {
                    scheme: evil.to_owned(),
                    value: Box::new(Value::Pair {
                        user: evil.to_owned(),
                        secret: Box::new(Value::Text(evil.to_owned())),
                    }),
                },
            },
            Field { name: "cookie".to_owned(), value: Value::Cookies(vec![field(evil)]) },
        ],
        request_body: WireBody::Other { content_type: evil.to_owned(), bytes: None },
        status: 400,
        response_headers: vec![Field { name: "location".to_owned(), value: inner }],
        response_body: WireBody::Json(vec![field("error"), field("error_description")]),
        handlers: vec![Handler { function: evil.to_owned(), file: evil.to_owned(), line: 1 }],
        ..walk::message()
    };
    let page = Message {
        id: "page".to_owned(),
        response_body: WireBody::Page { title: Some(evil.to_owned()), bytes: 1 },
        ..message.clone()
    };
    let store = filled([message, page]);
    for id in ["evil", "page"] {
        let answer = get(&store, &format!("/inspector?view=everything&message={id}")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
        assert!(answer.body.contains("&#60;script&#62;alert(1)"));
    }
}

#[tokio::test]
async fn the_page_needs_no_unsafe_policy_and_its_files_are_cached() {
    let store = whole_walk();
    let answer = get(&store, &format!("/inspector?message={}", id_of("/callback"))).await;
    let policy = answer.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("script-src 'self'; connect-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.headers["cache-control"], "no-store");
    for inline in [" style=", "<style", " onclick=", "javascript:"] {
        assert!(!answer.body.contains(inline), "{inline}");
    }
    let files = [("text/css", INSPECTOR_STYLES.path.as_str()), ("text/javascript", &INSPECTOR_SCRIPT.path)];
    for (kind, path) in files {
        assert!(answer.body.contains(path));
        let file = get(&store, path).await;
        assert!(file.headers["content-type"].to_str().unwrap().starts_with(kind));
        assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn the_newest_messages_are_drawn_and_the_rest_is_counted() {
    let store = filled((0..450).map(|number| {
        walk::at(number * 1_000, "program", "resource-api", "GET", &format!("/notes/n{number}"))
    }));
    let page = get(&store, "/inspector?view=programs").await.body;
    assert_eq!(page.matches("<li class=\"row").count(), 400);
    assert!(page.contains("50 older messages are not drawn") && page.contains("/notes/n449"));
    // They keep their numbers, and the walk its name.
    let page = words(&page);
    assert!(
        page.contains("450 messages")
            && page.contains(" 51 Another request")
            && page.contains(" 450 Another"),
        "{page}"
    );
}

//! A whole walk, as the recorder delivers it: a sign-in, a note, the worker's report, a sign-out, and curl.

use auth_core::wire::{Body, Field, Handler, Message, Token, Value};
use serde_json::json;

pub(crate) const ME: &str = "me";
const CLIENT: &str = "authorization-code-client";
const SERVER: &str = "authorization-server";
const API: &str = "resource-api";
const WORKER: &str = "client-credentials-worker";
/// 22 November 2026, 08:36:57 UTC.
const BEGIN_US: u64 = 1_795_336_617_000_000;

/// A message with nothing in it.
pub(crate) fn message() -> Message {
    at(0, "program", API, "GET", "/notes")
}

pub(crate) fn at(started_us: u64, from: &str, to: &str, method: &str, path: &str) -> Message {
    let end = |name: &str| name.split('-').next_back().unwrap_or_default().to_owned();
    let id = format!("{}{}{method}{path}{started_us}", end(from), end(to));
    Message {
        id: id.replace(|c: char| !c.is_ascii_alphanumeric(), ""),
        started_us,
        took_us: 2_000,
        browser: None,
        from: from.to_owned(),
        to: to.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: Vec::new(),
        request_headers: Vec::new(),
        request_body: Body::Empty,
        status: 200,
        response_headers: Vec::new(),
        response_body: Body::Empty,
        handlers: Vec::new(),
    }
}

/// The fingerprint of the secret that has this name in the walk.
pub(crate) fn fingerprint(name: &str) -> String {
    let sum = name.bytes().fold(7_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    format!("{:06x}", sum & 0xff_ffff)
}

/// `name=value` for what is public, `name=*secret` for what is not.
pub(crate) fn fields(pairs: &[&str]) -> Vec<Field> {
    let field = |pair: &&str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = match value.strip_prefix('*') {
            Some("password") => Value::Redacted { bytes: 17, fingerprint: None },
            Some(secret) => secret_value(secret),
            None => Value::Text(value.to_owned()),
        };
        Field { name: name.to_owned(), value }
    };
    pairs.iter().map(field).collect()
}

pub(crate) fn json(pairs: &[(&str, &str)]) -> Body {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Body::Json(fields(&pairs.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn secret_value(name: &str) -> Value {
    Value::Redacted { bytes: 43, fingerprint: Some(fingerprint(name)) }
}

fn header(name: &str, value: Value) -> Field {
    Field { name: name.to_owned(), value }
}

fn bearer(name: &str) -> Field {
    let value = Box::new(token(name));
    header("authorization", Value::Credentials { scheme: "Bearer".to_owned(), value })
}

fn basic(user: &str) -> Field {
    let pair =
        Value::Pair { user: user.to_owned(), secret: Box::new(secret_value(&format!("{user} secret"))) };
    header("authorization", Value::Credentials { scheme: "Basic".to_owned(), value: Box::new(pair) })
}

fn token(name: &str) -> Value {
    let seconds = BEGIN_US / 1_000_000 + 9;
    let typ = if name == "id" { "JWT" } else { "at+jwt" };
    let claims = match name {
        "id" => json!({
            "iss": "http://localhost:9000", "sub": "0197c1d2-alice", "aud": "notes-web", "exp": seconds + 300,
            "iat": seconds, "auth_time": seconds - 4, "nonce": "k2-WcX", "at_hash": "77QmUPtjPfzWtF2AnpK9RQ",
        }),
        _ => json!({
            "iss": "http://localhost:9000", "sub": "0197c1d2-alice", "aud": "http://localhost:8002",
            "client_id": "notes-web", "exp": seconds + 600, "iat": seconds, "jti": "kRh7Yb2", "scope": "openid notes:read",
        }),
    };
    Value::Token(Token {
        header: json!({ "alg": "ES256", "typ": typ, "kid": "2026-11" }),
        claims,
        fingerprint: fingerprint(name),
    })
}

fn to(base: &str, query: &[&str]) -> Field {
    let (base, query) = (base.to_owned(), fields(query));
    header("location", Value::Url { base, query, fragment: Vec::new() })
}

fn cookie(name: &str) -> Field {
    header("cookie", Value::Cookies(fields(&[&format!("{name}=*{name}")])))
}

fn set_cookie(name: &str) -> Field {
    let cookie = fields(&[&format!("{name}=*{name}"), "Path=/", "HttpOnly", "SameSite=Lax"]);
    header("set-cookie", Value::Cookies(cookie))
}

pub(crate) fn page(title: &str) -> Body {
    Body::Page { title: Some(format!("{title} · OAuth 2 by Example")), bytes: 4_096 }
}

/// A click of the reader, `ms` after the beginning.
fn click(ms: u64, to: &str, method: &str, path: &str) -> Message {
    let mut headers = fields(&["host=localhost", "accept=text/html", "user-agent=Mozilla/5.0"]);
    headers.push(cookie(if to == SERVER { "as_session" } else { "client_session" }));
    if method == "POST" {
        headers.extend(fields(&["origin=http://localhost", "sec-fetch-site=same-origin"]));
    }
    let (browser, request_headers) = (Some(ME.to_owned()), headers);
    let response_headers =
        fields(&["cache-control=no-store", "x-frame-options=DENY", "referrer-policy=same-origin"]);
    Message {
        browser,
        request_headers,
        response_headers,
        ..at(BEGIN_US + ms * 1_000, "browser", to, method, path)
    }
}

/// A call from one party to another because of a click.
fn call(ms: u64, from: &str, to: &str, method: &str, path: &str) -> Message {
    Message { browser: Some(ME.to_owned()), ..at(BEGIN_US + ms * 1_000, from, to, method, path) }
}

fn answers(mut message: Message, status: u16, headers: Vec<Field>, body: Body) -> Message {
    message.status = status;
    message.response_headers.extend(headers);
    message.response_body = body;
    message
}

const AUTHORIZATION_REQUEST: [&str; 8] = [
    "response_type=code",
    "client_id=notes-web",
    "redirect_uri=http://localhost:8000/callback",
    "scope=openid profile notes:read notes:write",
    "state=*state",
    "nonce=*nonce",
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method=S256",
];
const AUTHORIZATION_RESPONSE: [&str; 3] = ["code=*code", "state=*state", "iss=http://localhost:9000"];

/// From the client's start page to the profile.
pub(crate) fn sign_in() -> Vec<Message> {
    let authorize =
        Message { query: fields(&AUTHORIZATION_REQUEST), ..click(120, SERVER, "GET", "/o/authorize") };
    let sign_in_page =
        Message { query: fields(&["request=*request"]), ..click(140, SERVER, "GET", "/accounts/login") };
    let login = Message {
        request_body: Body::Form(fields(&[
            "csrf_token=*csrf",
            "request=*request",
            "username=alice",
            "password=*password",
        ])),
        ..click(5_000, SERVER, "POST", "/accounts/login")
    };
    let resume = Message {
        query: fields(&["request=*request"]),
        ..click(5_100, SERVER, "GET", "/o/authorize/continue")
    };
    let decision = Message {
        request_body: Body::Form(fields(&[
            "csrf_token=*csrf",
            "request=*request",
            "scope=profile",
            "scope=notes:read",
            "scope=notes:write",
            "decision=allow",
        ])),
        ..click(9_000, SERVER, "POST", "/o/authorize")
    };
    let callback = Message {
        query: fields(&AUTHORIZATION_RESPONSE),
        took_us: 60_000,
        ..click(9_050, CLIENT, "GET", "/callback")
    };
    let mut exchange = call(9_055, CLIENT, SERVER, "POST", "/o/token");
    exchange.request_headers.push(basic("notes-web"));
    exchange.request_body = Body::Form(fields(&[
        "grant_type=authorization_code",
        "code=*code",
        "code_verifier=*verifier",
        "redirect_uri=http://localhost:8000/callback",
    ]));
    exchange.handlers =
        ["web::token::post", "oauth::token::exchange", "oauth::grants::authorization_code::exchange"]
            .map(|function| Handler {
                function: format!("authorization_server::{function}"),
                file: "apps/authorization-server/src/web/token.rs".to_owned(),
                line: 12,
            })
            .into();
    let mut given = vec![header("access_token", token("access"))];
    given.extend(fields(&["token_type=Bearer", "expires_in=600"]));
    given.extend(fields(&["scope=openid profile notes:read notes:write", "refresh_token=*refresh"]));
    given.push(header("id_token", token("id")));
    let mut userinfo = call(9_090, CLIENT, SERVER, "GET", "/o/userinfo");
    userinfo.request_headers.push(bearer("access"));
    vec![
        answers(click(0, CLIENT, "GET", "/"), 200, vec![], page("Welcome")),
        answers(
            click(100, CLIENT, "GET", "/login"),
            303,
            vec![
                to("http://localhost:9000/o/authorize", &AUTHORIZATION_REQUEST),
                set_cookie("client_session"),
            ],
            Body::Empty,
        ),
        answers(authorize, 303, vec![to("/accounts/login", &["request=*request"])], Body::Empty),
        answers(sign_in_page, 200, vec![], page("Sign in")),
        answers(login, 303, vec![to("/o/authorize/continue", &["request=*request"])], Body::Empty),
        answers(resume, 200, vec![], page("Allow access")),
        answers(
            decision,
            303,
            vec![to("http://localhost:8000/callback", &AUTHORIZATION_RESPONSE)],
            Body::Empty,
        ),
        answers(callback, 303, vec![to("/profile", &[]), set_cookie("client_session2")], Body::Empty),
        answers(exchange, 200, fields(&["cache-control=no-store"]), Body::Json(given)),
        answers(
            call(9_080, CLIENT, SERVER, "GET", "/.well-known/jwks.json"),
            200,
            vec![],
            json(&[("keys[0].kid", "2026-11"), ("keys[0].kty", "EC")]),
        ),
        answers(userinfo, 200, vec![], json(&[("sub", "0197c1d2-alice"), ("name", "Alice Example")])),
        answers(click(9_150, CLIENT, "GET", "/profile"), 200, vec![], page("Profile")),
    ]
}

/// A wrong password, the right one, and then no.
pub(crate) fn denied() -> Vec<Message> {
    let mut walk: Vec<_> = sign_in().into_iter().take(7).collect();
    let mut wrong = walk[4].clone();
    (wrong.id, wrong.status, wrong.started_us) = ("wrong".to_owned(), 403, wrong.started_us - 1);
    wrong.response_body = page("Sign in");
    wrong.response_headers.retain(|field| field.name != "location");
    let refusal = ["error=access_denied", "state=*state", "iss=http://localhost:9000"];
    let decision = &mut walk[6];
    decision.request_body = Body::Form(fields(&["csrf_token=*csrf", "request=*request", "decision=deny"]));
    decision.response_headers.retain(|field| field.name != "location");
    decision.response_headers.push(to("http://localhost:8000/callback", &refusal));
    let mut callback = refused_callback(9_050, 403, &refusal);
    callback.response_body = page("You did not sign in");
    walk.insert(4, wrong);
    walk.push(callback);
    walk
}

/// A callback that leads to nobody's session, `ms` after the beginning.
pub(crate) fn refused_callback(ms: u64, status: u16, query: &[&str]) -> Message {
    let callback = Message { query: fields(query), ..click(ms, CLIENT, "GET", "/callback") };
    answers(callback, status, vec![], page("Signing in did not work"))
}

/// What follows: a note, its report, the sign-out, and a program without a token.
pub(crate) fn afterwards() -> Vec<Message> {
    let mut note = click(15_000, CLIENT, "POST", "/notes");
    (note.took_us, note.request_body) =
        (40_000, Body::Form(fields(&["csrf_token=*csrf2", "text=The quick brown fox"])));
    let mut write = call(15_010, CLIENT, API, "POST", "/notes");
    write.request_headers.push(bearer("access"));
    (write.took_us, write.request_body) = (25_000, json(&[("text", "The quick brown fox")]));
    let mut check = call(15_015, API, SERVER, "POST", "/o/introspect");
    check.request_headers.push(basic("notes-api"));
    check.request_body = Body::Form(vec![header("token", token("access"))]);
    let mut found = at(BEGIN_US + 16_000_000, WORKER, API, "GET", "/reports/pending");
    found.request_headers.push(bearer("worker"));
    let mut report = at(BEGIN_US + 16_020_000, WORKER, API, "PUT", "/reports/n1");
    report.request_headers.push(bearer("worker"));
    report.request_body = json(&[("words", "4"), ("lines", "1"), ("characters", "19")]);
    let mut logout = click(30_000, CLIENT, "POST", "/logout");
    (logout.took_us, logout.request_body) = (30_000, Body::Form(fields(&["csrf_token=*csrf2"])));
    let mut revoke = call(30_010, CLIENT, SERVER, "POST", "/o/revoke_token");
    revoke.request_headers.push(basic("notes-web"));
    revoke.request_body = Body::Form(fields(&["token=*refresh", "token_type_hint=refresh_token"]));
    let challenge = fields(&["www-authenticate=Bearer realm=\"resource-api\""]);
    vec![
        answers(note, 303, vec![to("/notes", &[])], Body::Empty),
        answers(write, 201, vec![], json(&[("id", "n1")])),
        answers(
            check,
            200,
            vec![],
            json(&[("active", "true"), ("scope", "notes:read notes:write"), ("exp", "1795337226")]),
        ),
        answers(found, 200, vec![], json(&[("[0].id", "n1"), ("[0].text", "The quick brown fox")])),
        answers(report, 204, vec![], Body::Empty),
        answers(logout, 303, vec![to("/", &[])], Body::Empty),
        answers(revoke, 200, vec![], Body::Empty),
        answers(at(BEGIN_US + 40_000_000, "program", API, "GET", "/notes"), 401, challenge, Body::Empty),
    ]
}

/// The worker looks for work and finds none: the API's check of the token, and the poll.
pub(crate) fn idle_round(started_us: u64) -> [Message; 2] {
    let mut poll = at(started_us, WORKER, API, "GET", "/reports/pending");
    (poll.took_us, poll.request_headers) = (4_000, vec![bearer("worker")]);
    poll.response_body = Body::Json(fields(&["="]));
    let mut check = at(started_us + 1_000, API, SERVER, "POST", "/o/introspect");
    check.request_body = Body::Form(vec![header("token", token("worker"))]);
    [check, poll]
}

//! What went wrong is called what it is, and no reason is given that the messages do not tell.

#![allow(clippy::unwrap_used)]

use auth_core::wire::{Body as WireBody, Field, Value};

use super::showing::words;
use super::*;

/// A callback that the client refused, `ms` after the beginning.
fn refused(ms: u64, query: &[&str]) -> Message {
    walk::refused_callback(ms, 400, query)
}

async fn page(messages: impl IntoIterator<Item = Message>) -> String {
    words(&get(&filled(messages), "/inspector").await.body)
}

#[tokio::test]
async fn a_denied_sign_in_says_who_said_no() {
    let page = page(walk::denied()).await;
    for part in [
        "A sign-in, denied alice · 08:36:57 UTC",
        "303 You said no. The client is told so.",
        "The refusal comes back GET /callback with state",
        "403 You said no. Nobody is signed in.",
    ] {
        assert!(page.contains(part), "{part:?} is missing in {page}");
    }
    assert!(!page.contains("The code comes back") && !page.contains("on a page"), "{page}");
}

#[tokio::test]
async fn a_callback_that_nobody_asked_for_is_a_walk_of_its_own() {
    let typed = page([refused(0, &[])]).await;
    for part in [
        "A callback that nobody asked for 08:36:57 UTC · 1 message",
        "1 A callback without an answer GET /callback",
        "400 Stopped: it has no state, so it belongs to no sign-in. Nothing was sent to the server.",
    ] {
        assert!(typed.contains(part), "{part:?} is missing in {typed}");
    }
    let after =
        page(walk::sign_in().into_iter().chain([refused(20_000, &["code=*x", "state=*forged"])])).await;
    assert!(
        after.contains("A callback that nobody asked for") && after.contains("A sign-in alice"),
        "{after}"
    );
}

#[tokio::test]
async fn why_a_callback_is_stopped_is_told_as_far_as_it_is_known() {
    let no_session = |message: Message| Message { request_headers: Vec::new(), ..message };
    let mut short = refused(0, &["code=*x"]);
    short
        .query
        .push(Field { name: "state".to_owned(), value: Value::Redacted { bytes: 1, fingerprint: None } });
    for (callback, why) in [
        (short, "this browser has no sign-in with this state"),
        (no_session(refused(0, &["code=*x", "state=*y"])), "this browser has no sign-in with this state"),
        // Its sign-in may have been cleared here.
        (refused(0, &["code=*x", "state=*y"]), "no sign-in with this state was seen here"),
        (refused(0, &["code=*x", "state=*y", "state=*z"]), "state stands in it twice"),
    ] {
        let expected = format!("400 Stopped: {why}. Nothing was sent to the server.");
        let page = page([callback]).await;
        assert!(page.contains(&expected), "{expected:?} is missing in {page}");
    }
}

#[tokio::test]
async fn an_answer_that_comes_again_stays_in_its_walk() {
    let again = refused(20_000, &["code=*code", "state=*state"]);
    let page = page(walk::sign_in().into_iter().chain([again])).await;
    let counts = "400 Stopped: an answer with this state was here before, and it counts once.";
    assert!(page.contains(counts) && !page.contains("nobody asked for"), "{page}");
}

#[tokio::test]
async fn a_reason_that_the_messages_do_not_tell_is_not_made_up() {
    let unknown = "400 Refused, on a page: Signing in did not work.";
    let began = || walk::sign_in().into_iter().take(7);
    let late = refused(9_050, &["code=*code", "state=*state"]);
    let told = page(began().chain([late.clone()])).await;
    assert!(told.contains(unknown) && told.contains("A sign-in that failed"), "{told}");
    // It was not stopped before anything was sent, although its sign-in is not shown any more.
    let mut call = walk::at(late.started_us + 1, &late.to, "authorization-server", "POST", "/o/token");
    call.browser = late.browser.clone();
    let told = page([late, call]).await;
    assert!(told.contains(unknown) && !told.contains("Stopped"), "{told}");
}

#[tokio::test]
async fn whoever_made_what_was_refused_only_claims_to_be_somebody() {
    let details = async |message: Message| {
        let store = filled([message.clone()]);
        words(&get(&store, &format!("/inspector?message={}", message.id)).await.body)
    };
    let forged = details(refused(0, &["code=*x", "state=*y"])).await;
    assert!(forged.contains("Claims to be made by the authorization server."), "{forged}");
    let denied = walk::denied().pop().unwrap();
    let denied = details(denied).await;
    assert!(denied.contains("Made by the authorization server.") && !denied.contains("Claims"), "{denied}");
}

#[tokio::test]
async fn a_wrong_password_is_no_page_of_its_own() {
    let told = page(walk::denied()).await;
    assert!(told.contains("403 Wrong name or password. No session begins."), "{told}");
    // Another page with the same status is not about the password.
    let other = walk::denied().into_iter().map(|message| match message.status {
        403 => Message { response_body: walk::page("This form was not accepted"), ..message },
        _ => message,
    });
    let told = page(other).await;
    assert!(!told.contains("Wrong name") && told.contains("on a page: This form was not accepted"), "{told}");
}

#[tokio::test]
async fn an_address_without_a_page_is_said_to_have_none() {
    let mut missing = refused(0, &[]);
    (missing.path, missing.status) = ("/nowhere".to_owned(), 404);
    missing.response_body = walk::page("There is no such page");
    let told = page([missing]).await;
    assert!(told.contains("Another request GET /nowhere 404 There is no such page."), "{told}");
}

#[tokio::test]
async fn the_scopes_that_were_left_out_are_named() {
    let of = async |decision: &[&str]| {
        let fields = walk::fields(decision);
        let walk = walk::sign_in().into_iter().map(|message| match message.request_body {
            WireBody::Form(_) if message.path == "/o/authorize" => {
                Message { request_body: WireBody::Form(fields.clone()), ..message }
            }
            _ => message,
        });
        page(walk).await
    };
    let told = of(&["decision=allow", "scope=profile", "scope=notes:read"]).await;
    assert!(told.contains("303 Allowed: 3 of 4 scopes (notes:write left out). A code goes"), "{told}");
    let told = of(&["decision=allow"]).await;
    assert!(told.contains("Allowed: 1 of 4 scopes (profile, notes:read, notes:write left out)."), "{told}");
    // Without the request nobody knows how many there were.
    let told = page(walk::sign_in().into_iter().skip(4)).await;
    assert!(told.contains("303 Allowed. A code goes back to the client."), "{told}");
}

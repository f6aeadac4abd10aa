//! `prompt`, `max_age` and `id_token_hint`.

use std::time::Duration;

use auth_core::{pkce::CodeVerifier, secret::RequestHandle};

use crate::{
    models::{
        sessions::{Session, SignedIn},
        users::User,
    },
    oauth::authorize::{self, AuthorizeRefusal, AuthorizeStep},
    testing::{Client, World, answer, param, worlds},
};

fn request(client: &Client, more: &str) -> String {
    client.request(&CodeVerifier::generate(), &format!("&scope=openid%20read{more}"))
}

fn error(step: AuthorizeStep) -> Option<String> {
    match step {
        AuthorizeStep::Respond(response) => param(&response, "error"),
        other => panic!("{other:?}"),
    }
}

fn handle(step: AuthorizeStep) -> RequestHandle {
    match step {
        AuthorizeStep::Login { request } => request,
        other => panic!("{other:?}"),
    }
}

fn resume(
    world: &World,
    handle: &RequestHandle,
    who: Option<&SignedIn>,
) -> Result<AuthorizeStep, AuthorizeRefusal> {
    answer(world.database.transaction(|tx| authorize::resume(tx, &world.ctx, handle, who)))
}

#[test]
fn who_is_not_signed_in_signs_in_and_comes_back_to_the_request() {
    for world in worlds() {
        let client = world.web();
        let handle = handle(world.begin(&request(&client, "&login_hint=alice"), None).unwrap());
        let summary = world.tx(|tx| authorize::summary(tx, &world.ctx, &handle)).unwrap();
        assert_eq!((summary.client_name.as_str(), summary.login_hint.as_deref()), ("Web", Some("alice")));
        assert!(matches!(resume(&world, &handle, None), Ok(AuthorizeStep::Login { .. })));
        let who = world.sign_in();
        assert!(matches!(resume(&world, &handle, Some(&who)), Ok(AuthorizeStep::Consent(_))));
    }
}

#[test]
fn a_request_waits_for_half_an_hour() {
    for world in worlds() {
        let client = world.web();
        let handle = handle(world.begin(&request(&client, ""), None).unwrap());
        world.time.advance(Duration::from_secs(1800));
        let who = world.sign_in();
        assert!(matches!(resume(&world, &handle, Some(&who)), Err(AuthorizeRefusal::Page(_))));
        assert!(world.tx(|tx| authorize::summary(tx, &world.ctx, &handle)).is_none());
    }
}

#[test]
fn prompt_none_shows_nothing() {
    for world in worlds() {
        let client = world.web();
        let silent = request(&client, "&prompt=none");
        assert_eq!(error(world.begin(&silent, None).unwrap()).as_deref(), Some("login_required"));
        let who = world.sign_in();
        assert_eq!(error(world.begin(&silent, Some(&who)).unwrap()).as_deref(), Some("consent_required"));
        world.allow(&request(&client, ""), &who);
        assert_eq!(error(world.begin(&silent, Some(&who)).unwrap()), None);
        world.time.advance(Duration::from_secs(61));
        let stale = request(&client, "&prompt=none&max_age=60");
        assert_eq!(error(world.begin(&stale, Some(&who)).unwrap()).as_deref(), Some("login_required"));
    }
}

#[test]
fn prompt_login_and_max_age_want_a_sign_in_after_the_request_and_only_one() {
    for world in worlds() {
        let client = world.web();
        world.allow(&request(&client, ""), &world.sign_in());
        for more in ["&prompt=login", "&prompt=select_account", "&max_age=0", "&max_age=60"] {
            let who = world.sign_in();
            if more == "&max_age=60" {
                let recent = world.begin(&request(&client, more), Some(&who));
                assert!(matches!(recent, Ok(AuthorizeStep::Respond(_))));
                world.time.advance(Duration::from_secs(61));
            }
            let handle = handle(world.begin(&request(&client, more), Some(&who)).unwrap());
            // The session that is there is not enough, even within the second in which it began.
            assert!(matches!(resume(&world, &handle, Some(&who)), Ok(AuthorizeStep::Login { .. })), "{more}");
            let again = world.sign_in();
            world.time.advance(Duration::from_secs(90));
            assert!(matches!(resume(&world, &handle, Some(&again)), Ok(AuthorizeStep::Respond(_))), "{more}");
        }
    }
}

#[test]
fn a_deactivated_user_is_not_signed_in() {
    for world in worlds() {
        let client = world.web();
        let who = world.sign_in();
        world.allow(&request(&client, ""), &who);
        world.deactivate_alice();
        assert!(matches!(world.begin(&request(&client, ""), Some(&who)), Ok(AuthorizeStep::Login { .. })));
    }
}

#[test]
fn an_id_token_hint_gets_an_answer_about_its_user_or_an_error() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "openid%20read");
        // Longer ago than an ID token lives: it still says who it was.
        world.time.advance(Duration::from_secs(2 * 3600));
        let hinted = |more: &str| {
            request(&client, &format!("&id_token_hint={}{more}", tokens["id_token"].as_str().unwrap()))
        };
        let alice = world.sign_in();
        assert_eq!(error(world.begin(&hinted("&prompt=none"), Some(&alice)).unwrap()), None);

        let bob = sign_in_bob(&world);
        world.allow(&request(&client, ""), &bob);
        let silent = world.begin(&hinted("&prompt=none"), Some(&bob)).unwrap();
        assert_eq!(error(silent).as_deref(), Some("login_required"));
        let handle = handle(world.begin(&hinted(""), Some(&bob)).unwrap());
        assert!(matches!(resume(&world, &handle, Some(&bob)), Ok(AuthorizeStep::Login { .. })));
        let bob_again = SignedIn { session: alice.session, ..bob };
        let other_user = resume(&world, &handle, Some(&bob_again)).unwrap();
        assert_eq!(error(other_user).as_deref(), Some("login_required"));
    }
}

#[test]
fn an_id_token_hint_that_is_none_of_this_client_is_refused() {
    for world in worlds() {
        let (client, other) = (world.web(), world.web());
        let tokens = world.tokens(&other, "openid%20read");
        for hint in [&tokens["id_token"], &tokens["access_token"], &"nonsense".into()] {
            let request = request(&client, &format!("&id_token_hint={}", hint.as_str().unwrap()));
            let Err(AuthorizeRefusal::Respond(response)) = world.begin(&request, Some(&world.sign_in()))
            else {
                panic!("{hint}");
            };
            assert_eq!(param(&response, "error").as_deref(), Some("invalid_request"), "{hint}");
        }
    }
}

fn sign_in_bob(world: &World) -> SignedIn {
    let id = uuid::Uuid::new_v4().to_string();
    let bob = User { id, username: "bob".into(), ..world.alice.clone() };
    world.tx(|tx| bob.insert(tx));
    let now = world.ctx.now();
    let (_, session) = world.tx(|tx| Session::start(tx, now, Duration::from_secs(3600), Some(&bob.id)));
    session.signed_in().unwrap()
}

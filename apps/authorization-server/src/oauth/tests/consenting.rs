//! When the user is asked, and what the answer does.

use auth_core::{pkce::CodeVerifier, redirect_uri::ClientType};

use crate::{
    admin::NewApplication,
    models::sessions::SignedIn,
    oauth::authorize::{self, AuthorizationResponse, AuthorizeRefusal, AuthorizeStep, ConsentView, Decision},
    testing::{CALLBACK, Client, World, answer, param, twenty, worlds},
};

fn request(client: &Client, scope: &str, more: &str) -> String {
    client.request(&CodeVerifier::generate(), &format!("&scope={scope}{more}"))
}

fn ask(world: &World, request: &str, who: &SignedIn) -> ConsentView {
    match world.begin(request, Some(who)).unwrap() {
        AuthorizeStep::Consent(view) => view,
        other => panic!("{other:?}"),
    }
}

fn is_asked(world: &World, request: &str, who: &SignedIn) -> bool {
    matches!(world.begin(request, Some(who)), Ok(AuthorizeStep::Consent(_)))
}

fn decide(
    world: &World,
    view: &ConsentView,
    who: &SignedIn,
    decision: &Decision,
) -> Result<AuthorizationResponse, AuthorizeRefusal> {
    answer(world.database.transaction(|tx| authorize::decide(tx, &world.ctx, &view.request, who, decision)))
}

fn allow(scopes: &[&str]) -> Decision {
    Decision::Allow { scopes: scopes.iter().map(|&scope| scope.to_owned()).collect() }
}

#[test]
fn the_page_names_client_place_user_and_scopes() {
    for world in worlds() {
        let client = world.web();
        let view = ask(&world, &request(&client, "openid%20read", ""), &world.sign_in());
        assert_eq!(view.client_name, "Web");
        assert_eq!(view.redirect_host, "app.example");
        assert_eq!(view.redirect_origin, "https://app.example");
        assert_eq!((view.username.as_str(), view.display_name.as_deref()), ("alice", Some("Alice Liddell")));
        let scopes: Vec<_> = view.scopes.iter().map(|asked| (asked.scope.as_str(), asked.optional)).collect();
        assert_eq!(scopes, [("openid", false), ("read", true)]);
    }
}

#[test]
fn consent_is_remembered_for_what_was_allowed_and_no_more() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        world.allow(&request(&client, "openid%20read", ""), &who);
        assert!(!is_asked(&world, &request(&client, "openid", ""), &who));
        assert!(!is_asked(&world, &request(&client, "openid%20read", ""), &who));
        assert!(is_asked(&world, &request(&client, "openid%20read%20write", ""), &who));
        assert!(is_asked(&world, &request(&client, "openid", "&prompt=consent"), &who));
        assert!(is_asked(&world, &request(&world.web(), "openid", ""), &who), "another client");
    }
}

#[test]
fn consents_for_two_resources_never_add_up_to_one_that_nobody_gave() {
    for world in worlds() {
        let client = world.client(NewApplication {
            audiences: vec!["https://a.example".into(), "https://b.example".into()],
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        let who = world.sign_in();
        let at =
            |scope: &str, host: &str| request(&client, scope, &format!("&resource=https://{host}.example"));
        world.allow(&at("read", "a"), &who);
        world.allow(&at("read", "b"), &who);
        assert!(!is_asked(&world, &at("read", "a"), &who) && !is_asked(&world, &at("read", "b"), &who));
        world.allow(&at("write", "b"), &who);
        assert!(!is_asked(&world, &at("write", "b"), &who));
        assert!(is_asked(&world, &at("write", "a"), &who), "write was allowed at b, never at a");
    }
}

#[test]
fn a_public_client_that_anybody_can_claim_to_be_is_never_silent() {
    for world in worlds() {
        let who = world.sign_in();
        for (uri, is_asked_again) in
            [("http://127.0.0.1/cb", true), ("com.example.app:/cb", true), (CALLBACK, false)]
        {
            let native = world.client(NewApplication {
                redirect_uris: vec![uri.into()],
                ..NewApplication::new("Native", ClientType::Public)
            });
            let request = request(&native, "read", "").replace(CALLBACK, uri);
            world.allow(&request, &who);
            assert_eq!(is_asked(&world, &request, &who), is_asked_again, "{uri}");
            let first_party = world.client(NewApplication {
                redirect_uris: vec![uri.into()],
                skip_authorization: true,
                ..NewApplication::new("Ours", ClientType::Public)
            });
            let request = self::request(&first_party, "read", "").replace(CALLBACK, uri);
            assert_eq!(is_asked(&world, &request, &who), is_asked_again, "{uri}, skip_authorization");
        }
    }
}

#[test]
fn a_first_party_client_is_asked_for_only_when_it_wants_to() {
    for world in worlds() {
        let who = world.sign_in();
        let client = world.client(NewApplication {
            skip_authorization: true,
            ..NewApplication::new("Ours", ClientType::Confidential)
        });
        assert!(!is_asked(&world, &request(&client, "read", ""), &who));
        assert!(is_asked(&world, &request(&client, "read", "&prompt=consent"), &who));
    }
}

#[test]
fn an_unticked_scope_is_not_granted_and_openid_can_not_be_unticked() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        let verifier = CodeVerifier::generate();
        let view = ask(&world, &client.request(&verifier, "&scope=openid%20read%20write"), &who);
        let response = decide(&world, &view, &who, &allow(&["write"])).unwrap();
        let form = format!(
            "grant_type=authorization_code&code={}&code_verifier={}&redirect_uri={CALLBACK}",
            param(&response, "code").unwrap(),
            verifier.secret()
        );
        assert_eq!(world.exchange(&client, &form).unwrap()["scope"], "openid write");
        assert!(is_asked(&world, &request(&client, "openid%20read", ""), &who), "read was not allowed");
    }
}

#[test]
fn a_box_that_was_not_on_the_page_is_refused_and_decides_nothing() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        let view = ask(&world, &request(&client, "read", ""), &who);
        assert!(matches!(
            decide(&world, &view, &who, &allow(&["read", "write"])),
            Err(AuthorizeRefusal::Page(_))
        ));
        assert!(decide(&world, &view, &who, &allow(&["read"])).is_ok());
    }
}

#[test]
fn deny_and_nothing_ticked_are_access_denied() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        for decision in [Decision::Deny, allow(&[])] {
            let view = ask(&world, &request(&client, "read", ""), &who);
            let response = decide(&world, &view, &who, &decision).unwrap();
            assert_eq!(param(&response, "error").as_deref(), Some("access_denied"));
            assert_eq!(param(&response, "state").as_deref(), Some("s-1"));
        }
        assert!(is_asked(&world, &request(&client, "read", ""), &who));
    }
}

#[test]
fn only_the_session_that_was_asked_can_answer() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        let view = ask(&world, &request(&client, "read", ""), &who);
        let elsewhere = world.sign_in();
        assert!(matches!(
            decide(&world, &view, &elsewhere, &allow(&["read"])),
            Err(AuthorizeRefusal::Page(_))
        ));
        let somebody = SignedIn { user_id: "bob".into(), ..who.clone() };
        assert!(matches!(
            decide(&world, &view, &somebody, &allow(&["read"])),
            Err(AuthorizeRefusal::Page(_))
        ));
        assert!(decide(&world, &view, &who, &allow(&["read"])).is_ok());
    }
}

#[test]
fn a_user_who_was_deactivated_meanwhile_can_not_answer() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        let view = ask(&world, &request(&client, "read", ""), &who);
        world.deactivate_alice();
        assert!(matches!(decide(&world, &view, &who, &allow(&["read"])), Err(AuthorizeRefusal::Page(_))));
    }
}

#[test]
fn of_twenty_answers_at_once_one_counts() {
    for world in worlds() {
        let (client, who) = (world.web(), world.sign_in());
        let view = ask(&world, &request(&client, "read", ""), &who);
        let answers = twenty(|| decide(&world, &view, &who, &allow(&["read"])).is_ok());
        assert_eq!(answers.into_iter().filter(|allowed| *allowed).count(), 1);
    }
}

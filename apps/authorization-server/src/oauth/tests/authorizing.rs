//! Which authorization requests are taken, and where their errors go.

use auth_core::{pkce::CodeVerifier, redirect_uri::ClientType, scope::Scopes};

use crate::{
    admin::NewApplication,
    oauth::authorize::{self, AuthorizationResponse, AuthorizeRefusal, AuthorizeStep, ResponseMode},
    testing::{API, CALLBACK, ISSUER, World, param, worlds},
};

fn to_client(refusal: Result<AuthorizeStep, AuthorizeRefusal>) -> AuthorizationResponse {
    match refusal {
        Err(AuthorizeRefusal::Respond(response)) => response,
        other => panic!("{other:?}"),
    }
}

fn is_page(refusal: Result<AuthorizeStep, AuthorizeRefusal>) -> bool {
    matches!(refusal, Err(AuthorizeRefusal::Page(error)) if error.code().as_str() == "invalid_request")
}

/// A good request with one parameter replaced or left out.
fn altered(world: &World, name: &str, value: Option<&str>) -> (String, String) {
    let client = world.client(NewApplication {
        scopes: Some(Scopes::parse("openid read").unwrap()),
        audiences: vec![API.into()],
        ..NewApplication::new("Web", ClientType::Confidential)
    });
    let request = client.request(&CodeVerifier::generate(), "&scope=read");
    let mut pairs: Vec<_> =
        request.split('&').filter(|pair| !pair.starts_with(&format!("{name}="))).collect();
    let pair = value.map(|value| format!("{name}={value}"));
    pairs.extend(pair.as_deref());
    (pairs.join("&"), client.id)
}

#[test]
fn without_a_known_client_and_its_redirect_uri_nothing_is_sent_anywhere() {
    for world in worlds() {
        for (name, value) in [
            ("client_id", None),
            ("client_id", Some("unknown")),
            ("client_id", Some("%27%20OR%201")),
            ("redirect_uri", Some("https://evil.example/callback")),
            ("redirect_uri", Some("https://app.example/callback/")),
            ("redirect_uri", Some("https://app.example/callback?x=1")),
            ("redirect_uri", Some("https://APP.example/callback")),
        ] {
            let (request, _) = altered(&world, name, value);
            assert!(is_page(world.begin(&request, None)), "{name}={value:?}");
            // Not even when the error is another one.
            let (request, _) = altered(&world, name, value);
            assert!(
                is_page(world.begin(&format!("{request}&prompt=none&request=x"), None)),
                "{name}={value:?}"
            );
        }
    }
}

#[test]
fn every_other_error_goes_to_the_client_with_state_and_issuer() {
    for world in worlds() {
        for (name, value, error) in [
            ("response_type", None, "invalid_request"),
            ("response_type", Some("token"), "unsupported_response_type"),
            ("response_type", Some("code%20id_token"), "unsupported_response_type"),
            ("response_mode", Some("fragment"), "invalid_request"),
            ("code_challenge", None, "invalid_request"),
            ("code_challenge", Some("short"), "invalid_request"),
            ("code_challenge_method", None, "invalid_request"),
            ("code_challenge_method", Some("plain"), "invalid_request"),
            ("scope", Some("nonsense"), "invalid_scope"),
            ("scope", Some("write"), "invalid_scope"),
            ("scope", Some("read%20%20read%22"), "invalid_scope"),
            ("resource", Some("not-a-uri"), "invalid_target"),
            ("resource", Some("https://other.example"), "invalid_target"),
            ("resource", Some("https://api.example%23x"), "invalid_target"),
            ("prompt", Some("none%20login"), "invalid_request"),
            ("prompt", Some("create"), "invalid_request"),
            ("max_age", Some("-1"), "invalid_request"),
            ("max_age", Some("%2B1"), "invalid_request"),
            ("max_age", Some("soon"), "invalid_request"),
            ("request", Some("eyJ"), "request_not_supported"),
            ("request_uri", Some("https://app.example/r"), "request_uri_not_supported"),
        ] {
            let (request, _) = altered(&world, name, value);
            let response = to_client(world.begin(&request, None));
            assert_eq!(param(&response, "error").as_deref(), Some(error), "{name}={value:?}");
            assert_eq!(param(&response, "state").as_deref(), Some("s-1"));
            assert_eq!(param(&response, "iss").as_deref(), Some(ISSUER));
            assert!(response.location().starts_with(&format!("{CALLBACK}?error=")));
        }
    }
}

#[test]
fn what_is_kept_of_a_request_is_short() {
    for world in worlds() {
        for (name, longest) in [("state", 4096), ("nonce", 4096)] {
            let (request, _) = altered(&world, name, Some(&"x".repeat(longest)));
            assert!(matches!(world.begin(&request, None), Ok(AuthorizeStep::Login { .. })), "{name}");
            let (request, _) = altered(&world, name, Some(&"x".repeat(longest + 1)));
            let response = to_client(world.begin(&request, None));
            assert_eq!(param(&response, "error").as_deref(), Some("invalid_request"), "{name}");
        }
        let (request, _) = altered(&world, "login_hint", Some(&"x".repeat(256)));
        let Ok(AuthorizeStep::Login { request }) = world.begin(&request, None) else { panic!() };
        let summary = world.tx(|tx| authorize::summary(tx, &world.ctx, &request)).unwrap();
        assert_eq!(summary.login_hint, None);
    }
}

#[test]
fn a_client_without_the_grant_is_told_so() {
    for world in worlds() {
        let client = world.client(NewApplication {
            grant_types: vec!["client_credentials".into()],
            ..NewApplication::new("Worker", ClientType::Confidential)
        });
        let response = to_client(world.begin(&client.request(&CodeVerifier::generate(), ""), None));
        assert_eq!(param(&response, "error").as_deref(), Some("unauthorized_client"));
    }
}

#[test]
fn the_redirect_uri_may_be_left_out_when_there_is_one() {
    for world in worlds() {
        let (request, _) = altered(&world, "redirect_uri", None);
        let response = world.allow(&request, &world.sign_in());
        assert_eq!(response.redirect_uri, CALLBACK);

        let client = world.client(NewApplication {
            redirect_uris: vec![CALLBACK.into(), "https://app.example/other".into()],
            ..NewApplication::new("Two", ClientType::Confidential)
        });
        let request = client.request(&CodeVerifier::generate(), "");
        assert!(is_page(world.begin(&request.replace(&format!("&redirect_uri={CALLBACK}"), ""), None)));
    }
}

#[test]
fn a_native_app_chooses_its_loopback_port_and_nobody_else_does() {
    for world in worlds() {
        let native = |client_type, uri: &str| {
            world.client(NewApplication {
                redirect_uris: vec![uri.into()],
                ..NewApplication::new("Native", client_type)
            })
        };
        let verifier = CodeVerifier::generate();
        for (client_type, registered, is_taken) in [
            (ClientType::Public, "http://127.0.0.1/cb", true),
            (ClientType::Public, "http://localhost/cb", false),
            (ClientType::Confidential, "http://127.0.0.1/cb", false),
        ] {
            let presented = registered.replace("/cb", ":5123/cb");
            let client = native(client_type, registered);
            let request = client.request(&verifier, "").replace(CALLBACK, &presented);
            assert_eq!(world.begin(&request, None).is_ok(), is_taken, "{client_type:?} {registered}");
        }
    }
}

#[test]
fn a_successful_response_has_code_state_and_issuer_in_the_asked_mode() {
    for world in worlds() {
        let client = world.web();
        let request = client.request(&CodeVerifier::generate(), "&scope=read");
        let response = world.allow(&request, &world.sign_in());
        assert_eq!(response.mode, ResponseMode::Query);
        let names: Vec<_> = response.params.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["code", "state", "iss"]);
        assert!(response.location().starts_with("https://app.example/callback?code="));
        assert!(response.location().ends_with("&state=s-1&iss=https%3A%2F%2Fas.example"));

        let response = world.allow(&format!("{request}&response_mode=form_post"), &world.sign_in());
        assert_eq!(response.mode, ResponseMode::FormPost);
        assert_eq!(response.form_origin(), "https://app.example");
    }
}

#[test]
fn a_query_of_the_redirect_uri_stays() {
    for world in worlds() {
        let callback = "https://app.example/callback?tenant=1";
        let client = world.client(NewApplication {
            redirect_uris: vec![callback.into()],
            ..NewApplication::new("Tenant", ClientType::Confidential)
        });
        let request = client.request(&CodeVerifier::generate(), "&scope=read");
        let request = request.replace(&format!("&redirect_uri={CALLBACK}"), "");
        let response = world.allow(&request, &world.sign_in());
        assert!(response.location().starts_with("https://app.example/callback?tenant=1&code="));
    }
}

//! The authorization code grant.

use std::time::Duration;

use auth_core::{pkce::CodeVerifier, redirect_uri::ClientType};
use serde_json::Value;

use crate::{
    admin::NewApplication,
    oauth::EndpointError,
    testing::{API, CALLBACK, ISSUER, twenty, worlds},
};

fn code_of(outcome: Result<Value, EndpointError>) -> &'static str {
    outcome.unwrap_err().error.code().as_str()
}

/// The claims of a JWT, whose signature other tests check.
pub(super) fn claims(token: &Value) -> Value {
    use base64::Engine as _;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap())
        .unwrap()
}

#[test]
fn a_code_gives_the_tokens_that_were_asked_for() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "openid%20read%20offline_access");
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["expires_in"], 900);
        assert_eq!(tokens["scope"], "offline_access openid read");
        assert!(tokens["refresh_token"].is_string());

        let now = world.ctx.now().unix();
        let access = claims(&tokens["access_token"]);
        assert_eq!(access["iss"], ISSUER);
        assert_eq!(access["sub"], world.alice.id.as_str());
        assert_eq!(access["aud"], ISSUER, "the server itself when the client has no audience");
        assert_eq!(access["client_id"], client.id.as_str());
        assert_eq!((access["iat"].as_i64(), access["exp"].as_i64()), (Some(now), Some(now + 900)));
        assert_eq!(access["auth_time"].as_i64(), Some(now));
        assert_eq!(access["scope"], "offline_access openid read");
        assert!(access["jti"].is_string());

        let id = claims(&tokens["id_token"]);
        assert_eq!((&id["iss"], &id["aud"]), (&ISSUER.into(), &client.id.as_str().into()));
        assert_eq!((&id["sub"], &id["nonce"]), (&access["sub"], &"n-1".into()));
        assert_eq!(id["auth_time"].as_i64(), Some(now));
        assert!(id["at_hash"].is_string() && id["sid"].is_string());
    }
}

#[test]
fn refresh_and_id_token_are_given_only_when_asked_for_and_registered() {
    for world in worlds() {
        let tokens = world.tokens(&world.web(), "read");
        assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
        let once = world.client(NewApplication {
            grant_types: vec!["authorization_code".into()],
            ..NewApplication::new("Once", ClientType::Confidential)
        });
        let tokens = world.tokens(&once, "read%20offline_access");
        assert!(tokens.get("refresh_token").is_none());
        assert_eq!(tokens["scope"], "read", "the user was not asked for what could not be");
    }
}

#[test]
fn a_code_lives_for_a_minute() {
    for world in worlds() {
        let client = world.web();
        let (in_time, too_late) = (world.code(&client, "read"), world.code(&client, "read"));
        world.time.advance(Duration::from_secs(59));
        assert!(world.exchange(&client, &in_time.form()).is_ok());
        world.time.advance(Duration::from_secs(1));
        assert_eq!(code_of(world.exchange(&client, &too_late.form())), "invalid_grant");
    }
}

#[test]
fn what_is_missing_is_named() {
    for world in worlds() {
        let client = world.web();
        let code = world.code(&client, "read");
        assert_eq!(
            code_of(world.exchange(&client, "grant_type=authorization_code&code=x")),
            "invalid_request"
        );
        let without_code = format!("grant_type=authorization_code&code_verifier={}", code.verifier);
        assert_eq!(code_of(world.exchange(&client, &without_code)), "invalid_request");
        for grant_type in ["", "grant_type=password", "grant_type=implicit"] {
            assert_eq!(code_of(world.exchange(&client, grant_type)), "unsupported_grant_type");
        }
        assert!(world.exchange(&client, &code.form()).is_ok(), "none of this used it up");
    }
}

#[test]
fn the_redirect_uri_is_that_of_the_request() {
    for world in worlds() {
        let client = world.web();
        let code = world.code(&client, "read");
        for redirect_uri in
            ["", "&redirect_uri=https://app.example/callback/", "&redirect_uri=https://evil.example"]
        {
            let form = code.form_with(&code.verifier, redirect_uri);
            assert_eq!(code_of(world.exchange(&client, &form)), "invalid_grant", "{redirect_uri}");
        }
        assert!(world.exchange(&client, &code.form()).is_ok());
    }
}

#[test]
fn another_client_can_neither_use_a_code_nor_use_it_up() {
    for world in worlds() {
        let (client, thief) = (world.web(), world.web());
        let code = world.code(&client, "read");
        assert_eq!(code_of(world.exchange(&thief, &code.form())), "invalid_grant");
        assert!(world.exchange(&client, &code.form()).is_ok());
    }
}

#[test]
fn a_wrong_verifier_uses_the_code_up() {
    for world in worlds() {
        let client = world.web();
        for wrong in [CodeVerifier::generate().secret(), "short"] {
            let code = world.code(&client, "read");
            let form = code.form_with(wrong, &format!("&redirect_uri={CALLBACK}"));
            assert_eq!(code_of(world.exchange(&client, &form)), "invalid_grant");
            assert_eq!(code_of(world.exchange(&client, &code.form())), "invalid_grant");
        }
    }
}

#[test]
fn a_valid_replay_ends_the_tokens_of_the_first_exchange() {
    for world in worlds() {
        let client = world.web();
        let code = world.code(&client, "read%20offline_access");
        let tokens = world.exchange(&client, &code.form()).unwrap();
        assert!(world.is_active(&client, &tokens["access_token"]));
        // Long after the code's own end, too.
        world.time.advance(Duration::from_secs(120));
        assert_eq!(code_of(world.exchange(&client, &code.form())), "invalid_grant");
        assert!(!world.is_active(&client, &tokens["access_token"]));
        let refresh_token = tokens["refresh_token"].as_str().unwrap();
        assert_eq!(code_of(world.refresh(&client, refresh_token, "")), "invalid_grant");
    }
}

#[test]
fn a_replay_that_proves_nothing_ends_nothing() {
    for world in worlds() {
        let (client, thief) = (world.web(), world.web());
        let code = world.code(&client, "read%20offline_access");
        let tokens = world.exchange(&client, &code.form()).unwrap();
        let wrong_verifier =
            code.form_with(CodeVerifier::generate().secret(), &format!("&redirect_uri={CALLBACK}"));
        let wrong_uri = code.form_with(&code.verifier, "&redirect_uri=https://evil.example");
        assert_eq!(code_of(world.exchange(&client, &wrong_verifier)), "invalid_grant");
        assert_eq!(code_of(world.exchange(&client, &wrong_uri)), "invalid_grant");
        assert_eq!(code_of(world.exchange(&thief, &code.form())), "invalid_grant");
        assert!(world.is_active(&client, &tokens["access_token"]));
        assert!(world.refresh(&client, tokens["refresh_token"].as_str().unwrap(), "").is_ok());
    }
}

#[test]
fn of_twenty_exchanges_at_once_one_succeeds_and_the_replays_end_it() {
    for world in worlds() {
        let client = world.web();
        let code = world.code(&client, "read%20offline_access");
        let outcomes = twenty(|| world.exchange(&client, &code.form()));
        let (tokens, errors): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((tokens.len(), errors.len()), (1, 19));
        assert!(errors.into_iter().all(|error| code_of(error) == "invalid_grant"));
        let tokens = tokens.into_iter().next().unwrap().unwrap();
        assert!(!world.is_active(&client, &tokens["access_token"]));
    }
}

#[test]
fn the_resource_may_be_narrowed_and_never_widened() {
    for world in worlds() {
        let other = "https://other.example";
        let client = world.client(NewApplication {
            audiences: vec![API.into(), other.into()],
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        let tokens = world.tokens(&client, "read");
        assert_eq!(claims(&tokens["access_token"])["aud"], serde_json::json!([API, other]));
        let code = world.code(&client, "read");
        let escalated = format!("{}&resource=https://third.example", code.form());
        assert_eq!(code_of(world.exchange(&client, &escalated)), "invalid_target");
        let tokens = world.exchange(&client, &format!("{}&resource={API}", code.form())).unwrap();
        assert_eq!(claims(&tokens["access_token"])["aud"], API);
    }
}

#[test]
fn a_deactivated_user_gets_no_token() {
    for world in worlds() {
        let client = world.web();
        let code = world.code(&client, "read");
        world.deactivate_alice();
        assert_eq!(code_of(world.exchange(&client, &code.form())), "invalid_grant");
    }
}

#[test]
fn the_registered_authentication_method_is_the_method() {
    use auth_core::{client_authentication::ClientAuthMethod, params::Params, secret::ClientSecret};
    for world in worlds() {
        let form = Params::parse(b"grant_type=client_credentials&scope=read").unwrap();
        let client = world.web();
        let outcome = |change: fn(&mut auth_core::client_authentication::PresentedClient)| {
            let mut presented = client.presented();
            change(&mut presented);
            let outcome = world
                .database
                .transaction(|tx| crate::oauth::token::exchange(tx, &world.ctx, &presented, &form));
            crate::testing::answer(outcome)
                .map(|_| ())
                .map_err(|refused| (refused.error.code().as_str(), refused.basic_tried))
        };
        assert_eq!(outcome(|_| {}), Ok(()));
        assert_eq!(
            outcome(|presented| presented.secret = Some(ClientSecret::generate())),
            Err(("invalid_client", true))
        );
        assert_eq!(
            outcome(|presented| presented.method = ClientAuthMethod::ClientSecretPost),
            Err(("invalid_client", false))
        );
        assert_eq!(
            outcome(|presented| {
                presented.method = ClientAuthMethod::None;
                presented.secret = None;
            }),
            Err(("invalid_client", false))
        );
        assert_eq!(
            outcome(|presented| presented.client_id = "unknown".into()),
            Err(("invalid_client", true))
        );
    }
}

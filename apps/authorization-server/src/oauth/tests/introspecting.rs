//! Introspection, revocation and userinfo.

use std::time::Duration;

use auth_core::{
    bearer::BearerError, params::Params, redirect_uri::ClientType, scope::Scopes, secret::BearerToken,
};
use serde_json::{Value, json};

use crate::{
    admin::NewApplication,
    oauth::introspect,
    oidc::userinfo,
    testing::{API, Client, ISSUER, World, answer, worlds},
};

fn for_api(world: &World) -> Client {
    world.client(NewApplication {
        audiences: vec![API.into()],
        ..NewApplication::new("Web", ClientType::Confidential)
    })
}

fn serving(world: &World, resource: &str) -> Client {
    world.client(NewApplication {
        grant_types: vec!["client_credentials".into()],
        resource_server: vec![resource.into()],
        ..NewApplication::new("Api", ClientType::Confidential)
    })
}

fn userinfo(world: &World, token: &Value) -> Result<Value, BearerError> {
    let token = BearerToken::new(token.as_str().unwrap());
    answer(world.database.transaction(|tx| userinfo::userinfo(tx, &world.ctx, &token))).map(Value::Object)
}

#[test]
fn a_live_token_is_described_in_full_to_its_client_and_to_its_resource_server() {
    for world in worlds() {
        let client = for_api(&world);
        let tokens = world.tokens(&client, "openid%20profile%20read");
        let now = world.ctx.now().unix();
        for asking in [&client, &serving(&world, API)] {
            let mut response = world.introspect(asking, &tokens["access_token"]);
            assert!(response["jti"].take().is_string());
            assert_eq!(
                response,
                json!({
                    "active": true, "scope": "openid profile read", "client_id": client.id,
                    "username": "alice", "token_type": "Bearer", "exp": now + 900, "iat": now, "sub": world.alice.id, "aud": API,
                    "iss": ISSUER, "jti": null, "auth_time": now,
                })
            );
        }
    }
}

#[test]
fn a_user_who_did_not_allow_their_profile_has_no_name() {
    for world in worlds() {
        let client = for_api(&world);
        let tokens = world.tokens(&client, "openid%20read%20offline_access");
        for (asking, token) in
            [(&client, "access_token"), (&client, "refresh_token"), (&serving(&world, API), "access_token")]
        {
            let response = world.introspect(asking, &tokens[token]);
            assert_eq!(
                (&response["sub"], response.get("username")),
                (&json!(world.alice.id), None),
                "{token}"
            );
        }
    }
}

#[test]
fn whoever_the_token_is_not_for_learns_nothing() {
    for world in worlds() {
        let tokens = world.tokens(&for_api(&world), "read%20offline_access");
        let nothing = json!({ "active": false });
        for asking in [for_api(&world), serving(&world, "https://other.example")] {
            assert_eq!(world.introspect(&asking, &tokens["access_token"]), nothing);
        }
        assert_eq!(world.introspect(&serving(&world, API), &tokens["refresh_token"]), nothing);
        assert_eq!(world.introspect(&for_api(&world), &json!("nonsense")), nothing);
    }
}

#[test]
fn a_public_client_may_not_ask() {
    for world in worlds() {
        let client = world.client(NewApplication::new("Native", ClientType::Public));
        let form = Params::parse(b"token=x").unwrap();
        let outcome = world
            .database
            .transaction(|tx| introspect::introspect(tx, &world.ctx, &client.presented(), &form));
        assert_eq!(answer(outcome).unwrap_err().error.code().as_str(), "invalid_client");
    }
}

#[test]
fn an_expired_token_is_inactive() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "read");
        world.time.advance(Duration::from_secs(899));
        assert!(world.is_active(&client, &tokens["access_token"]));
        world.time.advance(Duration::from_secs(1));
        assert!(!world.is_active(&client, &tokens["access_token"]));
    }
}

#[test]
fn the_tokens_of_a_client_that_is_no_more_are_inactive() {
    use crate::schema::applications;
    use diesel::prelude::*;
    for world in worlds() {
        let (client, api) = (for_api(&world), serving(&world, API));
        let of_alice = world.tokens(&client, "read%20offline_access");
        let its_own = world.exchange(&client, "grant_type=client_credentials&scope=read").unwrap();
        assert!(
            world.is_active(&api, &of_alice["access_token"])
                && world.is_active(&api, &its_own["access_token"])
        );
        world.tx(|tx| Ok(diesel::delete(applications::table.find(&client.id)).execute(tx)?));
        assert!(!world.is_active(&api, &of_alice["access_token"]));
        assert!(!world.is_active(&api, &its_own["access_token"]));
    }
}

#[test]
fn only_what_this_server_signed_as_an_access_token_is_one() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "openid%20read");
        assert!(!world.is_active(&client, &tokens["id_token"]), "an ID token");
        let token = tokens["access_token"].as_str().unwrap();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        assert!(!world.is_active(&client, &json!(format!("{signed}."))), "without a signature");
        let (header, _) = signed.split_once('.').unwrap();
        // {"aud":"https://as.example"} and nothing else.
        let forged = format!("{header}.eyJhdWQiOiJodHRwczovL2FzLmV4YW1wbGUifQ.{signature}");
        assert!(!world.is_active(&client, &json!(forged)), "other claims under the same signature");
    }
}

#[test]
fn a_refresh_token_is_described_to_its_client_until_it_is_used() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "read%20offline_access");
        let response = world.introspect(&client, &tokens["refresh_token"]);
        assert_eq!(response["active"], true);
        assert!(response.get("token_type").is_none());
        world.refresh(&client, tokens["refresh_token"].as_str().unwrap(), "").unwrap();
        assert!(!world.is_active(&client, &tokens["refresh_token"]));
    }
}

#[test]
fn revoking_an_access_token_ends_that_one() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "read%20offline_access");
        world.revoke(&client, &tokens["access_token"]);
        world.revoke(&client, &tokens["access_token"]);
        assert!(!world.is_active(&client, &tokens["access_token"]));
        assert!(world.is_active(&client, &tokens["refresh_token"]));
    }
}

#[test]
fn revoking_a_refresh_token_ends_everything_of_its_authorization_and_nothing_else() {
    for world in worlds() {
        let client = world.web();
        let tokens = world.tokens(&client, "read%20offline_access");
        let others = world.tokens(&client, "read%20offline_access");
        world.revoke(&client, &tokens["refresh_token"]);
        assert!(!world.is_active(&client, &tokens["access_token"]));
        assert!(!world.is_active(&client, &tokens["refresh_token"]));
        assert!(world.is_active(&client, &others["access_token"]));
    }
}

#[test]
fn nobody_revokes_the_tokens_of_others() {
    for world in worlds() {
        let (client, other) = (world.web(), world.web());
        let tokens = world.tokens(&client, "read%20offline_access");
        world.revoke(&other, &tokens["access_token"]);
        world.revoke(&other, &tokens["refresh_token"]);
        world.revoke(&other, &json!("nonsense"));
        assert!(world.is_active(&client, &tokens["access_token"]));
        assert!(world.is_active(&client, &tokens["refresh_token"]));
    }
}

#[test]
fn userinfo_says_what_the_scopes_allow() {
    for world in worlds() {
        let client = for_api(&world);
        let sub = &world.alice.id;
        for (scope, claims) in [
            ("openid", json!({ "sub": sub })),
            (
                "openid%20profile",
                json!({ "sub": sub, "name": "Alice Liddell", "preferred_username": "alice" }),
            ),
            ("openid%20email", json!({ "sub": sub, "email": "alice@example.com", "email_verified": false })),
        ] {
            let tokens = world.tokens(&client, scope);
            assert_eq!(userinfo(&world, &tokens["access_token"]).unwrap(), claims, "{scope}");
        }
    }
}

#[test]
fn userinfo_wants_a_live_access_token_with_openid() {
    for world in worlds() {
        let client = world.client(NewApplication {
            scopes: Some(Scopes::parse("openid read").unwrap()),
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        let insufficient = Err(BearerError::InsufficientScope { required: "openid".into() });
        assert_eq!(userinfo(&world, &world.tokens(&client, "read")["access_token"]), insufficient);
        let own = world.exchange(&client, "grant_type=client_credentials").unwrap();
        assert_eq!(userinfo(&world, &own["access_token"]), insufficient);

        let tokens = world.tokens(&client, "openid");
        assert_eq!(
            userinfo(&world, &tokens["id_token"]),
            Err(BearerError::InvalidToken),
            "an ID token is none"
        );
        world.revoke(&client, &tokens["access_token"]);
        assert_eq!(userinfo(&world, &tokens["access_token"]), Err(BearerError::InvalidToken));
    }
}

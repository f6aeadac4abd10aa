//! The client credentials grant.

use auth_core::{redirect_uri::ClientType, scope::Scopes};
use serde_json::Value;

use super::codes::claims;
use crate::{
    admin::NewApplication,
    oauth::EndpointError,
    testing::{API, Client, World, worlds},
};

fn worker(world: &World) -> Client {
    world.client(NewApplication {
        grant_types: vec!["client_credentials".into()],
        scopes: Some(Scopes::parse("openid offline_access profile read").unwrap()),
        audiences: vec![API.into()],
        ..NewApplication::new("Worker", ClientType::Confidential)
    })
}

fn get(world: &World, client: &Client, more: &str) -> Result<Value, EndpointError> {
    world.exchange(client, &format!("grant_type=client_credentials{more}"))
}

#[test]
fn the_client_is_its_own_subject_and_gets_nothing_that_outlives_the_token() {
    for world in worlds() {
        let client = worker(&world);
        let tokens = get(&world, &client, "").unwrap();
        assert_eq!(tokens["scope"], "read");
        assert!(tokens.get("refresh_token").is_none() && tokens.get("id_token").is_none());
        let access = claims(&tokens["access_token"]);
        assert_eq!((&access["sub"], &access["aud"]), (&client.id.as_str().into(), &API.into()));
        assert!(access.get("auth_time").is_none());
        assert!(world.is_active(&client, &tokens["access_token"]));
        assert!(world.introspect(&client, &tokens["access_token"]).get("username").is_none());
    }
}

#[test]
fn scopes_about_a_user_and_unknown_ones_are_refused() {
    for world in worlds() {
        let client = worker(&world);
        for scope in ["openid", "offline_access", "read%20openid", "profile", "write", "nonsense"] {
            let refused = get(&world, &client, &format!("&scope={scope}")).unwrap_err();
            assert_eq!(refused.error.code().as_str(), "invalid_scope", "{scope}");
        }
    }
}

#[test]
fn a_resource_of_another_client_is_refused() {
    for world in worlds() {
        let refused = get(&world, &worker(&world), "&resource=https://other.example").unwrap_err();
        assert_eq!(refused.error.code().as_str(), "invalid_target");
    }
}

#[test]
fn a_public_client_and_one_without_the_grant_are_refused() {
    for world in worlds() {
        let public = world.client(NewApplication::new("Native", ClientType::Public));
        let code_only = world.client(NewApplication {
            grant_types: vec!["authorization_code".into()],
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        for client in [public, code_only] {
            let refused = get(&world, &client, "").unwrap_err();
            assert_eq!(refused.error.code().as_str(), "unauthorized_client");
        }
    }
}

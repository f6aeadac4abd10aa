//! The refresh token grant.

use std::{collections::BTreeSet, time::Duration};

use auth_core::redirect_uri::ClientType;
use serde_json::Value;

use super::codes::claims;
use crate::{
    admin::NewApplication,
    oauth::EndpointError,
    testing::{API, Client, World, twenty, worlds, worlds_with},
};

const SCOPE: &str = "openid%20read%20write%20offline_access";

fn code_of(outcome: Result<Value, EndpointError>) -> &'static str {
    outcome.unwrap_err().error.code().as_str()
}

fn refresh_token(tokens: &Value) -> &str {
    tokens["refresh_token"].as_str().unwrap()
}

/// A client with its first tokens.
fn start(world: &World) -> (Client, Value) {
    let client = world.web();
    let tokens = world.tokens(&client, SCOPE);
    (client, tokens)
}

#[test]
fn each_use_gives_a_successor() {
    for world in worlds() {
        let (client, first) = start(&world);
        world.time.advance(Duration::from_secs(600));
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        assert_ne!(refresh_token(&first), refresh_token(&second));
        assert_eq!(second["scope"], first["scope"]);
        let (before, after) = (claims(&first["id_token"]), claims(&second["id_token"]));
        assert_eq!(before["auth_time"], after["auth_time"]);
        assert_eq!(before["sub"], after["sub"]);
        assert!(after.get("nonce").is_none());
        assert!(world.refresh(&client, refresh_token(&second), "").is_ok());
    }
}

#[test]
fn reuse_ends_the_whole_family() {
    for world in worlds() {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        world.time.advance(Duration::from_secs(11));
        assert_eq!(code_of(world.refresh(&client, refresh_token(&first), "")), "invalid_grant");
        assert_eq!(code_of(world.refresh(&client, refresh_token(&second), "")), "invalid_grant");
        assert!(!world.is_active(&client, &first["access_token"]));
        assert!(!world.is_active(&client, &second["access_token"]));
    }
}

#[test]
fn a_retry_within_ten_seconds_gets_the_same_successor() {
    for world in worlds() {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        world.time.advance(Duration::from_secs(10));
        let again = world.refresh(&client, refresh_token(&first), "").unwrap();
        assert_eq!(refresh_token(&second), refresh_token(&again));
        assert_ne!(second["access_token"], again["access_token"]);
        assert!(world.refresh(&client, refresh_token(&again), "").is_ok());
    }
}

#[test]
fn a_retry_after_the_successor_was_used_is_reuse() {
    for world in worlds() {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        let third = world.refresh(&client, refresh_token(&second), "").unwrap();
        assert_eq!(code_of(world.refresh(&client, refresh_token(&first), "")), "invalid_grant");
        assert_eq!(code_of(world.refresh(&client, refresh_token(&third), "")), "invalid_grant");
    }
}

#[test]
fn a_revoked_token_has_no_grace() {
    for world in worlds() {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        world.revoke(&client, &second["refresh_token"]);
        assert_eq!(code_of(world.refresh(&client, refresh_token(&first), "")), "invalid_grant");
    }
}

#[test]
fn without_a_grace_every_second_use_is_reuse() {
    for world in worlds_with(|settings| settings.refresh_token_grace = Duration::ZERO) {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        assert_eq!(code_of(world.refresh(&client, refresh_token(&first), "")), "invalid_grant");
        assert_eq!(code_of(world.refresh(&client, refresh_token(&second), "")), "invalid_grant");
    }
}

#[test]
fn twenty_refreshes_at_once_give_one_chain() {
    for world in worlds() {
        let (client, first) = start(&world);
        let outcomes = twenty(|| world.refresh(&client, refresh_token(&first), "").unwrap());
        let successors: BTreeSet<_> = outcomes.iter().map(refresh_token).collect();
        assert_eq!(successors.len(), 1);
        let successor = successors.into_iter().next().unwrap();
        assert!(world.refresh(&client, successor, "").is_ok());
    }
}

#[test]
fn twenty_refreshes_at_once_without_a_grace_give_one_answer() {
    for world in worlds_with(|settings| settings.refresh_token_grace = Duration::ZERO) {
        let (client, first) = start(&world);
        let outcomes = twenty(|| world.refresh(&client, refresh_token(&first), ""));
        assert!(outcomes.iter().filter(|outcome| outcome.is_ok()).count() <= 1);
    }
}

#[test]
fn the_scope_may_shrink_for_one_access_token_and_never_grow() {
    for world in worlds() {
        let (client, first) = start(&world);
        for wider in ["&scope=read%20profile", "&scope=unknown"] {
            assert_eq!(code_of(world.refresh(&client, refresh_token(&first), wider)), "invalid_scope");
        }
        let second = world.refresh(&client, refresh_token(&first), "&scope=read").unwrap();
        assert_eq!(second["scope"], "read");
        assert!(second.get("id_token").is_none());
        let third = world.refresh(&client, refresh_token(&second), "").unwrap();
        assert_eq!(third["scope"], first["scope"]);
    }
}

#[test]
fn the_resource_may_be_narrowed_and_never_widened() {
    for world in worlds() {
        let client = world.client(NewApplication {
            audiences: vec![API.into(), "https://other.example".into()],
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        let first = world.tokens(&client, SCOPE);
        let escalated = world.refresh(&client, refresh_token(&first), "&resource=https://third.example");
        assert_eq!(code_of(escalated), "invalid_target");
        let second = world.refresh(&client, refresh_token(&first), &format!("&resource={API}")).unwrap();
        assert_eq!(claims(&second["access_token"])["aud"], API);
    }
}

#[test]
fn another_client_can_not_use_it_and_ends_nothing() {
    for world in worlds() {
        let (client, first) = start(&world);
        assert_eq!(code_of(world.refresh(&world.web(), refresh_token(&first), "")), "invalid_grant");
        assert!(world.refresh(&client, refresh_token(&first), "").is_ok());
    }
}

#[test]
fn it_ends_when_idle_and_it_ends_for_good() {
    let day = 24 * 60 * 60;
    let change = |settings: &mut crate::Settings| {
        settings.refresh_token_lifetime = Duration::from_secs(2 * day);
        settings.refresh_token_absolute_lifetime = Duration::from_secs(3 * day);
    };
    for world in worlds_with(change) {
        let (client, idle) = start(&world);
        let (_, used) = (0, world.tokens(&client, SCOPE));
        world.time.advance(Duration::from_secs(2 * day - 1));
        let used = world.refresh(&client, refresh_token(&used), "").unwrap();
        world.time.advance(Duration::from_secs(1));
        assert_eq!(code_of(world.refresh(&client, refresh_token(&idle), "")), "invalid_grant");
        world.time.advance(Duration::from_secs(day - 1));
        let used = world.refresh(&client, refresh_token(&used), "").unwrap();
        world.time.advance(Duration::from_secs(1));
        assert_eq!(code_of(world.refresh(&client, refresh_token(&used), "")), "invalid_grant");
    }
}

#[test]
fn a_deactivated_user_gets_no_token() {
    for world in worlds() {
        let (client, first) = start(&world);
        world.deactivate_alice();
        assert_eq!(code_of(world.refresh(&client, refresh_token(&first), "")), "invalid_grant");
        assert!(!world.is_active(&client, &first["access_token"]));
    }
}

#[test]
fn what_the_client_has_lost_since_is_lost_for_its_old_grants() {
    use crate::schema::applications;
    use diesel::prelude::*;
    for world in worlds() {
        let other = "https://other.example";
        let client = world.client(NewApplication {
            audiences: vec![API.into(), other.into()],
            ..NewApplication::new("Web", ClientType::Confidential)
        });
        let first = world.tokens(&client, SCOPE);
        world.tx(|tx| {
            let less = (applications::scopes.eq("read openid"), applications::audiences.eq(API));
            Ok(diesel::update(applications::table.find(&client.id)).set(less).execute(tx)?)
        });
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        assert_eq!(second["scope"], "openid read");
        assert_eq!(claims(&second["access_token"])["aud"], API);
        let asked = world.refresh(&client, refresh_token(&second), "&scope=write");
        assert_eq!(code_of(asked), "invalid_scope");
        let asked = world.refresh(&client, refresh_token(&second), &format!("&resource={other}"));
        assert_eq!(code_of(asked), "invalid_target");
    }
}

#[test]
fn the_database_alone_gives_no_token_away() {
    use diesel::prelude::*;
    for world in worlds() {
        let (client, first) = start(&world);
        let second = world.refresh(&client, refresh_token(&first), "").unwrap();
        let rows: Vec<(String, Option<String>)> = world.tx(|tx| {
            use crate::schema::refresh_tokens::dsl;
            Ok(dsl::refresh_tokens.select((dsl::digest, dsl::sealed_successor)).load(tx)?)
        });
        assert_eq!(rows.len(), 2);
        let stored = format!("{rows:?}");
        assert!(!stored.contains(refresh_token(&first)) && !stored.contains(refresh_token(&second)));
    }
}

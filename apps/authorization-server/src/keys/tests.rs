#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use auth_core::jwt::{self, ACCESS_TOKEN_TYPE, AccessTokenClaims, Expected};

use super::*;
use crate::{
    admin::{KeyListing, clear_tokens, list_keys, rotate_keys},
    settings::KEY_RETIREMENT,
    testing::{databases, master_key, worlds},
};

fn states(listing: &[KeyListing], algorithm: Algorithm) -> Vec<&str> {
    let mut states: Vec<_> = listing
        .iter()
        .filter(|key| key.algorithm == algorithm.as_str())
        .map(|key| key.state.as_str())
        .collect();
    states.sort_unstable();
    states
}

fn jwks(keys: &Keys, database: &Database) -> JwkSet {
    database.transaction(|tx| Ok::<_, Refused<()>>(keys.jwks(tx)?)).unwrap()
}

fn forget(keys: &Keys) {
    *keys.0.read.lock().unwrap() = None;
}

#[test]
fn the_first_start_makes_an_active_and_a_next_key_for_each_algorithm() {
    for database in databases() {
        let open = || Keys::open(&database, &master_key(), Clock::system()).unwrap();
        // Two servers at once; each must see the keys that are kept.
        let published: BTreeSet<String> = std::thread::scope(|scope| {
            let servers = [scope.spawn(open), scope.spawn(open)];
            servers
                .map(|server| format!("{:?}", jwks(&server.join().unwrap(), &database)))
                .into_iter()
                .collect()
        });
        assert_eq!(published.len(), 1);
        let listing = list_keys(&database).unwrap();
        for algorithm in ALGORITHMS {
            assert_eq!(states(&listing, algorithm), ["active", "next"]);
        }
    }
}

#[test]
fn the_published_set_has_only_public_halves() {
    for world in worlds() {
        let set = serde_json::to_value(jwks(&world.ctx.keys, &world.database)).unwrap();
        let keys = set["keys"].as_array().unwrap();
        assert_eq!(keys.len(), 4);
        for key in keys {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
            assert_eq!(key["use"], "sig");
            assert!(key["kid"].is_string() && key["alg"].is_string());
        }
    }
}

#[test]
fn a_rotation_promotes_what_was_published_and_keeps_what_has_signed() {
    for world in worlds() {
        let (keys, database) = (&world.ctx.keys, &world.database);
        let ring = || database.transaction(|tx| Ok::<_, Refused<()>>(keys.ring(tx)?)).unwrap();
        let before = ring();
        let claims = AccessTokenClaims {
            iss: "i".into(),
            aud: "a".into(),
            iat: world.ctx.now(),
            exp: world.ctx.now() + KEY_RETIREMENT,
            ..AccessTokenClaims::default()
        };
        let token = before.access_token_key.sign(ACCESS_TOKEN_TYPE, &claims).unwrap();

        let listing = rotate_keys(database, &master_key(), world.ctx.now()).unwrap();
        for algorithm in ALGORITHMS {
            assert_eq!(states(&listing, algorithm), ["active", "next", "retiring"]);
        }
        assert_eq!(ring().access_token_key.kid(), before.access_token_key.kid(), "not read again yet");
        forget(keys);
        let after = ring();
        for (old, new) in
            [(&before.access_token_key, &after.access_token_key), (&before.id_token_key, &after.id_token_key)]
        {
            assert_ne!(old.kid(), new.kid());
            assert!(before.verification.contains(new.kid()), "published before it signs");
            assert!(after.verification.contains(old.kid()), "published after it signed");
        }
        let verify = |ring: &KeyRing| {
            let expected = Expected::access_token("i", "a");
            jwt::verify::<AccessTokenClaims>(&token, &ring.verification, &expected, claims.iat).is_ok()
        };
        assert!(verify(&after));

        world.time.advance(KEY_RETIREMENT);
        forget(keys);
        assert!(!verify(&ring()));
        assert_eq!(clear_tokens(database, world.ctx.now()).unwrap().keys, 2);
        assert_eq!(list_keys(database).unwrap().len(), 4);
    }
}

#[test]
fn another_master_key_opens_nothing_and_rotates_nothing() {
    for world in worlds() {
        let other = MasterKey::new(*b"another key another key another ");
        let error = Keys::open(&world.database, &other, Clock::system()).err().unwrap().to_string();
        assert!(error.contains("AS_MASTER_KEY does not open the signing keys"), "{error}");
        let before = list_keys(&world.database).unwrap();
        assert!(rotate_keys(&world.database, &other, world.ctx.now()).is_err());
        assert_eq!(list_keys(&world.database).unwrap(), before);
    }
}

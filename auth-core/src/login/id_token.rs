//! What an ID token must be besides well signed and in time (OpenID Connect Core §3.1.3.7).

use crate::jwt::{IdTokenClaims, Verified, at_hash};
use crate::secret::Digest;

/// A rule that an ID token breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum IdTokenProblem {
    #[error("the ID token was issued to another client (azp)")]
    AuthorizedParty,
    #[error("the ID token belongs to another login (nonce)")]
    Nonce,
    #[error("the ID token belongs to another access token (at_hash)")]
    AccessToken,
    #[error("the answer is about another user (sub)")]
    Subject,
}

// ANCHOR: check
/// `nonce` is `None` for the ID token of a refresh, which has none of its own (OpenID Connect Core §12.2).
pub(super) fn check(
    verified: &Verified<IdTokenClaims>,
    client_id: &str,
    access_token: &str,
    nonce: Option<&str>,
) -> Result<(), IdTokenProblem> {
    let claims = &verified.claims;
    // OpenID Connect Core §3.1.3.7 (3), (5): with other audiences besides us, an azp must say that the token is
    // for us all the same; and an azp, where there is one, must be us.
    match &claims.azp {
        Some(azp) if azp == client_id => {}
        None if claims.aud.iter().count() == 1 => {}
        _ => return Err(IdTokenProblem::AuthorizedParty),
    }
    // OpenID Connect Core §2: at most 255 characters; an empty one names nobody.
    if claims.sub.is_empty() || claims.sub.len() > 255 {
        return Err(IdTokenProblem::Subject);
    }
    // OpenID Connect Core §3.1.3.7 (11).
    if let Some(nonce) = nonce {
        let same = |presented: &String| Digest::of(presented.as_bytes()) == Digest::of(nonce.as_bytes());
        if !claims.nonce.as_ref().is_some_and(same) {
            return Err(IdTokenProblem::Nonce);
        }
    }
    // OpenID Connect Core §3.1.3.8: optional in this flow; when it is there, it must be right.
    if claims.at_hash.as_ref().is_some_and(|hash| *hash != at_hash(access_token, verified.algorithm)) {
        return Err(IdTokenProblem::AccessToken);
    }
    Ok(())
}
// ANCHOR_END: check

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jwt::{Algorithm, Audience};

    fn check_with(change: impl FnOnce(&mut IdTokenClaims)) -> Result<(), IdTokenProblem> {
        let mut claims = IdTokenClaims {
            sub: "alice".to_owned(),
            aud: Audience::from("app"),
            nonce: Some("n-0S6_WzA2Mj".to_owned()),
            at_hash: Some(at_hash("token", Algorithm::ES256)),
            ..IdTokenClaims::default()
        };
        change(&mut claims);
        check(
            &Verified { claims, algorithm: Algorithm::ES256, kid: None },
            "app",
            "token",
            Some("n-0S6_WzA2Mj"),
        )
    }

    #[test]
    fn what_belongs_together_is_accepted() {
        assert_eq!(check_with(|_| {}), Ok(()));
        assert_eq!(check_with(|claims| claims.at_hash = None), Ok(()));
        assert_eq!(check_with(|claims| claims.azp = Some("app".to_owned())), Ok(()));
    }

    #[test]
    fn the_nonce_must_be_there_and_be_the_one_of_this_login() {
        assert_eq!(check_with(|claims| claims.nonce = None), Err(IdTokenProblem::Nonce));
        assert_eq!(check_with(|claims| claims.nonce = Some("other".to_owned())), Err(IdTokenProblem::Nonce));
    }

    #[test]
    fn an_at_hash_must_be_that_of_the_access_token() {
        let swapped = at_hash("another token", Algorithm::ES256);
        assert_eq!(check_with(|claims| claims.at_hash = Some(swapped)), Err(IdTokenProblem::AccessToken));
    }

    #[test]
    fn several_audiences_need_an_azp_and_an_azp_must_be_this_client() {
        let both = || Audience::Many(vec!["app".to_owned(), "other".to_owned()]);
        assert_eq!(check_with(|claims| claims.aud = both()), Err(IdTokenProblem::AuthorizedParty));
        assert_eq!(
            check_with(|claims| claims.azp = Some("other".to_owned())),
            Err(IdTokenProblem::AuthorizedParty)
        );
        let with_azp = check_with(|claims| {
            claims.aud = both();
            claims.azp = Some("app".to_owned());
        });
        assert_eq!(with_azp, Ok(()));
    }

    #[test]
    fn a_subject_has_1_to_255_characters() {
        for sub in [String::new(), "x".repeat(256)] {
            assert_eq!(check_with(|claims| claims.sub = sub), Err(IdTokenProblem::Subject));
        }
    }
}

//! A signed-in user, and an access token that is fresh whenever it is needed.

use std::sync::Arc;

use auth_core::clock::Timestamp;
use auth_core::login::{Login, LoginError, Tokens};
use auth_core::secret::CsrfToken;
use tokio::sync::Mutex;

/// Who is signed in, and with what the app may act for them.
pub(crate) struct SignedIn {
    pub(crate) user: User,
    /// Every form of this session carries it.
    pub(crate) csrf: CsrfToken,
    /// `None` once the authorization has ended. Whoever renews the tokens holds the lock, so that
    /// parallel requests renew them once: a second use of a refresh token looks like theft.
    tokens: Arc<Mutex<Option<Arc<Tokens>>>>,
}

/// The user as the pages show them.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) sub: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
}

impl User {
    /// From verified claims: of the ID token, or of userinfo.
    pub(crate) fn new(sub: &str, claims: &serde_json::Map<String, serde_json::Value>) -> Self {
        let claim =
            |name: &str| claims.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let name = claim("name").or_else(|| claim("preferred_username")).unwrap_or_else(|| sub.to_owned());
        Self { sub: sub.to_owned(), name, email: claim("email") }
    }
}

impl SignedIn {
    pub(crate) fn new(user: User, tokens: Tokens) -> Self {
        Self { user, csrf: CsrfToken::generate(), tokens: Arc::new(Mutex::new(Some(Arc::new(tokens)))) }
    }

    /// The tokens as they are, for a page that only describes them.
    pub(crate) async fn current_tokens(&self) -> Option<Arc<Tokens>> {
        self.tokens.lock().await.clone()
    }

    /// Tokens to call the API with: renewed if they are about to end, or if the API has
    /// `rejected` the ones that are current.
    ///
    /// [`LoginError::RefreshRefused`] means that the user must sign in again.
    pub(crate) async fn fresh_tokens(
        &self,
        login: &Arc<Login>,
        now: Timestamp,
        rejected: Option<&Arc<Tokens>>,
    ) -> Result<Arc<Tokens>, LoginError> {
        // ANCHOR: renew_once
        let mut guard = Arc::clone(&self.tokens).lock_owned().await;
        let current = guard.clone().ok_or(LoginError::RefreshRefused)?;
        let usable =
            !current.is_expired(now) && !rejected.is_some_and(|rejected| Arc::ptr_eq(rejected, &current));
        if usable && (!current.needs_refresh(now) || current.refresh_token().is_none()) {
            return Ok(current);
        }
        let login = Arc::clone(login);
        // A task of its own: when the browser goes away midway, the server has rotated the refresh
        // token all the same, and its successor must not be lost.
        let renewal = tokio::spawn(async move {
            match login.refresh(&current).await {
                Ok(tokens) => {
                    let tokens = Arc::new(tokens);
                    *guard = Some(Arc::clone(&tokens));
                    Ok(tokens)
                }
                Err(LoginError::RefreshRefused) => {
                    *guard = None;
                    Err(LoginError::RefreshRefused)
                }
                Err(error) if usable => {
                    tracing::warn!(%error, "could not renew a token early; it is still good");
                    Ok(current)
                }
                Err(error) => Err(error),
            }
        });
        // ANCHOR_END: renew_once
        renewal
            .await
            .unwrap_or_else(|_| Err(LoginError::Unreachable("the renewal was interrupted".to_owned())))
    }

    /// Takes the tokens away for good, waiting for a renewal that is under way: the ones to revoke
    /// are the newest.
    pub(crate) async fn take_tokens(&self) -> Option<Arc<Tokens>> {
        self.tokens.lock().await.take()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    #[test]
    fn a_user_is_called_by_the_best_name_there_is() {
        let user = |claims: serde_json::Value| User::new("u1", claims.as_object().unwrap());
        assert_eq!(user(json!({"name": "Alice", "preferred_username": "al"})).name, "Alice");
        assert_eq!(user(json!({"name": "", "preferred_username": "al"})).name, "al");
        assert_eq!(user(json!({"name": 7})).name, "u1");
        assert_eq!(user(json!({"email": "a@b.example"})).email.unwrap(), "a@b.example");
    }
}

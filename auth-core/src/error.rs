//! Errors as OAuth words them: one code, one sentence for the developer of the other party.
//!
//! The same [`OAuthError`] renders as the token endpoint's JSON (RFC 6749 §5.2) and as the
//! parameters of an authorization response (§4.1.2.1); a [`Challenge`] is the `WWW-Authenticate`
//! header that goes with a 401 or a 403 (RFC 6750 §3).
//!
//! # Example
//! ```
//! use auth_core::error::{Challenge, OAuthError};
//!
//! let error = OAuthError::invalid_grant("the code has expired; start a new authorization request");
//! assert_eq!(error.status(), 400);
//! assert_eq!(error.to_json()["error"], "invalid_grant");
//!
//! let challenge = Challenge::bearer("notes").error(OAuthError::invalid_token("the token has expired"));
//! assert_eq!(
//!     challenge.to_string(),
//!     r#"Bearer realm="notes", error="invalid_token", error_description="the token has expired""#
//! );
//! ```

mod challenge;
mod code;

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

pub use challenge::Challenge;
pub use code::ErrorCode;

use crate::client_authentication::ClientAuthError;
use crate::params::ParamsError;

/// An error of the protocol: what the other party gets to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthError {
    code: ErrorCode,
    description: Cow<'static, str>,
}

macro_rules! constructors {
    ($($name:ident => $code:ident,)+) => {
        /// One constructor per code. The description says what is wrong and what to do; it is read
        /// by the developer of the client, and must not repeat what the client sent.
        impl OAuthError {
            $(
                #[doc = concat!("[`ErrorCode::", stringify!($code), "`] with a description.")]
                #[must_use]
                pub fn $name(description: impl Into<Cow<'static, str>>) -> Self {
                    Self::new(ErrorCode::$code, description)
                }
            )+
        }
    };
}

constructors! {
    invalid_request => InvalidRequest,
    invalid_client => InvalidClient,
    invalid_grant => InvalidGrant,
    unauthorized_client => UnauthorizedClient,
    unsupported_grant_type => UnsupportedGrantType,
    unsupported_response_type => UnsupportedResponseType,
    invalid_scope => InvalidScope,
    access_denied => AccessDenied,
    server_error => ServerError,
    temporarily_unavailable => TemporarilyUnavailable,
    invalid_token => InvalidToken,
    insufficient_scope => InsufficientScope,
    invalid_target => InvalidTarget,
    unsupported_token_type => UnsupportedTokenType,
    login_required => LoginRequired,
    consent_required => ConsentRequired,
}

impl OAuthError {
    /// An error with any code.
    #[must_use]
    pub fn new(code: ErrorCode, description: impl Into<Cow<'static, str>>) -> Self {
        let description = description.into();
        // RFC 6749 §5.2: error_description is %x20-21 / %x23-5B / %x5D-7E. What a caller lets slip
        // through becomes a question mark, never a broken header.
        let allowed = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
        let description = if description.chars().all(allowed) {
            description
        } else {
            description.chars().map(|c| if allowed(c) { c } else { '?' }).collect()
        };
        Self { code, description }
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence for the developer.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The status with which a token, revocation or introspection endpoint answers
    /// (RFC 6749 §5.2): 401 for `invalid_client`, 500 and 503 for our own trouble, else 400.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self.code {
            ErrorCode::InvalidClient => StatusCode::UNAUTHORIZED,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body of an error answer (RFC 6749 §5.2). Send it with `Cache-Control: no-store`.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({ "error": self.code.as_str(), "error_description": self.description })
    }

    /// The parameters of an error that goes back to the client through the browser
    /// (RFC 6749 §4.1.2.1), with the `iss` of RFC 9207 §2, which errors carry too.
    #[must_use]
    pub fn redirect_params(&self, state: Option<&str>, iss: &str) -> Vec<(&'static str, String)> {
        let mut params = vec![
            ("error", self.code.as_str().to_owned()),
            ("error_description", self.description.to_string()),
        ];
        params.extend(state.map(|state| ("state", state.to_owned())));
        params.push(("iss", iss.to_owned()));
        params
    }
}

impl fmt::Display for OAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.description)
    }
}

impl std::error::Error for OAuthError {}

impl From<ParamsError> for OAuthError {
    fn from(error: ParamsError) -> Self {
        Self::invalid_request(error.to_string())
    }
}

impl From<ClientAuthError> for OAuthError {
    fn from(error: ClientAuthError) -> Self {
        error.error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_code_has_the_status_of_rfc_6749() {
        for (error, status) in [
            (OAuthError::invalid_client(""), 401),
            (OAuthError::server_error(""), 500),
            (OAuthError::temporarily_unavailable(""), 503),
            (OAuthError::invalid_grant(""), 400),
            (OAuthError::invalid_request(""), 400),
        ] {
            assert_eq!(error.status(), status, "{}", error.code());
        }
    }

    #[test]
    fn an_error_through_the_browser_carries_state_and_issuer() {
        // RFC 6749 §4.1.2.1's example, with the iss of RFC 9207 §2.
        let params =
            OAuthError::access_denied("the user said no").redirect_params(Some("xyz"), "https://as.example");
        assert_eq!(
            params,
            [
                ("error", "access_denied".to_owned()),
                ("error_description", "the user said no".to_owned()),
                ("state", "xyz".to_owned()),
                ("iss", "https://as.example".to_owned()),
            ]
        );
        assert!(
            OAuthError::access_denied("").redirect_params(None, "i").iter().all(|(name, _)| *name != "state")
        );
    }

    #[test]
    fn json_is_that_of_rfc_6749_section_5_2() {
        assert_eq!(
            OAuthError::invalid_request("x").to_json().to_string(),
            r#"{"error":"invalid_request","error_description":"x"}"#
        );
    }

    proptest! {
        #[test]
        fn a_description_is_always_of_the_allowed_characters(text in ".*") {
            let error = OAuthError::invalid_request(text.clone());
            prop_assert!(error.description().bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E)));
            prop_assert_eq!(error.description().chars().count(), text.chars().count());
        }
    }
}

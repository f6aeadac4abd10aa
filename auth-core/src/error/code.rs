use std::fmt;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// Every error code that an authorization server, a resource server or an OpenID provider
        /// of this workspace sends.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// The code as it travels.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// Reads a code that another party sent; `None` for one that is not listed here.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$name),)+
                    _ => None,
                }
            }
        }
    };
}

error_codes! {
    /// A parameter is missing, repeated or malformed (RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1).
    InvalidRequest = "invalid_request",
    /// Client authentication failed (RFC 6749 §5.2).
    InvalidClient = "invalid_client",
    /// The code or refresh token is invalid, expired, revoked or another client's (RFC 6749 §5.2).
    InvalidGrant = "invalid_grant",
    /// This client may not use this grant or response type (RFC 6749 §4.1.2.1, §5.2).
    UnauthorizedClient = "unauthorized_client",
    /// The server does not know this grant type (RFC 6749 §5.2).
    UnsupportedGrantType = "unsupported_grant_type",
    /// The server does not know this response type (RFC 6749 §4.1.2.1).
    UnsupportedResponseType = "unsupported_response_type",
    /// A scope is unknown, malformed or more than was granted (RFC 6749 §4.1.2.1, §5.2).
    InvalidScope = "invalid_scope",
    /// The user, or the server's policy, said no (RFC 6749 §4.1.2.1).
    AccessDenied = "access_denied",
    /// What would be a 500, where a redirect cannot carry one (RFC 6749 §4.1.2.1).
    ServerError = "server_error",
    /// What would be a 503, where a redirect cannot carry one (RFC 6749 §4.1.2.1).
    TemporarilyUnavailable = "temporarily_unavailable",
    /// The access token is expired, revoked, malformed or not for this server (RFC 6750 §3.1).
    InvalidToken = "invalid_token",
    /// The access token does not allow this (RFC 6750 §3.1).
    InsufficientScope = "insufficient_scope",
    /// The server does not revoke tokens of this type (RFC 7009 §2.2.1).
    UnsupportedTokenType = "unsupported_token_type",
    /// The `resource` is unknown, malformed or not for this client (RFC 8707 §2).
    InvalidTarget = "invalid_target",
    /// `prompt=none`, but the user must sign in (OpenID Connect Core §3.1.2.6).
    LoginRequired = "login_required",
    /// `prompt=none`, but the user must agree (OpenID Connect Core §3.1.2.6).
    ConsentRequired = "consent_required",
    /// `prompt=none`, but the user must do something else (OpenID Connect Core §3.1.2.6).
    InteractionRequired = "interaction_required",
    /// `prompt=none`, but the user must choose an account (OpenID Connect Core §3.1.2.6).
    AccountSelectionRequired = "account_selection_required",
    /// The `request` parameter is not supported (OpenID Connect Core §3.1.2.6).
    RequestNotSupported = "request_not_supported",
    /// The `request_uri` parameter is not supported (OpenID Connect Core §3.1.2.6).
    RequestUriNotSupported = "request_uri_not_supported",
    /// The `registration` parameter is not supported (OpenID Connect Core §3.1.2.6).
    RegistrationNotSupported = "registration_not_supported",
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_they_are_written() {
        assert_eq!(ErrorCode::parse(ErrorCode::InvalidGrant.as_str()), Some(ErrorCode::InvalidGrant));
        assert_eq!(ErrorCode::AccessDenied.to_string(), "access_denied");
        assert_eq!(ErrorCode::parse("Invalid_Grant"), None);
    }
}

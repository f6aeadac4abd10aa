//! Why a token was refused, or could not be made.

/// Why a token was refused, or could not be made.
///
/// The text is for the log of whoever checks the token. Its bearer learns `invalid_token` and no
/// more than that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    /// Longer than [`MAX_TOKEN_BYTES`](super::MAX_TOKEN_BYTES).
    #[error("the token is longer than {} bytes", super::MAX_TOKEN_BYTES)]
    TooLong,
    /// Not three parts of base64url with JSON objects in the first two.
    #[error("not a signed JWT in compact form: {0}")]
    Malformed(&'static str),
    /// The header names an algorithm that is unknown or not expected here.
    #[error("the token's algorithm is not one that is accepted here")]
    Algorithm,
    /// The header says `crit`: RFC 7515 §4.1.11, what is not understood must be refused.
    #[error("the token has critical header parameters that are not understood")]
    Critical,
    /// The `typ` is another one: an ID token where an access token belongs, for instance.
    #[error("the token is of another type than {0}")]
    Type(&'static str),
    /// No key of this issuer has the token's `kid`.
    #[error("no key of the issuer has the token's kid")]
    UnknownKey,
    /// The signature is not by that key, or that key is for another algorithm.
    #[error("the signature is wrong")]
    Signature,
    /// A required claim is absent.
    #[error("the claim {0} is missing")]
    Missing(&'static str),
    /// A claim has the wrong JSON type.
    #[error("the claim {0} has the wrong JSON type")]
    ClaimType(&'static str),
    /// Another issuer's token.
    #[error("the token is from another issuer")]
    Issuer,
    /// A token for somebody else.
    #[error("the token is for another audience")]
    Audience,
    /// Past its `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before its `nbf`, or issued in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The claims do not fit the type that they were asked for as.
    #[error("the claims are not those of the expected kind of token: {0}")]
    Claims(String),
    /// A key could not be made or read.
    #[error("the key cannot be used: {0}")]
    Key(&'static str),
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Signing,
}

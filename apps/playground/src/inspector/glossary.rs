//! What every parameter, header and claim is for. The same word means different things in different places:
//! `code` is a promise in the redirect and a proof in the token request.

mod authorization;
mod claims;
mod cookies;
mod headers;
mod metadata;
mod resources;
mod tokens;

use super::spec::Spec;

/// One word, explained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// What it is.
    pub(super) what: &'static str,
    /// Who made it.
    pub(super) by: &'static str,
    /// The attack that it stops; empty for what stops none.
    pub(super) stops: &'static str,
    /// Where it is written down.
    pub(super) specs: &'static [Spec],
}

/// A sentence of ours in pieces: between backticks stands code.
pub(super) fn prose(text: &'static str) -> impl Iterator<Item = (bool, &'static str)> {
    text.split('`').enumerate().map(|(index, piece)| (index % 2 == 1, piece))
}

type Table = &'static [(&'static str, Entry)];

const fn entry(what: &'static str, by: &'static str, stops: &'static str, specs: &'static [Spec]) -> Entry {
    Entry { what, by, stops, specs }
}

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Context {
    AuthorizationRequest,
    AuthorizationResponse,
    /// One that the client did not accept: anybody can write such a URL.
    ClaimedResponse,
    /// The forms and links of the authorization server's own pages.
    SignIn,
    Consent,
    /// The forms of the client's pages.
    ClientForm,
    CodeExchange,
    Refresh,
    ClientCredentials,
    PasswordGrant,
    TokenResponse,
    Revocation,
    IntrospectionRequest,
    IntrospectionResponse,
    Userinfo,
    Metadata,
    Keys,
    Api,
    RequestHeader,
    ResponseHeader,
    RequestCookie,
    SetCookie,
    JoseHeader,
    IdToken,
    AccessToken,
}

/// The explanation of a name in its context.
pub(super) fn explain(context: Context, name: &str) -> Option<&'static Entry> {
    let name = last_part(name);
    let tables: &[Table] = match context {
        Context::AuthorizationRequest => &[authorization::REQUEST],
        Context::AuthorizationResponse | Context::ClaimedResponse => &[authorization::RESPONSE],
        Context::SignIn => &[authorization::SIGN_IN],
        Context::Consent => &[authorization::CONSENT],
        Context::ClientForm => &[resources::CLIENT_FORM],
        Context::CodeExchange => &[tokens::CODE_EXCHANGE, tokens::EVERY_GRANT],
        Context::Refresh => &[tokens::REFRESH, tokens::EVERY_GRANT],
        Context::ClientCredentials => &[tokens::CLIENT_CREDENTIALS, tokens::EVERY_GRANT],
        Context::PasswordGrant => &[tokens::PASSWORD, tokens::EVERY_GRANT],
        Context::TokenResponse => &[tokens::RESPONSE],
        Context::Revocation => &[tokens::REVOCATION, tokens::EVERY_GRANT],
        Context::IntrospectionRequest => &[tokens::INTROSPECTION_REQUEST, tokens::EVERY_GRANT],
        Context::IntrospectionResponse => &[tokens::INTROSPECTION_RESPONSE],
        Context::Userinfo => &[claims::USERINFO],
        Context::Metadata => &[metadata::METADATA],
        Context::Keys => &[metadata::KEYS],
        Context::Api => &[resources::API],
        Context::RequestHeader => &[headers::REQUEST],
        Context::ResponseHeader => &[headers::RESPONSE, headers::GUARDS],
        Context::RequestCookie => &[cookies::COOKIES],
        Context::SetCookie => &[cookies::COOKIES, cookies::ATTRIBUTES],
        Context::JoseHeader => &[claims::JOSE_HEADER],
        Context::IdToken => &[claims::ID_TOKEN, claims::USERINFO],
        Context::AccessToken => &[claims::ACCESS_TOKEN],
    };
    let found = tables.iter().find_map(|table| find(table, name));
    found.or_else(|| context.may_be_an_error().then(|| find(tokens::ERRORS, name)).flatten())
}

impl Context {
    /// Whether it is an answer that can be a refusal instead (RFC 6749 §5.2, RFC 6750 §3).
    fn may_be_an_error(self) -> bool {
        matches!(
            self,
            Context::TokenResponse
                | Context::Revocation
                | Context::IntrospectionResponse
                | Context::Userinfo
                | Context::Metadata
                | Context::Api
        )
    }
}

fn find(table: Table, name: &str) -> Option<&'static Entry> {
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, entry)| entry)
}

/// `keys[0].kid` is a `kid`.
fn last_part(name: &str) -> &str {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.split('[').next().filter(|part| !part.is_empty()).unwrap_or(last)
}

#[cfg(test)]
mod tests;

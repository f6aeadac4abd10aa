//! Authorization server metadata: RFC 8414. Everything in it comes from what the code does.

use auth_core::client_authentication::ClientAuthMethod;
use serde_json::{Value, json};

use super::{authorize::ResponseMode, grants::GrantType};
use crate::context::Context;

pub(crate) const AUTHORIZE: &str = "/o/authorize";
pub(crate) const TOKEN: &str = "/o/token";
pub(crate) const REVOKE: &str = "/o/revoke_token";
pub(crate) const INTROSPECT: &str = "/o/introspect";
pub(crate) const USERINFO: &str = "/o/userinfo";
pub(crate) const JWKS: &str = "/.well-known/jwks.json";

/// `/.well-known/oauth-authorization-server`.
pub(crate) fn authorization_server(ctx: &Context) -> Value {
    let endpoint = |path| ctx.issuer.join(path);
    let methods = ClientAuthMethod::ALL.map(ClientAuthMethod::as_str);
    // Only who can be told apart from others may introspect.
    let secret_methods: Vec<_> = ClientAuthMethod::ALL
        .into_iter()
        .filter(|method| *method != ClientAuthMethod::None)
        .map(ClientAuthMethod::as_str)
        .collect();
    json!({
        "issuer": ctx.issuer.as_str(),
        "authorization_endpoint": endpoint(AUTHORIZE),
        "token_endpoint": endpoint(TOKEN),
        "revocation_endpoint": endpoint(REVOKE),
        "introspection_endpoint": endpoint(INTROSPECT),
        "jwks_uri": endpoint(JWKS),
        "scopes_supported": ctx.scopes().iter().map(|scope| scope.as_str()).collect::<Vec<_>>(),
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL.map(ResponseMode::as_str),
        "grant_types_supported": GrantType::ALL.map(GrantType::as_str),
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": secret_methods,
        "code_challenge_methods_supported": ["S256"],
        // RFC 9207 §3.
        "authorization_response_iss_parameter_supported": true,
    })
}

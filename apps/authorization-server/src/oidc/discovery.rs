//! OpenID Connect Discovery 1.0 §3.

use serde_json::{Value, json};

use crate::{
    context::Context,
    keys::ID_TOKEN_ALGORITHM,
    oauth::metadata::{self, USERINFO},
};

/// `/.well-known/openid-configuration`: the metadata of RFC 8414 and what OpenID Connect adds.
pub(crate) fn openid_configuration(ctx: &Context) -> Value {
    let mut document = metadata::authorization_server(ctx);
    let additions = json!({
        "userinfo_endpoint": ctx.issuer.join(USERINFO),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ID_TOKEN_ALGORITHM.as_str()],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid",
            "name", "preferred_username", "email", "email_verified",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        // Said aloud, because the default of the second is true.
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    });
    if let (Value::Object(document), Value::Object(additions)) = (&mut document, additions) {
        document.extend(additions);
    }
    document
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::testing::worlds;

    #[test]
    fn discovery_has_what_the_specifications_require_and_says_the_same_as_rfc_8414() {
        let world = worlds().remove(0);
        let (oidc, oauth) = (openid_configuration(&world.ctx), metadata::authorization_server(&world.ctx));
        // OpenID Connect Discovery §3, REQUIRED.
        for name in [
            "issuer",
            "authorization_endpoint",
            "token_endpoint",
            "jwks_uri",
            "response_types_supported",
            "subject_types_supported",
            "id_token_signing_alg_values_supported",
        ] {
            assert!(oidc.get(name).is_some(), "{name}");
        }
        for (name, value) in oauth.as_object().unwrap() {
            assert_eq!(&oidc[name], value, "{name}");
        }
        assert_eq!(oidc["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(oidc["token_endpoint"], "https://as.example/o/token");
        assert_eq!(oidc["authorization_response_iss_parameter_supported"], true);
    }
}

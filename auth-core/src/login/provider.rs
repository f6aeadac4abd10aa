use serde::Deserialize;
use url::Url;

use crate::clock::Clock;
use crate::http_client::HttpClient;
use crate::jwks::RemoteJwks;
use crate::jwt::{Algorithm, Expected};
use crate::login::LoginError;
use crate::settings::{HttpUrl, Issuer};

/// An OpenID provider, found by discovery (OpenID Connect Discovery §4).
#[derive(Debug, Clone)]
pub struct Provider {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) revocation_endpoint: Option<Url>,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) jwks: RemoteJwks,
    pub(super) iss_supported: bool,
    pub(super) basic_supported: bool,
    id_token_algorithms: Vec<Algorithm>,
    pub(super) http: HttpClient,
    pub(super) clock: Clock,
}

/// The members that a login needs (OpenID Connect Discovery §3, RFC 8414 §2, RFC 9207 §3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    revocation_endpoint: Option<String>,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    code_challenge_methods_supported: Vec<String>,
    #[serde(default = "basic_by_default")]
    token_endpoint_auth_methods_supported: Vec<String>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Vec<String>,
}

// OpenID Connect Discovery §3: what an omitted member means.
fn basic_by_default() -> Vec<String> {
    vec!["client_secret_basic".to_owned()]
}

impl Provider {
    /// Fetches the provider's metadata and takes from it what is safe to use.
    ///
    /// # Errors
    /// [`LoginError::Unreachable`] and its like while the provider cannot be reached, which may
    /// pass; [`LoginError::Metadata`] when what it says about itself must not be believed.
    pub async fn discover(http: HttpClient, issuer: &Issuer, clock: Clock) -> Result<Self, LoginError> {
        let metadata: Metadata = http.get_json(&issuer.join("/.well-known/openid-configuration")).await?;
        Self::from_metadata(metadata, http, issuer, clock)
    }

    fn from_metadata(
        metadata: Metadata,
        http: HttpClient,
        issuer: &Issuer,
        clock: Clock,
    ) -> Result<Self, LoginError> {
        // ANCHOR: what_is_believed
        // OpenID Connect Discovery §4.3: identical, or it speaks for somebody else.
        if metadata.issuer != issuer.as_str() {
            return Err(LoginError::Metadata("its issuer is not the one that was asked".to_owned()));
        }
        // RFC 9700 §2.1.1: the metadata says whether the server supports PKCE, and §4.7.1 has the
        // client make sure: a server that does not will ignore the challenge without a word.
        if !metadata.code_challenge_methods_supported.iter().any(|method| method == "S256") {
            return Err(LoginError::Metadata("code_challenge_methods_supported lacks S256".to_owned()));
        }
        // The algorithms are fixed here, before any token is seen (RFC 8725 §3.1).
        let offered = &metadata.id_token_signing_alg_values_supported;
        let id_token_algorithms: Vec<_> = Algorithm::ASYMMETRIC
            .into_iter()
            .filter(|algorithm| offered.iter().any(|offered| offered == algorithm.as_str()))
            .collect();
        // ANCHOR_END: what_is_believed
        if id_token_algorithms.is_empty() {
            return Err(LoginError::Metadata(
                "id_token_signing_alg_values_supported has none of ES256, RS256 and EdDSA".to_owned(),
            ));
        }
        let endpoint = |name: &str, text: &str| {
            let url = HttpUrl::parse(name, text).map_err(|error| LoginError::Metadata(error.to_string()))?;
            // An https provider has no business on this machine's http ports.
            if issuer.is_https() && url.url().scheme() != "https" {
                return Err(LoginError::Metadata(format!("{name} is not an https URL, but the issuer is")));
            }
            Ok(url.url().clone())
        };
        let optional = |name, text: Option<&String>| text.map(|text| endpoint(name, text)).transpose();
        let jwks_uri = endpoint("jwks_uri", &metadata.jwks_uri)?;
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint", &metadata.authorization_endpoint)?,
            token_endpoint: endpoint("token_endpoint", &metadata.token_endpoint)?,
            revocation_endpoint: optional("revocation_endpoint", metadata.revocation_endpoint.as_ref())?,
            userinfo_endpoint: optional("userinfo_endpoint", metadata.userinfo_endpoint.as_ref())?,
            jwks: RemoteJwks::new(http.clone(), jwks_uri, clock.clone()),
            iss_supported: metadata.authorization_response_iss_parameter_supported,
            basic_supported: metadata
                .token_endpoint_auth_methods_supported
                .iter()
                .any(|method| method == "client_secret_basic"),
            id_token_algorithms,
            issuer: metadata.issuer,
            http,
            clock,
        })
    }

    pub(super) fn expected_id_token(&self, client_id: &str) -> Expected {
        Expected {
            algorithms: self.id_token_algorithms.clone(),
            ..Expected::id_token(self.issuer.as_str(), client_id)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::{Value, json};

    pub(in super::super) fn metadata(issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/o/authorize"),
            "token_endpoint": format!("{issuer}/o/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "authorization_response_iss_parameter_supported": true,
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    pub(in super::super) fn read(
        metadata: Value,
        issuer: &str,
        clock: Clock,
    ) -> Result<Provider, LoginError> {
        let issuer = Issuer::parse(issuer, true).unwrap();
        Provider::from_metadata(
            serde_json::from_value(metadata).unwrap(),
            HttpClient::new().unwrap(),
            &issuer,
            clock,
        )
    }

    fn changed(member: &str, value: Value) -> Result<Provider, LoginError> {
        let mut metadata = metadata("https://as.example");
        metadata[member] = value;
        read(metadata, "https://as.example", Clock::system())
    }

    #[test]
    fn only_the_issuer_that_was_asked_may_describe_itself() {
        assert!(changed("issuer", json!("https://as.example")).is_ok());
        for other in ["https://as.example/", "https://AS.example", "https://evil.example"] {
            assert!(matches!(changed("issuer", json!(other)), Err(LoginError::Metadata(_))), "{other}");
        }
    }

    #[test]
    fn a_provider_without_s256_is_refused() {
        for methods in [json!([]), json!(["plain"])] {
            assert!(matches!(
                changed("code_challenge_methods_supported", methods),
                Err(LoginError::Metadata(_))
            ));
        }
    }

    #[test]
    fn endpoints_are_https_or_the_loopback_of_a_loopback_issuer() {
        for (member, url) in [
            ("authorization_endpoint", "javascript:alert(1)"),
            ("token_endpoint", "http://as.example/token"),
            ("token_endpoint", "http://127.0.0.1:9000/token"),
            ("jwks_uri", "file:///jwks"),
            ("revocation_endpoint", "http://[::1]/revoke"),
            ("userinfo_endpoint", "https://user:pass@as.example/"),
        ] {
            assert!(matches!(changed(member, json!(url)), Err(LoginError::Metadata(_))), "{member} {url}");
        }
        let local = "http://localhost:9000";
        assert!(read(metadata(local), local, Clock::system()).is_ok());
    }

    #[test]
    fn symmetric_and_missing_signatures_are_never_accepted_whatever_the_provider_offers() {
        for offered in [json!([]), json!(["none"]), json!(["HS256", "none"])] {
            assert!(matches!(
                changed("id_token_signing_alg_values_supported", offered),
                Err(LoginError::Metadata(_))
            ));
        }
        let provider =
            changed("id_token_signing_alg_values_supported", json!(["none", "HS256", "ES256"])).unwrap();
        assert_eq!(provider.expected_id_token("app").algorithms, [Algorithm::ES256]);
    }

    #[test]
    fn basic_is_the_default_of_the_authentication_methods() {
        assert!(changed("x", json!(null)).unwrap().basic_supported);
        let post = changed("token_endpoint_auth_methods_supported", json!(["client_secret_post"])).unwrap();
        assert!(!post.basic_supported);
    }
}

//! What the authorization server says about itself.

use super::super::spec::rfc;
use super::{Entry, Table, entry};

const SERVER: &str = "the authorization server";

const fn endpoint(what: &'static str) -> Entry {
    entry(what, SERVER, "", const { &[rfc(8414, "2")] })
}

pub(super) const METADATA: Table = &[
    (
        "issuer",
        entry(
            "The server's name. It must be the one that was asked, character by character.",
            SERVER,
            "A document that sends codes and secrets to somebody else.",
            &[rfc(8414, "3.3")],
        ),
    ),
    ("authorization_endpoint", endpoint("Where browsers are sent to sign in.")),
    ("token_endpoint", endpoint("Where clients exchange codes for tokens.")),
    ("revocation_endpoint", endpoint("Where tokens are ended.")),
    ("introspection_endpoint", endpoint("Where APIs ask about tokens.")),
    ("userinfo_endpoint", endpoint("Where clients ask who it is.")),
    ("jwks_uri", endpoint("Where the public keys are.")),
    ("scopes_supported", endpoint("The scopes that it knows.")),
    ("claims_supported", endpoint("What it can say of a user.")),
    ("response_types_supported", endpoint("`code`, and nothing else: no implicit grant.")),
    ("response_modes_supported", endpoint("How an authorization response may travel.")),
    ("grant_types_supported", endpoint("The grants that it knows. `password` is not among them.")),
    ("subject_types_supported", endpoint("`public`: all clients see the same `sub`.")),
    ("id_token_signing_alg_values_supported", endpoint("How ID tokens are signed.")),
    ("token_endpoint_auth_methods_supported", endpoint("How clients can prove who they are.")),
    ("revocation_endpoint_auth_methods_supported", endpoint("The same for revocation.")),
    (
        "introspection_endpoint_auth_methods_supported",
        endpoint("The same for introspection, where whoever asks must have a secret."),
    ),
    (
        "code_challenge_methods_supported",
        entry(
            "`S256` alone. A client sees here that PKCE works.",
            SERVER,
            "Downgrade to no PKCE, or to `plain`.",
            &[rfc(8414, "2"), rfc(9700, "2.1.1")],
        ),
    ),
    (
        "authorization_response_iss_parameter_supported",
        entry("Every answer names its issuer.", SERVER, "Mix-up between two servers.", &[rfc(9207, "3")]),
    ),
    ("prompt_values_supported", endpoint("The values of `prompt` that it knows.")),
    ("request_parameter_supported", endpoint("Whether requests may come as signed objects.")),
    ("request_uri_parameter_supported", endpoint("Whether requests may come by reference.")),
    ("claims_parameter_supported", endpoint("Whether a client may ask for single claims.")),
    (
        "resource",
        entry(
            "The API's name: what must stand in a token's `aud`.",
            "the API",
            "A token for another API.",
            &[rfc(9728, "2")],
        ),
    ),
    ("authorization_servers", entry("Who issues tokens for this API.", "the API", "", &[rfc(9728, "2")])),
    ("bearer_methods_supported", entry("How a token may be shown.", "the API", "", &[rfc(9728, "2")])),
    ("resource_name", entry("The API's name, for people.", "the API", "", &[rfc(9728, "2")])),
    ("resource_documentation", entry("Where the API is described.", "the API", "", &[rfc(9728, "2")])),
];

pub(super) const KEYS: Table = &[
    (
        "kid",
        entry("The key's name. A token's header says which one signed it.", SERVER, "", &[rfc(7517, "4.5")]),
    ),
    (
        "kty",
        entry("The kind of key: `EC` or `RSA`. All that is here is public.", SERVER, "", &[rfc(7517, "4.1")]),
    ),
    ("use", entry("`sig`: it verifies signatures.", SERVER, "", &[rfc(7517, "4.2")])),
    (
        "alg",
        entry(
            "The one algorithm that this key is for.",
            SERVER,
            "Algorithm confusion: the token does not choose.",
            &[rfc(7517, "4.4"), rfc(8725, "3.1")],
        ),
    ),
    ("crv", entry("The curve.", SERVER, "", &[rfc(7518, "6.2.1.1")])),
    ("x", entry("A coordinate of the public point.", SERVER, "", &[rfc(7518, "6.2.1.2")])),
    ("y", entry("A coordinate of the public point.", SERVER, "", &[rfc(7518, "6.2.1.3")])),
    ("n", entry("The modulus of the public key.", SERVER, "", &[rfc(7518, "6.3.1.1")])),
    ("e", entry("The exponent of the public key.", SERVER, "", &[rfc(7518, "6.3.1.2")])),
];

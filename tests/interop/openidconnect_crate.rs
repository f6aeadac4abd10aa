//! The crate `openidconnect`, with `auth_core`'s HTTP client beneath it.

use auth_core::http_client::HttpClient;
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AsyncHttpClient, AuthenticationFlow, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    ProviderMetadata, RedirectUrl, RevocationUrl, Scope, TokenResponse,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
        CoreResponseType, CoreRevocableToken, CoreSubjectIdentifierType, CoreUserInfoClaims,
    },
};
use serde::{Deserialize, Serialize};
use tests::{Authorized, Browser, NewClient, TestServer};

/// Where tokens are revoked: RFC 8414 §2, which the crate leaves to its users.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Revocation {
    revocation_endpoint: String,
}

impl AdditionalProviderMetadata for Revocation {}

type Metadata = ProviderMetadata<
    Revocation,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

#[tokio::test]
async fn it_completes_code_refresh_userinfo_revocation_and_client_credentials() {
    let server = TestServer::start().await;
    let sub = server.user("alice").await;
    let grants = ["authorization_code", "refresh_token", "client_credentials"];
    let registered = server.register(NewClient::web("Notes").grants(&grants)).await;

    // Discovery: the crate refuses metadata whose issuer is not the one it asked for.
    let http = HttpClient::new().unwrap();
    let issuer = IssuerUrl::new(server.issuer.clone()).unwrap();
    let metadata = Metadata::discover_async(issuer, &http).await.unwrap();
    let revocation = metadata.additional_metadata().revocation_endpoint.clone();
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(registered.client_id.clone()),
        Some(ClientSecret::new(registered.secret().to_owned())),
    )
    .set_redirect_uri(RedirectUrl::new(registered.redirect_uri.clone()).unwrap())
    .set_revocation_url(RevocationUrl::new(revocation.replacen("http:", "https:", 1)).unwrap());

    // The code flow with PKCE.
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let (url, state, nonce) = client
        .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = Browser::new();
    browser.sign_in(&server, "alice").await;
    let consent = browser.open(url.as_str()).await.expect(200);
    let authorized = Authorized::of(&browser.allow(&consent).await);
    assert_eq!(&authorized.parameters["state"], state.secret());
    let code = AuthorizationCode::new(authorized.code().to_owned());
    let tokens =
        client.exchange_code(code).unwrap().set_pkce_verifier(verifier).request_async(&http).await.unwrap();

    // The ID token: signature, issuer, audience, expiry, nonce, and the hash of the access token.
    let id_token = tokens.id_token().expect("an ID token");
    let id_token_verifier = client.id_token_verifier();
    let claims = id_token.claims(&id_token_verifier, &nonce).unwrap();
    assert_eq!(claims.subject().as_str(), sub);
    let hash = AccessTokenHash::from_token(
        tokens.access_token(),
        id_token.signing_alg().unwrap(),
        id_token.signing_key(&id_token_verifier).unwrap(),
    );
    assert_eq!(&hash.unwrap(), claims.access_token_hash().expect("at_hash"));

    let userinfo: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(userinfo.email().unwrap().as_str(), "alice@example.com");

    // Refresh, then revocation.
    let refresh_token = tokens.refresh_token().expect("a refresh token");
    let renewed = client.exchange_refresh_token(refresh_token).unwrap().request_async(&http).await.unwrap();
    assert_ne!(renewed.access_token().secret(), tokens.access_token().secret());
    let successor = renewed.refresh_token().expect("refresh tokens rotate");
    let revocable = CoreRevocableToken::from(successor);
    // The crate revokes over https only, loopback or not: what ends TLS in front of a server is played here.
    let tls_proxy = |mut request: HttpRequest| {
        let http = http.clone();
        let plain = request.uri().to_string().replacen("https:", "http:", 1);
        *request.uri_mut() = plain.parse().unwrap();
        async move { http.call(request).await }
    };
    client.revoke_token(revocable).unwrap().request_async(&tls_proxy).await.unwrap();
    client.exchange_refresh_token(successor).unwrap().request_async(&http).await.unwrap_err();
    assert_eq!(server.userinfo(renewed.access_token().secret()).await.status, 401);

    // Client credentials.
    let machine = client
        .exchange_client_credentials()
        .unwrap()
        .add_scope(Scope::new("notes:read".to_owned()))
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(machine.scopes().map(|scopes| scopes.len()), Some(1));
    assert!(machine.refresh_token().is_none());
}

//! The password-bearer API's skeleton: real checks behind the article's two routes. Its own issue
//! completes it, and with it these tests.

use tests::{command::wait_for, playground::Playground};

#[tokio::test]
async fn a_wrong_password_gets_no_token_and_a_made_up_token_gets_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let api = playground.password_bearer_api();
    wait_for(&format!("{api}/")).await.expect(200);

    let client = tests::http::client();
    let form = [("grant_type", "password"), ("username", "alice"), ("password", "wrong")];
    let refused = client.post(format!("{api}/token")).form(&form).send().await.unwrap();
    assert!(matches!(refused.status().as_u16(), 400 | 401), "{}", refused.status());

    for token in [None, Some("alice"), Some("AAAA"), Some("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.")] {
        let mut request = client.get(format!("{api}/users/me"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 401, "{token:?}");
        assert!(reply.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"), "{token:?}");
    }
}

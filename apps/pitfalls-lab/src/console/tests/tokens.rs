//! Tokens are read on the page.

use super::*;

#[tokio::test]
async fn a_marked_token_is_shown_decoded() {
    let lab = Lab::start().await;
    for (slug, side, matters) in [
        ("fake-decode-token", "vulnerable", "<mark>&#34;alg&#34;: &#34;none&#34;,</mark>"),
        ("audience-confusion", "hardened", "<mark>&#34;aud&#34;: &#34;http://evil.localhost"),
        ("alg-confusion", "vulnerable", "<mark>&#34;alg&#34;: &#34;HS256&#34;,</mark>"),
        ("token-type-confusion", "vulnerable", "<mark>&#34;typ&#34;: &#34;JWT&#34;,</mark>"),
        ("naive-time", "vulnerable", "29400 seconds after iat"),
        ("naive-time", "hardened", "600 seconds after iat"),
    ] {
        let page = lab.press(&format!("/lessons/{slug}/exploit"), "against", side).await;
        let (_, token) = page.body.split_once("class=\"token\"").expect(slug);
        assert!(token.contains(matters), "{slug}, {side}: {}", &token[..token.len().min(2500)]);
    }
    let text = lab.get("/lessons/fake-decode-token").await.body;
    assert!(text.contains("No messages yet") && !text.contains("class=\"token\""));
}

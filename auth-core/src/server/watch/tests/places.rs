//! A secret in a place where nobody looks for one must not be shown either.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::*;

/// Random, as our own codes and tokens are.
const S: &str = "Zq01xSecretW9kLmPv7Rt3bVa";

fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"ES256"}"#), part(claims), part("the signature of it"))
}

fn signature() -> String {
    URL_SAFE_NO_PAD.encode("the signature of it")
}

/// What is shown of the next message, in lower case, as names of header fields are.
async fn shown(server: &mut Watched, request: RequestBuilder) -> String {
    let _ = request.send().await.unwrap();
    serde_json::to_string(&server.message().await).unwrap().to_lowercase()
}

#[tokio::test]
async fn in_a_path() {
    both(true, async |mut server| {
        let token = jwt(r#"{"sub":"alice"}"#);
        for path in [
            format!("/notes/{token}"),
            format!("/notes/{S}"),
            format!("/callback&code={S}"),
            "/callback&code=open-sesame".to_owned(),
            "/callback;code=open-sesame".to_owned(),
            "/callback%26code=open-sesame".to_owned(),
            "/callback%3Fcode%3Dopen-sesame".to_owned(),
            "/callback%253Fcode%253Dopen-sesame".to_owned(),
            "/callback%252525253fcode%3Dopen-sesame".to_owned(),
            "/code=open-sesame".to_owned(),
        ] {
            let request = server.request(Method::GET, &path);
            let text = shown(&mut server, request).await;
            for secret in [S, "open-sesame", &signature()] {
                assert!(!text.contains(&secret.to_lowercase()), "{path} in {text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn in_a_header() {
    both(true, async |mut server| {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for (name, value) in [
            ("referer", format!("http://localhost/callback;code={S}")),
            ("referer", "http://localhost/callback;code=open-sesame".to_owned()),
            ("referer", "http://localhost/callback%3Fcode=open-sesame".to_owned()),
            ("referer", format!("http://localhost/reset/{S}")),
            ("referer", "http://localhost/cb;x={'code':'open-sesame'}".to_owned()),
            ("x-to", "/cb&x=('open-sesame')".to_owned()),
            ("x-to", "http://localhost/callback%3Fcode=open-sesame".to_owned()),
            ("x-to", "http://localhost/callback&code=open-sesame".to_owned()),
            ("x-to", "/callback;code=open-sesame".to_owned()),
            ("authorization", basic(&format!("{S}:x-oauth-basic"))),
            ("authorization", basic("open-sesame:x-oauth-basic")),
            ("content-type", "text/x; token=open-sesame".to_owned()),
            ("origin", "http://a:open-sesame@h".to_owned()),
            ("user-agent", "x http://a:open-sesame@h/".to_owned()),
            ("user-agent", format!("curl {S}")),
            ("link", "<http://h/?code=open-sesame>".to_owned()),
            ("www-authenticate", "Bearer open-sesame".to_owned()),
            ("if-none-match", "open-sesame".to_owned()),
            (S, "1".to_owned()),
            ("cookie", format!("{S}=1")),
        ] {
            let name = axum::http::HeaderName::from_bytes(name.to_lowercase().as_bytes()).unwrap();
            let mut request = server.request(Method::GET, "/moved").body("zz").header(&name, &value);
            if name != "x-to" {
                request = request.header("x-to", "/");
            }
            let text = shown(&mut server, request).await;
            for secret in [S, "open-sesame"] {
                assert!(!text.contains(&secret.to_lowercase()), "{name}: {value} in {text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn in_a_parameter_or_a_member() {
    let token = jwt(r#"{"sub":"alice"}"#);
    let named = jwt(&format!(r#"{{"sub":"alice","{S}":1,"act":{{"{S}":1}}}}"#));
    let form = |name: &str, value: &str| {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        ("application/x-www-form-urlencoded", form.append_pair(name, value).finish())
    };
    let json = |text: String| ("application/json", text);
    let cases = [
        form("redirect_uri", "http://localhost/cb%3Fcode=open-sesame"),
        form("redirect_uri", "http://localhost/cb&code=open-sesame"),
        form("error_description", "see http://localhost/cb?code=open-sesame"),
        form("error_description", "see /cb;code=open-sesame"),
        form("error", "x&code=open-sesame"),
        form("username", "x http://a:open-sesame@h/"),
        form("username", &format!("{token}=")),
        form("scope", &format!("[{token},{token}]")),
        form("client_id", &format!("{token}.a.bb")),
        form("token", &named),
        json(format!(r#"{{"text":"Bearer {token}"}}"#)),
        json(format!(r#"{{"{S}":"x"}}"#)),
        json(format!(r#"{{"title":"unknown field `{S}`, expected name"}}"#)),
    ];
    both(true, |mut server| {
        let cases = cases.clone();
        async move {
            for (content_type, body) in cases {
                // In the question and in the answer.
                let request = server.request(Method::POST, "/whole").header("content-type", content_type);
                let text = shown(&mut server, request.body(body.clone())).await;
                for secret in [S, "open-sesame", &signature()] {
                    assert!(!text.contains(&secret.to_lowercase()), "{body} in {text}");
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_meant_to_be_seen_is() {
    let thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    both(true, async |mut server| {
        let request = server.request(Method::POST, "/whole").header("content-type", "application/json");
        let claims = jwt(&format!(
            r#"{{"iss":"http://localhost:9000","jti":"{S}","at_hash":"{S}","client_id":"notes-web-a1B2c3"}}"#
        ));
        let body = serde_json::json!({
            "kid": thumbprint,
            "keys": [{"x": thumbprint, "y": thumbprint, "n": thumbprint}],
            "code_challenge": thumbprint,
            "client_id": "kV3nW9sTq2ZbYc8LrD5fHj7mPx4gNa6e",
            "id": "0194f000-0000-7000-8000-00000000abcd",
            "text": "Milk, eggs & bread; see https://docs.example/a.b",
            "created_at": "2026-11-22T12:00:00.123456Z",
            "resource_documentation": "http://localhost:8002/docs",
            "access_token": claims,
        });
        let _ = request.body(body.to_string()).send().await.unwrap();
        let message = server.message().await;
        let Body::Json(members) = &message.response_body else { panic!("{message:?}") };
        assert_eq!(&message.request_body, &message.response_body);
        let text = serde_json::to_string(members).unwrap();
        for seen in [
            r#""kid","value":{"Text":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs""#,
            r#""keys[0].x","value":{"Text":"Nzb"#,
            r#""keys[0].n","value":{"Text":"Nzb"#,
            r#""code_challenge","value":{"Text":"Nzb"#,
            r#"kV3nW9sTq2ZbYc8LrD5fHj7mPx4gNa6e"#,
            "0194f000-0000-7000-8000-00000000abcd",
            "Milk, eggs & bread; see https://docs.example/a.b",
            "2026-11-22T12:00:00.123456Z",
            "http://localhost:8002/docs",
            &format!(r#""jti":"{S}""#),
            &format!(r#""at_hash":"{S}""#),
            r#""iss":"http://localhost:9000""#,
            "notes-web-a1B2c3",
        ] {
            assert!(text.contains(seen), "{seen} not in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn characters_that_nobody_sees_are_named() {
    both(true, async |mut server| {
        let body = r#"{"text":"a\u202eb\u0007c\u200b"}"#;
        let request = server.request(Method::POST, "/echo").header("content-type", "application/json");
        request.body(body).send().await.unwrap();
        let Body::Json(members) = server.message().await.request_body else { panic!() };
        assert_eq!(members[0].value, Value::Text("aU+202EbU+0007cU+200B".into()));
    })
    .await;
}

#[tokio::test]
async fn a_passphrase_has_no_fingerprint() {
    both(true, async |mut server| {
        let form = [("client_secret", "correct-horse-battery-staple"), ("code", S)];
        server.request(Method::POST, "/echo").form(&form).send().await.unwrap();
        let Body::Form(fields) = server.message().await.request_body else { panic!() };
        assert_eq!(fields[0].value, Value::Redacted { bytes: 28, fingerprint: None });
        assert!(matches!(fields[1].value, Value::Redacted { fingerprint: Some(_), .. }));
    })
    .await;
}

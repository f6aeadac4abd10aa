#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod report;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::filter::{Runs, address};
use super::redact::{answer_fields, body, query_fields, request_fields};
use super::*;

const SECRETS: [&str; 5] = [
    "open-sesame-alice",
    "SplxlOBeZQQYbYS6WxSbIASplxlOBeZQQYbYS6WxSbI",
    "gX1fBat3bVgX1fBat3bVgX1fBat3bVgX1fBat3bV",
    "7Fjfp0ZBr1KtDRbnfVdmIw7Fjfp0ZBr1KtDRbnfVdmIw",
    "tGzv3JOkF0XG5Qx2TlKWIA",
];

fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| {
        (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
    };
    fields.iter().map(pair).collect()
}

fn value<'a>(fields: &'a [Field], name: &str) -> &'a Value {
    &fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no {name} in {fields:?}")).value
}

fn assert_no_secret(shown: &impl serde::Serialize) {
    let shown = serde_json::to_string(shown).unwrap();
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn parameters_that_are_not_known_to_be_public_are_redacted() {
    let [password, code, secret, verifier, refresh] = SECRETS;
    let form = format!(
        "username=alice&password={password}&code={code}&client_secret={secret}&code_verifier={verifier}\
         &refresh_token={refresh}&new_password={password}&mystery={secret}&grant_type=authorization_code"
    );
    let shown = query_fields(&form);
    assert_no_secret(&shown);
    assert_eq!(value(&shown, "grant_type"), &Value::Text("authorization_code".into()));
    assert_eq!(value(&shown, "password"), &Value::Redacted { bytes: 17, fingerprint: None });
    assert_eq!(value(&shown, "mystery"), &Value::Redacted { bytes: secret.len(), fingerprint: None });
}

#[test]
fn a_value_that_comes_back_is_recognised_by_its_fingerprint() {
    let code = SECRETS[1];
    let redirect = headers(&[("location", &format!("http://localhost:8000/callback?code={code}&state=x"))]);
    let Value::Url { base, query, .. } = value(&answer_fields(&redirect), "location").clone() else {
        panic!()
    };
    assert_eq!(base, "http://localhost:8000/callback");
    let exchange = query_fields(&format!("code={code}"));
    assert_eq!(value(&query, "code"), value(&exchange, "code"));
    assert!(matches!(value(&exchange, "code"), Value::Redacted { fingerprint: Some(_), .. }));
    // Too short to be random, whatever its name.
    assert_eq!(value(&query, "state"), &Value::Redacted { bytes: 1, fingerprint: None });
}

#[test]
fn credentials_and_cookies_are_shown_without_their_secrets() {
    let basic = crate::client_authentication::basic_header("notes-client", &SECRETS[2].into_secret());
    let cookie = format!("client_session={}; wire_browser=abc", SECRETS[1]);
    let shown = request_fields(&headers(&[
        ("authorization", &basic),
        ("cookie", &cookie),
        ("x-api-key", SECRETS[3]),
        ("wire-from", "worker"),
    ]));
    let set = answer_fields(&headers(&[(
        "set-cookie",
        &format!("as_session={}; HttpOnly; SameSite=Lax", SECRETS[1]),
    )]));
    assert_no_secret(&(&shown, &set));
    let Value::Credentials { scheme, value: pair } = value(&shown, "authorization") else { panic!() };
    assert_eq!(scheme, "Basic");
    assert!(matches!(&**pair, Value::Pair { user, .. } if user == "notes-client"));
    let Value::Cookies(cookies) = value(&shown, "cookie") else { panic!() };
    assert_eq!(cookies.len(), 1, "not the recorder's own");
    let Value::Cookies(set) = value(&set, "set-cookie") else { panic!() };
    assert_eq!((set[0].name.as_str(), set[1].name.as_str()), ("as_session", "HttpOnly"));
    assert_eq!(value(&shown, "x-api-key"), &Value::Redacted { bytes: SECRETS[3].len(), fingerprint: None });
    assert!(shown.iter().all(|field| field.name != "wire-from"));
}

trait IntoSecret {
    fn into_secret(self) -> crate::secret::ClientSecret;
}

impl IntoSecret for &str {
    fn into_secret(self) -> crate::secret::ClientSecret {
        crate::secret::ClientSecret::new(self)
    }
}

#[test]
fn a_token_is_shown_decoded_and_without_its_signature() {
    let jwt = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhbGljZSIsInNjb3BlIjoibm90ZXM6cmVhZCJ9.c2lnbmF0dXJl";
    let json = format!(r#"{{"access_token":"{jwt}","expires_in":300,"refresh_token":"{}"}}"#, SECRETS[4]);
    let json_type = headers(&[("content-type", "application/json")]);
    let Body::Json(members) = body(&json_type, json.as_bytes()) else { panic!() };
    assert_no_secret(&members);
    let Value::Token(token) = value(&members, "access_token") else { panic!() };
    assert_eq!((&token.header["typ"], &token.claims["sub"]), (&"at+jwt".into(), &"alice".into()));
    let bearer = request_fields(&headers(&[("authorization", &format!("Bearer {jwt}"))]));
    let Value::Credentials { value: bearer, .. } = value(&bearer, "authorization") else { panic!() };
    assert_eq!(**bearer, Value::Token(token.clone()));
    let all = serde_json::to_string(&members).unwrap();
    assert!(!all.contains("c2lnbmF0dXJl") && !all.contains("eyJzdWIi"), "{all}");
}

#[test]
fn what_stands_in_the_wrong_place_is_hidden_too() {
    let jwt = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl";
    let form = headers(&[("content-type", "application/x-www-form-urlencoded")]);
    let json = headers(&[("content-type", "application/json")]);
    let form = |text: &str| format!("{:?}", body(&form, text.as_bytes()));
    let json = |text: &str| format!("{:?}", body(&json, text.as_bytes()));
    let field = |name: &'static str, value: &str| format!("{:?}", request_fields(&headers(&[(name, value)])));
    let basic = |pair: &str| {
        use base64::Engine as _;
        field("authorization", &format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair)))
    };
    for (shown, secret) in [
        // JSON, a token or a code that is sent as a form: it is one long name.
        (form(r#"{"username":"alice","password":"open-sesame-alice"}"#), "open-sesame"),
        (form(jwt), "c2lnbmF0dXJl"),
        (form(SECRETS[1]), SECRETS[1]),
        (json(&format!(r#"{{"{}":1}}"#, SECRETS[1])), SECRETS[1]),
        // A number may be a one-time code.
        (json(r#"{"password":424242,"nested":{"otp":[123456,7]}}"#), "4242"),
        (json(r#"{"password":424242,"nested":{"otp":[123456,7]}}"#), "123456"),
        (json(r#"{"input":"open-sesame-alice"}"#), "open-sesame"),
        // What is public elsewhere.
        (basic("an-api-key:"), "an-api-key"),
        (basic(&format!("{jwt}:x")), "c2lnbmF0dXJl"),
        (field("authorization", "an-api-key v1"), "an-api-key"),
        (form("redirect_uri=http://alice:open-sesame@localhost/cb"), "open-sesame"),
        (form(&format!("redirect_uri=%2Fcb%3Fcode%3D{}", SECRETS[1])), SECRETS[1]),
        (field("referer", &format!("http://localhost/#{}", SECRETS[1])), SECRETS[1]),
        (address(&format!("/callback%3Fcode={}", SECRETS[1]), Runs::Cut), SECRETS[1]),
        (address(&format!("/notes/x;code={}", SECRETS[1]), Runs::Cut), SECRETS[1]),
    ] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    // A password is not to be recognised either, even where a random value is expected.
    assert!(field("authorization", "Bearer open-sesame-alice").contains("fingerprint: None"));
}

#[test]
fn claims_that_are_not_known_to_be_public_are_hidden() {
    let json = headers(&[("content-type", "application/json")]);
    // {"sub":"alice","nonce":"SplxlOBeZQQYbYS6WxSbIA","pin":4242,"act":{"secret":"s3cret"}}
    let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSIsIm5vbmNlIjoiU3BseGxPQmVaUVFZYllTNld4U2JJQSIsInBpbiI6NDI0MiwiYWN0Ijp7InNlY3JldCI6InMzY3JldCJ9fQ.c2ln";
    let Body::Json(members) = body(&json, format!(r#"{{"id_token":"{jwt}"}}"#).as_bytes()) else { panic!() };
    let Value::Token(token) = value(&members, "id_token") else { panic!() };
    assert_eq!(token.claims["sub"], "alice");
    assert_eq!(token.claims["pin"], "hidden, 4 bytes");
    assert_eq!(token.claims["act"]["secret"], "hidden, 6 bytes");
    let Value::Redacted { fingerprint: Some(of_nonce), .. } =
        &query_fields("nonce=SplxlOBeZQQYbYS6WxSbIA")[0].value
    else {
        panic!()
    };
    assert_eq!(token.claims["nonce"], format!("hidden, {of_nonce}"));
}

#[test]
fn a_long_name_is_not_repeated_for_each_of_its_members() {
    let members: Vec<_> = (0..100).map(|index| format!(r#""k{index}":0"#)).collect();
    let text = format!(r#"{{"{}":{{{}}}}}"#, "n".repeat(100_000), members.join(","));
    let shown = body(&headers(&[("content-type", "application/json")]), text.as_bytes());
    let size = serde_json::to_string(&shown).unwrap().len();
    assert!(size < 20_000, "{size}");
}

#[test]
fn bodies_are_shown_by_their_kind() {
    let kind =
        |content_type, bytes: &str| body(&headers(&[("content-type", content_type)]), bytes.as_bytes());
    assert_eq!(kind("text/html; charset=utf-8", ""), Body::Empty);
    let page = "<html><title> Sign in </title><input value=\"csrf\">";
    assert_eq!(kind("text/html", page), Body::Page { title: Some("Sign in".into()), bytes: page.len() });
    let Body::Json(keys) =
        kind("application/json", r#"{"keys":[{"kid":"1","d":"secret"},{"kid":"2"}],"ids":["a"]}"#)
    else {
        panic!()
    };
    assert_eq!(value(&keys, "keys[1].kid"), &Value::Text("2".into()));
    assert_eq!(value(&keys, "keys[0].d"), &Value::Redacted { bytes: 6, fingerprint: None });
    assert_eq!(value(&keys, "ids"), &Value::Redacted { bytes: 1, fingerprint: None });
    assert_eq!(
        kind("application/json", "not json"),
        Body::Other { content_type: "application/json".into(), bytes: Some(8) }
    );
}

#[tokio::test]
async fn an_inspector_elsewhere_is_refused() {
    const HERE: &str = "http://localhost:8002";
    let wire = |own, inspector: &str| Wire::from_setting("resource-api", own, Some(inspector.to_owned()));
    for there in
        ["http://inspector.example", "https://localhost:8080", "http://192.168.1.2:8080", "localhost"]
    {
        let error = wire(HERE, there).unwrap_err().to_string();
        assert!(error.starts_with("WIRE_INSPECTOR is not an http address on loopback"), "{error}");
    }
    let error = wire("https://api.example", "http://localhost:8080").unwrap_err().to_string();
    assert!(error.contains("https://api.example"), "{error}");
    assert!(wire(HERE, "http://localhost:8080").unwrap().is_some());
    assert!(wire(HERE, "").unwrap().is_none());
}

#[tokio::test]
async fn work_on_another_thread_stays_in_its_exchange() {
    let (sender, _messages) = mpsc::channel(1);
    let wire = Wire::new("worker", "http://localhost", sender).unwrap();
    let party = || calling().map(|(party, _)| party);
    assert_eq!(party(), None);
    let on_another_thread = wire.calling(async {
        assert_eq!(party(), Some("worker"));
        tokio::task::spawn_blocking(carry(party)).await.unwrap()
    });
    assert_eq!(on_another_thread.await, Some("worker"));
    assert_eq!(tokio::task::spawn_blocking(carry(party)).await.unwrap(), None);
}

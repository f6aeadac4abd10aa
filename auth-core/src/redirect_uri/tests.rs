#![allow(clippy::unwrap_used)]

use super::*;
use ClientType::{Confidential, Public};
use proptest::prelude::*;

#[test]
fn what_may_be_registered() {
    for (uri, client_type) in [
        ("https://app.example/callback", Confidential),
        ("https://app.example", Confidential),
        ("https://app.example:8443/cb?tenant=1", Confidential),
        ("http://localhost:8000/callback", Confidential),
        ("http://client.localhost:9402/callback", Confidential),
        ("http://127.0.0.1/callback", Public),
        ("http://[::1]:3000/callback", Public),
        ("com.example.app:/callback", Public),
        ("com.example.app://callback", Public),
    ] {
        assert_eq!(RedirectUri::parse(uri, client_type).as_ref().map(RedirectUri::as_str), Ok(uri));
    }
}

#[test]
fn what_may_not_be_registered_is_refused_for_its_own_reason() {
    use InvalidRedirectUri as Error;
    let normal = |uri: &str| Error::NotNormal(uri.to_owned());
    for (uri, client_type, error) in [
        ("/callback", Public, Error::NotAbsolute),
        ("", Public, Error::NotAbsolute),
        ("https://", Public, Error::NotAbsolute),
        ("https://app.example/cb#", Public, Error::Fragment),
        ("https://app.example/cb#x", Public, Error::Fragment),
        ("https://app.example@evil.example/", Public, Error::UserInfo),
        ("https://:p@evil.example/", Public, Error::UserInfo),
        ("https://*.app.example/", Public, Error::Wildcard),
        ("https://app.example/*", Public, Error::Wildcard),
        ("http://app.example/cb", Confidential, Error::InsecureHttp),
        ("http://localhost.evil.example/cb", Confidential, Error::InsecureHttp),
        ("http://127.0.0.1.evil.example/cb", Confidential, Error::InsecureHttp),
        ("http://10.0.0.1/cb", Public, Error::InsecureHttp),
        ("com.example.app:/cb", Confidential, Error::PrivateUseScheme),
        ("com.example.app:cb", Public, Error::Scheme),
        ("javascript:alert(1)", Public, Error::Scheme),
        ("data:text/html,x", Public, Error::Scheme),
        ("myapp:/cb", Public, Error::Scheme),
        ("file:///etc/passwd", Public, Error::Scheme),
        ("urn:ietf:wg:oauth:2.0:oob", Public, Error::Scheme),
        ("HTTPS://App.Example/cb", Public, normal("https://app.example/cb")),
        ("https://app.example:443/cb", Public, normal("https://app.example/cb")),
        ("https://app.example/a/../cb", Public, normal("https://app.example/cb")),
        ("https://app.example/%2e%2e/cb", Public, normal("https://app.example/cb")),
        ("https:\\\\app.example\\cb", Public, normal("https://app.example/cb")),
        (" https://app.example/cb", Public, normal("https://app.example/cb")),
        ("https://app.exa\nmple/cb", Public, normal("https://app.example/cb")),
        ("http://127.1/cb", Public, normal("http://127.0.0.1/cb")),
        ("https://ápp.example/cb", Public, normal("https://xn--pp-lia.example/cb")),
        ("https://app.example/?\\", Public, Error::Character),
        ("com.example.app:/?a|b", Public, Error::Character),
        ("https://@app.example/cb", Public, normal("https://app.example/cb")),
    ] {
        assert_eq!(RedirectUri::parse(uri, client_type), Err(error), "{uri}");
    }
}

#[test]
fn comparison_is_exact() {
    let uri = RedirectUri::parse("https://app.example/callback", Public).unwrap();
    assert!(uri.matches("https://app.example/callback"));
    for other in [
        "https://app.example/callback/",
        "https://app.example/callback?x=1",
        "https://app.example/callback#",
        "https://app.example/Callback",
        "https://app.example/%63allback",
        "https://app.example:443/callback",
        "https://app.example/callback/../callback",
        "HTTPS://app.example/callback",
        "https://app.example.evil.example/callback",
        "https://app.example@evil.example/callback",
        "http://app.example/callback",
        "",
    ] {
        assert!(!uri.matches(other), "{other}");
    }
}

#[test]
fn the_port_of_a_loopback_ip_literal_is_free_for_public_clients_only() {
    let native = RedirectUri::parse("http://127.0.0.1/callback", Public).unwrap();
    assert!(native.matches("http://127.0.0.1:49152/callback"));
    assert!(native.matches("http://127.0.0.1/callback"));
    for other in [
        "http://127.0.0.1:0/callback",
        "http://127.0.0.1:65536/callback",
        "http://127.0.0.1:+80/callback",
        "http://127.0.0.1:/callback",
        "http://127.0.0.1:80",
        "http://127.0.0.1:80/other",
        "http://127.0.0.1:80@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
        "http://127.0.0.1:80.evil.example/callback",
        "http://[::1]:80/callback",
        "http://localhost:80/callback",
        "https://127.0.0.1:80/callback",
    ] {
        assert!(!native.matches(other), "{other}");
    }
    let ipv6 = RedirectUri::parse("http://[::1]:1/cb?x=1", Public).unwrap();
    assert!(ipv6.matches("http://[::1]:2/cb?x=1"));

    let server = RedirectUri::parse("http://127.0.0.1/callback", Confidential).unwrap();
    assert!(!server.matches("http://127.0.0.1:49152/callback"));
    let by_name = RedirectUri::parse("http://localhost/callback", Public).unwrap();
    assert!(!by_name.matches("http://localhost:49152/callback"));
}

#[test]
fn a_redirect_uri_may_be_left_out_only_by_a_client_with_exactly_one() {
    let one = RedirectUri::parse("https://a.example/", Public).unwrap();
    let two = RedirectUri::parse("https://b.example/", Public).unwrap();
    assert_eq!(select(std::slice::from_ref(&one), None), Ok("https://a.example/".to_owned()));
    assert_eq!(select(&[], None), Err(RedirectUriError::Missing));
    let both = [one, two];
    assert_eq!(select(&both, None), Err(RedirectUriError::Missing));
    assert_eq!(select(&both, Some("https://b.example/")), Ok("https://b.example/".to_owned()));
    assert_eq!(select(&both, Some("https://c.example/")), Err(RedirectUriError::Mismatch));
}

#[test]
fn what_pages_show_and_policies_name() {
    for (uri, client_type, host, source) in [
        ("https://app.example/cb", Confidential, "app.example", "https://app.example"),
        ("http://localhost:8000/cb", Confidential, "localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:1/cb", Public, "127.0.0.1:1", "http://127.0.0.1:*"),
        ("http://[::1]:1/cb", Public, "[::1]:1", "http:"),
        ("com.example.app:/cb", Public, "com.example.app", "com.example.app:"),
    ] {
        let uri = RedirectUri::parse(uri, client_type).unwrap();
        assert_eq!((uri.host_for_display().as_str(), uri.origin_for_csp().as_str()), (host, source));
    }
}

proptest! {
    // ANCHOR: exact_for_any_text
    #[test]
    fn nothing_but_the_registered_text_matches(text in "\\PC*", client_type in prop_oneof![Just(Public), Just(Confidential)]) {
        let uri = RedirectUri::parse("https://app.example/callback", client_type).unwrap();
        prop_assert_eq!(uri.matches(&text), text == "https://app.example/callback");
    }
    // ANCHOR_END: exact_for_any_text

    #[test]
    fn what_is_accepted_matches_itself_and_leads_where_a_browser_goes(text in "(https?|com\\.app)://[a-z0-9.@:/\\\\%*#?\\[\\]-]{0,30}") {
        if let Ok(uri) = RedirectUri::parse(&text, Public) {
            prop_assert!(uri.matches(&text));
            prop_assert!(!text.contains(['#', '*', '\\']));
            prop_assert!(text.starts_with("https://") || text.starts_with("com.app://")
                || is_loopback(&Url::parse(&text).unwrap().host().unwrap()));
        }
    }
}

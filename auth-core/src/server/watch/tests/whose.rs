//! Whose message it is: the reader's, another site's, another machine's.

use super::*;

#[tokio::test]
async fn frames_and_forms_of_another_site_are_not_the_readers_clicks() {
    both(true, async |mut server| {
        let from = |site: &'static str, method: Method, destination: &'static str| {
            let request = server.request(method, "/page").header("sec-fetch-site", site);
            request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", destination)
        };
        for (method, destination) in [
            (Method::GET, "iframe"),
            (Method::GET, "object"),
            (Method::POST, "iframe"),
            (Method::POST, "document"),
        ] {
            from("cross-site", method, destination).send().await.unwrap();
        }
        // A link that the reader followed; and an authorization response as a form (form_post), which comes from
        // the same site: another port of localhost.
        from("cross-site", Method::GET, "document").send().await.unwrap();
        from("same-site", Method::POST, "document").send().await.unwrap();
        assert_eq!(server.message().await.method, "GET");
        assert_eq!(server.message().await.method, "POST");
        server.nothing_came();
    })
    .await;
}

#[tokio::test]
async fn furniture_is_fetched_and_not_deleted() {
    both(true, async |mut server| {
        for method in [Method::GET, Method::HEAD, Method::DELETE] {
            server.request(method, "/notes/unseen.png").send().await.unwrap();
        }
        assert_eq!(server.message().await.method, "DELETE");
        server.nothing_came();
    })
    .await;
}

#[tokio::test]
async fn only_a_program_may_say_that_it_is_a_party_and_only_by_a_plain_name() {
    both(true, async |mut server| {
        let page = || server.request(Method::GET, "/page");
        page().header("wire-from", "resource-api").header("sec-fetch-site", "none").send().await.unwrap();
        page().header("wire-from", "resource-api").header("wire-browser", "me").send().await.unwrap();
        for name in ["Zq01xSecretW9k", "a b", "", "browser", "program", &"a".repeat(41)] {
            page().header("wire-from", name).header("wire-browser", "me").send().await.unwrap();
        }
        assert_eq!(server.message().await.from, "browser");
        let party = server.message().await;
        assert_eq!((party.from.as_str(), party.browser.as_deref()), ("resource-api", Some("me")));
        for _ in 0..6 {
            let nobody = server.message().await;
            assert_eq!((nobody.from.as_str(), nobody.browser), ("program", None));
        }
    })
    .await;
}

#[tokio::test]
async fn a_json_body_without_end_is_read_no_further_than_it_is_shown() {
    let deep = format!("{{\"{}\":", "a".repeat(64)).repeat(100);
    let body = format!("{deep}[{}[]]{}", "[],".repeat(100_000), "}".repeat(100));
    let headers = axum::http::HeaderMap::from_iter([(
        axum::http::header::CONTENT_TYPE,
        axum::http::HeaderValue::from_static("application/json"),
    )]);
    let begin = std::time::Instant::now();
    let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
    let parsing = begin.elapsed();
    drop(parsed);
    let begin = std::time::Instant::now();
    let Body::Json(fields) = crate::wire::body(&headers, body.as_bytes()) else { panic!() };
    assert_eq!(fields.len(), 100);
    let took = begin.elapsed();
    assert!(took < parsing * 3, "{took:?}, and {parsing:?} to parse it");
}

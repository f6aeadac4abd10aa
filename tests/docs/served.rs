//! The book as the playground serves it.

use std::collections::BTreeSet;

use tests::Reply;
use tests::playground::Playground;

use crate::html::{Target, pages};

#[tokio::test]
async fn the_playground_serves_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let http = tests::http::client();
    let get = async |path: &str| {
        Reply::read(http.get(format!("{}{path}", playground.home())).send().await.unwrap()).await
    };

    // A link of the front page leads to it.
    assert!(get("/").await.expect(200).body.contains(r#"href="/docs/""#));
    let redirect = get("/docs").await.expect(307);
    assert_eq!(redirect.location().unwrap().path(), "/docs/");
    let redirect = get("/docs/decisions").await.expect(307);
    assert_eq!(redirect.location().unwrap().path(), "/docs/decisions/");
    for (chapter, page) in [
        ("/docs/oauth-by-watching", "/docs/oauth-by-watching.html"),
        ("/docs/reference/errors", "/docs/reference/errors.html"),
    ] {
        let redirect = get(chapter).await.expect(303);
        assert_eq!(redirect.location().unwrap().path(), page);
    }
    get("/docs/no-such-chapter").await.expect(404);
    for path in ["/docs/", "/docs/index.html", "/docs/decisions/", "/docs/reference/errors.html"] {
        let page = get(path).await.expect(200);
        expect_policy(&page);
        assert_eq!(page.header("cache-control"), Some("no-cache"), "{path}");
    }
    // Byte for byte what was built, with a type of its own.
    for file in book::files() {
        let reply = http.get(format!("{}/docs/{}", playground.home(), file.path)).send().await.unwrap();
        assert_eq!(reply.status(), 200, "{}", file.path);
        assert_eq!(reply.headers()["content-type"], file.content_type, "{}", file.path);
        assert_eq!(reply.headers()["x-content-type-options"], "nosniff", "{}", file.path);
        let kept = reply.headers()["cache-control"].to_str().unwrap().contains("immutable");
        assert_eq!(kept, file.hashed, "{}", file.path);
        assert!(reply.bytes().await.unwrap() == file.bytes, "{} is another file", file.path);
    }
    let missing = get("/docs/no/such/page.html").await.expect(404);
    expect_policy(&missing);
    assert!(missing.body.contains("Document not found"), "{}", missing.body);
    // Nothing above the book, and none of its sources.
    for path in
        ["/docs/../Cargo.toml", "/docs/%2e%2e/Cargo.toml", "/docs/book.toml", "/docs/rfc-sections.toml"]
    {
        get(path).await.expect(404);
    }
}

/// Nothing runs but files of ours and what the build has seen.
#[track_caller]
fn expect_policy(page: &Reply) {
    let policy = page.header("content-security-policy").unwrap();
    let directive = |name: &str| {
        let found = policy.split("; ").find(|directive| directive.split(' ').next() == Some(name));
        found.unwrap_or_else(|| panic!("no {name} in {policy}"))
    };
    assert_eq!(directive("default-src"), "default-src 'none'");
    assert_eq!(directive("style-src"), "style-src 'self'");
    assert_eq!(directive("connect-src"), "connect-src 'self'");
    assert_eq!(directive("frame-ancestors"), "frame-ancestors 'none'");
    let scripts: Vec<_> = directive("script-src").split(' ').skip(1).collect();
    assert!(
        scripts.iter().all(|source| *source == "'self'" || source.starts_with("'sha256-")),
        "{scripts:?}"
    );
    // Each inline script of the page is allowed by its hash, and there are no others.
    let inline: BTreeSet<String> = page
        .body
        .split("<script>")
        .skip(1)
        .map(|after| {
            use base64::Engine;
            use sha2::Digest;
            let script = after.split_once("</script>").unwrap().0;
            let digest = sha2::Sha256::digest(script.as_bytes());
            format!("'sha256-{}'", base64::prelude::BASE64_STANDARD.encode(digest))
        })
        .collect();
    assert!(!inline.is_empty());
    let allowed: BTreeSet<String> =
        scripts.iter().filter(|source| **source != "'self'").map(|source| (*source).to_owned()).collect();
    assert_eq!(inline, allowed);
    assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{policy}");
}

/// A page that the book sends its readers to answers: on the playground itself, and at each of its parties.
#[tokio::test]
async fn every_page_of_the_playground_that_the_book_links_to_answers() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let mut linked = BTreeSet::new();
    for page in pages() {
        for target in page.addresses(&["a"], "href") {
            match target {
                Target::Playground(path) => linked.insert(format!("{}{path}", playground.home())),
                Target::Elsewhere(url) if url.host_str() == Some("localhost") => {
                    let at = match url.port() {
                        Some(8000) => playground.client(),
                        Some(8001) => playground.password_bearer_api(),
                        Some(8002) => playground.api(),
                        Some(8080) => playground.home(),
                        Some(9000) => playground.authorization_server(),
                        other => panic!("{}: {url}: nothing of the playground is at {other:?}", page.path),
                    };
                    linked.insert(format!("{at}{}", url.path()))
                }
                _ => false,
            };
        }
    }
    assert!(linked.len() > 2, "{linked:?}");
    let http = tests::http::client();
    for url in linked {
        let reply = http.get(&url).send().await.unwrap();
        let status = reply.status().as_u16();
        assert!(status != 404 && status < 500, "{url} answers {status}");
    }
}

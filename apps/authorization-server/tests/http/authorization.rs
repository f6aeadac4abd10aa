use crate::harness::{CALLBACK, Server, field, header, location};

#[tokio::test]
async fn sign_in_consent_and_the_code_goes_to_the_client() {
    let server = Server::start().await;
    let browser = server.browser();
    let query = server.authorization_request(&[("login_hint", "\"><script>alert(1)</script>")]);
    let to_login = browser.get(&format!("/o/authorize?{query}")).await;
    assert_eq!(to_login.status(), 303);
    let login = location(&to_login).unwrap();
    assert!(login.starts_with("/accounts/login?request="), "{login}");
    assert!(!login.contains("st4te") && !login.contains("redirect"), "only the handle travels: {login}");

    let page = browser.get(&login).await;
    assert!(header(&page, "content-security-policy").contains("form-action 'self' https://client.example;"));
    let page = page.text().await.unwrap();
    assert!(page.contains("Web &#60;b&#62;client&#60;/b&#62;"), "{page}");
    assert!(page.contains("alert(1)") && !page.contains("<script"), "{page}");

    let consent = browser.follow(browser.sign_in_at(&login).await).await;
    assert_eq!(consent.status(), 200);
    assert!(
        header(&consent, "content-security-policy").contains("form-action 'self' https://client.example;")
    );
    let consent = consent.text().await.unwrap();
    for expected in
        ["client.example", "alice", "Alice &#60;A&#62;", "id=\"scope-read\"", "id=\"not-you\"", "id=\"deny\""]
    {
        assert!(consent.contains(expected), "{expected} is missing in {consent}");
    }
    let (csrf, request) = (field(&consent, "csrf_token").unwrap(), field(&consent, "request").unwrap());
    let allow = [
        ("csrf_token", csrf.as_str()),
        ("request", &request),
        ("scope", "openid"),
        ("scope", "read"),
        ("decision", "allow"),
    ];
    let answer = browser.post("/o/authorize", &allow).await;
    assert_eq!(answer.status(), 303);
    let to_client = location(&answer).unwrap();
    assert!(to_client.starts_with(&format!("{CALLBACK}?")), "{to_client}");
    for expected in ["code=", "state=st4te", "iss="] {
        assert!(to_client.contains(expected), "{to_client}");
    }
    // Decided once.
    let again = browser.post("/o/authorize", &allow).await;
    assert_eq!(again.status(), 400);
    assert_eq!(location(&again), None);
}

#[tokio::test]
async fn a_decision_needs_the_token_of_this_browser() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let query = server.authorization_request(&[]);
    let consent = browser.get(&format!("/o/authorize?{query}")).await.text().await.unwrap();
    let (csrf, request) = (field(&consent, "csrf_token").unwrap(), field(&consent, "request").unwrap());

    let mallory = server.browser();
    let page = mallory.get("/accounts/login").await.text().await.unwrap();
    let mallorys = field(&page, "csrf_token").unwrap();
    let own = [("origin", server.issuer.as_str())];
    let evil = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    for (csrf, headers) in [("", &own[..]), (&mallorys, &own), (&csrf, &evil)] {
        let form = [("csrf_token", csrf), ("request", &request), ("scope", "read"), ("decision", "allow")];
        let response = browser.post_from("/o/authorize", &form, headers).await;
        assert_eq!(response.status(), 403);
        assert_eq!(location(&response), None);
    }
    // Nothing was decided: the page still works.
    let deny = [("csrf_token", csrf.as_str()), ("request", &request), ("decision", "deny")];
    let to_client = location(&browser.post("/o/authorize", &deny).await).unwrap();
    assert!(to_client.contains("error=access_denied") && to_client.contains("iss="), "{to_client}");
}

#[tokio::test]
async fn a_request_may_come_as_a_form_from_another_site() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let session = browser.cookie();
    let cross = [("origin", "https://client.example"), ("sec-fetch-site", "cross-site")];

    // SameSite=Lax: the cookie does not come with the form, but with the redirects after it.
    for (changes, expected) in
        [(vec![], "consent-form"), (vec![("prompt", "none")], "error=consent_required")]
    {
        let query = server.authorization_request(&changes);
        let form: Vec<(String, String)> = serde_urlencoded::from_str(&query).unwrap();
        let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.set_cookie(None);
        let first = browser.post_from("/o/authorize", &form, &cross).await;
        assert_eq!(first.status(), 303);
        assert_eq!(browser.cookie(), None, "the session of the browser is not replaced");
        browser.set_cookie(session.clone());
        let last = browser.follow(first).await;
        let to = location(&last).unwrap_or_default();
        let body = last.text().await.unwrap();
        assert!(to.contains(expected) || body.contains(expected), "{expected}: {to} {body}");
    }
}

#[tokio::test]
async fn a_bad_client_gets_a_page_and_the_browser_goes_nowhere() {
    let server = Server::start().await;
    let browser = server.browser();
    for changes in
        [[("client_id", "nobody")], [("client_id", "<script>")], [("redirect_uri", "https://evil.example/")]]
    {
        let query = server.authorization_request(&changes);
        let response = browser.get(&format!("/o/authorize?{query}")).await;
        assert_eq!(response.status(), 400);
        assert_eq!(location(&response), None);
        let body = response.text().await.unwrap();
        assert!(body.contains("what-to-do"), "{body}");
        assert!(!body.contains("evil.example") && !body.contains("<script"), "{body}");
    }
    let query = server.authorization_request(&[]);
    let doubled = browser.get(&format!("/o/authorize?{query}&state=other")).await;
    assert_eq!((doubled.status().as_u16(), location(&doubled)), (400, None));
}

#[tokio::test]
async fn form_post_works_with_and_without_scripts() {
    let server = Server::start().await;
    let browser = server.browser();
    let query = server.authorization_request(&[
        ("response_mode", "form_post"),
        ("prompt", "none"),
        ("state", "\"><b>"),
    ]);
    let response = browser.get(&format!("/o/authorize?{query}")).await;
    assert_eq!(response.status(), 200);
    let csp = header(&response, "content-security-policy");
    assert!(
        csp.contains("script-src 'self'") && csp.contains("form-action 'self' https://client.example;"),
        "{csp}"
    );
    assert_eq!(header(&response, "cache-control"), "no-store");
    let page = response.text().await.unwrap();
    assert!(page.contains(&format!("method=\"post\" action=\"{CALLBACK}\"")), "{page}");
    assert!(page.contains("id=\"continue\"") && page.contains("login_required"), "{page}");
    assert!(!page.contains("<b>"), "{page}");
    let script = browser.get("/assets/form-post.js").await;
    assert!(header(&script, "content-type").starts_with("text/javascript"));
    assert!(script.text().await.unwrap().contains("submit()"));
}

#[tokio::test]
async fn not_you_leads_back_to_the_sign_in_for_the_same_request() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let query = server.authorization_request(&[]);
    let consent = browser.get(&format!("/o/authorize?{query}")).await.text().await.unwrap();
    let (_, link) = consent.split_once("id=\"not-you\" class=\"not-you\" href=\"").unwrap();
    let link = link.split_once('"').unwrap().0;

    // A link on another site must not sign anybody out.
    let from_elsewhere = browser.get_from(link, "cross-site").await;
    assert_eq!(from_elsewhere.status(), 200);
    assert!(browser.get("/").await.text().await.unwrap().contains("alice"));

    let response = browser.get_from(link, "same-origin").await;
    assert_eq!(response.status(), 303);
    let login = location(&response).unwrap();
    assert!(!browser.get("/").await.text().await.unwrap().contains("alice"));
    let consent = browser.follow(browser.sign_in_at(&login).await).await.text().await.unwrap();
    assert!(consent.contains("consent-form"), "{consent}");
}

#[tokio::test]
async fn a_redirect_uri_that_was_taken_out_meanwhile_gets_no_code() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let query = server.authorization_request(&[]);
    let consent = browser.get(&format!("/o/authorize?{query}")).await.text().await.unwrap();
    let (csrf, request) = (field(&consent, "csrf_token").unwrap(), field(&consent, "request").unwrap());
    server.sql("UPDATE applications SET redirect_uris = 'https://client.example/new'");
    let allow =
        [("csrf_token", csrf.as_str()), ("request", &request), ("scope", "read"), ("decision", "allow")];
    let answer = browser.post("/o/authorize", &allow).await;
    assert_eq!((answer.status().as_u16(), location(&answer)), (400, None));
}

#[tokio::test]
async fn a_strangers_handle_signs_nobody_out() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let query = server.authorization_request(&[]);
    let stranger = server.browser().get(&format!("/o/authorize?{query}")).await;
    let link = location(&stranger).unwrap().replace("login", "logout");
    // From a browser that is too old to say where the link was followed.
    assert_eq!(browser.get(&link).await.status(), 200);
    assert!(browser.get("/").await.text().await.unwrap().contains("alice"));
}

#[tokio::test]
async fn strangers_can_not_have_us_store_requests_without_end() {
    let server = Server::start().await;
    let browser = server.browser();
    let mut answered = 0;
    let refused = loop {
        let response = browser.get("/o/authorize?client_id=web").await;
        if response.status() == 429 {
            break response;
        }
        answered += 1;
        assert!(answered < 5000, "no end");
    };
    assert!(answered >= 600, "{answered}");
    assert_eq!(header(&refused, "retry-after"), "1");
    assert!(refused.text().await.unwrap().contains("id=\"what-to-do\""));
}

#[tokio::test]
async fn prompt_login_asks_once_more_and_then_goes_on() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    for changes in [[("prompt", "login")], [("max_age", "0")]] {
        let query = server.authorization_request(&changes);
        let login = location(&browser.get(&format!("/o/authorize?{query}")).await).unwrap();
        let request = login.split_once("request=").unwrap().1;
        let skipped = browser.get(&format!("/o/authorize/continue?request={request}")).await;
        assert!(location(&skipped).unwrap().starts_with("/accounts/login?"), "the old session does not do");
        let consent = browser.follow(browser.sign_in_at(&login).await).await.text().await.unwrap();
        assert!(consent.contains("consent-form"), "{changes:?}: {consent}");
    }
}

#[tokio::test]
async fn a_remembered_consent_leads_from_sign_in_straight_to_the_client() {
    let server = Server::start().await;
    let browser = server.browser();
    browser.sign_in().await;
    let authorize = format!("/o/authorize?{}", server.authorization_request(&[]));
    let consent = browser.get(&authorize).await.text().await.unwrap();
    let (csrf, request) = (field(&consent, "csrf_token").unwrap(), field(&consent, "request").unwrap());
    let form = [("csrf_token", csrf.as_str()), ("request", &request), ("decision", "allow")];
    let form = [&form[..], &[("scope", "openid"), ("scope", "profile"), ("scope", "read")]].concat();
    assert_eq!(browser.post("/o/authorize", &form).await.status(), 303);

    assert!(location(&browser.get(&authorize).await).unwrap().starts_with(CALLBACK));
    let later = server.browser();
    let login = location(&later.get(&authorize).await).unwrap();
    let answer = later.follow(later.sign_in_at(&login).await).await;
    let to_client = location(&answer).unwrap();
    assert!(to_client.starts_with(CALLBACK) && to_client.contains("code="), "{to_client}");
}

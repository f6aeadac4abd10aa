//! The whole login in a real browser. A violation of a page's own policy fails the test, and so does a
//! page that does not fit on a telephone. Pictures of every page: `SCREENSHOTS=folder cargo test`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // tests fail by panicking

use std::time::{Duration, Instant};

use tests::{
    Authorized, NewClient, Stack, TestServer, Tokens,
    chrome::Chrome,
    command::Running,
    playground::{Playground, Ports, playground},
    stub::{Answer, Stub},
};
use thirtyfour::Key;

/// What a newcomer does after `cargo run -p playground`.
#[tokio::test]
async fn a_newcomer_walks_through_the_playground() {
    let Some(chrome) = Chrome::start("the walk through the playground").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    walk(&chrome, &Parties::new("http://localhost", playground.ports)).await;
    chrome.quit().await;
}

/// The same after `cargo run -p playground -- --tls`, in a browser that trusts what the table names.
#[tokio::test]
async fn a_newcomer_walks_through_the_playground_on_https() {
    let folder = tempfile::tempdir().unwrap();
    let ports = Ports::free();
    let mut command = playground(folder.path(), ports);
    command.arg("--tls");
    let running = tokio::task::spawn_blocking(|| Running::start(command)).await.unwrap();
    let begin = Instant::now();
    while !running.written().contains("Ctrl-C") {
        assert!(begin.elapsed() < Duration::from_secs(60), "it does not start: {}", running.written());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let authority = folder.path().join("authority.pem");
    let Some(chrome) = Chrome::trusting(&authority, "the walk on https").await else { return };
    walk(&chrome, &Parties::new("https://localhost", ports)).await;
    chrome.quit().await;
}

/// The same where the parties run already, as after `docker compose up`: `WALK_AT=http://localhost` says where, and
/// the ports are those of the README. Not skipped loudly elsewhere, for nothing is missing on this machine.
#[tokio::test]
async fn a_newcomer_walks_where_the_parties_run_already() {
    let Ok(host) = std::env::var("WALK_AT") else { return };
    let Some(chrome) = Chrome::start("the walk where the parties run already").await else { return };
    let ports = Ports {
        playground: 8080,
        client: 8000,
        password_bearer_api: 8001,
        resource_api: 8002,
        authorization_server: 9000,
    };
    walk(&chrome, &Parties::new(&host, ports)).await;
    chrome.quit().await;
}

struct Parties {
    home: String,
    client: String,
    authorization_server: String,
    api: String,
}

impl Parties {
    fn new(host: &str, ports: Ports) -> Parties {
        let at = |port: u16| format!("{host}:{port}");
        Parties {
            home: at(ports.playground),
            client: at(ports.client),
            authorization_server: at(ports.authorization_server),
            api: at(ports.resource_api),
        }
    }
}

async fn walk(chrome: &Chrome, at: &Parties) {
    chrome.open(&at.home).await;
    chrome.screenshot("01-playground").await;
    chrome.open(&at.client).await;
    chrome.screenshot("02-client-welcome").await;
    chrome.click("login").await;
    assert!(chrome.url().await.starts_with(&at.authorization_server));
    chrome.screenshot("03-login").await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    // A consent that was given before is remembered.
    while !chrome.has("logout").await {
        if chrome.has("allow").await {
            chrome.screenshot("04-consent").await;
            chrome.click("allow").await;
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // Back at the client, at an address that shows no code.
    chrome.find("logout").await;
    let url = chrome.url().await;
    assert!(url.starts_with(&at.client) && !url.contains("code="), "{url}");
    chrome.screenshot("05-client-home").await;
    chrome.open(&format!("{}/profile", at.client)).await;
    assert!(chrome.text_of("name").await.contains("Alice"));
    assert!(!chrome.text_of("sub").await.is_empty());
    chrome.screenshot("06-profile").await;

    chrome.open(&format!("{}/notes", at.client)).await;
    chrome.screenshot("07-notes-empty").await;
    chrome.type_into("text", "Five words for the worker").await;
    chrome.click("add-note").await;
    chrome.wait_for_text("Five words for the worker", false).await;
    chrome.wait_for_text("5 words", true).await;
    chrome.screenshot("08-notes-with-report").await;

    chrome.click("logout").await;
    chrome.find("login").await;
    chrome.screenshot("09-logged-out").await;
    chrome.open(&format!("{}/notes", at.client)).await;
    assert!(!chrome.text().await.contains("Five words"), "the notes are closed");
    chrome.screenshot("10-closed").await;
    // The browser again: it alone trusts a playground's own authority.
    chrome.open(&format!("{}/notes", at.api)).await;
    assert!(chrome.text().await.contains("error"), "the API is closed: {}", chrome.text().await);

    // What this browser has caused, at every party, wherever they run.
    chrome.open(&format!("{}/inspector", at.home)).await;
    for step in ["/login", "/o/authorize", "/callback", "/o/token", "/notes", "/o/introspect", "/o/revoke"] {
        chrome.wait_for_text(step, true).await;
    }
    chrome.screenshot("11-inspector").await;
}

/// The inspector stands beside the client, is never reloaded, and shows each step as it happens.
#[tokio::test]
async fn the_inspector_shows_each_step_as_it_happens() {
    let Some(chrome) = Chrome::start("the live inspector").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;

    chrome.open(&format!("{}/inspector", playground.home())).await;
    chrome.wait_for_text("Nothing has happened yet", false).await;
    chrome.screenshot("12-inspector-empty").await;
    chrome.driver.execute("window.stayed = true", Vec::new()).await.unwrap();
    let inspector = chrome.driver.window().await.unwrap();
    let beside = chrome.driver.new_window().await.unwrap();
    chrome.driver.switch_to_window(beside.clone()).await.unwrap();
    chrome.open(&playground.client()).await;
    chrome.click("login").await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.driver.switch_to_window(inspector.clone()).await.unwrap();
    chrome.wait_for_text("/accounts/login", false).await;
    chrome.driver.switch_to_window(beside).await.unwrap();
    chrome.click("allow").await;
    chrome.find("logout").await;
    chrome.driver.switch_to_window(inspector).await.unwrap();
    chrome.wait_for_text("Code exchanged for tokens", false).await;

    // In one step each: the page may change between finding an element and clicking on it.
    let click = async |element: &str| {
        chrome.driver.execute(format!("{element}.click()"), Vec::new()).await.unwrap();
    };
    click("[...document.querySelectorAll('a.title')].find(a => a.textContent.includes('Code exchanged'))")
        .await;
    assert!(chrome.text_of("detail-title").await.contains("Code exchanged for tokens"));
    let detail = chrome.text_of("detail").await;
    for shown in ["code_verifier", "RFC 7636 §4.5", "at+jwt", "apps/authorization-server/src/web/token.rs:"]
    {
        assert!(detail.contains(shown), "{shown} is not in {detail}");
    }
    let stayed = chrome.driver.execute("return window.stayed === true", Vec::new()).await.unwrap();
    assert!(stayed.convert::<bool>().unwrap(), "the page was loaded again");
    chrome.screenshot("13-inspector-message").await;

    chrome.driver.action_chain().send_keys(Key::Escape).perform().await.unwrap();
    let closed = async {
        while chrome.has("detail").await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), closed).await.expect("Escape closes the message");

    // Another view begins at its newest walk, wherever the reader was in this one.
    chrome.driver.execute("scrollTo(0, document.body.scrollHeight)", Vec::new()).await.unwrap();
    click("document.getElementById('tab-everything')").await;
    chrome.wait_for_text("Clear for everybody", false).await;
    let top = chrome.driver.execute("return scrollY", Vec::new()).await.unwrap();
    assert_eq!(top.convert::<f64>().unwrap(), 0.0);
    click("document.getElementById('tab-mine')").await;
    chrome.wait_for_text("Start over", false).await;
    click("document.getElementById('start-over')").await;
    chrome.wait_for_text("Nothing has happened yet", false).await;
    chrome.quit().await;
}

/// The playground stops under an open inspector and starts again: the page stays, and says what happened.
#[tokio::test]
async fn the_inspector_says_that_the_playground_is_stopped_and_that_it_is_another() {
    let Some(chrome) = Chrome::start("the inspector without its playground").await else { return };
    let folder = tempfile::tempdir().unwrap();
    let first = Playground::start_on(folder.path(), Ports::free()).await;
    let (ports, inspector) = (first.ports, format!("{}/inspector", first.home()));
    for page in [&inspector, &first.client(), &inspector] {
        chrome.open(page).await;
    }
    chrome.wait_for_text("The client's start page", false).await;
    chrome.wait_for_text("Live", false).await;

    tokio::task::spawn_blocking(|| first.process.terminate()).await.unwrap();
    chrome.wait_for_text("Not connected. Trying again", false).await;
    for element in ["querySelector('a.title')", "getElementById('start-over')"] {
        chrome.driver.execute("document.getElementById('notice').hidden = true", Vec::new()).await.unwrap();
        chrome.driver.execute(format!("document.{element}.click()"), Vec::new()).await.unwrap();
        chrome
            .wait_for_text("The playground is stopped. Start it again, and this page goes on.", false)
            .await;
    }
    assert!(chrome.has("walks").await);
    chrome.screenshot("20-inspector-stopped").await;

    let _second = Playground::start_on(folder.path(), ports).await;
    chrome.wait_for_text("The playground was started again; messages of before are gone.", false).await;
    chrome.wait_for_text("Nothing has happened yet", false).await;
    chrome.wait_for_text("Live", false).await;
    chrome.quit().await;
}

#[tokio::test]
async fn a_wrong_password_and_then_the_right_one() {
    let Some(chrome) = Chrome::start("a wrong password").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.sign_in("alice", "wrong").await;
    chrome.wait_for_text("do not match", false).await;
    chrome.screenshot("14-wrong-password").await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.click("allow").await;
    chrome.find("logout").await;
    chrome.quit().await;
}

#[tokio::test]
async fn consent_is_asked_once_and_remembered() {
    let Some(chrome) = Chrome::start("a remembered consent").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.click("allow").await;
    chrome.find("logout").await;
    // Again, as at the next visit: the authorization server knows the browser and the consent.
    chrome.open(&stack.client("/login")).await;
    chrome.find("logout").await;
    assert!(chrome.url().await.starts_with(&stack.client_url), "{}", chrome.url().await);
    chrome.quit().await;
}

#[tokio::test]
async fn an_unticked_scope_is_felt_at_the_client() {
    let Some(chrome) = Chrome::start("an unticked scope").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.click("scope-notes:write").await;
    chrome.click("allow").await;
    chrome.find("logout").await;
    chrome.open(&stack.client("/notes")).await;
    chrome.type_into("text", "a note too many").await;
    chrome.click("add-note").await;
    chrome.find("what-happened").await;
    chrome.open(&stack.client("/notes")).await;
    chrome.find("no-notes").await;
    chrome.quit().await;
}

#[tokio::test]
async fn deny_leads_back_to_a_page_that_says_so() {
    let Some(chrome) = Chrome::start("a denied consent").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.sign_in("bob", "open-sesame-bob").await;
    chrome.click("deny").await;
    chrome.find("what-happened").await;
    assert!(chrome.url().await.starts_with(&stack.client_url));
    chrome.screenshot("15-denied").await;
    chrome.open(&stack.client("/profile")).await;
    assert!(!chrome.has("sub").await, "nobody is signed in");
    chrome.quit().await;
}

#[tokio::test]
async fn form_post_brings_the_code_in_a_form() {
    let Some(chrome) = Chrome::start("form_post").await else { return };
    let server = TestServer::start().await;
    server.user("alice").await;
    let app = Stub::start(|_| Answer::json(200, "thank you".into())).await;
    let client = server.register(NewClient::web("Notes").redirect_uris(&[&format!("{}/cb", app.url)])).await;
    let request = server.request(&client, "openid").add("response_mode", "form_post");
    chrome.open(&request.url()).await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.click("allow").await;
    // The page's script presses the button, under a policy that allows that script and no other.
    chrome.wait_for_text("thank you", false).await;
    let asked = app.asked_for("/cb");
    assert_eq!(asked[0].method, "POST");
    let fields: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(asked[0].body.as_bytes()).into_owned().collect();
    assert_eq!(fields["state"], request.parameter("state"));
    assert_eq!(fields["iss"], server.issuer);
    let authorized = Authorized { redirect_uri: client.redirect_uri.clone(), parameters: fields };
    Tokens::of(&server.exchange(&client, authorized.code(), &request.verifier).await);
    chrome.quit().await;
}

#[tokio::test]
async fn not_you_changes_the_account_and_keeps_the_request() {
    let Some(chrome) = Chrome::start("another account").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.sign_in("alice", "open-sesame-alice").await;
    chrome.click("not-you").await;
    chrome.sign_in("bob", "open-sesame-bob").await;
    chrome.click("allow").await;
    chrome.find("logout").await;
    chrome.open(&stack.client("/profile")).await;
    assert!(chrome.text_of("name").await.contains("Bob"));
    chrome.quit().await;
}

// ANCHOR: keyboard
#[tokio::test]
async fn a_login_works_from_the_keyboard_alone() {
    let Some(chrome) = Chrome::start("the keyboard").await else { return };
    let stack = Stack::start().await;
    chrome.open(&stack.client("/login")).await;
    chrome.type_into("username", "alice").await;
    let password = chrome.find("password").await;
    password.send_keys("open-sesame-alice").await.unwrap();
    password.send_keys(Key::Enter).await.unwrap();
    chrome.find("allow").await.send_keys(Key::Enter).await.unwrap();
    chrome.find("logout").await;
    chrome.quit().await;
}
// ANCHOR_END: keyboard

#[tokio::test]
async fn error_pages_are_pages_too() {
    let Some(chrome) = Chrome::start("error pages").await else { return };
    let stack = Stack::start().await;
    let bad = stack.server.request(&stack.web, "openid").set("redirect_uri", "https://evil.example/");
    for (name, url) in [
        ("14-bad-redirect-uri", bad.url()),
        ("15-not-found", stack.server.url("/no/such/page")),
        ("16-client-not-found", stack.client("/no-such-page")),
        ("17-client-forged-callback", stack.client("/callback?code=x&state=y")),
        ("18-logout", stack.server.url("/accounts/logout")),
        ("19-authorization-server-home", stack.server.url("/")),
    ] {
        chrome.open(&url).await;
        assert!(chrome.text().await.len() > 20, "{url}");
        chrome.screenshot(name).await;
    }
    chrome.quit().await;
}

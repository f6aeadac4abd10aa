//! The flow inspector: what a reader sees of their own click, what nobody may see, and that it is off unless
//! it is switched on, on loopback.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use tests::{
    Browser, Reply,
    command::{Running, all_written, command, run, text, wait_for},
    http::query_of,
    page::Page,
    playground::{Playground, Ports, playground},
    server::free_listener,
};

/// What the test's browser has seen and no page of the inspector may repeat.
#[derive(Default)]
struct Secrets(BTreeSet<String>);

impl Secrets {
    fn of_redirect(&mut self, reply: &Reply) {
        let query = reply.location().map(|url| query_of(&url)).unwrap_or_default();
        self.0.extend(["code", "state", "nonce"].into_iter().filter_map(|name| query.get(name).cloned()));
    }

    fn of_json(&mut self, reply: &Reply) {
        for name in ["access_token", "refresh_token"] {
            let token = reply.json()[name].as_str().unwrap().to_owned();
            // Header and claims are shown; it is the signature that makes a token good for anything.
            let signature = token.rsplit('.').next().unwrap().to_owned();
            self.0.extend([token, signature]);
        }
    }

    fn of_cookies(&mut self, browser: &Browser) {
        let cookies = browser.cookies("localhost").into_iter();
        self.0.extend(cookies.filter(|(name, _)| name != "wire_browser").map(|(_, value)| value));
    }
}

/// The diagram of a view, and the page of each message in it.
async fn pages(browser: &mut Browser, home: &str, view: &str) -> Vec<Reply> {
    let diagram = browser.open(format!("{home}/inspector?view={view}")).await.expect(200);
    let mut addresses: Vec<_> = links(&diagram.page()).collect();
    addresses.dedup();
    let mut pages = vec![diagram];
    for address in addresses {
        pages.push(browser.open(format!("{home}{address}")).await.expect(200));
    }
    pages
}

fn links(page: &Page) -> impl Iterator<Item = String> {
    let links = page.all("a").into_iter().filter_map(|link| link.attribute("href").map(str::to_owned));
    links.filter(|href| href.contains("message=")).collect::<Vec<_>>().into_iter()
}

/// Waits until the inspector shows `words`: a party reports after it has answered.
async fn shown(browser: &mut Browser, url: &str, words: &str) -> Reply {
    for _ in 0..100 {
        let reply = browser.open(url).await.expect(200);
        if reply.page().text().contains(words) {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{words:?} is not shown at {url}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_is_shown_with_its_code_and_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let (mut browser, mut secrets) = (Browser::new(), Secrets::default());
    let home = playground.home();

    let to_server = browser.get(format!("{}/login", playground.client())).await.expect(303);
    secrets.of_redirect(&to_server);
    let login = browser.follow(to_server).await.expect(200);
    let answer = browser.fill_in_login(&login, "alice", "open-sesame-alice").await.expect(303);
    let consent = browser.follow(answer).await.expect(200);
    let to_client = browser.allow(&consent).await.expect(303);
    secrets.of_redirect(&to_client);
    browser.follow(to_client).await.expect(200);
    browser.open(format!("{}/notes", playground.client())).await.expect(200);
    secrets.of_cookies(&browser);
    secrets.0.insert("open-sesame-alice".into());

    let token = tests::http::client().post(format!("{}/token", playground.password_bearer_api()));
    let token = token.form(&[("username", "bob"), ("password", "open-sesame-bob")]).send().await.unwrap();
    secrets.of_json(&Reply::read(token).await.expect(200));
    secrets.0.insert("open-sesame-bob".into());
    assert!(secrets.0.len() >= 10, "{:?}", secrets.0);

    shown(&mut browser, &format!("{home}/inspector?view=programs"), "/token").await;
    let mine = pages(&mut browser, &home, "mine").await;
    let diagram = mine[0].page().text().to_owned();
    for step in
        ["/login", "/o/authorize", "/accounts/login", "/callback", "/o/token", "/o/userinfo", "/o/introspect"]
    {
        assert!(diagram.contains(step), "{step} is not in {diagram}");
    }
    assert!(!diagram.contains(" /token"), "a program's message is not the browser's: {diagram}");

    let all = pages(&mut browser, &home, "everything").await;
    for (page, secret) in
        mine.iter().chain(&all).flat_map(|page| secrets.0.iter().map(move |secret| (page, secret)))
    {
        assert!(!page.body.contains(secret.as_str()), "{secret} stands on {}", page.url);
    }

    // What it names is in the sources: the function, in that file, at about that line.
    let mut named = 0;
    for page in &all {
        for (file, line, function) in handlers(page.page().text()) {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
            let source = fs::read_to_string(root.join(&file)).unwrap();
            let there: Vec<_> = source.lines().skip(line - 1).take(3).collect();
            let name = format!("fn {}(", function.rsplit("::").next().unwrap());
            assert!(
                there.iter().any(|line| line.contains(&name)),
                "{name} is not at {file}:{line}: {there:?}"
            );
            named += 1;
        }
    }
    assert!(named > 30, "only {named} functions are named");
    let exchange =
        all.iter().find(|page| page.page().text().contains("grants::authorization_code::exchange"));
    assert!(
        exchange.is_some_and(|page| page.page().text().contains("authorization_server::web::token::post"))
    );
}

/// `apps/x/src/y.rs:12 x::y::function`, wherever it stands in a text.
fn handlers(text: &str) -> Vec<(String, usize, String)> {
    let words: Vec<_> = text.split_whitespace().collect();
    let pairs = words.windows(2).filter_map(|pair| {
        let (file, line) = pair[0].split_once(".rs:")?;
        Some((format!("{file}.rs"), line.parse().ok()?, pair[1].to_owned()))
    });
    pairs.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn parties_in_other_processes_report_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let [front_door, port] = std::array::from_fn(|_| free_listener().1);
    let home = format!("http://localhost:{front_door}");
    let api_url = format!("http://localhost:{port}");

    // The party is up first, and waits for its inspector.
    let mut api = command("password-bearer-api");
    api.args(["--dev", "--listen", &format!("127.0.0.1:{port}"), "--wire-inspector", &home])
        .env("DATA_DIR", folder.path());
    let _api = tokio::task::spawn_blocking(move || Running::start(api)).await.unwrap();
    wait_for(&format!("{api_url}/healthz")).await.expect(200);
    let mut browser = Browser::new();
    browser.get(format!("{api_url}/users/me")).await.expect(401);

    let mut front = playground(folder.path(), Ports::free());
    front.env("PLAYGROUND_FRONT_DOOR", format!("127.0.0.1:{front_door}"));
    let _front = tokio::task::spawn_blocking(move || Running::start(front)).await.unwrap();
    wait_for(&format!("{home}/healthz")).await.expect(200);

    let diagram = shown(&mut browser, &format!("{home}/inspector"), "/users/me").await;
    assert!(diagram.page().text().contains("401"), "{}", diagram.page().text());
    assert_eq!(browser.cookies("localhost").len(), 1, "the one that all parties share");
}

#[tokio::test]
async fn no_party_can_be_watched_from_elsewhere_or_as_a_public_server() {
    let folder = tempfile::tempdir().unwrap();
    for (public_url, inspector, problem) in [
        (
            "http://localhost:1",
            "http://inspector.example:8080",
            "WIRE_INSPECTOR is not an http address on loopback",
        ),
        ("https://api.example", "http://localhost:8080", "WIRE_INSPECTOR is for a party on loopback"),
    ] {
        let mut api = command("password-bearer-api");
        api.args(["--dev", "--listen", "127.0.0.1:0"])
            .env("DATA_DIR", folder.path())
            .env("PUBLIC_URL", public_url)
            .env("WIRE_INSPECTOR", inspector);
        let output = tokio::task::spawn_blocking(move || run(api, "")).await.unwrap();
        assert!(!output.status.success());
        assert!(text(&output.stderr).contains(problem), "{}", all_written(&output));
    }
}

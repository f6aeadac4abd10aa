//! Several servers over one database, as behind a load balancer: what one gives, every other knows, and the
//! death of one costs nothing but its connections.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use auth_core::clock::Clock;
use futures::future::join_all;
use tests::{
    AuthorizationRequest, Browser, Client, NewClient, Reply, TestServer, Tokens, command,
    command::{Running, wait_for},
    http, jwt,
};

const ATTEMPTS: u32 = 6;

/// One server of the test's own process, whose issuer all share, and two processes that can be killed.
struct Cluster {
    a: TestServer,
    b: Peer,
    c: Peer,
}

struct Peer {
    url: String,
    process: Running,
}

impl Cluster {
    async fn start() -> Cluster {
        let a = TestServer::start_with(|settings| {
            // The others have no clock that the test could move.
            settings.clock = Clock::system();
            settings.login_attempts_per_minute = ATTEMPTS;
        })
        .await;
        a.user("alice").await;
        let (b, c) = (Peer::start(&a).await, Peer::start(&a).await);
        Cluster { a, b, c }
    }

    fn urls(&self) -> [String; 3] {
        [self.a.issuer.clone(), self.b.url.clone(), self.c.url.clone()]
    }
}

impl Peer {
    async fn start(of: &TestServer) -> Peer {
        let mut serve = of_the_same_database(of);
        serve.arg("serve");
        serve.env("AS_LISTEN", "127.0.0.1:0").env("AS_ISSUER", &of.issuer).env("AS_DEV", "1");
        serve.env("AS_SCOPES", "openid=Sign you in,offline_access=Stay,notes:read=Read,notes:write=Write");
        serve.env("AS_LOGIN_ATTEMPTS_PER_MINUTE", ATTEMPTS.to_string());
        serve.env("AS_TOKEN_REQUESTS_PER_MINUTE", "10000");
        let mut process = Running::start(serve);
        let url = loop {
            let written = process.written();
            let port =
                written.split("http://127.0.0.1:").nth(1).and_then(|rest| rest.split_whitespace().next());
            if let Some(port) = port {
                break format!("http://localhost:{port}");
            }
            assert!(!process.has_ended(), "the server does not start: {written}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        wait_for(&format!("{url}/readyz")).await.expect(200);
        Peer { url, process }
    }
}

fn of_the_same_database(server: &TestServer) -> std::process::Command {
    let mut command = command::command("authorization-server");
    let master_key: String = server.master_key.iter().map(|byte| format!("{byte:02x}")).collect();
    command.env("AS_DATABASE_URL", &server.database_url).env("AS_MASTER_KEY", master_key);
    command
}

/// A form to one of the servers; nothing when the connection dies.
async fn post(at: &str, client: &Client, path: &str, form: &[(&str, &str)]) -> Option<Reply> {
    let mut form: Vec<(String, String)> = form.iter().map(|&(n, v)| (n.to_owned(), v.to_owned())).collect();
    let request = client.authenticate(http::client().post(format!("{at}{path}")), &mut form);
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").body(http::form_encode(&form));
    // The body may be cut off too: read all of it before believing the status.
    let response = request.send().await.ok()?;
    let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
    let body = response.text().await.ok()?;
    Some(Reply { url, status, headers, body })
}

async fn exchange(at: &str, client: &Client, code: &Code) -> Option<Reply> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code.code),
        ("redirect_uri", &client.redirect_uri),
        ("code_verifier", &code.verifier),
    ];
    post(at, client, "/o/token", &form).await
}

async fn refresh(at: &str, client: &Client, token: &str) -> Option<Reply> {
    post(at, client, "/o/token", &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn is_active(at: &str, client: &Client, token: &str) -> bool {
    let reply = post(at, client, "/o/introspect", &[("token", token)]).await;
    reply.expect("an answer").expect(200).json()["active"].as_bool().unwrap()
}

struct Code {
    code: String,
    verifier: String,
}

async fn codes(server: &TestServer, client: &Client, count: usize) -> Vec<Code> {
    let mut browser = Browser::new();
    browser.sign_in(server, "alice").await;
    let mut codes = Vec::new();
    for _ in 0..count {
        let request = AuthorizationRequest::new(server, client, "openid offline_access notes:read");
        let authorized = server.authorized(&mut browser, &request).await;
        codes.push(Code { code: authorized.code().to_owned(), verifier: request.verifier });
    }
    codes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_step_of_a_flow_may_meet_another_server() {
    let Cluster { a, b, c } = Cluster::start().await;
    let client = a.register(NewClient::web("app").skip_authorization()).await;
    let [code] = codes(&a, &client, 1).await.try_into().ok().unwrap();

    let tokens = Tokens::of(&exchange(&b.url, &client, &code).await.unwrap());
    assert!(a.is_active(&client, &tokens.access_token).await);
    let refreshed = Tokens::of(&refresh(&c.url, &client, tokens.refresh()).await.unwrap());
    assert!(is_active(&b.url, &client, &refreshed.access_token).await);

    post(&c.url, &client, "/o/revoke_token", &[("token", refreshed.refresh())]).await.unwrap().expect(200);
    for token in [&tokens.access_token, &refreshed.access_token, refreshed.refresh()] {
        assert!(!a.is_active(&client, token).await, "revoked at one server, it is over at all");
        assert!(!is_active(&b.url, &client, token).await);
    }
    exchange(&c.url, &client, &code).await.unwrap().expect_error(400, "invalid_grant");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_an_account_count_wherever_they_are_made() {
    let cluster = Cluster::start().await;
    // The balancer passes on what the browser says: the origin is the issuer's.
    let origin = [("origin", cluster.a.issuer.as_str()), ("sec-fetch-site", "same-origin")];
    let sign_in = async |at: &str, password: &str| {
        let mut browser = Browser::new();
        let page = browser.get(format!("{at}/accounts/login")).await.expect(200);
        let form = page.page().form().set("username", "alice").set("password", password).press("sign-in");
        browser.submit_with(&page, form, &origin).await
    };
    for guess in 0..ATTEMPTS as usize {
        let reply = sign_in(&cluster.urls()[guess % 3], &format!("guess-{guess}")).await;
        assert!(reply.status != 429 && reply.status != 303, "guess {guess} was answered {}", reply.status);
    }
    for at in cluster.urls() {
        let reply = sign_in(&at, "open-sesame-alice").await.expect(429);
        let wait: u64 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

/// Codes that two servers are asked to redeem at once, codes that are brought once, and refresh tokens that
/// go from server to server; in the middle of it one server is killed, and the keys are rotated.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_death_of_a_server_loses_nothing_that_was_answered() {
    let cluster = Cluster::start().await;
    let urls = cluster.urls();
    let Cluster { a, b: Peer { url: mortal, process }, c } = cluster;
    let client = a.register(NewClient::web("app").skip_authorization()).await;
    let mut raced = codes(&a, &client, 60).await;
    let single = raced.split_off(20);
    let done = AtomicUsize::new(0);

    // Only the dead server's connections may die.
    let heard = |at: &str, reply: Option<Reply>| {
        done.fetch_add(1, Ordering::Relaxed);
        assert!(reply.is_some() || at == mortal, "{at} lives and does not answer");
        reply
    };
    let race = async |number: usize, code: &Code| {
        let (one, other) = (&urls[number % 3], &urls[(number + 1) % 3]);
        let (first, second) = tokio::join!(exchange(one, &client, code), exchange(other, &client, code));
        let answers = [heard(one, first), heard(other, second)];
        let given = answers.iter().flatten().filter(|reply| reply.status == 200).count();
        assert!(given <= 1, "a code was redeemed twice");
        for reply in answers.into_iter().flatten().filter(|reply| reply.status != 200) {
            reply.expect_error(400, "invalid_grant");
        }
    };
    let chain = async |number: usize, code: &Code| {
        let at = &urls[number % 3];
        let mut tokens = match heard(at, exchange(at, &client, code).await) {
            Some(reply) => Tokens::of(&reply),
            // Did the dead server redeem it? Then this is a replay, and the user signs in again.
            None => match exchange(&c.url, &client, code).await.expect("an answer") {
                reply if reply.status == 200 => Tokens::of(&reply),
                reply => {
                    reply.expect_error(400, "invalid_grant");
                    return None;
                }
            },
        };
        for step in 1..=4 {
            let at = &urls[(number + step) % 3];
            let reply = match heard(at, refresh(at, &client, tokens.refresh()).await) {
                Some(reply) => reply,
                // Was it refreshed, and only the answer lost? Then the same successor comes again.
                None => refresh(&c.url, &client, tokens.refresh()).await.expect("an answer"),
            };
            tokens = Tokens::of(&reply);
        }
        Some(tokens)
    };

    let races = async {
        for (number, code) in raced.iter().enumerate() {
            race(number, code).await;
        }
    };
    let chains = async {
        let mut alive = Vec::new();
        for (group, codes) in single.chunks(4).enumerate() {
            let group = codes.iter().enumerate().map(|(number, code)| chain(group + number, code));
            alive.extend(join_all(group).await.into_iter().flatten());
        }
        alive
    };
    let trouble = async {
        let requests = async |count| {
            while done.load(Ordering::Relaxed) < count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        requests(60).await;
        drop(process); // SIGKILL
        requests(100).await;
        let mut rotate = of_the_same_database(&a);
        rotate.args(["keys", "rotate"]);
        let rotated = tokio::task::spawn_blocking(|| command::run(rotate, "")).await.unwrap();
        assert!(rotated.status.success(), "{}", command::text(&rotated.stderr));
    };
    let ((), alive, ()) = tokio::join!(races, chains, trouble);

    assert!(alive.len() >= single.len() - 4, "at most what the dead server had in hand is lost");
    for tokens in &alive {
        assert!(a.is_active(&client, &tokens.access_token).await, "an answered access token is lost");
        assert!(is_active(&c.url, &client, tokens.refresh()).await, "an answered refresh token is lost");
    }
    // A rotation is noticed within three seconds; both servers then sign with the new key.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let [one, other] = codes(&a, &client, 2).await.try_into().ok().unwrap();
    let new = Tokens::of(&exchange(&c.url, &client, &one).await.unwrap());
    let also_new = Tokens::of(&exchange(&a.issuer, &client, &other).await.unwrap());
    assert_eq!(kid(&new.access_token), kid(&also_new.access_token));
    assert!(
        a.is_active(&client, &new.access_token).await
            && is_active(&c.url, &client, &also_new.access_token).await
    );
    assert!(
        alive.iter().any(|old| kid(&old.access_token) != kid(&new.access_token)),
        "the keys were rotated"
    );
}

fn kid(access_token: &str) -> String {
    jwt::peek(access_token).0["kid"].as_str().expect("a kid").to_owned()
}

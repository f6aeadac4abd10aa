#![allow(clippy::unwrap_used)]

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use auth_core::client_authentication::basic_header;
use auth_core::http_client::{HttpClient, HttpResponse};
use auth_core::secret::ClientSecret;
use serde_json::Value;

use super::*;

const FREE: Ports =
    Ports { playground: 0, authorization_server: 0, client: 0, resource_api: 0, password_bearer_api: 0 };

/// A playground that runs beside the test.
struct Started {
    at: Addresses,
    http: HttpClient,
    shutdown: CancellationToken,
    task: tokio::task::JoinHandle<io::Result<()>>,
}

impl Started {
    async fn new(data: &Path, ports: Ports) -> Started {
        Started::with(Settings { data: data.to_owned(), tls: false, ports }).await
    }

    async fn with(settings: Settings) -> Started {
        let shutdown = CancellationToken::new();
        let authority = settings.tls.then(|| settings.data.join("authority.pem"));
        let playground = Playground::start(settings, shutdown.clone()).await.unwrap();
        let at = playground.addresses().clone();
        let http = HttpClient::trusting(authority.as_deref()).unwrap();
        Started { at, http, shutdown, task: tokio::spawn(playground.run()) }
    }

    async fn page_when_all_are_up(&self) -> String {
        let begin = Instant::now();
        loop {
            let answer = self.get(&self.at.playground).await;
            assert_eq!(answer.status, 200);
            let policy = answer.headers["content-security-policy"].to_str().unwrap();
            assert!(!policy.contains("unsafe"), "{policy}");
            let page = String::from_utf8(answer.body).unwrap();
            // The worker needs a first round before it is up.
            if !page.contains("not-all-up") || begin.elapsed() > Duration::from_secs(20) {
                return page;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn get(&self, url: &str) -> HttpResponse {
        self.http.send(self.http.reqwest().get(url)).await.unwrap()
    }

    /// Whether a client of the data folder gets a token.
    async fn has_a_token_for(&self, data: &Path, client: &str) -> bool {
        let client = client_of(data, client);
        let (id, secret) = (text(&client["client_id"]), text(&client["client_secret"]));
        let request = self.http.reqwest().post(format!("{}/o/token", self.at.authorization_server));
        let request = request
            .header("authorization", basic_header(&id, &ClientSecret::new(secret)))
            .form(&[("grant_type", "client_credentials")]);
        self.http.send(request).await.unwrap().status == 200
    }

    async fn stop(self) {
        let signal = Instant::now();
        self.shutdown.cancel();
        self.task.await.unwrap().unwrap();
        assert!(signal.elapsed() < Duration::from_secs(5), "took {:?}", signal.elapsed());
    }
}

fn client_of(data: &Path, client: &str) -> Value {
    let text = fs::read_to_string(data.join(format!("{client}.client.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The ports of one start, for the next.
fn ports_of(at: &Addresses) -> Ports {
    let port = |address: &str| address.rsplit(':').next().unwrap().parse().unwrap();
    Ports {
        playground: port(&at.playground),
        authorization_server: port(&at.authorization_server),
        client: port(&at.client),
        resource_api: port(&at.resource_api),
        password_bearer_api: port(&at.password_bearer_api),
    }
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("data");
    (parent, path)
}

/// Everything but the databases.
fn secrets(data: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(data).unwrap().map(|entry| entry.unwrap());
    let entries = entries.map(|entry| (entry.file_name().into_string().unwrap(), entry.path()));
    let mut secrets: Vec<_> = entries
        .filter(|(name, _)| !name.contains(".sqlite"))
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    secrets.sort();
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_finds_the_same_data() {
    let (_parent, data) = folder();
    let first = Started::new(&data, FREE).await;
    let ports = ports_of(&first.at);
    assert!(first.has_a_token_for(&data, "worker").await);
    let before = secrets(&data);
    assert!(before.len() >= 5, "{before:?}");
    first.stop().await;

    let second = Started::new(&data, ports).await;
    assert_eq!(secrets(&data), before);
    assert!(second.has_a_token_for(&data, "worker").await);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_first_start_left_out_is_made_by_the_next() {
    let (_parent, data) = folder();
    let first = Started::new(&data, FREE).await;
    let ports = ports_of(&first.at);
    first.stop().await;
    // As if the first start had ended before the clients were registered: their files are there,
    // the database is not, and one file was never written.
    let web_client = client_of(&data, "web-client");
    for entry in fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.to_string_lossy().contains("authorization-server.sqlite") {
            fs::remove_file(entry).unwrap();
        }
    }
    fs::remove_file(data.join("worker.client.json")).unwrap();

    let second = Started::new(&data, ports).await;
    assert_eq!(client_of(&data, "web-client"), web_client);
    assert!(second.has_a_token_for(&data, "worker").await);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_other_ports_the_clients_redirect_uri_follows() {
    let (_parent, data) = folder();
    let first = Started::new(&data, FREE).await;
    let before = client_of(&data, "web-client");
    first.stop().await;
    let second = Started::new(&data, FREE).await;
    let after = client_of(&data, "web-client");
    assert_ne!(after["client_id"], before["client_id"]);
    let redirect_uri = text(&after["registration"]["redirect_uris"][0]);
    assert_eq!(redirect_uri, format!("{}/callback", second.at.client));
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_everybody_up() {
    let (_parent, data) = folder();
    let started = Started::new(&data, FREE).await;
    let page = started.page_when_all_are_up().await;
    assert_eq!(page.matches("class=\"pill up\"").count(), 5, "{page}");
    for expected in ["open-sesame-alice", "open-sesame-bob", &started.at.client, &started.at.resource_api] {
        assert!(page.contains(expected), "{expected} is missing in {page}");
    }
    for password in ["open-sesame-alice", "open-sesame-bob"] {
        assert_eq!(page.matches(password).count(), 1, "{password}");
    }
    // A link must not take the list away that the reader follows.
    let walk = page.split("id=\"walk\"").nth(1).unwrap().split("</ol>").next().unwrap();
    let book =
        "<a id=\"read-the-book\" href=\"/docs/oauth-by-watching.html\" target=\"_blank\" rel=\"noopener\">";
    assert!(page.contains(book));
    let links: Vec<_> = walk.split("<a ").skip(1).map(|link| link.split('>').next().unwrap()).collect();
    assert!(links.len() >= 6, "{walk}");
    for link in links {
        assert!(link.ends_with(" target=\"_blank\" rel=\"noopener\""), "{link}");
    }
    let missing = started.get(&format!("{}/other", started.at.playground)).await;
    assert_eq!(missing.status, 404);
    started.stop().await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_in_the_data_folder_is_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let (_parent, data) = folder();
    let started = Started::new(&data, FREE).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    for entry in fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()) {
        assert_eq!(mode(&entry), 0o600, "{}", entry.display());
    }
    started.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_named_with_its_setting_and_nothing_is_started() {
    let (_parent, data) = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let settings = Settings { data: data.clone(), tls: false, ports: Ports { client: port, ..FREE } };
    let error = Playground::start(settings, CancellationToken::new()).await.unwrap_err().to_string();
    for expected in [&format!("port {port}"), "--client-port", "CLIENT_PORT"] {
        assert!(error.contains(expected), "{error}");
    }
    assert!(!data.join("authorization-server.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_serves_one_playground_at_a_time() {
    let (_parent, data) = folder();
    let first = Started::new(&data, FREE).await;
    let settings = Settings { data: data.clone(), tls: false, ports: FREE };
    let error = Playground::start(settings, CancellationToken::new()).await.unwrap_err().to_string();
    assert!(error.contains("another playground") && error.contains("--data"), "{error}");
    first.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_party_that_does_not_start_is_named() {
    let (_parent, data) = folder();
    fs::create_dir(&data).unwrap();
    fs::create_dir(data.join("resource-api.sqlite")).unwrap();
    let settings = Settings { data, tls: false, ports: FREE };
    let error = Playground::start(settings, CancellationToken::new()).await.unwrap_err().to_string();
    assert!(error.contains("resource-api"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tls_the_parties_meet_on_https_and_trust_the_authority_of_the_folder() {
    let (_parent, data) = folder();
    let started = Started::with(Settings { data: data.clone(), tls: true, ports: FREE }).await;
    assert!(started.at.authorization_server.starts_with("https://localhost:"));
    // The worker and the API have asked the authorization server by now.
    let page = started.page_when_all_are_up().await;
    assert_eq!(page.matches("class=\"pill up\"").count(), 5, "{page}");
    // So has the client, and its cookie is for https alone.
    let login = started.get(&format!("{}/login", started.at.client)).await;
    assert!(login.headers["location"].to_str().unwrap().starts_with(&started.at.authorization_server));
    let cookie = login.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-") && cookie.contains("Secure"), "{cookie}");
    for at in [&started.at.playground, &started.at.resource_api, &started.at.password_bearer_api] {
        let answer = started.get(at).await;
        // For localhost it would hold on every port (RFC 6797 §8.3).
        assert!(!answer.headers.contains_key("strict-transport-security"), "{at}");
    }
    started.stop().await;

    let again = Started::with(Settings { data, tls: true, ports: FREE }).await;
    again.stop().await;
}

#[tokio::test]
async fn a_front_door_that_others_could_reach_does_not_open() {
    let everywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let door = front_door(everywhere, &FREE, 1, CancellationToken::new());
    let error = door.unwrap_err().to_string();
    assert!(error.starts_with("the flow inspector is for this machine only"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_shows_parties_that_run_elsewhere() {
    let (_parent, data) = folder();
    let parties = Started::new(&data, FREE).await;
    let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    // In the place of the worker's health check: some server that is ready.
    let ports = ports_of(&parties.at);
    let stop = CancellationToken::new();
    let door = front_door(anywhere, &ports, ports.resource_api, stop.clone()).unwrap();
    let url = format!("http://{}", door.addr());
    let running = tokio::spawn(door.run(stop.clone()));
    let page = String::from_utf8(parties.get(&url).await.body).unwrap();
    assert_eq!(page.matches("class=\"pill up\"").count(), 5, "{page}");
    assert!(page.contains(&parties.at.client));
    parties.stop().await;
    stop.cancel();
    running.await.unwrap().unwrap();
}

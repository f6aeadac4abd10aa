use std::io::Write;
use std::process::{Command, Output, Stdio};

use auth_core::client_authentication::basic_header;
use auth_core::secret::ClientSecret;
use serde_json::Value;

use crate::harness::{Server, field};

struct Operator<'a>(&'a Server);

impl Operator<'_> {
    fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_authorization-server"))
            .args(arguments)
            .env_clear()
            .env("AS_DATABASE_URL", &self.0.database_url)
            .env("AS_MASTER_KEY", self.0.master_key.map(|byte| format!("{byte:02x}")).concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn json(&self, arguments: &[&str], input: &str) -> Vec<Value> {
        let output = self.run(arguments, input);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn fails(&self, arguments: &[&str], input: &str) -> String {
        let output = self.run(arguments, input);
        assert!(!output.status.success(), "{output:?}");
        assert!(output.stdout.is_empty());
        String::from_utf8(output.stderr).unwrap()
    }
}

#[tokio::test]
async fn users_and_applications_are_made_while_the_server_runs() {
    let server = Server::start().await;
    let operator = Operator(&server);
    let user = operator.json(
        &["createuser", "--username", "Carol", "--password-stdin", "--email", "carol@example.com"],
        "open-sesame-carol\n",
    );
    assert!(user[0]["sub"].is_string());
    assert!(!user[0].to_string().contains("sesame"));

    let application = operator.json(
        &[
            "createapplication",
            "--name",
            "Worker",
            "--client-type",
            "confidential",
            "--grant-types",
            "urn:ietf:params:oauth:grant-type:client-credentials",
            "--scopes",
            "read write",
            "--audiences",
            "https://api.example https://b.example",
            "--resource-server",
            "https://api.example",
        ],
        "",
    );
    assert_eq!(application.len(), 1, "one line");
    let client_id = application[0]["client_id"].as_str().unwrap();
    let secret = ClientSecret::new(application[0]["client_secret"].as_str().unwrap());
    let token = server.client().post(server.url("/o/token"));
    let token = token.header("authorization", basic_header(client_id, &secret));
    let token = token.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    assert_eq!(token.status(), 200);

    let browser = server.browser();
    let page = browser.get("/accounts/login").await.text().await.unwrap();
    let csrf = field(&page, "csrf_token").unwrap();
    let form = [("csrf_token", csrf.as_str()), ("username", "carol"), ("password", "open-sesame-carol")];
    assert_eq!(browser.post("/accounts/login", &form).await.status(), 303);
}

#[tokio::test]
async fn a_public_client_has_no_secret_and_a_given_one_is_not_made_up() {
    let server = Server::start().await;
    let operator = Operator(&server);
    let base = ["createapplication", "--name", "App", "--grant-types", "authorization_code"];
    let public = [
        &base[..],
        &[
            "--client-type",
            "public",
            "--client-id",
            "app",
            "--redirect-uris",
            "http://127.0.0.1/cb com.example.app:/cb",
        ],
    ];
    assert_eq!(operator.json(&public.concat(), "")[0], serde_json::json!({ "client_id": "app" }));
    let given = [
        &base[..],
        &[
            "--client-type",
            "confidential",
            "--redirect-uris",
            "https://a.example/cb",
            "--client-secret-stdin",
        ],
    ];
    let secret = "Zk3-given-by-the-operator-9Qx7LpTr2";
    let line = &operator.json(&given.concat(), secret)[0];
    assert!(line.get("client_secret").is_none_or(|shown| shown == secret), "{line}");
}

#[tokio::test]
async fn keys_rotate_and_expired_rows_go() {
    let server = Server::start().await;
    let operator = Operator(&server);
    let before = operator.json(&["keys", "list"], "");
    let after = operator.json(&["keys", "rotate"], "");
    let active = |keys: &[Value]| -> Vec<String> {
        let active = keys.iter().filter(|key| key["state"] == "active");
        active.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!active(&before).is_empty());
    assert!(active(&before).iter().all(|kid| !active(&after).contains(kid)));
    assert!(!format!("{after:?}").contains("\"d\""));
    assert_eq!(operator.json(&["cleartokens"], "")[0]["sessions"], 0);
}

#[tokio::test]
async fn mistakes_are_one_sentence_that_says_what_to_do() {
    let server = Server::start().await;
    let operator = Operator(&server);
    let user = ["createuser", "--username", "alice", "--password-stdin"];
    assert!(operator.fails(&user, "").contains("standard input"));
    let taken = operator.fails(&user, "open-sesame-again");
    assert!(taken.starts_with("error: ") && taken.lines().count() == 1, "{taken}");
    assert!(operator.fails(&["createuser", "--username", "dave"], "").contains("--password-stdin"));
    let application = ["createapplication", "--name", "x", "--client-type", "confidential", "--grant-types"];
    let password = operator.fails(&[&application[..], &["password"]].concat(), "");
    assert!(password.contains("client-credentials"), "{password}");
    let http =
        [&application[..], &["authorization_code", "--redirect-uris", "http://client.example/cb"]].concat();
    let http = operator.fails(&http, "");
    assert!(http.starts_with("error: ") && http.lines().count() == 1, "{http}");
    let serve = operator.fails(&["serve"], "");
    assert!(serve.contains("AS_ISSUER"), "{serve}");
    assert_eq!(operator.fails(&[], ""), serve, "serve is what happens without a command");
}

#[tokio::test]
async fn help_names_the_settings() {
    let server = Server::start().await;
    let help = Operator(&server).run(&["serve", "--help"], "");
    let help = String::from_utf8(help.stdout).unwrap();
    for setting in [
        "AS_LISTEN",
        "AS_ISSUER",
        "AS_DATABASE_URL",
        "AS_MASTER_KEY",
        "AS_SCOPES",
        "AS_ACCESS_TOKEN_EXPIRE_SECONDS",
        "AS_DEV",
    ] {
        assert!(help.contains(setting), "{setting}");
    }
    for command in ["createuser", "createapplication", "cleartokens", "keys"] {
        assert!(Operator(&server).run(&[command, "--help"], "").status.success());
    }
}

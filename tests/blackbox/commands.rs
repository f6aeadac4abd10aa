//! The authorization server's commands, as real processes, beside a server that runs.

use std::process::{Command, Output};

use serde_json::Value;
use tests::{
    Browser, Client, TestServer, Tokens,
    command::{command, run, text},
};

fn as_command(server: &TestServer, arguments: &[&str]) -> Command {
    let mut command = command("authorization-server");
    let key: String = server.master_key.iter().map(|byte| format!("{byte:02x}")).collect();
    command.args(arguments).env("AS_DATABASE_URL", &server.database_url).env("AS_MASTER_KEY", key);
    command
}

/// Runs a command beside the server; the output is asserted to have no panic in it.
async fn run_beside(server: &TestServer, arguments: &[&str], input: &str) -> Output {
    let (command, input) = (as_command(server, arguments), input.to_owned());
    let output = tokio::task::spawn_blocking(move || run(command, &input)).await.unwrap();
    assert!(!text(&output.stderr).contains("panicked"), "{}", text(&output.stderr));
    output
}

async fn succeed(server: &TestServer, arguments: &[&str], input: &str) -> String {
    let output = run_beside(server, arguments, input).await;
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

async fn fail(server: &TestServer, arguments: &[&str], input: &str) -> String {
    let output = run_beside(server, arguments, input).await;
    assert!(!output.status.success(), "{arguments:?} was accepted: {}", text(&output.stdout));
    let message = text(&output.stderr);
    assert!(message.len() > 20, "{arguments:?} failed without a word");
    message
}

/// The one line of JSON that `createapplication` prints.
fn created(output: &str) -> Value {
    assert_eq!(output.trim_end().lines().count(), 1, "one line: {output}");
    serde_json::from_str(output).unwrap()
}

const WEB: [&str; 7] = [
    "createapplication",
    "--name",
    "Web",
    "--client-type",
    "confidential",
    "--grant-types",
    "authorization_code,refresh_token",
];

fn web<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&WEB[..], &["--redirect-uris", "https://client.example/callback"], more].concat()
}

#[tokio::test]
async fn createuser_makes_a_user_who_can_sign_in_at_once() {
    let server = TestServer::start().await;
    let arguments = [
        "createuser",
        "--username",
        "carol",
        "--password-stdin",
        "--email",
        "carol@example.com",
        "--name",
        "Carol C",
    ];
    let output = succeed(&server, &arguments, "a-good-long-password\n").await;
    assert!(!output.contains("a-good-long-password"));
    Browser::new().try_sign_in(&server, "carol", "a-good-long-password").await.expect(303);
}

#[tokio::test]
async fn createuser_refuses_a_name_that_is_taken() {
    let server = TestServer::start().await;
    server.user("alice").await;
    for name in ["alice", "ALICE"] {
        let arguments = ["createuser", "--username", name, "--password-stdin"];
        fail(&server, &arguments, "another-long-password\n").await;
    }
    Browser::new().sign_in(&server, "alice").await;
}

#[tokio::test]
async fn createuser_refuses_an_empty_password_and_one_on_the_command_line() {
    let server = TestServer::start().await;
    fail(&server, &["createuser", "--username", "carol", "--password-stdin"], "\n").await;
    fail(&server, &["createuser", "--username", "carol", "--password", "a-good-long-password"], "").await;
}

#[tokio::test]
async fn createapplication_prints_the_secret_once_and_it_works_at_once() {
    let server = TestServer::start().await;
    let arguments = [
        "createapplication",
        "--name",
        "Machine",
        "--client-type",
        "confidential",
        "--grant-types",
        "client_credentials",
        "--scopes",
        "read write",
        "--audiences",
        "https://api.example",
    ];
    let printed = created(&succeed(&server, &arguments, "").await);
    let client = Client {
        client_id: printed["client_id"].as_str().unwrap().to_owned(),
        secret: Some(printed["client_secret"].as_str().unwrap().to_owned()),
        method: "client_secret_basic".to_owned(),
        redirect_uri: String::new(),
    };
    let tokens = Tokens::of(&server.client_credentials(&client, "read").await);
    assert_eq!(server.verified(&tokens.access_token).await["aud"], "https://api.example");
}

#[tokio::test]
async fn createapplication_takes_what_it_is_given() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let more = [
        "--client-id",
        "my-client",
        "--token-endpoint-auth-method",
        "client_secret_post",
        "--skip-authorization",
        "--client-secret-stdin",
    ];
    let secret = "a-secret-from-a-vault-6a1f0c9d3e7b8254";
    let printed = created(&succeed(&server, &web(&more), &format!("{secret}\n")).await);
    assert_eq!(printed["client_id"], "my-client");
    let client = Client {
        client_id: "my-client".to_owned(),
        secret: Some(secret.to_owned()),
        method: "client_secret_post".to_owned(),
        redirect_uri: "https://client.example/callback".to_owned(),
    };
    server.tokens_of("alice", &client, "openid").await;
    fail(&server, &web(&more), &format!("{secret}\n")).await; // the id is taken
}

#[tokio::test]
async fn createapplication_takes_grant_types_by_name_or_urn_and_no_unknown_one() {
    let server = TestServer::start().await;
    let base = [
        "createapplication",
        "--name",
        "X",
        "--client-type",
        "confidential",
        "--redirect-uris",
        "https://client.example/cb",
        "--grant-types",
    ];
    for good in ["authorization_code", "authorization_code,refresh_token", "client_credentials"] {
        succeed(&server, &[&base[..], &[good]].concat(), "").await;
    }
    for bad in ["password", "implicit", "urn:example:unknown", ""] {
        fail(&server, &[&base[..], &[bad]].concat(), "").await;
    }
}

#[tokio::test]
async fn a_public_application_has_no_secret() {
    let server = TestServer::start().await;
    let arguments = [
        "createapplication",
        "--name",
        "Spa",
        "--client-type",
        "public",
        "--grant-types",
        "authorization_code",
        "--redirect-uris",
        "https://client.example/callback",
    ];
    let printed = created(&succeed(&server, &arguments, "").await);
    assert!(printed.get("client_secret").is_none_or(Value::is_null), "{printed}");
    fail(&server, &[&arguments[..], &["--token-endpoint-auth-method", "client_secret_basic"]].concat(), "")
        .await;
}

#[tokio::test]
async fn createapplication_refuses_what_would_not_be_safe() {
    let server = TestServer::start().await;
    for uris in [
        "http://client.example/cb",
        "https://*.example/cb",
        "https://client.example/cb#x",
        "javascript:alert(1)",
        "",
    ] {
        fail(&server, &[&WEB[..], &["--redirect-uris", uris]].concat(), "").await;
    }
    fail(&server, &web(&["--scopes", "not\"a\"scope"]), "").await;
    fail(&server, &web(&["--client-secret-stdin"]), "short\n").await;
    fail(&server, &web(&["--token-endpoint-auth-method", "none"]), "").await;
}

#[tokio::test]
async fn cleartokens_removes_what_is_over_and_nothing_else() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let live = server.tokens_of("alice", &client, "openid offline_access").await;
    let revoked = server.tokens_of("alice", &client, "openid offline_access").await;
    server.revoke(&client, revoked.refresh()).await.expect(200);
    succeed(&server, &["cleartokens"], "").await;
    assert!(server.is_active(&client, &live.access_token).await);
    server.refresh(&client, live.refresh()).await.expect(200);
    // What was revoked stays revoked.
    server.refresh(&client, revoked.refresh()).await.expect_error(400, "invalid_grant");
    assert!(!server.is_active(&client, &revoked.access_token).await);
}

#[tokio::test]
async fn keys_are_listed_without_their_private_half_and_rotated_beside_a_running_server() {
    let server = TestServer::start().await;
    server.user("alice").await;
    let client = server.client("notes").await;
    let before = server.tokens_of("alice", &client, "openid offline_access").await;
    let listed = succeed(&server, &["keys", "list"], "").await;
    let kid = tests::jwt::peek(&before.access_token).0["kid"].as_str().unwrap().to_owned();
    assert!(listed.contains(&kid) && listed.contains("active"), "{listed}");
    assert!(!listed.contains("PRIVATE"), "{listed}");
    succeed(&server, &["keys", "rotate"], "").await;
    // A running server notices within three seconds of the machine's own time.
    tokio::time::sleep(std::time::Duration::from_millis(3500)).await;
    let after = Tokens::of(&server.refresh(&client, before.refresh()).await);
    assert_ne!(tests::jwt::peek(&after.access_token).0["kid"], kid.as_str());
    server.verified(&before.access_token).await;
    server.verified(&after.access_token).await;
}

#[tokio::test]
async fn the_commands_help_themselves() {
    let server = TestServer::start().await;
    let help = succeed(&server, &["--help"], "").await;
    for name in ["serve", "createuser", "createapplication", "cleartokens", "keys"] {
        assert!(help.contains(name), "{name}: {help}");
    }
    for name in ["createuser", "createapplication", "cleartokens", "keys"] {
        succeed(&server, &[name, "--help"], "").await;
    }
}

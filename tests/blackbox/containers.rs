//! What the images and docker-compose.yml lean on: health checks without curl, commands that may be run
//! again, addresses and secrets from files.

use std::{fs, process::Command};

use tests::{
    Browser, Stack, TestServer,
    command::{command, run, text},
};

async fn output(command: Command, input: &'static str) -> std::process::Output {
    tokio::task::spawn_blocking(move || run(command, input)).await.unwrap()
}

fn at_port(url: &str) -> String {
    // As a container's server listens; its health check asks on loopback.
    format!("0.0.0.0:{}", url.rsplit(':').next().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_answers_its_own_health_check() {
    let stack = Stack::start().await;
    let checks = [
        ("authorization-server", "healthcheck", "AS_LISTEN", &stack.server.issuer),
        ("resource-api", "--healthcheck", "LISTEN", &stack.api_url),
        ("authorization-code-client", "--healthcheck", "LISTEN", &stack.client_url),
        // The same question, whoever answers it.
        ("password-bearer-api", "--healthcheck", "LISTEN", &stack.api_url),
        ("client-credentials-worker", "--healthcheck", "HEALTH_LISTEN", &stack.api_url),
        ("playground", "--healthcheck", "PLAYGROUND_FRONT_DOOR", &stack.client_url),
    ];
    for (app, argument, setting, url) in checks {
        let mut healthy = command(app);
        healthy.arg(argument).env(setting, at_port(url));
        let answer = output(healthy, "").await;
        assert!(answer.status.success(), "{app}: {}", text(&answer.stderr));

        let mut nobody = command(app);
        nobody.arg(argument).env(setting, "127.0.0.1:1");
        let answer = output(nobody, "").await;
        assert!(!answer.status.success() && text(&answer.stderr).contains("127.0.0.1:1"), "{app}");
    }
}

#[tokio::test]
async fn users_and_applications_are_made_once_however_often_it_is_asked() {
    let server = TestServer::start().await;
    let url = server.folder.path().join("url");
    fs::write(&url, format!("{}\n", server.database_url)).unwrap();
    let make = |arguments: &[&str]| {
        let mut make = command("authorization-server");
        make.args(arguments).env("AS_DATABASE_URL_FILE", &url);
        make
    };
    let user = ["createuser", "--if-missing", "--username", "carol", "--password-stdin"];
    let application = [
        "createapplication",
        "--if-missing",
        "--client-id",
        "app",
        "--name",
        "App",
        "--client-type",
        "confidential",
        "--grant-types",
        "client-credentials",
        "--client-secret-stdin",
    ];
    let inputs =
        ["the first secret, of Carol or of her application", "another secret, which is not taken any more"];
    for input in inputs {
        for arguments in [&user[..], &application[..]] {
            let made = output(make(arguments), input).await;
            assert!(made.status.success(), "{}", text(&made.stderr));
        }
    }
    Browser::new().try_sign_in(&server, "carol", inputs[0]).await.expect(303);
    let again = output(make(&[&user[..1], &user[2..]].concat()), inputs[0]).await;
    assert!(!again.status.success(), "without the option it is an error");

    let mut both = make(&user);
    both.env("AS_DATABASE_URL", &server.database_url);
    assert!(!output(both, inputs[0]).await.status.success(), "two addresses are one too many");
}

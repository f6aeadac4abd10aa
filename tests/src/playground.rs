//! The playground as a reader of the tutorial starts it: one process, all parties.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    command::{Running, command, wait_for},
    server::free_listener,
};

/// One port for every party that serves; 0 is any.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    pub playground: u16,
    pub client: u16,
    pub password_bearer_api: u16,
    pub resource_api: u16,
    pub authorization_server: u16,
}

impl Ports {
    /// Ports that were free a moment ago. All are bound at once, so that no two are the same.
    pub fn free() -> Ports {
        let listeners: [_; 5] = std::array::from_fn(|_| free_listener());
        let [playground, client, password_bearer_api, resource_api, authorization_server] =
            listeners.map(|(_, port)| port);
        Ports { playground, client, password_bearer_api, resource_api, authorization_server }
    }

    /// Those in the table that the playground prints.
    fn written(table: &str) -> Ports {
        let port = |name: &str| {
            let row = table.lines().find_map(|line| line.trim().strip_prefix(name));
            let port = row.and_then(|row| row.trim().rsplit(':').next()?.parse().ok());
            port.unwrap_or_else(|| panic!("no port of the {name}: {table}"))
        };
        Ports {
            playground: port("start here"),
            client: port("web client"),
            password_bearer_api: port("password bearer API"),
            resource_api: port("notes API"),
            authorization_server: port("authorization server"),
        }
    }
}

pub struct Playground {
    pub ports: Ports,
    pub process: Running,
}

pub fn playground(data: &Path, ports: Ports) -> Command {
    let mut command = command("playground");
    command
        .arg("--data")
        .arg(data)
        .env("PLAYGROUND_PORT", ports.playground.to_string())
        .env("CLIENT_PORT", ports.client.to_string())
        .env("PASSWORD_BEARER_API_PORT", ports.password_bearer_api.to_string())
        .env("RESOURCE_API_PORT", ports.resource_api.to_string())
        .env("AUTHORIZATION_SERVER_PORT", ports.authorization_server.to_string());
    command
}

impl Playground {
    /// Starts on ports that the playground chooses itself: nobody can take one in between.
    pub async fn start(data: &Path) -> Playground {
        Playground::start_on(data, Ports::default()).await
    }

    /// Starts and waits until every party answers.
    pub async fn start_on(data: &Path, ports: Ports) -> Playground {
        let command = playground(data, ports);
        let mut process = tokio::task::spawn_blocking(move || Running::start(command)).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        let ports = loop {
            let written = process.written();
            // The last line of what it prints when everything is bound.
            if written.contains("Ctrl-C") {
                break Ports::written(&written);
            }
            let late = Instant::now() > deadline;
            assert!(!late && !process.has_ended(), "the playground does not start: {written}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let playground = Playground { ports, process };
        for url in [
            playground.home(),
            playground.client(),
            playground.api(),
            playground.authorization_server(),
            playground.password_bearer_api(),
        ] {
            wait_for(&format!("{url}/healthz")).await.expect(200);
        }
        playground
    }

    pub fn home(&self) -> String {
        format!("http://localhost:{}", self.ports.playground)
    }

    pub fn client(&self) -> String {
        format!("http://localhost:{}", self.ports.client)
    }

    pub fn api(&self) -> String {
        format!("http://localhost:{}", self.ports.resource_api)
    }

    pub fn authorization_server(&self) -> String {
        format!("http://localhost:{}", self.ports.authorization_server)
    }

    pub fn password_bearer_api(&self) -> String {
        format!("http://localhost:{}", self.ports.password_bearer_api)
    }
}

//! `docs/reference/endpoints.md`: what the running parties say of themselves, and what they answer.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tests::Reply;
use tests::playground::Playground;

use super::routes::{PARTIES, Party};
use super::{cell, code_cell, expect_page};
use crate::chapters::root;
use crate::session::PortMap;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

const INTRODUCTION: &str = "# Endpoints

Each route of each party, asked while this page was made: the last column is what it answers to who has no credentials
and sends nothing (with `POST`, an empty form). A method that is not in the table is answered with 405. The addresses are
those of the playground.

Besides these, each party answers `GET /healthz` with 200 while it runs, and `GET /readyz` with 200 while it can work
(503 else), and serves the stylesheet and the icon of its pages under `/assets/`.
";

#[tokio::test]
async fn the_page_of_endpoints_is_what_the_parties_answer() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let at = |party: &Party| match party.port {
        8000 => playground.client(),
        8001 => playground.password_bearer_api(),
        8002 => playground.api(),
        8080 => playground.home(),
        _ => playground.authorization_server(),
    };
    let mut page = String::from(INTRODUCTION);
    for party in &PARTIES {
        let base = at(party);
        for path in ["/healthz", "/readyz"] {
            ask("GET", &format!("{base}{path}")).await.expect(200);
        }
        write!(page, "\n## {}\n\n`{}`, at `{base}`.\n", party.name, party.folder).unwrap();
        page.push_str("\n| path | what it is | without credentials |\n| --- | --- | --- |\n");
        for route in party.routes {
            let answers = answers(&base, route.path, route.methods).await;
            writeln!(page, "| {} | {} | {answers} |", code_cell(route.path), cell(route.about)).unwrap();
        }
        let documents: &[(&str, &str)] = match party.port {
            9000 => &[("Its metadata", "/.well-known/openid-configuration")],
            8002 => &[("Its metadata", "/.well-known/oauth-protected-resource")],
            8001 => {
                page.push_str(&openapi(&base).await);
                &[]
            }
            _ => &[],
        };
        for (title, path) in documents {
            let document = ask("GET", &format!("{base}{path}")).await.expect(200).json();
            let document = serde_json::to_string_pretty(&document).unwrap();
            write!(page, "\n{title}, from `{path}`:\n\n```json\n{document}\n```\n").unwrap();
        }
    }
    let ports = PortMap::new("", &playground.ports);
    expect_page("endpoints.md", &ports.to_book(&page));
}

async fn ask(method: &str, url: &str) -> Reply {
    let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = tests::http::client().request(method.clone(), url);
    if method == reqwest::Method::POST {
        request = request.header("content-type", "application/x-www-form-urlencoded");
    }
    let mut response = request.send().await.unwrap();
    // A stream of events has no end.
    if response.headers().get("content-type").is_some_and(|kind| kind == "text/event-stream") {
        let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
        let _ = response.chunk().await;
        return Reply { url, status, headers, body: String::new() };
    }
    Reply::read(response).await
}

/// `GET 200, POST 403`; every other method is refused.
async fn answers(base: &str, path: &str, methods: &[&str]) -> String {
    let url = format!("{base}{}", path.replace("{id}", "0194f000-0000-7000-8000-000000000000"));
    let mut answers = Vec::new();
    for method in METHODS {
        let status = ask(method, &url).await.status.as_u16();
        if methods.contains(&method) {
            assert!(!matches!(status, 404 | 405 | 500..), "{method} {url} answers {status}");
            answers.push(format!("{method} {status}"));
        } else {
            assert_eq!(status, 405, "{method} {url}: it is missing in routes.rs, or wrongly allowed");
        }
    }
    answers.join(", ")
}

/// The operations of the OpenAPI document, each asked as well.
async fn openapi(base: &str) -> String {
    let document = ask("GET", &format!("{base}/openapi.json")).await.expect(200).json();
    let mut table = String::from(
        "\nFrom its OpenAPI document, `/openapi.json`:\n\n| path | what it is | scope | without credentials |\n| --- | --- | --- | --- |\n",
    );
    for (path, operations) in document["paths"].as_object().unwrap() {
        let mut methods = Vec::new();
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_ascii_uppercase();
            let url = format!("{base}{}", path.replace("{id}", "0194f000-0000-7000-8000-000000000000"));
            let status = ask(&method, &url).await.status.as_u16();
            assert!(!matches!(status, 404 | 405 | 500..), "{method} {url} answers {status}");
            let about =
                operation["summary"].as_str().unwrap_or_else(|| panic!("{method} {path} has no summary"));
            let path = code_cell(&format!("{method} {path}"));
            writeln!(table, "| {path} | {} | {} | {status} |", cell(about), scopes(operation)).unwrap();
            methods.push(method);
        }
        let methods: Vec<_> = methods.iter().map(String::as_str).collect();
        answers(base, path, &methods).await;
    }
    table
}

fn scopes(operation: &Value) -> String {
    let Some(security) = operation["security"].as_array() else { return String::new() };
    let named = security.iter().filter_map(|scheme| scheme["password"].as_array()).flatten();
    let named: Vec<_> = named.filter_map(Value::as_str).map(code_cell).collect();
    if named.is_empty() { "a token".to_owned() } else { named.join(" ") }
}

/// A new route can't be forgotten: what looks like one in the sources must be on the page.
#[test]
fn every_route_of_the_sources_is_on_the_page() {
    let page = fs::read_to_string(root().join("docs/reference/endpoints.md")).unwrap();
    for party in &PARTIES {
        let mut found = BTreeSet::new();
        collect_routes(&root().join(party.folder).join("src"), &mut found);
        let part = page.split("\n## ").find(|part| part.starts_with(party.name)).unwrap_or_default();
        for path in &found {
            // With and without a slash at the end, and whatever is below it.
            let path = path.split("{*").next().unwrap_or(path).trim_end_matches('/');
            let ways = ["`{}`", "`{}/`", " {}`"].map(|way| way.replace("{}", path));
            let there = path.is_empty() || ways.iter().any(|way| part.contains(way));
            assert!(there, "{}: {path} is not on docs/reference/endpoints.md", party.folder);
        }
        assert!(!found.is_empty(), "no route was found in {}", party.folder);
    }
}

fn collect_routes(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_routes(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
            let source = fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]").next().unwrap_or_default();
            // `.route("/x"`, also over two lines; `resource("/x"`; and paths that have a name.
            for mark in [".route(", "resource(", "&str = "] {
                for after in source.split(mark).skip(1) {
                    if let Some((route, _)) =
                        after.trim_start().strip_prefix("\"/").and_then(|rest| rest.split_once('"'))
                    {
                        found.insert(format!("/{route}"));
                    }
                }
            }
        }
    }
}

//! What changes the inspector: reports of other processes, and starting over.

#![allow(clippy::unwrap_used)]

use super::super::receive::LONGEST_REPORT;
use super::*;
use crate::inspector::view::View;

const REPORT: &str = "/inspector/messages";
const START_OVER: &str = "/inspector/start-over";
const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("origin", "http://localhost:8080");

fn count(store: &Store) -> usize {
    store.entries(&View::Everything).len()
}

async fn report(headers: &[(&str, &str)], body: &str) -> (StatusCode, usize) {
    let store = Store::default();
    let answer = send(&store, "POST", REPORT, headers, body).await;
    (answer.status, count(&store))
}

#[tokio::test]
async fn a_party_in_another_process_reports_its_messages() {
    let walk = walk::sign_in();
    let body = serde_json::to_string(&walk).unwrap();
    assert_eq!(report(&[JSON], &body).await, (StatusCode::NO_CONTENT, walk.len()));
    let with_charset = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(report(&with_charset, &body).await, (StatusCode::NO_CONTENT, walk.len()));
}

#[tokio::test]
async fn no_page_of_a_browser_may_report() {
    let body = serde_json::to_string(&walk::sign_in()).unwrap();
    for header in [
        OWN,
        ("origin", "null"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-dest", "empty"),
    ] {
        assert_eq!(report(&[JSON, header], &body).await, (StatusCode::FORBIDDEN, 0), "{header:?}");
    }
    // What a form can send, whatever else is missing.
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        let answer = report(&[("content-type", content_type)], &body).await;
        assert_eq!(answer, (StatusCode::UNSUPPORTED_MEDIA_TYPE, 0), "{content_type}");
    }
    assert_eq!(report(&[], &body).await, (StatusCode::UNSUPPORTED_MEDIA_TYPE, 0));
}

#[tokio::test]
async fn no_script_of_another_origin_may_ask_first() {
    let store = Store::default();
    let preflight = [
        ("origin", "https://evil.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    for path in [REPORT, START_OVER, "/inspector", "/inspector/events"] {
        let answer = send(&store, "OPTIONS", path, &preflight, "").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{path}");
    }
}

#[tokio::test]
async fn a_report_is_a_json_array_of_bounded_length() {
    for body in ["", "{}", "[{}]", "[1]", "nonsense"] {
        assert_eq!(report(&[JSON], body).await, (StatusCode::BAD_REQUEST, 0), "{body}");
    }
    let deep = format!("[{}", "[".repeat(100_000));
    assert_eq!(report(&[JSON], &deep).await, (StatusCode::BAD_REQUEST, 0));
    let long = format!("[{}]", " ".repeat(LONGEST_REPORT));
    assert_eq!(report(&[JSON], &long).await, (StatusCode::PAYLOAD_TOO_LARGE, 0));
}

#[tokio::test]
async fn an_id_that_could_be_more_than_a_name_is_refused() {
    let long = "x".repeat(65);
    for id in ["", "a b", "a\"b", "a&b=c", "<b>", "../x", "ä", &long] {
        let body = serde_json::to_string(&[Message { id: id.to_owned(), ..walk::message() }]).unwrap();
        assert_eq!(report(&[JSON], &body).await, (StatusCode::BAD_REQUEST, 0), "{id}");
    }
}

#[tokio::test]
async fn starting_over_forgets_what_the_reader_sees_and_nothing_else() {
    for (view, left) in [("mine", 3), ("programs", 17), ("everything", 0)] {
        let store = filled(walk::sign_in().into_iter().chain(walk::afterwards()));
        assert_eq!(count(&store), 20);
        let answer = send(&store, "POST", START_OVER, &[FORM, OWN], &format!("view={view}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        let back = if view == "mine" { "/inspector".to_owned() } else { format!("/inspector?view={view}") };
        assert_eq!(answer.headers["location"], back.as_str());
        assert_eq!(count(&store), left, "{view}");
    }
}

#[tokio::test]
async fn another_site_can_not_start_over() {
    let store = filled(walk::sign_in());
    let before = count(&store);
    for headers in [
        &[FORM] as &[_],
        &[FORM, ("origin", "https://evil.example")],
        &[FORM, ("origin", "http://localhost:8000")],
        &[FORM, OWN, ("sec-fetch-site", "same-site")],
        &[FORM, ("sec-fetch-site", "cross-site")],
    ] {
        let answer = send(&store, "POST", START_OVER, headers, "view=everything").await;
        assert_eq!((answer.status, count(&store)), (StatusCode::FORBIDDEN, before), "{headers:?}");
        assert!(answer.body.contains("another site") || answer.body.contains("other sites"));
    }
    let link = get(&store, START_OVER).await;
    assert_eq!((link.status, count(&store)), (StatusCode::METHOD_NOT_ALLOWED, before));
}

#[tokio::test]
async fn under_a_name_that_is_not_this_machines_nothing_is_answered() {
    let store = filled(walk::sign_in());
    let before = count(&store);
    let report = serde_json::to_string(&walk::afterwards()).unwrap();
    let stylesheet = crate::assets::INSPECTOR_STYLES.path.as_str();
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", "192.168.1.2:8080"] {
        let host = ("host", host);
        for (method, path, headers, body) in [
            ("GET", "/inspector", &[host] as &[_], ""),
            ("GET", "/inspector/events", &[host], ""),
            ("GET", stylesheet, &[host], ""),
            ("POST", REPORT, &[host, JSON], &report),
            ("POST", START_OVER, &[host, FORM, ("sec-fetch-site", "same-origin")], "view=everything"),
        ] {
            let answer = send(&store, method, path, headers, body).await;
            assert_eq!((answer.status, count(&store)), (StatusCode::MISDIRECTED_REQUEST, before), "{path}");
            assert!(answer.body.contains("for this machine only") && !answer.body.contains("/callback"));
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_can_lead_here_and_load_nothing() {
    let store = filled([walk::message()]);
    for (dest, status) in [("image", 403), ("iframe", 403), ("empty", 403), ("document", 200)] {
        for path in ["/inspector", "/inspector?view=everything"] {
            let headers = [("sec-fetch-site", "cross-site"), ("sec-fetch-dest", dest)];
            let answer = send(&store, "GET", path, &headers, "").await;
            assert_eq!(answer.status.as_u16(), status, "{path} as {dest}");
        }
    }
}

#[tokio::test]
async fn what_a_proxy_passes_on_is_refused() {
    let store = filled([walk::message()]);
    let answer = send(&store, "GET", "/inspector", &[("x-forwarded-for", "192.0.2.7")], "").await;
    assert_eq!(answer.status, StatusCode::MISDIRECTED_REQUEST);
}

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// Answers every connection with the same bytes and returns the port.
async fn server(answer: Vec<u8>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let _ = socket.read(&mut [0; 4096]).await;
                let _ = socket.write_all(&answer).await;
            });
        }
    });
    port
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn names_under_localhost_reach_this_machine() {
    let port = server(ok(r#"{"a":1}"#)).await;
    let http = HttpClient::new().unwrap();
    for host in ["localhost", "api.localhost", "127.0.0.1"] {
        let json: serde_json::Value = http.get_json(&format!("http://{host}:{port}/")).await.unwrap();
        assert_eq!(json["a"], 1, "{host}");
    }
}

#[tokio::test]
async fn http_to_another_machine_is_refused_before_anything_is_sent() {
    let http = HttpClient::new().unwrap();
    for url in ["http://issuer.example/x?code=secret", "http://10.0.0.1/", "http://[2001:db8::1]/"] {
        let error = http.get_json::<serde_json::Value>(url).await.unwrap_err();
        assert!(matches!(error, HttpError::Address(_)), "{url}: {error}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let target = server(ok("{}")).await;
    let redirect =
        format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{target}/\r\ncontent-length: 0\r\n\r\n");
    let port = server(redirect.into_bytes()).await;
    let http = HttpClient::new().unwrap();
    let url = format!("http://127.0.0.1:{port}/");
    let error = http.get_json::<serde_json::Value>(&url).await.unwrap_err();
    assert!(matches!(error, HttpError::Status(StatusCode::FOUND)), "{error}");
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let port = server(ok(&"x".repeat(BODY_LIMIT + 1))).await;
    let http = HttpClient::new().unwrap();
    let request = http.reqwest().get(format!("http://127.0.0.1:{port}/"));
    assert!(matches!(http.send(request).await.unwrap_err(), HttpError::TooLarge));
}

#[tokio::test]
async fn a_server_that_never_answers_costs_no_more_than_the_time_limit() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let http = HttpClient::builder().timeout(Duration::from_millis(100)).build().unwrap();
    let error = http.send(http.reqwest().get(&url)).await.unwrap_err();
    assert!(matches!(error, HttpError::Network(_)) && error.is_temporary());
    assert!(error.to_string().contains("timed out"), "{error}");
    drop(listener);
}

#[tokio::test]
async fn errors_about_json_do_not_repeat_the_body() {
    let port = server(ok(r#"{"access_token":"s3cret"}"#)).await;
    let http = HttpClient::new().unwrap();
    let error = http.get_json::<Vec<u8>>(&format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn a_file_without_certificates_is_refused() {
    assert!(HttpClient::builder().root_certificates(b"nothing here").is_err());
}

//! Nobody else can reach a server that is watched.

use super::*;

#[tokio::test]
async fn a_server_that_listens_everywhere_refuses_to_run_watched() {
    let listener = Listen::Address(([0, 0, 0, 0], 0).into()).bind("LISTEN").unwrap();
    let server = server::axum(listener, axum::Router::new(), limits()).unwrap();
    let (sender, _messages) = mpsc::channel(1);
    let server = server.watched(Some(Wire::new("a-party", "http://localhost", sender).unwrap()));
    let error = tokio::time::timeout(std::time::Duration::from_secs(5), server.run(CancellationToken::new()));
    let error = error.await.expect("it runs").unwrap_err().to_string();
    assert!(error.starts_with("the flow inspector is for this machine only"), "{error}");
}

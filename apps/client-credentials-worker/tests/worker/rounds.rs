//! The worker as a library.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use client_credentials_worker::{RoundError, Settings, Worker};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::world::{Running, World};

#[tokio::test]
async fn once_makes_every_pending_report() {
    let world = World::start().await;
    let (outcome, status) = world.once().await;
    outcome.unwrap();
    assert_eq!((status.reports_made, status.last_error), (2, None));
    assert!(status.last_round.is_some());
    let state = world.state();
    assert!(state.pending.is_empty());
    assert_eq!(state.reports["1"], json!({"words": 3, "lines": 2, "characters": 13}));
    assert_eq!(state.reports["a b/c"], json!({"words": 1, "lines": 1, "characters": 4}));
    assert_eq!(
        state.token_requests,
        ["grant_type=client_credentials&scope=reports%3Awrite&resource=https%3A%2F%2Fapi.example"],
        "one token for the whole round"
    );
}

#[tokio::test]
async fn nothing_to_do_is_a_good_round() {
    let world = World::start().await;
    world.state().pending.clear();
    let (outcome, status) = world.once().await;
    outcome.unwrap();
    assert_eq!((status.reports_made, status.last_error), (0, None));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let world = World::start().await;
    world.state().revoked = vec!["Bearer token-1".into()];
    world.once().await.0.unwrap();
    let (tokens, reports, _) = world.counts();
    assert_eq!((tokens, reports), (2, 2));

    // An API that refuses every token gets two tries and no more.
    let world = World::start().await;
    world.state().revoked = (1..10).map(|number| format!("Bearer token-{number}")).collect();
    let (outcome, status) = world.once().await;
    assert!(outcome.unwrap_err().to_string().contains("refuses a new token"));
    assert!(status.last_error.unwrap().contains("RESOURCE"));
    let (tokens, _, requests) = world.counts();
    assert_eq!((tokens, requests), (2, 2));
}

#[tokio::test]
async fn once_fails_when_the_round_does() {
    for (status, says) in [(StatusCode::FORBIDDEN, "SCOPES"), (StatusCode::BAD_GATEWAY, "502")] {
        let world = World::start().await;
        world.state().troubles = vec![(status, None)];
        let error = world.once().await.0.unwrap_err().to_string();
        assert!(error.contains(says), "{error}");
    }
    let world = World::start().await;
    world.state().token_refusal = Some(StatusCode::UNAUTHORIZED);
    let error = world.once().await.0.unwrap_err().to_string();
    assert!(error.contains("refuses the client reporter: invalid_client"), "{error}");
    assert_eq!(world.state().api_requests, 0);
}

#[tokio::test]
async fn one_bad_text_does_not_hold_up_the_others() {
    let world = World::start().await;
    world.state().pending.insert("0".into(), "zero".into());
    world.state().pending.insert("gone".into(), "deleted meanwhile".into());
    let (outcome, status) = world.once().await;
    outcome.unwrap();
    assert_eq!(status.reports_made, 3);

    world.state().pending.insert("refused".into(), "not wanted".into());
    world.state().pending.insert("z".into(), "after it".into());
    let (outcome, status) = world.once().await;
    assert!(matches!(outcome.unwrap_err(), RoundError::Incomplete(1)));
    assert_eq!(status.reports_made, 1);
}

#[tokio::test]
async fn it_goes_round_after_round_with_one_token() {
    let world = World::start().await;
    let running = world.run();
    running.until(|status| status.reports_made == 2).await;
    world.state().pending.insert("later".into(), "five six".into());
    running.until(|status| status.reports_made == 3).await;
    running.stop().await;
    assert_eq!(world.state().reports["later"]["words"], 2);
    assert_eq!(world.state().tokens_given, 1);
}

#[tokio::test]
async fn trouble_is_waited_out_and_retry_after_is_honoured() {
    let world = World::start().await;
    let troubles = vec![(StatusCode::TOO_MANY_REQUESTS, Some("2")), (StatusCode::SERVICE_UNAVAILABLE, None)];
    world.state().troubles = troubles;
    let start = Instant::now();
    let running = world.run();
    running.until(|status| status.last_error.as_deref().is_some_and(|e| e.contains("429"))).await;
    running.until(|status| status.reports_made == 2).await;
    assert!(start.elapsed() >= Duration::from_millis(2500), "{:?}", start.elapsed());
    assert_eq!(running.status.snapshot().last_error, None);
    assert_eq!(world.state().api_requests, 2 + 3, "two troubles, then one round");
    running.stop().await;
}

#[tokio::test]
async fn it_starts_before_the_servers_do() {
    let (world, listener) = World::bind().await;
    drop(listener);
    let running = world.run();
    running.until(|status| status.last_error.is_some()).await;
    let address = world.state().url.trim_start_matches("http://").to_owned();
    world.serve(tokio::net::TcpListener::bind(address).await.unwrap()).await;
    running.until(|status| status.reports_made == 2).await;
    running.stop().await;
}

#[tokio::test]
async fn a_round_that_has_begun_is_finished_before_it_stops() {
    let world = World::start().await;
    world.state().slowness = Duration::from_millis(150);
    let running = world.run();
    while world.state().api_requests == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.stop().await;
    assert_eq!(world.state().reports.len(), 2);
}

#[tokio::test]
async fn it_stops_at_once_while_it_waits() {
    let world = World::start().await;
    let worker = Worker::build(Settings { interval: Duration::from_secs(3600), ..world.settings() }).unwrap();
    let (status, shutdown) = (worker.status(), CancellationToken::new());
    let running = Running { status, task: tokio::spawn(worker.run(shutdown.clone())), shutdown };
    running.until(|status| status.last_round.is_some()).await;
    running.stop().await;
}

//! Notes, through the API.

use http::StatusCode;

use crate::browser::TestApp;

#[tokio::test]
async fn a_note_is_written_shown_escaped_and_deleted() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let csrf = browser.get("/notes").await.csrf_token();
    let answer = browser.post("/notes", &[("csrf_token", &csrf), ("text", "<b>milk</b>\r\neggs")], &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/notes"));

    let page = browser.get("/notes").await.body;
    assert!(page.contains("&#60;b&#62;milk&#60;/b&#62;\neggs") && !page.contains("<b>"), "{page}");

    let answer = browser.post("/notes/0/delete", &[("csrf_token", &csrf)], &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/notes"));
    assert!(browser.get("/notes").await.body.contains("no notes yet"));
    let again = browser.post("/notes/0/delete", &[("csrf_token", &csrf)], &[]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_first_form_of_the_page_is_its_own() {
    let app = TestApp::start().await;
    let page = app.signed_in().await.get("/notes").await.body;
    let first = page.split("<form ").nth(1).unwrap();
    assert!(first.starts_with(r#"id="note-form" name="note-form" class="note-form""#), "{first}");
}

#[tokio::test]
async fn what_cannot_be_a_note_comes_back_with_what_is_wrong() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let csrf = browser.get("/notes").await.csrf_token();
    for (text, problem) in [(" \n", "Write something first"), (&*"ä".repeat(2001), "too long")] {
        let answer = browser.post("/notes", &[("csrf_token", &csrf), ("text", text)], &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.body.contains(problem) && answer.body.contains(text.trim()));
    }
    assert_eq!(app.provider.count("add note"), 0);
}

#[tokio::test]
async fn a_form_without_the_sessions_token_writes_and_deletes_nothing() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    for path in ["/notes", "/notes/0/delete"] {
        let answer = browser.post(path, &[("csrf_token", "guessed"), ("text", "x")], &[]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    assert!(app.provider.calls().iter().all(|call| !call.ends_with("note")));
}

#[tokio::test]
async fn a_notes_id_cannot_lead_elsewhere_in_the_api() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let csrf = browser.get("/notes").await.csrf_token();
    for id in ["..%2F..%2Freports", "0%3Fx", "%00", &"1".repeat(65)] {
        let answer = browser.post(&format!("/notes/{id}/delete"), &[("csrf_token", &csrf)], &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    assert_eq!(app.provider.count("delete note"), 0);
}

#[tokio::test]
async fn a_form_that_is_no_form_is_refused_with_its_own_status() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let notes = format!("{}/notes", app.origin);
    let http = reqwest::Client::new();
    let form = "application/x-www-form-urlencoded";
    for (content_type, body, status) in [
        ("application/json", "{}".to_owned(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        (form, "text=%zz".to_owned(), StatusCode::BAD_REQUEST),
        (form, "text=a&text=b".to_owned(), StatusCode::BAD_REQUEST),
        (form, format!("text={}", "a".repeat(70_000)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let answer = browser.send(http.post(&notes).header("content-type", content_type).body(body)).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn each_failure_of_the_api_has_a_status_of_its_own_and_ends_no_session() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    for (api, ours) in [
        (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
        (StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE),
        (StatusCode::SERVICE_UNAVAILABLE, StatusCode::SERVICE_UNAVAILABLE),
        (StatusCode::INTERNAL_SERVER_ERROR, StatusCode::BAD_GATEWAY),
        (StatusCode::FOUND, StatusCode::BAD_GATEWAY),
        (StatusCode::NO_CONTENT, StatusCode::BAD_GATEWAY),
    ] {
        app.provider.set_mood(|mood| mood.api_status = Some(api));
        let answer = browser.get("/notes").await;
        assert_eq!(answer.status, ours, "{api}");
        assert!(answer.body.contains(r#"id="what-to-do""#));
        assert!(browser.is_signed_in().await);
    }
}

#[tokio::test]
async fn a_note_that_the_api_refuses_comes_back() {
    let app = TestApp::start().await;
    let mut browser = app.signed_in().await;
    let csrf = browser.get("/notes").await.csrf_token();
    app.provider.set_mood(|mood| mood.refuse_notes = true);
    let answer = browser.post("/notes", &[("csrf_token", &csrf), ("text", "one too many")], &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("one too many") && answer.body.contains("not accepted"));
}

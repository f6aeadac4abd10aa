use serde_json::{Value, json};

use super::{TestApp, error};

#[tokio::test]
async fn a_note_is_written_listed_and_deleted() {
    let app = TestApp::start().await;
    let alice = app.user("alice");

    let response = app.post("/notes", &alice, &json!({ "text": "Buy milk\nand tea" })).await;
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["cache-control"], "no-store");
    let note: Value = response.json().await.unwrap();
    assert_eq!(note["text"], "Buy milk\nand tea");
    assert_eq!(note["report"], Value::Null);
    let created_at = note["created_at"].as_str().unwrap();
    assert!(created_at.ends_with('Z') && created_at.contains('T'), "{created_at}");

    app.note(&alice, "second").await;
    let notes: Vec<Value> = app.get("/notes", &alice).await.json().await.unwrap();
    let texts: Vec<_> = notes.iter().map(|note| &note["text"]).collect();
    assert_eq!(texts, ["second", "Buy milk\nand tea"], "newest first");
    assert_eq!(notes[1], note);

    let path = format!("/notes/{}", note["id"].as_str().unwrap());
    let response = app.delete(&path, &alice).await;
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (204, ""));
    assert_eq!(app.delete(&path, &alice).await.status(), 404);
    let notes: Vec<Value> = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes.len(), 1);
}

#[tokio::test]
async fn another_users_note_is_as_good_as_none() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let id = app.note(&alice, "alice's own").await;

    let notes: Vec<Value> = app.get("/notes", &bob).await.json().await.unwrap();
    assert_eq!(notes, Vec::<Value>::new());
    let anothers = app.delete(&format!("/notes/{id}"), &bob).await;
    let none = app.delete("/notes/b2f0c6b4-6f3e-4a0e-9f0e-000000000000", &bob).await;
    assert_eq!((anothers.status().as_u16(), none.status().as_u16()), (404, 404));
    assert_eq!(anothers.text().await.unwrap(), none.text().await.unwrap());

    let notes: Vec<Value> = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes.len(), 1, "it is still there");
}

#[tokio::test]
async fn a_text_that_is_no_note_is_refused_and_nothing_is_written() {
    let app = TestApp::start().await;
    let alice = app.user("alice");
    for (body, what) in [
        (json!({ "text": "" }), "empty"),
        (json!({ "text": " \n " }), "blank"),
        (json!({ "text": "a\u{0}b" }), "a control character"),
        (json!({ "text": "x".repeat(2001) }), "too long"),
        (json!({}), "missing"),
        (json!({ "text": 7 }), "not a text"),
        (json!({ "text": "a", "owner": "bob" }), "another field"),
        (json!("a"), "not an object"),
    ] {
        let response = app.post("/notes", &alice, &body).await;
        assert_eq!(response.status(), 400, "{what}");
        assert_eq!(error(response).await, "invalid_request", "{what}");
    }
    let notes: Vec<Value> = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes, Vec::<Value>::new());
    app.note(&alice, &"ä".repeat(2000)).await;
}

#[tokio::test]
async fn a_user_keeps_a_hundred_notes_and_no_more() {
    let app = TestApp::start().await;
    let (alice, bob) = (app.user("alice"), app.user("bob"));
    let first = app.note(&alice, "first").await;
    for _ in 1..95 {
        app.note(&alice, "more").await;
    }
    // Twenty at once for the last five places.
    let body = json!({ "text": "at once" });
    let answers = futures::future::join_all((0..20).map(|_| app.post("/notes", &alice, &body))).await;
    let written = answers.iter().filter(|answer| answer.status() == 201).count();
    assert_eq!(written, 5);
    assert!(answers.iter().all(|answer| [201, 409].contains(&answer.status().as_u16())));

    let refused = app.post("/notes", &alice, &body).await;
    assert_eq!(refused.status(), 409);
    assert_eq!(error(refused).await, "too_many_notes");
    app.note(&bob, "bob has room").await;

    assert_eq!(app.delete(&format!("/notes/{first}"), &alice).await.status(), 204);
    app.note(&alice, "and now alice, too").await;
}

#[tokio::test]
async fn notes_outlive_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/notes.sqlite");
    let url = format!("sqlite:{}", file.display());
    let keep = |settings: &mut resource_api::Settings| settings.database_url = url.clone();

    let app = TestApp::start_with(super::introspect(), keep).await;
    app.note(&app.user("alice"), "kept").await;
    drop(app);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    let app = TestApp::start_with(super::introspect(), keep).await;
    let notes: Vec<Value> = app.get("/notes", &app.user("alice")).await.json().await.unwrap();
    assert_eq!(notes[0]["text"], "kept");
}

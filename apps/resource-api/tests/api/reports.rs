use serde_json::{Value, json};

use super::{TestApp, challenge, error};

#[tokio::test]
async fn a_machine_reports_on_what_is_pending_and_the_user_sees_it() {
    let app = TestApp::start().await;
    let (alice, machine) = (app.user("alice"), app.machine());
    let first = app.note(&alice, "one two\nthree").await;
    let second = app.note(&app.user("bob"), "bob's").await;

    let pending: Value = app.get("/reports/pending", &machine).await.json().await.unwrap();
    assert_eq!(
        pending,
        json!([{ "id": first, "text": "one two\nthree" }, { "id": second, "text": "bob's" }]),
        "oldest first, and nothing about whose they are"
    );

    let counts = json!({ "words": 3, "lines": 2, "characters": 13 });
    let put = app.put(&format!("/reports/{first}"), &machine, &counts).await;
    assert_eq!(put.status(), 204);
    let pending: Value = app.get("/reports/pending", &machine).await.json().await.unwrap();
    assert_eq!(pending, json!([{ "id": second, "text": "bob's" }]));
    let notes: Value = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes[0]["report"], counts);

    let again = json!({ "words": 4, "lines": 1, "characters": 2 });
    assert_eq!(app.put(&format!("/reports/{first}"), &machine, &again).await.status(), 204);
    let notes: Value = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes[0]["report"], again, "a report can be made again");
}

#[tokio::test]
async fn a_report_on_a_note_that_is_gone_finds_nothing() {
    let app = TestApp::start().await;
    let (alice, machine) = (app.user("alice"), app.machine());
    let id = app.note(&alice, "short-lived").await;
    let counts = json!({ "words": 1, "lines": 1, "characters": 11 });
    assert_eq!(app.put(&format!("/reports/{id}"), &machine, &counts).await.status(), 204);
    assert_eq!(app.delete(&format!("/notes/{id}"), &alice).await.status(), 204);

    for id in [id.as_str(), "nothing", "%00", "..%2fnotes"] {
        let response = app.put(&format!("/reports/{id}"), &machine, &counts).await;
        assert_eq!(response.status(), 404, "{id}");
        assert_eq!(error(response).await, "not_found");
    }
}

#[tokio::test]
async fn a_report_is_three_counts() {
    let app = TestApp::start().await;
    let (alice, machine) = (app.user("alice"), app.machine());
    let path = format!("/reports/{}", app.note(&alice, "a").await);
    for body in [
        json!({ "words": 1, "lines": 1 }),
        json!({ "words": -1, "lines": 1, "characters": 1 }),
        json!({ "words": 1.5, "lines": 1, "characters": 1 }),
        json!({ "words": 1, "lines": 1, "characters": 1, "owner": "alice" }),
        json!({ "words": "1", "lines": 1, "characters": 1 }),
    ] {
        let response = app.put(&path, &machine, &body).await;
        assert_eq!(
            (response.status().as_u16(), error(response).await.as_str()),
            (400, "invalid_request"),
            "{body}"
        );
    }
    let notes: Value = app.get("/notes", &alice).await.json().await.unwrap();
    assert_eq!(notes[0]["report"], Value::Null);
}

#[tokio::test]
async fn one_request_hands_out_fifty_notes_at_most() {
    let app = TestApp::start().await;
    for user in ["alice", "bob"] {
        for _ in 0..30 {
            app.note(&app.user(user), "a").await;
        }
    }
    let pending: Vec<Value> = app.get("/reports/pending", &app.machine()).await.json().await.unwrap();
    assert_eq!(pending.len(), 50);
}

#[tokio::test]
async fn neither_kind_of_token_opens_the_others_routes() {
    let app = TestApp::start().await;
    let every_scope = "notes:read notes:write reports:write";
    let user = app.authorization_server.token("alice", "web-app", every_scope);
    let machine = app.authorization_server.token("worker", "worker", every_scope);
    let counts = json!({ "words": 1, "lines": 1, "characters": 1 });
    let note = app.note(&user, "alice's").await;

    let refused = [
        app.get("/notes", &machine).await,
        app.post("/notes", &machine, &json!({ "text": "a" })).await,
        app.delete(&format!("/notes/{note}"), &machine).await,
        app.get("/reports/pending", &user).await,
        app.put(&format!("/reports/{note}"), &user, &counts).await,
    ];
    for response in refused {
        assert_eq!(response.status(), 403, "{}", response.url());
        let challenge = challenge(&response);
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        assert!(!challenge.contains(" scope="), "no scope would help: {challenge}");
        assert_eq!(error(response).await, "insufficient_scope");
    }
    let notes: Value = app.get("/notes", &user).await.json().await.unwrap();
    assert_eq!(notes[0]["report"], Value::Null);
}

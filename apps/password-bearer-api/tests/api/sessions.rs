//! Ending a login ends its tokens at once.

use crate::app::{TestApp, refusal};

#[tokio::test]
async fn logout_ends_both_tokens_at_once_and_on_every_server() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let second = app.second().await;
    let (ended, other) = (app.login("alice", "me").await, app.login("alice", "me").await);
    let on_second = async |token: &str| {
        app.http.get(format!("{second}/users/me")).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!(on_second(&ended.access).await, 200);

    let response =
        app.http.post(format!("{}/logout", app.url)).bearer_auth(&ended.access).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.text().await.unwrap().as_str()), (204, ""));
    assert_eq!(app.get("/users/me", &ended.access).await.status(), 401);
    assert_eq!(on_second(&ended.access).await, 401);
    assert_eq!(refusal(app.refresh(&ended.refresh).await).await, (400, "invalid_grant".to_owned()));
    assert_eq!(on_second(&other.access).await, 200, "another login of the same user lives on");
}

#[tokio::test]
async fn whoever_has_either_token_can_revoke_the_login() {
    let app = TestApp::start().await;
    app.user("alice").await;
    for hint in [None, Some("access_token"), Some("refresh_token"), Some("unheard-of")] {
        for by_refresh in [true, false] {
            let login = app.login("alice", "me").await;
            let token = if by_refresh { &login.refresh } else { &login.access };
            let mut form = vec![("token", token.as_str())];
            form.extend(hint.map(|hint| ("token_type_hint", hint)));
            assert_eq!(app.form("/revoke", &form).await.status(), 200);
            assert_eq!(app.get("/users/me", &login.access).await.status(), 401, "{hint:?}");
            assert_eq!(refusal(app.refresh(&login.refresh).await).await, (400, "invalid_grant".to_owned()));
        }
    }
}

#[tokio::test]
async fn revoking_what_is_no_token_is_fine_and_changes_nothing() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let alice = app.login("alice", "me").await;
    for token in ["x", "a.b", "a.b.c", &"x".repeat(9000)] {
        // RFC 7009 §2.2
        assert_eq!(app.form("/revoke", &[("token", token)]).await.status(), 200);
    }
    assert_eq!(refusal(app.form("/revoke", &[]).await).await, (400, "invalid_request".to_owned()));
    assert_eq!(app.get("/users/me", &alice.access).await.status(), 200);
}

#[tokio::test]
async fn a_token_that_was_refreshed_away_still_revokes_its_login() {
    let app = TestApp::start().await;
    app.user("alice").await;
    let first = app.login("alice", "me").await;
    let second = crate::app::login(app.refresh(&first.refresh).await).await;
    assert_eq!(app.form("/revoke", &[("token", &first.refresh)]).await.status(), 200);
    assert_eq!(app.get("/users/me", &second.access).await.status(), 401);
}

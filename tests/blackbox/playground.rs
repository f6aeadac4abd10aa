//! The playground: one command, every party, one data folder.

use std::{fs, time::Duration};

use tests::{
    Browser,
    command::{all_written, run},
    playground::{Playground, Ports, playground},
    server::free_listener,
};

async fn sign_in(playground: &Playground, browser: &mut Browser, username: &str) {
    let login = browser.open(format!("{}/login", playground.client())).await.expect(200);
    let answer =
        browser.fill_in_login(&login, username, &format!("open-sesame-{username}")).await.expect(303);
    let mut page = browser.follow(answer).await.expect(200);
    if page.page().by_id("allow").is_some() {
        let answer = browser.allow(&page).await;
        page = browser.follow(answer).await.expect(200);
    }
    assert!(page.url.as_str().starts_with(&playground.client()), "{}", page.url);
}

#[tokio::test]
async fn one_command_starts_every_party_and_the_walk_works() {
    let folder = tempfile::tempdir().unwrap();
    let playground = Playground::start(folder.path()).await;
    let mut browser = Browser::new();

    let home = browser.open(playground.home()).await.expect(200);
    for address in [
        playground.client(),
        playground.api(),
        playground.authorization_server(),
        playground.password_bearer_api(),
    ] {
        assert!(home.body.contains(&address), "the page does not link {address}");
        assert!(playground.process.written().contains(&address), "the table does not name {address}");
    }

    sign_in(&playground, &mut browser, "alice").await;
    let notes_url = format!("{}/notes", playground.client());
    let notes = browser.open(&notes_url).await.expect(200);
    let form = notes.page().form_by_id("note-form").set("text", "a note of five words").press("add-note");
    browser.submit(&notes, form).await.expect(303);
    // The worker runs beside and reports within its interval.
    let mut reported = false;
    for _ in 0..150 {
        let page = browser.open(&notes_url).await.expect(200);
        reported = page.page().text().contains("5 words");
        if reported {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(reported, "no report came: {}", playground.process.written());
}

#[tokio::test]
async fn a_second_start_finds_the_same_data() {
    let folder = tempfile::tempdir().unwrap();
    let ports = Ports::free();
    let first = Playground::start_on(folder.path(), ports).await;
    let mut browser = Browser::new();
    sign_in(&first, &mut browser, "bob").await;
    let notes = browser.open(format!("{}/notes", first.client())).await.expect(200);
    let form = notes.page().form_by_id("note-form").set("text", "still here tomorrow").press("add-note");
    browser.submit(&notes, form).await.expect(303);
    let stopped = tokio::task::spawn_blocking(move || first.process.terminate()).await.unwrap();
    assert_eq!(stopped.0, Some(0), "{}", stopped.2);
    assert!(stopped.1 < Duration::from_secs(6), "stopping took {:?}", stopped.1);

    let second = Playground::start_on(folder.path(), ports).await;
    let mut browser = Browser::new();
    sign_in(&second, &mut browser, "bob").await;
    let notes = browser.open(format!("{}/notes", second.client())).await.expect(200);
    assert!(notes.page().text().contains("still here tomorrow"), "{}", notes.page().text());
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_folder_is_for_its_owner_only_and_holds_no_published_secret() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let playground = Playground::start(&data).await;
    assert_eq!(fs::metadata(&data).unwrap().permissions().mode() & 0o077, 0, "the folder");
    let mut files = vec![data];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        seen += 1;
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o177, 0, "{} has mode {mode:o}", path.display());
    }
    assert!(seen >= 2, "databases and secrets are in there");
    let written = playground.process.written();
    for secret in ["client_secret", "LAB-ONLY", "BEGIN PRIVATE"] {
        assert!(!written.contains(secret), "{written}");
    }
}

#[test]
fn a_taken_port_names_the_port_and_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let (_taken, port) = free_listener();
    let ports = Ports { client: port, ..Ports::free() };
    let output = run(playground(folder.path(), ports), "");
    let written = all_written(&output);
    assert!(!output.status.success(), "{written}");
    assert!(written.contains(&port.to_string()) && written.contains("CLIENT_PORT"), "{written}");
}

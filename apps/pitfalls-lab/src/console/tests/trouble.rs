//! What goes wrong is said where the participant looks.

use super::*;

#[tokio::test]
async fn a_score_that_cannot_be_written_is_told_on_the_page() {
    let lab = Lab::start().await;
    std::fs::create_dir(lab.score.file()).unwrap();
    let path = "/lessons/token-without-password";
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(page.body.contains("The exploit succeeded"), "{}", page.short());
    assert!(page.body.contains("The score cannot be written"), "{}", page.body);
    std::fs::remove_dir(lab.score.file()).unwrap();
    assert!(lab.get("/score").await.body.contains("The score could not be written"));
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(!page.body.contains("The score cannot be written"), "it was written now");
}

#[tokio::test]
async fn a_file_that_is_no_score_is_not_shown_as_an_empty_one() {
    let lab = Lab::start().await;
    assert!(!lab.get("/score").await.body.contains("id=\"unreadable\""));
    std::fs::write(lab.score.file(), "{ half").unwrap();
    let page = lab.get("/score").await;
    assert!(
        page.body.contains("id=\"unreadable\"") && page.body.contains("cannot be read as a score"),
        "{}",
        page.body
    );
    assert!(lab.get("/").await.body.contains("cannot be read"));
}

#[tokio::test]
async fn the_score_is_saved_under_a_name() {
    let lab = Lab::start().await;
    let json = lab.get("/score.json").await;
    assert_eq!(json.headers["content-disposition"], "attachment; filename=\"pitfalls-lab-score.json\"");
}

#[tokio::test]
async fn a_port_that_is_taken_is_said_with_what_to_do() {
    let lab = Lab::start().await;
    let port: u16 = lab.url.rsplit_once(':').unwrap().1.parse().unwrap();
    let taken = std::net::TcpListener::bind(("127.0.0.1", port + 6)).unwrap();
    let url = format!("{}/lessons/code-race", lab.url);
    let page = lab.browser.get(&url).await.unwrap();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    for expected in ["<h1>The twins could not start</h1>", "What to do", "--port 9500"] {
        assert!(page.body.contains(expected), "{expected} in {}", page.body);
    }
    assert!(!page.body.contains("That was refused"));
    drop(taken);
    lab.open(&url).await;
}

#[tokio::test]
async fn one_message_is_one_message() {
    let lab = Lab::start().await;
    let page = lab.press("/lessons/token-without-password/exploit", "against", "hardened").await;
    assert!(!page.body.contains(">1 messages"), "{}", page.short());
    let (before, _) = page.body.split_once(" since the twin was new").unwrap();
    let said = before.rsplit_once('>').unwrap().1;
    assert!(said == "1 message" || (said.ends_with(" messages") && said != "1 messages"), "{said}");
}

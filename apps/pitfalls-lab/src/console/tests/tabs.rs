//! Two tabs, and what one does to the other.

use super::*;

#[tokio::test]
async fn an_outcome_survives_another_tab() {
    let lab = Lab::start().await;
    let path = "/lessons/redirect-uri-prefix";
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(!page.body.contains("was opened since"));
    lab.get("/lessons/alg-confusion").await;
    let page = lab.get(path).await;
    assert!(page.body.contains("The exploit succeeded:"), "{}", page.short());
    assert!(page.body.contains("Lesson 13 was opened since") && page.body.contains("No messages yet"));
    assert_eq!(page.body.matches("Not exploited yet").count(), 1, "the other twin");
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(page.body.contains("The exploit succeeded:") && !page.body.contains("was opened since"));
}

#[tokio::test]
async fn a_reset_stops_the_exploit_that_runs() {
    let lab = Lab::start().await;
    // Its exploit takes seven seconds on this twin.
    let path = "/lessons/blocking-no-timeout";
    lab.get(path).await;
    let exploit = async { lab.press(&format!("{path}/exploit"), "against", "vulnerable").await };
    let reset = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let began = Instant::now();
        let page = lab.press(&format!("{path}/reset"), "", "").await;
        (began.elapsed(), page)
    };
    let (stopped, (took, page)) = tokio::join!(exploit, reset);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(stopped.body.contains("A reset stopped this run"), "{}", stopped.short());
    assert!(page.body.contains("The exploit that was running has been stopped"), "{}", page.short());
    assert!(!stopped.body.contains("id=\"was-reset\""), "the other tab tells of it");
    assert_eq!(page.body.matches("Not exploited yet").count(), 2);
    let page = lab.press(&format!("{path}/reset"), "", "").await;
    assert!(!page.body.contains("that was running"), "there was none");
}

#[tokio::test]
async fn who_gave_up_is_said_and_nothing_completes_after_the_attack() {
    let lab = Lab::start().await;
    let path = "/lessons/blocking-no-timeout";
    let page = lab.press(&format!("{path}/exploit"), "against", "hardened").await;
    assert!(page.body.contains("no answer: the client gave up"), "{}", page.body);
    assert!(!page.body.contains("no answer yet"));
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(page.body.contains("no answer: the victim gave up"), "{}", page.body);
}

#[tokio::test]
async fn what_is_done_by_hand_stands_after_the_exploit() {
    let lab = Lab::start().await;
    let path = "/lessons/token-without-password";
    let page = lab.press(&format!("{path}/exploit"), "against", "vulnerable").await;
    assert!(!page.body.contains("id=\"afterwards\""));
    let port: u16 = lab.url.rsplit_once(':').unwrap().1.parse().unwrap();
    lab.browser.get(&format!("http://api.localhost:{}/status", port + 3)).await.unwrap();
    assert_eq!(lab.get(path).await.body.matches("id=\"afterwards\"").count(), 1);
}

#[tokio::test]
async fn every_button_leads_the_keyboard_to_what_has_changed() {
    let lab = Lab::start().await;
    let path = "/lessons/token-without-password";
    for (button, name, value, target) in [
        ("exploit", "against", "hardened", "try-title"),
        ("twin", "twin", "vulnerable", "try-title"),
        ("reset", "", "", "try-title"),
        ("hints", "shown", "2", "hint-2"),
        ("hints", "shown", "0", "hints-title"),
    ] {
        let url = format!("{}{path}/{button}", lab.url);
        let headers = [("origin", lab.url.as_str())];
        let answer = lab.browser.post(&url, &headers, &[(name, value)]).await.unwrap();
        let location = answer.location().unwrap();
        assert_eq!(location.fragment(), Some(target), "{button}");
        let page = lab.open(location.as_str()).await;
        assert!(page.body.contains(&format!("id=\"{target}\" tabindex=\"-1\"")), "{button}: {target}");
    }
}

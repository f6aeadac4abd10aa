//! What the page says is true of the chosen twin.

use super::*;

fn port(lab: &Lab) -> u16 {
    lab.url.rsplit_once(':').unwrap().1.parse().unwrap()
}

#[tokio::test]
async fn the_story_leads_to_the_chosen_twin() {
    let lab = Lab::start().await;
    let (vulnerable, hardened) = (port(&lab) + 1, port(&lab) + 5);
    for slug in
        ["redirect-uri-prefix", "code-injection-no-pkce", "audience-confusion", "consent-csrf", "code-race"]
    {
        let path = format!("/lessons/{slug}");
        let address = |port: u16| format!("http://as.localhost:{port}/");
        let page = lab.get(&path).await;
        assert!(page.body.contains(&address(vulnerable)), "{slug}");
        assert!(!page.body.contains(&address(hardened)), "{slug}");
        let page = lab.press(&format!("{path}/twin"), "twin", "hardened").await;
        assert!(page.body.contains(&address(hardened)), "{slug}");
        assert!(!page.body.contains(&address(vulnerable)), "{slug}");
    }
}

/// A text that calls an address the vulnerable twin's would be wrong on the other twin's page.
#[test]
fn no_story_says_whose_an_address_is() {
    for lesson in lessons::all() {
        let text = lesson.readme.replace("```", ". ").replace(".\n", ". ");
        for sentence in text.split(". ").filter(|text| text.contains(".localhost:940")) {
            let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
            let ours = [":9401", ":9402", ":9403", ":9404"].iter().any(|port| sentence.contains(port));
            assert!(!ours || !sentence.contains("vulnerable"), "{}: {sentence}", lesson.folder);
        }
    }
}

#[tokio::test]
async fn the_types_of_the_check_are_on_the_page() {
    let lab = Lab::start().await;
    let page = lab.get("/lessons/consent-csrf").await;
    let (_, types) = page.body.split_once("id=\"types\"").unwrap();
    let (types, _) = types.split_once("</code>").unwrap();
    assert!(types.contains("pub struct ConsentForm") && types.contains("known_to_server"), "{types}");
}

#[tokio::test]
async fn the_page_that_a_visitor_is_led_to_looks_like_the_albums() {
    let lab = Lab::start().await;
    let page = lab.press("/lessons/login-next-redirect/exploit", "against", "vulnerable").await;
    assert!(page.body.contains("/phish"), "{}", page.short());
    let evil = format!("http://evil.localhost:{}", port(&lab) + 4);
    let phish = lab.open(&format!("{evil}/phish")).await;
    for expected in ["You have been signed out", "Photo album", "lab-banner", "LAB-ONLY", "client.localhost:"]
    {
        assert!(phish.body.contains(expected), "{expected}");
    }
    assert!(!phish.body.contains("evil.localhost"), "only the address bar tells");
}

#[tokio::test]
async fn the_album_says_who_is_signed_in() {
    let twin = crate::twin::Twin::start(crate::checks::Checks::default()).await.unwrap();
    let alice = twin.targets().victim();
    let home = &twin.targets().urls().client;
    assert_eq!(alice.open(home).await.unwrap().element("signed-in-as"), None);
    twin.targets().sign_in_at_client(&alice, "alice").await.unwrap();
    assert_eq!(alice.open(home).await.unwrap().element("signed-in-as").as_deref(), Some("alice"));
}

#[tokio::test]
async fn a_mix_up_ends_as_a_login_that_nobody_notices() {
    let lesson = lessons::find("mix-up").unwrap();
    let twin = crate::twin::Twin::start((lesson.vulnerable.checks)()).await.unwrap();
    assert!((lesson.exploit)(twin.targets()).await.unwrap().is_success());
    let profile = twin.wire().into_iter().rfind(|it| it.request[0].starts_with("GET /profile"));
    let profile = profile.expect("Alice's last page is her album").response;
    assert!(profile[0].contains("200"), "{profile:?}");
}

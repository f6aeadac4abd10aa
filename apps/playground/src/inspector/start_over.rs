//! `POST /inspector/start-over`: forgets what the reader sees.

use auth_core::loopback::requested_authority;
use auth_core::pages::ErrorPage;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Inspector;
use super::view::{Browser, Choice};
use crate::page;

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    view: String,
}

pub(super) async fn post(
    State(inspector): State<Inspector>,
    uri: Uri,
    headers: HeaderMap,
    Form(which): Form<Which>,
) -> Response {
    if !is_own_form(&uri, &headers) {
        return page::error(&ErrorPage {
            status: StatusCode::FORBIDDEN.as_u16(),
            title: "Nothing was cleared",
            what_happened: "The request does not come from the inspector's own page: another site may have sent it.",
            what_to_do: "Open the inspector and press the button there.",
            reference: None,
        });
    }
    let choice = Choice::parse(Some(&which.view));
    inspector.store.clear(&choice.of(&Browser::of(&headers)));
    let back = super::address(choice, None);
    (StatusCode::SEE_OTHER, [(header::LOCATION, back)]).into_response()
}

/// Whether the browser says that the form is from this origin. There is no sign-in here, so no session that
/// could hold a CSRF token, and no harm but a lost picture: the browser's word is enough, and it must be given.
fn is_own_form(uri: &Uri, headers: &HeaderMap) -> bool {
    let target = uri.authority().map(|authority| authority.as_str());
    let Some(own) = requested_authority(headers, target) else { return false };
    // Other ports of localhost are the same site, and other parties.
    let site = headers.get("sec-fetch-site").map(|site| site == "same-origin");
    let origin = headers.get(header::ORIGIN).map(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        host == Some(own.as_str())
    });
    match (site, origin) {
        (None, None) => false,
        (site, origin) => site.unwrap_or(true) && origin.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn check(headers: &[(&'static str, &'static str)]) -> bool {
        let mut map = HeaderMap::from_iter([(header::HOST, HeaderValue::from_static("localhost:8080"))]);
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        is_own_form(&Uri::from_static("/inspector/start-over"), &map)
    }

    #[test]
    fn the_inspectors_own_form_passes() {
        assert!(check(&[("origin", "http://localhost:8080"), ("sec-fetch-site", "same-origin")]));
        assert!(check(&[("origin", "https://localhost:8080")]));
        assert!(check(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn a_form_of_another_site_or_of_nobody_does_not() {
        assert!(!check(&[]));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!check(&[("origin", "http://localhost:8080"), ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["http://localhost:8000", "https://evil.example", "null", "localhost:8080"] {
            assert!(!check(&[("origin", origin)]), "{origin}");
        }
    }
}

//! Forms: read strictly, and accepted from our own pages only.

use auth_core::params::Params;
use auth_core::redirect_uri::RedirectUri;
use auth_core::secret::CsrfToken;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use http::{HeaderMap, StatusCode, header};

use crate::pages::Problem;
use crate::signed_in::SignedIn;

/// The field that every form of a signed-in user carries.
pub(crate) const CSRF_FIELD: &str = "csrf_token";

/// The scheme, host and port of this app as a browser knows it.
pub(crate) struct OwnOrigin(String);

impl OwnOrigin {
    /// That of the redirect URI, for there the browser comes back to this app.
    pub(crate) fn of(redirect_uri: &RedirectUri) -> Self {
        // scheme "://" authority, up to the path: the text is in its normal form.
        let uri = redirect_uri.as_str();
        let end = uri.match_indices(['/', '?']).nth(2).map_or(uri.len(), |(position, _)| position);
        Self(uri[..end].to_owned())
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether the browser says that the request comes from a page of ours. `None` when it says
    /// nothing, as old browsers do; the token alone decides then.
    fn is_source_of(&self, headers: &HeaderMap) -> Option<bool> {
        // Fetch Metadata says it best: `same-site` is another port or subdomain, and not us.
        if let Some(site) = headers.get("sec-fetch-site") {
            return Some(site == "same-origin");
        }
        // RFC 6454 §7.
        headers.get(header::ORIGIN).map(|origin| origin.as_bytes() == self.0.as_bytes())
    }
}

/// A form that was sent by POST.
pub(crate) struct Form(pub(crate) Params);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(Problem::unreadable_form(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Problem::unreadable_form(rejection.status()))?;
        let params = Params::parse(&body).map_err(|_| Problem::unreadable_form(StatusCode::BAD_REQUEST))?;
        Ok(Self(params))
    }
}

impl Form {
    // ANCHOR: check
    /// Refuses a form that another site made this browser send (CSRF): it does not know the token
    /// of the session, and the browser says where it comes from.
    pub(crate) fn check(
        &self,
        headers: &HeaderMap,
        own_origin: &OwnOrigin,
        signed_in: &SignedIn,
    ) -> Result<(), Problem> {
        let token = self.0.get(CSRF_FIELD).map(CsrfToken::new);
        let token_matches = token.is_some_and(|token| token.matches(&signed_in.csrf));
        if !token_matches || own_origin.is_source_of(headers) == Some(false) {
            return Err(Problem::foreign_form());
        }
        Ok(())
    }
    // ANCHOR_END: check
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use auth_core::redirect_uri::ClientType;
    use http::HeaderValue;

    fn origin(redirect_uri: &str) -> OwnOrigin {
        OwnOrigin::of(&RedirectUri::parse(redirect_uri, ClientType::Confidential).unwrap())
    }

    #[test]
    fn the_origin_ends_where_the_path_begins() {
        for (uri, expected) in [
            ("https://app.example/callback", "https://app.example"),
            ("https://app.example", "https://app.example"),
            ("http://localhost:8000/a/b?c=/d", "http://localhost:8000"),
            ("http://[::1]:8000/callback", "http://[::1]:8000"),
        ] {
            assert_eq!(origin(uri).0, expected);
        }
    }

    #[test]
    fn the_browsers_word_about_the_source_counts() {
        let own = origin("http://localhost:8000/callback");
        let says = |name: &'static str, value: &'static str| {
            own.is_source_of(&HeaderMap::from_iter([(
                name.parse().unwrap(),
                HeaderValue::from_static(value),
            )]))
        };
        assert_eq!(own.is_source_of(&HeaderMap::new()), None);
        assert_eq!(says("sec-fetch-site", "same-origin"), Some(true));
        for foreign in ["same-site", "cross-site", "none"] {
            assert_eq!(says("sec-fetch-site", foreign), Some(false), "{foreign}");
        }
        assert_eq!(says("origin", "http://localhost:8000"), Some(true));
        for foreign in
            ["http://localhost:9000", "https://localhost:8000", "http://localhost:8000.evil.example", "null"]
        {
            assert_eq!(says("origin", foreign), Some(false), "{foreign}");
        }
    }

    #[test]
    fn fetch_metadata_outweighs_an_origin_that_a_referrer_policy_has_hidden() {
        let own = origin("http://localhost:8000/callback");
        let headers = HeaderMap::from_iter([
            ("sec-fetch-site".parse().unwrap(), HeaderValue::from_static("same-origin")),
            (header::ORIGIN, HeaderValue::from_static("null")),
        ]);
        assert_eq!(own.is_source_of(&headers), Some(true));
    }
}

//! The browser's session: one cookie with a random secret, one row under the secret's digest.
//!
//! Only a signed-in session has a row. Before sign-in the cookie is nothing but the secret from
//! which the CSRF token is derived, so that visitors without an account cannot fill the table;
//! sign-in always starts a new session under a new secret, so that a planted cookie is worth
//! nothing afterwards.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::header::COOKIE;
use auth_core::secret::{CsrfToken, Digest, SessionSecret};

use crate::context::Context;
use crate::db::{Fault, Tx};
use crate::models::sessions::{Session, SignedIn};

/// The session cookie as the browser sent it. Whether a session stands behind it, the database
/// knows.
pub(crate) struct SessionCookie {
    secret: SessionSecret,
    /// Whether the browser brought it, or it was made for this answer.
    is_new: bool,
}

/// How the cookie is called and sent: decided once, by the issuer's scheme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CookiePolicy {
    secure: bool,
}

impl CookiePolicy {
    /// With an https issuer the cookie is `Secure` and has the prefix `__Host-`: then no other
    /// host, and nothing on plain http, can set it. Browsers refuse that prefix without `Secure`.
    pub(crate) fn new(secure: bool) -> Self {
        Self { secure }
    }

    pub(crate) fn name(self) -> &'static str {
        if self.secure { "__Host-as_session" } else { "as_session" }
    }

    /// What the browser sent, if it can be ours.
    pub(crate) fn read(self, request: &HttpRequest) -> Option<SessionCookie> {
        let headers = request.headers().get_all(COOKIE);
        let pairs = headers.flat_map(|header| header.as_bytes().split(|byte| *byte == b';'));
        // Byte by byte, as browsers compare names when they guard the prefix: a name that is decoded or
        // trimmed here (`__%48ost-…`, or with a no-break space in front) is one that any sibling host can set.
        let mut ours = pairs.filter_map(|pair| {
            let pair = pair.strip_prefix(b" ").unwrap_or(pair); // RFC 6265 §4.2.1
            pair.strip_prefix(self.name().as_bytes())?.strip_prefix(b"=")
        });
        // Two cookies of one name: one of them was planted for a narrower path or a wider domain,
        // and which one it is can't be told.
        let (Some(value), None) = (ours.next(), ours.next()) else {
            return None;
        };
        let value = std::str::from_utf8(value).ok()?;
        let plausible =
            value.len() == 43 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        plausible.then(|| SessionCookie { secret: SessionSecret::new(value), is_new: false })
    }

    /// What the browser sent, or a fresh one for a page whose form needs a CSRF token.
    pub(crate) fn read_or_make(self, request: &HttpRequest) -> SessionCookie {
        self.read(request)
            .unwrap_or_else(|| SessionCookie { secret: SessionSecret::generate(), is_new: true })
    }

    /// The cookie for a session that has just started. It ends with the browser; the row behind it
    /// ends when its lifetime is over, whatever the browser does.
    pub(crate) fn cookie(self, secret: &SessionSecret) -> Cookie<'static> {
        Cookie::build(self.name(), secret.secret().to_owned())
            .path("/")
            .secure(self.secure)
            .http_only(true)
            // Lax, not Strict: the client sends the browser here by a link from another site, and
            // who is signed in must then stay signed in.
            .same_site(SameSite::Lax)
            .finish()
    }

    /// Makes the browser forget the cookie.
    pub(crate) fn removal(self) -> Cookie<'static> {
        let mut cookie = self.cookie(&SessionSecret::new(""));
        cookie.make_removal();
        cookie
    }

    /// The cookie to send with a page, if the browser does not have it yet.
    pub(crate) fn if_new(self, session: &SessionCookie) -> Option<Cookie<'static>> {
        session.is_new.then(|| self.cookie(&session.secret))
    }
}

impl SessionCookie {
    pub(crate) fn secret(&self) -> &SessionSecret {
        &self.secret
    }

    /// The CSRF token of this session: derived, so nothing more has to be stored, and one way, so
    /// that a page that leaks does not give the session away.
    pub(crate) fn csrf_token(&self) -> CsrfToken {
        let text = format!("csrf-token:{}", self.secret.secret());
        CsrfToken::new(Digest::of(text.as_bytes()).to_hex())
    }

    pub(crate) fn is_csrf_token(&self, presented: &str) -> bool {
        self.csrf_token().matches(&CsrfToken::new(presented))
    }
}

/// Who is signed in behind a cookie.
pub(crate) fn signed_in(
    tx: &mut Tx,
    ctx: &Context,
    cookie: Option<&SessionCookie>,
) -> Result<Option<SignedIn>, Fault> {
    let Some(cookie) = cookie else {
        return Ok(None);
    };
    let session = Session::find(tx, ctx.now(), &cookie.secret)?;
    Ok(session.and_then(|session| session.signed_in()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use actix_web::test::TestRequest;

    use super::*;

    const HTTPS: CookiePolicy = CookiePolicy { secure: true };
    const SECRET: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn request(cookies: &str) -> HttpRequest {
        TestRequest::get().insert_header((COOKIE, cookies)).to_http_request()
    }

    #[test]
    fn the_cookie_is_as_narrow_as_can_be() {
        let cookie = HTTPS.cookie(&SessionSecret::new(SECRET)).to_string();
        assert_eq!(cookie, format!("__Host-as_session={SECRET}; HttpOnly; SameSite=Lax; Secure; Path=/"));
        let plain = CookiePolicy::new(false).cookie(&SessionSecret::new(SECRET));
        assert_eq!(plain.to_string(), format!("as_session={SECRET}; HttpOnly; SameSite=Lax; Path=/"));
    }

    #[test]
    fn a_doubled_or_foreign_cookie_is_no_session() {
        let one = format!("__Host-as_session={SECRET}");
        assert!(HTTPS.read(&request(&one)).is_some());
        assert!(HTTPS.read(&request(&format!("{one}; {one}"))).is_none());
        assert!(HTTPS.read(&request(&format!("as_session={SECRET}"))).is_none());
        assert!(HTTPS.read(&request("__Host-as_session=short")).is_none());
        assert!(HTTPS.read_or_make(&request("x=y")).is_new);
    }

    #[test]
    fn a_name_that_only_resembles_ours_carries_no_session() {
        // Browsers let any sibling host set these: none has the prefix before it is decoded or trimmed.
        for name in [
            "__%48ost-as_session",
            "\u{a0}__Host-as_session",
            "\u{3000}__Host-as_session",
            "__host-as_session",
        ] {
            assert!(HTTPS.read(&request(&format!("{name}={SECRET}"))).is_none(), "{name}");
            let beside = format!("a; {name}={SECRET}; __Host-as_session={SECRET}");
            assert!(HTTPS.read(&request(&beside)).is_some(), "{name}");
        }
    }

    #[test]
    fn a_csrf_token_belongs_to_one_session() {
        let mine = HTTPS.read_or_make(&request("x=y"));
        let theirs = HTTPS.read_or_make(&request("x=y"));
        assert!(mine.is_csrf_token(mine.csrf_token().secret()));
        assert!(!mine.is_csrf_token(theirs.csrf_token().secret()));
        assert!(!mine.is_csrf_token(""));
        assert!(!mine.csrf_token().secret().contains(mine.secret().secret()));
    }
}

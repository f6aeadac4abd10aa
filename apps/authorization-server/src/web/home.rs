//! The front page: what this is, and who is signed in.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use auth_core::secret::CsrfToken;

use super::Web;
use super::page::{PageError, wide_page};

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage<'a> {
    username: Option<&'a str>,
    csrf_token: CsrfToken,
    issuer: &'a str,
}

#[tracing::instrument(skip_all, level = "debug")]
pub(crate) async fn get(web: Data<Web>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let user = web.current_user(&request).await?;
    let main = HomePage {
        username: user.as_ref().map(|user| user.username.as_str()),
        csrf_token: web.cookies.read_or_make(&request).csrf_token(),
        issuer: web.ctx.issuer.as_str(),
    };
    wide_page("Home", main.username, &main)
}

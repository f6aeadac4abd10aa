//! For this machine only: whoever calls the inspector by another name than this machine's is refused, and so is a
//! page of another site, which could learn from the time that an answer takes how much there is to show.

use auth_core::loopback::{is_of_another_site, is_to_loopback};
use auth_core::pages::ErrorPage;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::page;

pub(super) async fn only_here(request: Request, next: Next) -> Response {
    if is_of_another_site(request.method().as_str(), request.headers()) {
        return (StatusCode::FORBIDDEN, "the inspector is not for pages of other sites\n").into_response();
    }
    let target = request.uri().authority().map(|authority| authority.as_str());
    if is_to_loopback(request.headers(), target) {
        return next.run(request).await;
    }
    let refusal = ErrorPage {
        status: StatusCode::MISDIRECTED_REQUEST.as_u16(),
        title: "The inspector is for this machine only",
        what_happened: "It was asked for under a name that is not this machine's own, or through a proxy. \
                        A page of another site could read along so (DNS rebinding), or another machine. \
                        Nothing is shown.",
        what_to_do: "Open it as localhost or 127.0.0.1, with the port that you have in the address bar.",
        reference: None,
    };
    page::error(&refusal)
}

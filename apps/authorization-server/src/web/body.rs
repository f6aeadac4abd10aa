//! Reading a form from a request: one content type, one size limit, no parameter twice.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, web};
use auth_core::params::{Params, ParamsError};

/// Bytes that a form may have. An authorization request with every parameter stays far below.
pub(crate) const FORM_LIMIT: usize = 64 * 1024;

/// Why a body could not be read as a form.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the Content-Type must be application/x-www-form-urlencoded")]
    NotAForm,
    #[error("the body is larger than {} KiB", FORM_LIMIT / 1024)]
    TooLarge,
    #[error("the body ended early")]
    Interrupted,
    #[error(transparent)]
    Malformed(#[from] ParamsError),
}

/// The body, if it is a form. It is not parsed yet.
pub(crate) async fn form_bytes(
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<web::Bytes, BodyError> {
    // RFC 6749 §4.1.3 and appendix B: parameters come as application/x-www-form-urlencoded.
    if !is_form(request) {
        return Err(BodyError::NotAForm);
    }
    match payload.to_bytes_limited(FORM_LIMIT).await {
        Err(_) => Err(BodyError::TooLarge),
        Ok(Err(_)) => Err(BodyError::Interrupted),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

/// The parameters of a form. Only those named in `repeatable` may stand more than once.
pub(crate) async fn form(
    request: &HttpRequest,
    payload: web::Payload,
    repeatable: &[&str],
) -> Result<Params, BodyError> {
    let bytes = form_bytes(request, payload).await?;
    Ok(Params::parse_allowing_repeats(&bytes, repeatable)?)
}

fn is_form(request: &HttpRequest) -> bool {
    let mut values = request.headers().get_all(CONTENT_TYPE);
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let essence = value.to_str().unwrap_or_default().split(';').next();
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_the_one_content_type_is_a_form() {
        let of = |value: &'static str| {
            is_form(&TestRequest::post().insert_header((CONTENT_TYPE, value)).to_http_request())
        };
        assert!(of("application/x-www-form-urlencoded"));
        assert!(of("Application/X-WWW-Form-urlencoded; charset=UTF-8"));
        assert!(!of("application/json"));
        assert!(!of("multipart/form-data; boundary=x"));
        assert!(!of("text/plain"));
        assert!(!is_form(&TestRequest::post().to_http_request()));
    }
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::ErrorCode;
use proptest::prelude::*;

const EXAMPLE: &str = "Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3";

fn form(text: &str) -> Params {
    Params::parse(text.as_bytes()).unwrap()
}

fn basic(credentials: impl AsRef<[u8]>) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

fn refusal(authorization: &[&str], text: &str) -> (ErrorCode, bool) {
    let error = present(authorization, &form(text)).unwrap_err();
    (error.error.code(), error.basic_tried)
}

#[test]
fn the_basic_example_of_rfc_6749_section_2_3_1() {
    let client = present(&[EXAMPLE], &form("")).unwrap();
    assert_eq!(client.client_id, "s6BhdRkqt3");
    assert_eq!(client.method, ClientAuthMethod::ClientSecretBasic);
    assert_eq!(client.secret.unwrap().secret(), "7Fjfp0ZBr1KtDRbnfVdmIw");
    assert_eq!(basic_header("s6BhdRkqt3", &ClientSecret::new("7Fjfp0ZBr1KtDRbnfVdmIw")), EXAMPLE);
}

#[test]
fn both_halves_of_basic_are_form_decoded() {
    let client = present(&[&basic("https%3A%2F%2Fc.example:a%3Ab+c%25")], &form("")).unwrap();
    assert_eq!(client.client_id, "https://c.example");
    assert_eq!(client.secret.unwrap().secret(), "a:b c%");
    // What is not encoded goes through, up to the first colon.
    let client = present(&[&basic("id:sec:ret")], &form("")).unwrap();
    assert_eq!(client.secret.unwrap().secret(), "sec:ret");
}

#[test]
fn the_scheme_is_case_insensitive_and_the_same_client_id_may_stand_in_the_form() {
    let header = EXAMPLE.replace("Basic", "bASIC");
    assert_eq!(present(&[&header], &form("client_id=s6BhdRkqt3")).unwrap().client_id, "s6BhdRkqt3");
}

#[test]
fn a_secret_in_the_form_is_client_secret_post_and_a_lone_client_id_is_none() {
    let post = present(&[], &form("client_id=c&client_secret=s")).unwrap();
    assert_eq!(post.method, ClientAuthMethod::ClientSecretPost);
    assert_eq!(post.secret.unwrap().secret(), "s");

    let public = present(&[], &form("client_id=c&client_secret=")).unwrap();
    assert_eq!(public.method, ClientAuthMethod::None);
    assert!(public.secret.is_none());
}

#[test]
fn two_credentials_at_once_are_an_invalid_request() {
    let invalid_request = (ErrorCode::InvalidRequest, true);
    assert_eq!(
        refusal(&[EXAMPLE], "client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"),
        invalid_request
    );
    assert_eq!(refusal(&[EXAMPLE, EXAMPLE], ""), invalid_request);
    assert_eq!(refusal(&[EXAMPLE], "client_id=other"), invalid_request);
}

#[test]
fn a_malformed_header_is_an_invalid_client_to_be_challenged() {
    let long = "Basic ".to_owned();
    for header in [
        "Basic",
        &long,
        "Basic !!!",
        "Bearer abc",
        "Basic  ",
        &basic("no colon"),
        &basic(":secret"),
        &basic("id:"),
        &basic("id:%zz"),
        &basic(b"id:\xff"),
        &basic("id%00:s"),
        &basic("i\nd:s"),
        &EXAMPLE[..EXAMPLE.len() - 1],
    ] {
        assert_eq!(refusal(&[header], ""), (ErrorCode::InvalidClient, true), "{header}");
    }
}

#[test]
fn no_credential_at_all_is_an_invalid_client_without_a_challenge() {
    assert_eq!(refusal(&[], ""), (ErrorCode::InvalidClient, false));
    assert_eq!(refusal(&[], "client_secret=s"), (ErrorCode::InvalidClient, false));
    assert_eq!(refusal(&[], "client_id=%C3%A9"), (ErrorCode::InvalidClient, false));
    assert_eq!(refusal(&[], "client_id=c&client_assertion=a"), (ErrorCode::InvalidClient, false));
}

#[test]
fn methods_are_read_as_they_are_written() {
    for method in ClientAuthMethod::ALL {
        assert_eq!(ClientAuthMethod::parse(method.as_str()), Some(method));
        assert_eq!(serde_json::to_value(method).unwrap(), method.as_str());
    }
    assert_eq!(ClientAuthMethod::parse("private_key_jwt"), None);
}

proptest! {
    #[test]
    fn every_id_and_secret_survive_the_header(id in "[ -~]{1,30}", secret in "[^\0]{1,30}") {
        let header = basic_header(&id, &ClientSecret::new(secret.clone()));
        let client = present(&[&header], &form("")).unwrap();
        prop_assert_eq!(client.client_id, id);
        let read_back = client.secret.unwrap();
        prop_assert_eq!(read_back.secret(), secret);
    }

    #[test]
    fn no_header_makes_the_parser_panic(header in ".*", credentials: Vec<u8>) {
        let _ = present(&[&header], &form(""));
        let _ = present(&[&basic(credentials)], &form(""));
    }
}

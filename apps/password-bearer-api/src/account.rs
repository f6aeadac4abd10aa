//! What an account's fields may be. Each function parses one field and says in one sentence what
//! is wrong with it.

use auth_core::{
    scope::{Scope, Scopes},
    secret::Password,
    settings::is_of_the_lab,
};

/// The scopes of this API, each with what it allows.
pub(crate) const SCOPES: [(&str, &str); 3] = [
    ("me", "Read and change your own account."),
    ("items", "Read your items."),
    ("admin", "Read and change every account."),
];

/// What a new user may do, and so may ask for.
pub(crate) const USER_SCOPES: &str = "me items";

/// What a login gets that asks for no scope.
pub(crate) const DEFAULT_SCOPE: &str = "me";

/// Passwords that everybody tries first (NIST SP 800-63B-3 §5.1.1.2 asks to refuse such).
const COMMON: [&str; 16] = [
    "password",
    "password1",
    "passw0rd",
    "12345678",
    "123456789",
    "1234567890",
    "11111111",
    "00000000",
    "87654321",
    "qwertyuiop",
    "1q2w3e4r",
    "iloveyou",
    "sunshine",
    "princess",
    "football",
    "changeme",
];

/// A username: 3 to 32 of `a`–`z`, `0`–`9`, `.`, `_` and `-`; capitals are made small, so that
/// nobody can be taken for somebody else.
pub(crate) fn username(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if !(3..=32).contains(&text.len()) || !text.chars().all(allowed) {
        return Err("Username should have 3 to 32 characters out of a-z, 0-9, '.', '_' and '-'".into());
    }
    Ok(text.to_ascii_lowercase())
}

/// A password: any 8 to 128 characters that are not the first guess. No rule asks for digits or
/// symbols: NIST SP 800-63B-3 §5.1.1.2 advises against such rules.
pub(crate) fn password(text: &str) -> Result<Password, String> {
    if !(8..=128).contains(&text.chars().count()) {
        return Err("Password should have 8 to 128 characters".into());
    }
    if COMMON.contains(&text.to_lowercase().as_str()) {
        return Err("Password is one that everybody tries first; choose another".into());
    }
    if is_of_the_lab(text) {
        return Err("Password is one of the pitfalls lab, where everybody can read it; choose another".into());
    }
    Ok(Password::new(text))
}

/// A password that is presented to prove who one is: whatever was once accepted.
pub(crate) fn any_password(text: &str) -> Result<Password, String> {
    Ok(Password::new(text))
}

/// An email address, as far as its form can tell: only a letter sent there could tell more.
pub(crate) fn email(text: &str) -> Result<String, String> {
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    match text.rsplit_once('@') {
        Some((local, domain))
            if plain(local)
                && !local.contains('@')
                && plain(domain)
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && text.len() <= 254 =>
        {
            Ok(text.to_owned())
        }
        _ => Err("Email should be an address such as alice@example.com".into()),
    }
}

/// A name as its bearer writes it: 1 to 100 characters, none of them a control character.
pub(crate) fn full_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if !(1..=100).contains(&text.chars().count()) || text.contains(char::is_control) {
        return Err("Full name should have 1 to 100 printable characters".into());
    }
    Ok(text.to_owned())
}

/// A set of this API's scopes, as RFC 6749 §3.3 writes it.
pub(crate) fn scope(text: &str) -> Result<Scopes, String> {
    let known = |scope: &Scope| SCOPES.iter().any(|(name, _)| *name == scope.as_str());
    match Scopes::parse(text) {
        Ok(scopes) if scopes.iter().all(known) => Ok(scopes),
        _ => Err("Scope should be some of 'me', 'items' and 'admin', separated by spaces".into()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_username_is_the_same_in_capitals() {
        assert_eq!(username("Alice.B-1_2").unwrap(), "alice.b-1_2");
    }

    #[test]
    fn usernames_that_look_like_others_or_break_a_path_are_refused() {
        for text in ["", "al", "аlice", "alice ", "a/b", "alice\u{200b}", "a\nb", &"a".repeat(33)] {
            assert!(username(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn short_long_and_common_passwords_are_refused_and_phrases_welcome() {
        for text in ["secret", "1234567", "Password", "changeme", "LAB-ONLY-alice-password", &"x".repeat(129)]
        {
            assert!(password(text).is_err(), "{text:?}");
        }
        for text in ["correct horse battery staple", "пароль для меня", "open-sesame-alice"] {
            assert!(password(text).is_ok(), "{text:?}");
        }
    }

    #[test]
    fn email_addresses_have_two_halves_and_a_dot() {
        for text in ["alice@example.com", "a+b@sub.example.org", "ä@bücher.example"] {
            assert!(email(text).is_ok(), "{text:?}");
        }
        for text in [
            "alice",
            "@example.com",
            "alice@",
            "a@b",
            "a b@example.com",
            "a@b@example.com",
            "a@.com",
            "a@com.",
        ] {
            assert!(email(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_scopes_of_this_api_can_be_given() {
        assert_eq!(scope("items me").unwrap().to_string(), "items me");
        assert_eq!(scope("").unwrap().to_string(), "");
        for text in ["root", "me  items", "me\"", " me"] {
            assert!(scope(text).is_err(), "{text:?}");
        }
    }
}

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `N` bytes from the operating system's generator.
///
/// # Panics
/// When the operating system has no randomness to give. There is nothing safe to do without it,
/// so no caller is offered the chance to go on.
#[must_use]
#[expect(clippy::expect_used, reason = "going on without randomness would issue guessable secrets")]
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// 256 random bits as 43 characters of base64url.
#[must_use]
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<32>())
}

/// A random name of `len` letters and digits, about 5.9 bits each: for a `client_id` or a `jti`,
/// which must be unique but are not secret.
#[must_use]
pub fn random_id(len: usize) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut id = String::with_capacity(len);
    while id.len() < len {
        for byte in random_bytes::<32>() {
            // 248 = 4 * 62: what lies above would make the first letters likelier.
            if byte < 248 && id.len() < len {
                id.push(char::from(ALPHABET[usize::from(byte % 62)]));
            }
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_asked_length_and_only_letters_and_digits() {
        for len in [0, 1, 22, 40, 100] {
            let id = random_id(len);
            assert_eq!(id.len(), len);
            assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert_ne!(random_id(22), random_id(22));
    }

    #[test]
    fn tokens_are_base64url_of_32_bytes() {
        let token = random_token();
        assert_eq!(URL_SAFE_NO_PAD.decode(&token).map(|bytes| bytes.len()), Ok(32));
        assert_ne!(token, random_token());
    }
}

//! A secret on standard input: a command line can be read by every process of the machine.

use std::io::Read;

use auth_core::secret::Password;

use super::Failure;

/// More is a mistake, such as a wrong file.
const LIMIT: u64 = 4096;

/// All of standard input without the line break at its end.
pub(super) fn read(what: &str) -> Result<Password, Failure> {
    read_from(std::io::stdin().lock(), what)
}

fn read_from(input: impl Read, what: &str) -> Result<Password, Failure> {
    let mut text = String::new();
    let read = input.take(LIMIT + 1).read_to_string(&mut text);
    let secret = Password::new(text);
    read.map_err(|_| Failure(format!("the {what} on standard input is not text; send it in UTF-8")))?;
    let text = secret.secret();
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Failure(format!(
            "no {what} came on standard input; send it as in: printf %s \"$SECRET\" | authorization-server …"
        )));
    }
    if line.contains(['\n', '\r', '\0']) || text.len() as u64 > LIMIT {
        return Err(Failure(format!("the {what} on standard input is more than one line; send it alone")));
    }
    Ok(Password::new(line))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn secret(input: &[u8]) -> Result<String, String> {
        match read_from(input, "password") {
            Ok(secret) => Ok(secret.secret().to_owned()),
            Err(Failure(sentence)) => Err(sentence),
        }
    }

    #[test]
    fn one_line_with_or_without_its_end() {
        assert_eq!(secret(b"open sesame\n"), Ok("open sesame".to_owned()));
        assert_eq!(secret(b"open sesame\r\n"), Ok("open sesame".to_owned()));
        assert_eq!(secret(b" open sesame "), Ok(" open sesame ".to_owned()));
    }

    #[test]
    fn nothing_several_lines_and_what_is_no_text_are_refused() {
        for input in [&b""[..], b"\n", b"a\nb\n", b"a\0b", b"\xff", &[b'a'; 5000]] {
            let sentence = secret(input).unwrap_err();
            assert!(sentence.contains("password") && sentence.contains("standard input"), "{sentence}");
        }
    }
}

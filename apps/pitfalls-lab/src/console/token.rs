//! Tokens in a line of the wire view, decoded: what a room would otherwise paste into another program.
//! Nothing is verified here: that is the lesson.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

/// A token in the compact form (RFC 7515 §7.1): header, claims, signature.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) parts: [Part; 2],
    /// What the third part is.
    pub(super) signature: String,
}

/// The header or the claims.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: &'static str,
    pub(super) lines: Vec<TokenLine>,
}

/// A line of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TokenLine {
    pub(super) text: String,
    /// Whether the lesson is about it.
    pub(super) matters: bool,
    /// What the number means.
    pub(super) note: Option<String>,
}

/// The tokens in a line. `matters` names what the lesson is about.
pub(super) fn tokens(line: &str, matters: &[String]) -> Vec<Token> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    line.split(word).filter_map(|word| token(word, matters)).collect()
}

fn token(word: &str, matters: &[String]) -> Option<Token> {
    let mut parts = word.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let (header, claims) = (object(header)?, object(claims)?);
    Some(Token {
        parts: [part("Header", &header, matters), part("Claims", &claims, matters)],
        signature: described(signature),
    })
}

fn object(part: &str) -> Option<Map<String, Value>> {
    let json = URL_SAFE_NO_PAD.decode(part).ok()?;
    serde_json::from_slice(&json).ok()
}

fn part(name: &'static str, object: &Map<String, Value>, matters: &[String]) -> Part {
    let last = object.len().saturating_sub(1);
    let lines = object.iter().enumerate().map(|(index, (claim, value))| TokenLine {
        text: format!("{}: {value}{}", Value::from(claim.as_str()), if index < last { "," } else { "" }),
        matters: matters.contains(claim),
        note: (claim == "exp").then(|| lifetime(object)).flatten(),
    });
    Part { name, lines: lines.collect() }
}

/// How long the token was to live.
fn lifetime(claims: &Map<String, Value>) -> Option<String> {
    let seconds = |claim: &str| claims.get(claim).and_then(Value::as_i64);
    let lifetime = seconds("exp")?.checked_sub(seconds("iat")?)?;
    Some(match lifetime / (24 * 3600) {
        0..2 => format!("{lifetime} seconds after iat"),
        days => format!("{days} days after iat"),
    })
}

fn described(signature: &str) -> String {
    let Ok(bytes) = URL_SAFE_NO_PAD.decode(signature) else { return "no base64url".to_owned() };
    match std::str::from_utf8(&bytes) {
        Ok("") => "none: the third part is empty".to_owned(),
        Ok(text) if text.chars().all(|c| c == ' ' || c.is_ascii_graphic()) => {
            format!("the {} bytes of the text “{text}”", bytes.len())
        }
        _ => format!("{} bytes", bytes.len()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn compact(header: &Value, claims: &Value, signature: &str) -> String {
        let part = |text: String| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{}", part(header.to_string()), part(claims.to_string()), part(signature.to_owned()))
    }

    #[test]
    fn a_token_is_read_out_of_its_line() {
        let claims = json!({ "exp": 29_500, "iat": 100, "sub": "<b>alice</b>" });
        let token = compact(&json!({ "alg": "none" }), &claims, "signed, Mallory");
        let line = format!("{{\"access_token\":\"{token}\",\"token_type\":\"Bearer\"}}");
        let found = tokens(&line, &["exp".to_owned()]);
        assert_eq!(found.len(), 1);
        let [header, claims] = &found[0].parts;
        assert_eq!(header.lines[0].text, "\"alg\": \"none\"");
        let exp = claims.lines.iter().find(|line| line.text.starts_with("\"exp\"")).unwrap();
        assert!(exp.matters && exp.note.as_deref() == Some("29400 seconds after iat"), "{exp:?}");
        let years = json!({ "exp": 4_102_444_800_i64, "iat": 1_700_000_000 });
        assert_eq!(lifetime(years.as_object().unwrap()).as_deref(), Some("27806 days after iat"));
        assert_eq!(claims.lines.iter().filter(|line| line.matters).count(), 1);
        assert_eq!(found[0].signature, "the 15 bytes of the text “signed, Mallory”");
    }

    #[test]
    fn what_only_looks_like_a_token_is_left_alone() {
        let header = json!({ "alg": "none" });
        let unsigned = compact(&header, &json!({}), "");
        assert_eq!(tokens(&unsigned, &[])[0].signature, "none: the third part is empty");
        for line in ["", "host: as.localhost:9401", "a.b.c", &format!("{unsigned}.more"), "x=eyJ.eyJ.e"] {
            assert_eq!(tokens(line, &[]), [], "{line}");
        }
    }
}

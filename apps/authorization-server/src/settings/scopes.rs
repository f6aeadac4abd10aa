//! The scopes that the server knows.

use auth_core::{scope::Scope, settings::SettingsError};

/// A scope and the sentence that the consent page shows for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeDescription {
    /// The scope-token (RFC 6749 §3.3).
    pub scope: Scope,
    /// What a user allows with it, in the words of a user.
    pub description: String,
}

impl ScopeDescription {
    /// A scope with its sentence.
    pub fn new(scope: Scope, description: impl Into<String>) -> Self {
        Self { scope, description: description.into() }
    }

    /// The scopes of OpenID Connect, `read` and `write`.
    pub fn defaults() -> Vec<Self> {
        [
            ("openid", "Know who you are"),
            ("profile", "See your name and user name"),
            ("email", "See your email address"),
            ("offline_access", "Stay connected while you are away"),
            ("read", "Read your data"),
            ("write", "Change your data"),
        ]
        .into_iter()
        .filter_map(|(scope, description)| Some(Self::new(Scope::parse(scope).ok()?, description)))
        .collect()
    }

    /// Reads `name=description,name=description`.
    pub(super) fn parse_list(setting: &str, text: &str) -> Result<Vec<Self>, SettingsError> {
        let refuse = |problem: String| {
            SettingsError::new(setting, problem, "write it as read=Read your data,write=Change your data")
        };
        let mut scopes: Vec<Self> = Vec::new();
        for entry in text.split(',') {
            let (name, description) = entry
                .split_once('=')
                .filter(|(_, description)| !description.trim().is_empty())
                .ok_or_else(|| refuse("has a scope without a description".to_owned()))?;
            let scope = Scope::parse(name.trim())
                .map_err(|_| refuse("has a scope with a forbidden character".to_owned()))?;
            if scopes.iter().any(|known| known.scope == scope) {
                return Err(refuse(format!("names the scope {scope} twice")));
            }
            scopes.push(Self::new(scope, description.trim()));
        }
        Ok(scopes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_names_with_descriptions() {
        let scopes = ScopeDescription::parse_list("S", "notes:read=Read your notes, x=1=2").unwrap();
        assert_eq!(scopes[0].scope.as_str(), "notes:read");
        assert_eq!(scopes[0].description, "Read your notes");
        assert_eq!(scopes[1].description, "1=2");
    }

    #[test]
    fn a_list_that_is_not_clear_is_refused() {
        for text in ["", "read", "read=", "a b=c", "read=x,read=y", "read=x,"] {
            let error = ScopeDescription::parse_list("AS_SCOPES", text).unwrap_err();
            assert!(
                error.to_string().starts_with("AS_SCOPES has a scope") || error.to_string().contains("twice"),
                "{error}"
            );
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let names: Vec<_> =
            ScopeDescription::defaults().into_iter().map(|known| known.scope.to_string()).collect();
        assert_eq!(names, ["openid", "profile", "email", "offline_access", "read", "write"]);
    }
}

//! Who takes part: one lane of the diagram for each.

/// A party, in the order of the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Party {
    Browser,
    Program,
    Client,
    AuthorizationServer,
    ResourceApi,
    PasswordBearerApi,
    Worker,
    /// A name that the inspector does not know.
    Other,
}

impl Party {
    pub(super) fn of(name: &str) -> Party {
        match name {
            "browser" => Party::Browser,
            "program" => Party::Program,
            "authorization-code-client" => Party::Client,
            "authorization-server" => Party::AuthorizationServer,
            "resource-api" => Party::ResourceApi,
            "password-bearer-api" => Party::PasswordBearerApi,
            "client-credentials-worker" => Party::Worker,
            _ => Party::Other,
        }
    }

    /// As the diagram calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Party::Browser => "Browser",
            Party::Program => "Program",
            Party::Client => "Client",
            Party::AuthorizationServer => "Authorization server",
            Party::ResourceApi => "Notes API",
            Party::PasswordBearerApi => "Password API",
            Party::Worker => "Worker",
            Party::Other => "Another party",
        }
    }

    /// What it is here, in a few words.
    pub(super) fn role(self) -> &'static str {
        match self {
            Party::Browser => "user agent",
            Party::Program => "curl, a script",
            Party::Client => "keeps the tokens",
            Party::AuthorizationServer => "signs in, issues tokens",
            Party::ResourceApi => "resource server",
            Party::PasswordBearerApi => "on its own",
            Party::Worker => "client without a user",
            Party::Other => "",
        }
    }

    /// The class of its mark.
    pub(super) fn class(self) -> &'static str {
        match self {
            Party::Browser => "browser",
            Party::Program => "program",
            Party::Client => "client",
            Party::AuthorizationServer => "server",
            Party::ResourceApi | Party::PasswordBearerApi => "api",
            Party::Worker => "worker",
            Party::Other => "other",
        }
    }
}

//! Which step of which flow a message is.

mod about;
mod callback;
mod outcome;

use auth_core::wire::Message;

use super::glossary::Context;
use super::party::Party;
use super::read;

pub(super) use about::About;
pub(super) use callback::{Answer, is_denied, is_stopped};
pub(super) use outcome::outcome;

/// A step, by its place in the flows. What the inspector does not know is [`Step::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    // at the client
    ClientHome,
    Login,
    Callback(Answer),
    Profile,
    Notes,
    AddNote,
    DeleteNote,
    ClientLogout,
    // at the authorization server, by the browser
    ServerHome,
    Authorize,
    Continue,
    SignInPage,
    SignIn,
    Decide,
    ServerLogout,
    // at the authorization server, by programs
    Token(Grant),
    Revoke,
    Introspect,
    Userinfo,
    Metadata,
    Keys,
    // at the notes API
    ApiHome,
    ApiRead,
    ApiWrite,
    ApiDelete,
    PendingReports,
    PutReport,
    // at the password bearer API
    PasswordToken(Grant),
    PasswordRevoke,
    PasswordLogout,
    Account,
    Register,
    Other,
}

/// What a token request has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    Code,
    Refresh,
    ClientCredentials,
    Password,
    Unknown,
}

impl Step {
    pub(super) fn of(message: &Message) -> Step {
        let (method, path) = (message.method.as_str(), message.path.trim_end_matches('/'));
        match Party::of(&message.to) {
            Party::Client => match (method, path) {
                (_, "") => Step::ClientHome,
                (_, "/login") => Step::Login,
                (_, "/callback") => Step::Callback(Answer::of(message)),
                (_, "/profile") => Step::Profile,
                ("POST", "/notes") => Step::AddNote,
                (_, "/notes") => Step::Notes,
                ("POST", path) if path.starts_with("/notes/") => Step::DeleteNote,
                (_, "/logout") => Step::ClientLogout,
                _ => Step::Other,
            },
            Party::AuthorizationServer => match (method, path) {
                (_, "") => Step::ServerHome,
                ("POST", "/o/authorize") if has_field(message, "decision") => Step::Decide,
                (_, "/o/authorize") => Step::Authorize,
                (_, "/o/authorize/continue") => Step::Continue,
                ("POST", "/accounts/login") => Step::SignIn,
                (_, "/accounts/login") => Step::SignInPage,
                (_, "/accounts/logout") => Step::ServerLogout,
                (_, "/o/token") => Step::Token(Grant::of(message)),
                (_, "/o/revoke_token") => Step::Revoke,
                (_, "/o/introspect") => Step::Introspect,
                (_, "/o/userinfo") => Step::Userinfo,
                (_, "/.well-known/jwks.json") => Step::Keys,
                (_, path) if path.starts_with("/.well-known/") => Step::Metadata,
                _ => Step::Other,
            },
            Party::ResourceApi => match (method, path) {
                (_, "") => Step::ApiHome,
                ("GET" | "HEAD", "/notes") => Step::ApiRead,
                ("POST", "/notes") => Step::ApiWrite,
                ("DELETE", path) if path.starts_with("/notes/") => Step::ApiDelete,
                (_, "/reports/pending") => Step::PendingReports,
                ("PUT", path) if path.starts_with("/reports/") => Step::PutReport,
                (_, path) if path.starts_with("/.well-known/") => Step::Metadata,
                _ => Step::Other,
            },
            Party::PasswordBearerApi => match (method, path) {
                ("POST", "/token") => Step::PasswordToken(Grant::of(message)),
                ("POST", "/revoke") => Step::PasswordRevoke,
                ("POST", "/logout") => Step::PasswordLogout,
                ("POST", "/users") => Step::Register,
                (_, path) if path.starts_with("/users") || path.starts_with("/status") => Step::Account,
                _ => Step::Other,
            },
            _ => Step::Other,
        }
    }

    /// Whether a new sign-in, and with it a new walk, begins here.
    pub(super) fn begins_a_walk(self) -> bool {
        self == Step::Login
    }

    /// Where the parameters of the query stand, of a message that was answered with `status`.
    pub(super) fn query(self, status: u16) -> Option<Context> {
        match self {
            Step::Authorize => Some(Context::AuthorizationRequest),
            // The client did not believe it, so nobody knows who made it.
            Step::Callback(_) if status == 400 => Some(Context::ClaimedResponse),
            Step::Callback(_) => Some(Context::AuthorizationResponse),
            Step::Continue | Step::SignInPage | Step::ServerLogout => Some(Context::SignIn),
            _ => None,
        }
    }

    /// Where the members of the request's body stand.
    pub(super) fn request_body(self) -> Option<Context> {
        Some(match self {
            Step::Authorize => Context::AuthorizationRequest,
            Step::SignIn | Step::ServerLogout => Context::SignIn,
            Step::Decide => Context::Consent,
            Step::Token(grant) | Step::PasswordToken(grant) => match grant {
                Grant::Code | Grant::Unknown => Context::CodeExchange,
                Grant::Refresh => Context::Refresh,
                Grant::ClientCredentials => Context::ClientCredentials,
                Grant::Password => Context::PasswordGrant,
            },
            Step::Revoke | Step::PasswordRevoke => Context::Revocation,
            Step::Introspect => Context::IntrospectionRequest,
            Step::AddNote | Step::DeleteNote | Step::ClientLogout => Context::ClientForm,
            Step::ApiWrite | Step::PutReport | Step::Account | Step::Register => Context::Api,
            _ => return None,
        })
    }

    /// Where the members of the answer's body stand.
    pub(super) fn response_body(self) -> Option<Context> {
        Some(match self {
            Step::Token(_) | Step::PasswordToken(_) => Context::TokenResponse,
            Step::Revoke | Step::PasswordRevoke => Context::Revocation,
            Step::Introspect => Context::IntrospectionResponse,
            Step::Userinfo => Context::Userinfo,
            Step::Metadata | Step::ApiHome => Context::Metadata,
            Step::Keys => Context::Keys,
            _ => Context::Api,
        })
    }
}

impl Grant {
    fn of(message: &Message) -> Grant {
        match read::text(read::members(&message.request_body), "grant_type") {
            Some("authorization_code") => Grant::Code,
            Some("refresh_token") => Grant::Refresh,
            Some("client_credentials") => Grant::ClientCredentials,
            Some("password") => Grant::Password,
            _ => Grant::Unknown,
        }
    }
}

/// Where the parameters of a URL stand, by the path that it leads to.
pub(super) fn leads_to(url: &str) -> Option<Context> {
    match read::path_of(url) {
        "/o/authorize" => Some(Context::AuthorizationRequest),
        "/callback" => Some(Context::AuthorizationResponse),
        "/accounts/login" | "/accounts/logout" | "/o/authorize/continue" => Some(Context::SignIn),
        _ => None,
    }
}

fn has_field(message: &Message, name: &str) -> bool {
    read::value(read::members(&message.request_body), name).is_some()
}

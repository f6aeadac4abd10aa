//! What a step is called, and what it is for.

use super::super::spec::{Spec, oidc, rfc};
use super::{Answer, Grant, Step};

/// A step's name, its purpose in a few sentences, and where it is written down.
#[derive(Debug, Clone, Copy)]
pub(in crate::inspector) struct About {
    pub(in crate::inspector) title: &'static str,
    pub(in crate::inspector) purpose: &'static str,
    pub(in crate::inspector) specs: &'static [Spec],
}

impl Step {
    pub(in crate::inspector) fn about(self) -> About {
        let (title, purpose, specs): (_, _, &[Spec]) = match self {
            Step::ClientHome => (
                "The client's start page",
                "An application like any other. It knows nothing of you yet.",
                &[],
            ),
            Step::Login => (
                "You choose to sign in",
                "The client makes state, nonce and a PKCE verifier for this one sign-in, keeps them in your session, \
                 and sends your browser to the authorization server.",
                const { &[rfc(6749, "4.1.1"), rfc(9700, "2.1.1")] },
            ),
            Step::Callback(Answer::Code) => (
                "The code comes back",
                "The client first checks that this browser began the sign-in (state) and that the right server \
                 answers (iss). Only then does it exchange the code, from its own server.",
                const { &[rfc(6749, "4.1.2"), rfc(9207, "2.4")] },
            ),
            Step::Callback(Answer::Refusal) => (
                "The refusal comes back",
                "An error instead of a code. The client checks the state all the same: a refusal, too, must answer \
                 a sign-in that this browser began.",
                const { &[rfc(6749, "4.1.2.1"), rfc(9700, "4.7.1")] },
            ),
            Step::Callback(Answer::Nothing) => (
                "A callback without an answer",
                "Neither a code nor an error, so it is no authorization response. Anybody can lead a browser here.",
                const { &[rfc(6749, "4.1.2"), rfc(9700, "4.7.1")] },
            ),
            Step::Profile => (
                "Your profile at the client",
                "Who you are stands in the ID token, which the client checked once. No request to another party is needed.",
                const { &[oidc("3.1.3.7")] },
            ),
            Step::Notes => (
                "Your notes at the client",
                "The client asks the API for your notes, with the access token from its own session.",
                const { &[rfc(6749, "7")] },
            ),
            Step::AddNote => (
                "You write a note",
                "The client checks that the form is its own and hands the note on to the API. The worker will find it there.",
                const { &[rfc(6749, "7")] },
            ),
            Step::DeleteNote => (
                "You delete a note",
                "The client hands your wish on to the API, with your access token.",
                const { &[rfc(6749, "7")] },
            ),
            Step::ClientLogout => (
                "You log out",
                "The client ends your session and revokes its tokens, so that nobody can use them again.",
                const { &[rfc(7009, "2.1")] },
            ),
            Step::ServerHome => {
                ("The authorization server's start page", "It says where its endpoints are.", &[])
            }
            Step::Authorize => (
                "Authorization request",
                "The browser brings the client's request. The server checks client and redirect URI before anything \
                 else, and keeps what it found valid.",
                const { &[rfc(6749, "4.1.1"), rfc(9700, "4.1.3")] },
            ),
            Step::Continue => (
                "The request goes on",
                "The browser comes back to the request that waits on the server.",
                const { &[rfc(6749, "4.1.1")] },
            ),
            Step::SignInPage => (
                "The sign-in page",
                "The server asks who you are, on its own page. The client is not involved.",
                const { &[rfc(6749, "3.1")] },
            ),
            Step::SignIn => (
                "Name and password",
                "Only the authorization server sees your password. A right one begins a new session.",
                const { &[rfc(6749, "3.1"), rfc(9700, "2.4")] },
            ),
            Step::Decide => (
                "You decide",
                "What you allow is written down as an authorization. The code stands for it, and goes back through your browser.",
                const { &[rfc(6749, "4.1.1"), rfc(6749, "4.1.2")] },
            ),
            Step::ServerLogout => {
                ("Signing out at the server", "Ends your session at the authorization server.", &[])
            }
            Step::Token(Grant::Code) => (
                "Code exchanged for tokens",
                "From server to server, where the browser sees nothing. The client proves who it is (its secret) and \
                 that it began this sign-in (the PKCE verifier).",
                const { &[rfc(6749, "4.1.3"), rfc(7636, "4.5")] },
            ),
            Step::Token(Grant::Refresh) => (
                "Tokens renewed",
                "The access token is about to end. The refresh token gets the next one, and is replaced itself.",
                const { &[rfc(6749, "6"), rfc(9700, "4.14.2")] },
            ),
            Step::Token(Grant::ClientCredentials) => (
                "A token without a user",
                "A client asks for itself, with nothing but its own credentials.",
                const { &[rfc(6749, "4.4.2")] },
            ),
            Step::Token(Grant::Password | Grant::Unknown) => (
                "A token request",
                "The token endpoint takes a grant: a code, a refresh token, or a client's own credentials.",
                const { &[rfc(6749, "3.2")] },
            ),
            Step::Revoke => (
                "A token is revoked",
                "The client has no more use for it. With a refresh token, all tokens of the authorization end.",
                const { &[rfc(7009, "2.1")] },
            ),
            Step::Introspect => (
                "Introspection",
                "The API asks whether the token that it was shown is good at this moment. So a revoked token is refused at once.",
                const { &[rfc(7662, "2.1")] },
            ),
            Step::Userinfo => (
                "Userinfo",
                "The client asks what you are called. The access token says about whom, and how much may be said.",
                const { &[oidc("5.3")] },
            ),
            Step::Metadata => (
                "Metadata",
                "A document that says where the endpoints are and what is supported. A client is set up with the issuer alone.",
                const { &[rfc(8414, "3")] },
            ),
            Step::Keys => (
                "Public keys",
                "With these anybody can check the server's signatures, and nobody can make one. The client needs them for \
                 the ID token's signature, at the first sign-in or when its copy is old.",
                const { &[rfc(7517, "5")] },
            ),
            Step::ApiHome => {
                ("The API says what it is", "Public: the routes, and the scope that each wants.", &[])
            }
            Step::ApiRead => (
                "API call: the notes",
                "The API checks the token: issuer, audience, time, scope. Whose notes it gives, the token's sub says.",
                const { &[rfc(6750, "2.1"), rfc(9700, "4.10.2")] },
            ),
            Step::ApiWrite => (
                "API call: a new note",
                "The same checks, for the scope notes:write.",
                const { &[rfc(6750, "2.1")] },
            ),
            Step::ApiDelete => (
                "API call: a note goes",
                "The same checks, for the scope notes:write. Only your own notes are found.",
                const { &[rfc(6750, "2.1")] },
            ),
            Step::PendingReports => (
                "The worker looks for work",
                "Notes that have no report yet. The worker's token opens the reports, and no user's notes.",
                const { &[rfc(6750, "2.1")] },
            ),
            Step::PutReport => (
                "The worker makes a report",
                "Counted and put beside the note. Doing it twice changes nothing.",
                const { &[rfc(6750, "2.1")] },
            ),
            Step::PasswordToken(Grant::Refresh) => (
                "Tokens renewed, by the API itself",
                "The API has a token endpoint of its own. The refresh token is used up and replaced.",
                const { &[rfc(6749, "6"), rfc(9700, "4.14.2")] },
            ),
            Step::PasswordToken(_) => (
                "Password exchanged for tokens",
                "What is left when there is no authorization server: the program sees the password. OAuth has given this grant up.",
                const { &[rfc(6749, "4.3.2"), rfc(9700, "2.4")] },
            ),
            Step::PasswordRevoke => (
                "A login is revoked",
                "Its access tokens and its refresh token are worth nothing from now on.",
                const { &[rfc(7009, "2.1")] },
            ),
            Step::PasswordLogout => {
                ("A login ends", "By its own access token.", const { &[rfc(6750, "2.1")] })
            }
            Step::Account => (
                "API call: an account",
                "The API checks its own token, and that the login behind it still lives.",
                const { &[rfc(6750, "2.1")] },
            ),
            Step::Register => ("A new account", "The password is kept as an Argon2id hash.", &[]),
            Step::Other => ("Another request", "No step of a flow that the inspector knows.", &[]),
        };
        About { title, purpose, specs }
    }
}

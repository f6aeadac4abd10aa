//! The back channel: requests from server to server, which no browser sees.

use super::super::spec::{oidc, rfc};
use super::{Table, entry};

const CLIENT: &str = "the client";
const SERVER: &str = "the authorization server";
const ASKER: &str = "whoever asks";

/// What any request of a client to the server may have.
pub(super) const EVERY_GRANT: Table = &[
    (
        "grant_type",
        entry("What the client has in hand to get tokens for.", CLIENT, "", &[rfc(6749, "4.1.3")]),
    ),
    (
        "client_id",
        entry(
            "Who asks, where it does not stand in the Authorization header.",
            CLIENT,
            "A code that was issued to one client and is brought by another.",
            &[rfc(6749, "4.1.3")],
        ),
    ),
    (
        "client_secret",
        entry(
            "The client's password, in the body. The Authorization header is the better place for it.",
            "the authorization server, when the client was registered",
            "Anybody else using the client's name.",
            &[rfc(6749, "2.3.1")],
        ),
    ),
    (
        "resource",
        entry(
            "The API that the token is for. It becomes the token's `aud`.",
            CLIENT,
            "A token that is good at every API.",
            &[rfc(8707, "2")],
        ),
    ),
    (
        "scope",
        entry(
            "What the token shall allow: at most what was granted.",
            CLIENT,
            "A token that can do more than the task needs.",
            &[rfc(6749, "3.3")],
        ),
    ),
];

pub(super) const CODE_EXCHANGE: Table = &[
    (
        "code",
        entry(
            "The code that came through the browser, now used up. If it comes a second time, it was stolen, and \
             the tokens of the first time are revoked.",
            "the authorization server; the client brings it back",
            "Replay of a code from a log or a history.",
            &[rfc(6749, "4.1.3"), rfc(6749, "4.1.2")],
        ),
    ),
    (
        "code_verifier",
        entry(
            "The secret behind the code_challenge. The server hashes it and compares.",
            "the client, before it sent you away",
            "Use of a stolen code: it never was in the browser, so whoever took the code lacks it.",
            &[rfc(7636, "4.5"), rfc(7636, "4.6")],
        ),
    ),
    (
        "redirect_uri",
        entry(
            "The same as in the authorization request; the server compares them.",
            CLIENT,
            "A code that was sent to another address than the client's own.",
            &[rfc(6749, "4.1.3")],
        ),
    ),
];

pub(super) const REFRESH: Table = &[(
    "refresh_token",
    entry(
        "Gets new tokens without you. It is used up by this and replaced; a second use looks like theft, and ends \
         all tokens of this sign-in.",
        SERVER,
        "A stolen refresh token that goes on working unnoticed.",
        &[rfc(6749, "6"), rfc(9700, "4.14.2")],
    ),
)];

pub(super) const CLIENT_CREDENTIALS: Table = &[(
    "grant_type",
    entry(
        "The client asks for itself: there is no user, no browser and no consent.",
        CLIENT,
        "",
        &[rfc(6749, "4.4.2")],
    ),
)];

pub(super) const PASSWORD: Table = &[
    (
        "grant_type",
        entry(
            "The user's password in exchange for a token. For OAuth this grant must not be used any more; here \
             the API and its login are one party.",
            CLIENT,
            "",
            &[rfc(6749, "4.3.2"), rfc(9700, "2.4")],
        ),
    ),
    ("username", entry("Who signs in.", "you", "", &[rfc(6749, "4.3.2")])),
    (
        "password",
        entry(
            "Your password, given to the program. It is not even fingerprinted here.",
            "you",
            "",
            &[rfc(6749, "4.3.2"), rfc(9700, "2.4")],
        ),
    ),
    (
        "refresh_token",
        entry("Gets the next access token, once.", "the API", "", &[rfc(6749, "6"), rfc(9700, "4.14.2")]),
    ),
];

pub(super) const RESPONSE: Table = &[
    (
        "access_token",
        entry(
            "The key to the API. Whoever has it can use it, so it lives for minutes and stays on the client's server.",
            SERVER,
            "",
            &[rfc(6749, "5.1"), rfc(9068, "2")],
        ),
    ),
    (
        "token_type",
        entry(
            "How to use it. `Bearer`: whoever carries it may use it. A client must not use a type it does not know.",
            SERVER,
            "",
            &[rfc(6749, "7.1"), rfc(6750, "1.2")],
        ),
    ),
    (
        "expires_in",
        entry(
            "How long the access token lives, in seconds.",
            SERVER,
            "A stolen token that is good for ever.",
            &[rfc(6749, "5.1")],
        ),
    ),
    (
        "scope",
        entry("What was granted, which may be less than was asked for.", SERVER, "", &[rfc(6749, "3.3")]),
    ),
    (
        "refresh_token",
        entry(
            "Gets the next access token when this one ends. Only the client's server ever has it, and it works once.",
            SERVER,
            "",
            &[rfc(6749, "1.5"), rfc(9700, "2.2.2")],
        ),
    ),
    (
        "id_token",
        entry(
            "Says to the client who signed in. It is no key: an API must never accept it.",
            SERVER,
            "",
            &[oidc("2"), oidc("3.1.3.3")],
        ),
    ),
];

/// The members of a refusal.
pub(super) const ERRORS: Table = &[
    (
        "error",
        entry("Why it was refused: one of a few fixed words.", "whoever answers", "", &[rfc(6749, "5.2")]),
    ),
    (
        "error_description",
        entry("What is wrong, in words for a developer.", "whoever answers", "", &[rfc(6749, "5.2")]),
    ),
    ("detail", entry("The same, where clients of FastAPI look for it.", "the API", "", &[rfc(6749, "5.2")])),
];

pub(super) const REVOCATION: Table = &[
    (
        "token",
        entry(
            "The token to end. The answer is the same for a token that nobody knows.",
            "the authorization server; the client gives it back",
            "A token that stays good after you logged out.",
            &[rfc(7009, "2.1"), rfc(7009, "2.2")],
        ),
    ),
    (
        "token_type_hint",
        entry(
            "Which kind of token it is: it saves a search, and decides nothing.",
            CLIENT,
            "",
            &[rfc(7009, "2.1")],
        ),
    ),
];

pub(super) const INTROSPECTION_REQUEST: Table = &[
    (
        "token",
        entry(
            "The token that somebody showed to the API.",
            "the authorization server; a client showed it, the API asks about it",
            "",
            &[rfc(7662, "2.1")],
        ),
    ),
    ("token_type_hint", entry("Which kind of token it is.", ASKER, "", &[rfc(7662, "2.1")])),
];

pub(super) const INTROSPECTION_RESPONSE: Table = &[
    (
        "active",
        entry(
            "Whether the token is good now, for this API. It is `false` for everything else, with no reason given.",
            SERVER,
            "A token that was revoked and has not expired yet.",
            &[rfc(7662, "2.2")],
        ),
    ),
    ("scope", entry("What it allows.", SERVER, "", &[rfc(7662, "2.2")])),
    ("client_id", entry("The client that it was issued to.", SERVER, "", &[rfc(7662, "2.2")])),
    ("username", entry("A name of the user, for people to read.", SERVER, "", &[rfc(7662, "2.2")])),
    (
        "token_type",
        entry(
            "`Bearer` for an access token.",
            SERVER,
            "A refresh token shown to an API.",
            &[rfc(7662, "2.2")],
        ),
    ),
    ("exp", entry("When it ends.", SERVER, "", &[rfc(7662, "2.2")])),
    ("iat", entry("When it was issued.", SERVER, "", &[rfc(7662, "2.2")])),
    ("nbf", entry("Before this it is not good yet.", SERVER, "", &[rfc(7662, "2.2")])),
    ("sub", entry("For whom it speaks: a user, or the client itself.", SERVER, "", &[rfc(7662, "2.2")])),
    (
        "aud",
        entry(
            "The APIs that it is for. This API compares it with its own name.",
            SERVER,
            "A token for another API, shown here.",
            &[rfc(7662, "2.2"), rfc(9700, "4.10.2")],
        ),
    ),
    ("iss", entry("Who issued it.", SERVER, "", &[rfc(7662, "2.2")])),
    ("jti", entry("Its own name.", SERVER, "", &[rfc(7662, "2.2")])),
    ("auth_time", entry("When the user last signed in.", SERVER, "", &[rfc(9470, "6.2")])),
];

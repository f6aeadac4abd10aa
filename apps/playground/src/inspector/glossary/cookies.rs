//! Cookies, and what a party says of them.

use super::super::spec::{cookies, rfc};
use super::{Table, entry};

const CLIENT_SESSION: super::Entry = entry(
    "Your session at the client: a random name, and nothing else. The tokens behind it stay on the client's server.",
    "the client; a new one at each sign-in",
    "Scripts that read tokens, and session fixation.",
    &[rfc(6265, "4.2"), rfc(9700, "4.7.1")],
);
const SERVER_SESSION: super::Entry = entry(
    "Your session at the authorization server. It is why a second application signs you in without a password.",
    "the authorization server; a new one at each sign-in",
    "Session fixation: a planted cookie is worth nothing after sign-in.",
    &[rfc(6265, "4.2")],
);
const LIFETIME: super::Entry = entry(
    "How long the browser keeps it. Without it: until it closes.",
    "whoever sets it",
    "",
    &[rfc(6265, "4.1.2.2")],
);

pub(super) const COOKIES: Table = &[
    ("client_session", CLIENT_SESSION),
    ("__Host-client_session", CLIENT_SESSION),
    ("as_session", SERVER_SESSION),
    ("__Host-as_session", SERVER_SESSION),
];

pub(super) const ATTRIBUTES: Table = &[
    (
        "HttpOnly",
        entry(
            "No script can read it.",
            "whoever sets it",
            "An injected script that steals the session.",
            &[rfc(6265, "4.1.2.6")],
        ),
    ),
    (
        "SameSite",
        entry(
            "`Lax`: it comes with links from other sites, such as the way back from the server, and not with their forms.",
            "whoever sets it",
            "CSRF by forms of other sites.",
            &[cookies("4.1.2.7")],
        ),
    ),
    (
        "Secure",
        entry(
            "It is sent over https only.",
            "whoever sets it",
            "Reading it on plain http.",
            &[rfc(6265, "4.1.2.5")],
        ),
    ),
    (
        "Path",
        entry(
            "The paths it is sent to. It is no protection between them.",
            "whoever sets it",
            "",
            &[rfc(6265, "4.1.2.4")],
        ),
    ),
    (
        "Domain",
        entry(
            "The hosts it is sent to; without it, this one only.",
            "whoever sets it",
            "",
            &[rfc(6265, "4.1.2.3")],
        ),
    ),
    ("Max-Age", LIFETIME),
    ("Expires", LIFETIME),
];

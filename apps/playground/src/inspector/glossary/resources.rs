//! What is protected: notes and their reports, and the forms by which you write them.

use super::super::spec::rfc;
use super::{Table, entry};

pub(super) const CLIENT_FORM: Table = &[
    (
        "csrf_token",
        entry(
            "A random value of your session at the client, on each of its forms.",
            "the client",
            "CSRF: a form of another site, sent by your browser.",
            &[rfc(6749, "10.12")],
        ),
    ),
    ("text", entry("The note that you wrote.", "you", "", &[])),
];

pub(super) const API: Table = &[
    ("id", entry("The note's name.", "the API", "", &[])),
    ("text", entry("The note.", "you", "", &[])),
    ("words", entry("How many words the worker counted.", "the worker", "", &[])),
    ("lines", entry("How many lines.", "the worker", "", &[])),
    ("characters", entry("How many characters.", "the worker", "", &[])),
    ("created_at", entry("When it was written.", "the API", "", &[])),
    ("username", entry("Whose account it is.", "the API", "", &[])),
    ("email", entry("The account's e-mail address.", "you", "", &[])),
    ("full_name", entry("The account's full name.", "you", "", &[])),
    ("disabled", entry("Whether an administrator switched the account off.", "the API", "", &[])),
];

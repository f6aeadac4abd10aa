//! The front channel: what travels through the browser.

use super::super::spec::{oidc, rfc};
use super::{Table, entry};

const CLIENT: &str = "the client";
const SERVER: &str = "the authorization server";
const CLIENT_RANDOM: &str = "the client, at random, for this one sign-in";
const USER: &str = "you";

pub(super) const REQUEST: Table = &[
    (
        "response_type",
        entry(
            "What the client wants back. `code` means a short-lived code, which is worth nothing by itself.",
            CLIENT,
            "Tokens in the address bar, the history and the logs, as the old implicit grant put them there.",
            &[rfc(6749, "3.1.1"), rfc(9700, "2.1.2")],
        ),
    ),
    (
        "client_id",
        entry(
            "The client's name at this server. It is public, and proves nothing.",
            "the authorization server, when the client was registered",
            "",
            &[rfc(6749, "2.2")],
        ),
    ),
    (
        "redirect_uri",
        entry(
            "Where the answer shall go. It must be, character by character, one that was registered.",
            CLIENT,
            "A link that sends your code to somebody else's address.",
            &[rfc(6749, "3.1.2"), rfc(9700, "4.1.3")],
        ),
    ),
    (
        "scope",
        entry(
            "What the client asks to be allowed. `openid` makes it a sign-in. You decide what of it is granted.",
            CLIENT,
            "",
            &[rfc(6749, "3.3"), oidc("3.1.2.1")],
        ),
    ),
    (
        "state",
        entry(
            "A random value that the client keeps in your session and expects back with the answer.",
            CLIENT_RANDOM,
            "Login CSRF: an attacker's answer, slipped to your browser, would sign you in as the attacker.",
            &[rfc(6749, "10.12"), rfc(9700, "4.7.1")],
        ),
    ),
    (
        "nonce",
        entry(
            "A random value that comes back inside the ID token, and so ties the token to this sign-in.",
            CLIENT_RANDOM,
            "Replay of an ID token that was made for another sign-in.",
            &[oidc("3.1.2.1"), rfc(9700, "4.5.3")],
        ),
    ),
    (
        "code_challenge",
        entry(
            "The SHA-256 of a secret that the client keeps. Whoever brings the code later must show that secret.",
            "the client, from a random code_verifier",
            "Use of a stolen code: the thief does not have the verifier.",
            &[rfc(7636, "4.2"), rfc(9700, "2.1.1")],
        ),
    ),
    (
        "code_challenge_method",
        entry(
            "How the challenge was made. `S256` is the only one accepted: with `plain` it would be the secret itself.",
            CLIENT,
            "Use of the code by whoever can read the request.",
            &[rfc(7636, "4.3"), rfc(9700, "2.1.1")],
        ),
    ),
    (
        "response_mode",
        entry(
            "How the answer travels: in the query of a redirect, or as a form that the browser posts.",
            CLIENT,
            "",
            &[oidc("3.1.2.1")],
        ),
    ),
    (
        "prompt",
        entry(
            "Whether to ask you anything: `none` for no page at all, `login` to sign in again, `consent` to decide again.",
            CLIENT,
            "",
            &[oidc("3.1.2.1")],
        ),
    ),
    ("max_age", entry("How long ago you may have signed in, in seconds.", CLIENT, "", &[oidc("3.1.2.1")])),
    ("login_hint", entry("Whom the client expects to sign in.", CLIENT, "", &[oidc("3.1.2.1")])),
    (
        "id_token_hint",
        entry(
            "An earlier ID token: it says who is expected, and lets nobody in.",
            CLIENT,
            "",
            &[oidc("3.1.2.1")],
        ),
    ),
    (
        "resource",
        entry(
            "The API that the access token is wanted for. It becomes the token's `aud`.",
            CLIENT,
            "A token that is good everywhere, and so at the next API that is broken into.",
            &[rfc(8707, "2"), rfc(9700, "2.3")],
        ),
    ),
    ("ui_locales", entry("The languages that you prefer.", CLIENT, "", &[oidc("3.1.2.1")])),
    ("display", entry("How the pages should be shown.", CLIENT, "", &[oidc("3.1.2.1")])),
    ("acr_values", entry("How strongly you should sign in.", CLIENT, "", &[oidc("3.1.2.1")])),
];

pub(super) const RESPONSE: Table = &[
    (
        "code",
        entry(
            "The authorization code: a promise of tokens, for this client only, good once and for a minute. It \
             passes through your browser, so it must be worth nothing to whoever reads it there.",
            SERVER,
            "Tokens in the address bar, in the history and in logs.",
            &[rfc(6749, "4.1.2"), rfc(9700, "2.1.1")],
        ),
    ),
    (
        "state",
        entry(
            "What the client sent, unchanged. The client compares it with the one in your session before anything else.",
            "the client; the server only repeats it",
            "Login CSRF: an answer to a sign-in that another browser began.",
            &[rfc(6749, "4.1.2"), rfc(6749, "10.12")],
        ),
    ),
    (
        "iss",
        entry(
            "Who answers. The client compares it with the server that it asked.",
            SERVER,
            "Mix-up: with two servers, one could make the client hand it the other's code.",
            &[rfc(9207, "2"), rfc(9700, "4.4.2")],
        ),
    ),
    (
        "error",
        entry(
            "Why there is no code. `access_denied` means that you said no.",
            SERVER,
            "",
            &[rfc(6749, "4.1.2.1")],
        ),
    ),
    ("error_description", entry("The same in words, for developers.", SERVER, "", &[rfc(6749, "4.1.2.1")])),
];

pub(super) const SIGN_IN: Table = &[
    (
        "request",
        entry(
            "The name of the authorization request, which was validated and stays on the server. Nothing of it \
             travels, so nothing of it can be changed on the way.",
            SERVER,
            "Tampering with what you are asked to allow.",
            &[rfc(6749, "4.1.1")],
        ),
    ),
    ("username", entry("Who you say you are.", USER, "", &[rfc(6749, "3.1")])),
    (
        "password",
        entry(
            "Your password. It goes to the authorization server and to nobody else: the client never sees it. \
             It is not even fingerprinted here.",
            USER,
            "Clients that collect passwords, which is why the password grant is gone.",
            &[rfc(9700, "2.4")],
        ),
    ),
    (
        "csrf_token",
        entry(
            "Derived from your session's cookie, and only on the pages that the server made for this session.",
            SERVER,
            "CSRF: a form of another site, sent by your browser.",
            &[rfc(6749, "10.12")],
        ),
    ),
];

pub(super) const CONSENT: Table = &[
    ("decision", entry("What you decided: `allow` or `deny`.", USER, "", &[rfc(6749, "4.1.1")])),
    (
        "scope",
        entry(
            "A box that you ticked. The server grants what was asked and ticked, never more.",
            USER,
            "A form that ticks more than you were shown.",
            &[rfc(6749, "3.3")],
        ),
    ),
    (
        "request",
        entry(
            "Which request you decide about. What was asked stands on the server, and can be decided once.",
            SERVER,
            "Tampering with what you are asked to allow.",
            &[rfc(6749, "4.1.1")],
        ),
    ),
    (
        "csrf_token",
        entry(
            "Proves that the decision comes from the server's own page in your session.",
            SERVER,
            "CSRF on consent: another site would press Allow in your name.",
            &[rfc(6749, "10.12")],
        ),
    ),
];

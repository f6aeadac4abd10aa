//! What stands in tokens, and at userinfo.

use super::super::spec::{oidc, other, rfc};
use super::{Table, entry};

const SERVER: &str = "the authorization server";

pub(super) const JOSE_HEADER: Table = &[
    (
        "alg",
        entry(
            "How it is signed. A verifier allows its own list and never what the token says: `none` would let \
             anybody in, and a public key taken for a shared secret too.",
            SERVER,
            "Forged tokens by algorithm confusion.",
            &[rfc(7515, "4.1.1"), rfc(8725, "3.1")],
        ),
    ),
    (
        "typ",
        entry(
            "What kind of token it is. `at+jwt` is an access token; an API accepts nothing else.",
            SERVER,
            "An ID token shown to an API as if it were a key.",
            &[rfc(9068, "2.1"), rfc(8725, "3.11")],
        ),
    ),
    (
        "kid",
        entry(
            "Which of the published keys signed it, so that keys can be changed while tokens live.",
            SERVER,
            "",
            &[rfc(7515, "4.1.4")],
        ),
    ),
    ("cty", entry("What is inside.", SERVER, "", &[rfc(7515, "4.1.10")])),
];

pub(super) const ID_TOKEN: Table = &[
    (
        "iss",
        entry(
            "Who says all this. It must be the server that the client asked.",
            SERVER,
            "A token of another server.",
            &[oidc("2"), oidc("3.1.3.7")],
        ),
    ),
    (
        "sub",
        entry(
            "You, by a name that never changes and is never given to somebody else. The client keeps your account \
             under `iss` and `sub`; an e-mail address can change hands.",
            SERVER,
            "Taking over an account with a recycled name.",
            &[oidc("2"), oidc("5.7")],
        ),
    ),
    (
        "aud",
        entry(
            "The client that it is for. Every other one must refuse it.",
            SERVER,
            "An ID token that you gave to one application, used to enter another as you.",
            &[oidc("2"), oidc("3.1.3.7")],
        ),
    ),
    ("azp", entry("The client that asked, if it is for several.", SERVER, "", &[oidc("2")])),
    ("exp", entry("After this it counts no more.", SERVER, "Use of an old token.", &[oidc("2")])),
    ("iat", entry("When it was made.", SERVER, "", &[oidc("2")])),
    ("nbf", entry("Before this it does not count yet.", SERVER, "", &[rfc(7519, "4.1.5")])),
    ("auth_time", entry("When you typed your password, which may be long ago.", SERVER, "", &[oidc("2")])),
    (
        "nonce",
        entry(
            "The nonce of the authorization request. The client compares it with the one in your session.",
            "the client; the server puts it here",
            "Replay of an ID token, and of a code with another sign-in's token behind it.",
            &[oidc("2"), rfc(9700, "4.5.3")],
        ),
    ),
    (
        "at_hash",
        entry(
            "Half the hash of the access token that came with it.",
            SERVER,
            "An access token that was swapped on the way.",
            &[oidc("3.1.3.6")],
        ),
    ),
    (
        "sid",
        entry(
            "Your session at the server.",
            SERVER,
            "",
            &[other(
                "OpenID Connect Front-Channel Logout 1.0",
                "https://openid.net/specs/openid-connect-frontchannel-1_0.html",
            )],
        ),
    ),
    ("jti", entry("Its own name, unique.", SERVER, "", &[rfc(7519, "4.1.7")])),
];

pub(super) const ACCESS_TOKEN: Table = &[
    (
        "iss",
        entry(
            "Who issued it. The API accepts one issuer, and its keys.",
            SERVER,
            "A token that somebody else signed.",
            &[rfc(9068, "2.2"), rfc(8725, "3.8")],
        ),
    ),
    ("sub", entry("For whom it speaks: you, or a client without a user.", SERVER, "", &[rfc(9068, "2.2")])),
    (
        "aud",
        entry(
            "The API that it is for. The API compares it with its own name.",
            SERVER,
            "A token that one API got and shows to another, in your name.",
            &[rfc(9068, "2.2"), rfc(8725, "3.9")],
        ),
    ),
    ("client_id", entry("The client that it was issued to.", SERVER, "", &[rfc(9068, "2.2")])),
    (
        "exp",
        entry(
            "After this it opens nothing.",
            SERVER,
            "A stolen token that is good for ever.",
            &[rfc(9068, "2.2"), rfc(7519, "4.1.4")],
        ),
    ),
    ("iat", entry("When it was issued.", SERVER, "", &[rfc(9068, "2.2")])),
    ("nbf", entry("Before this it does not count yet.", SERVER, "", &[rfc(7519, "4.1.5")])),
    ("jti", entry("Its own name. Under it a single token can be revoked.", SERVER, "", &[rfc(9068, "2.2")])),
    (
        "scope",
        entry(
            "What it allows. Each route of the API asks for the one that it needs.",
            SERVER,
            "A client that does more than you allowed.",
            &[rfc(9068, "2.2.3"), rfc(6750, "3.1")],
        ),
    ),
    ("auth_time", entry("When you last signed in.", SERVER, "", &[rfc(9068, "2.2.1")])),
    (
        "auth_id",
        entry(
            "What you allowed, by this server's own name for it. Revoking that ends every token that names it.",
            SERVER,
            "A token that outlives your permission.",
            &[rfc(7009, "2.1")],
        ),
    ),
];

pub(super) const USERINFO: Table = &[
    (
        "sub",
        entry(
            "Who it is about. The client compares it with the `sub` of the ID token.",
            SERVER,
            "A swapped access token that brings somebody else's name.",
            &[oidc("5.3.2")],
        ),
    ),
    ("name", entry("Your full name. It comes with the scope `profile`.", SERVER, "", &[oidc("5.1")])),
    ("given_name", entry("Your first name.", SERVER, "", &[oidc("5.1")])),
    ("family_name", entry("Your last name.", SERVER, "", &[oidc("5.1")])),
    (
        "preferred_username",
        entry(
            "What you like to be called. It may change, so nothing is kept under it.",
            SERVER,
            "",
            &[oidc("5.1")],
        ),
    ),
    ("email", entry("Your e-mail address. It comes with the scope `email`.", SERVER, "", &[oidc("5.1")])),
    (
        "email_verified",
        entry(
            "Whether the server knows that it is yours.",
            SERVER,
            "An account taken over by claiming its address.",
            &[oidc("5.1"), oidc("5.7")],
        ),
    ),
    ("updated_at", entry("When any of this was last changed.", SERVER, "", &[oidc("5.1")])),
];

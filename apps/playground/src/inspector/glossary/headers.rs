//! Header fields, of requests and of answers.

use super::super::spec::{CSP, fetch_metadata, other, rfc};
use super::{Table, entry};

const BROWSER: &str = "the browser; no page can change it";
const SENDER: &str = "whoever sends";
const ANSWERER: &str = "whoever answers";

pub(super) const REQUEST: Table = &[
    (
        "authorization",
        entry(
            "Who asks. `Bearer` carries an access token; `Basic` a client's name and secret. It stands here and not \
             in the URL, which ends up in logs and histories.",
            SENDER,
            "Tokens in URLs.",
            &[rfc(6750, "2.1"), rfc(7617, "2")],
        ),
    ),
    (
        "cookie",
        entry(
            "What this host gave the browser to keep. Cookies ignore ports, so each party has a name of its own for its cookie.",
            "the browser, from what the parties set",
            "",
            &[rfc(6265, "4.2")],
        ),
    ),
    (
        "origin",
        entry(
            "The scheme, host and port of the page that sent this.",
            BROWSER,
            "CSRF: a form that another site made your browser send.",
            &[rfc(6454, "7")],
        ),
    ),
    (
        "referer",
        entry(
            "The page that the browser comes from. How much of it is said, that page's Referrer-Policy decides.",
            "the browser",
            "",
            &[rfc(9110, "10.1.3"), rfc(9700, "4.2.4")],
        ),
    ),
    (
        "sec-fetch-site",
        entry(
            "Where the request comes from: `same-origin` is this party's own page, `none` your own typing, \
             `same-site` and `cross-site` others. On localhost every port is the same site.",
            BROWSER,
            "CSRF: a form is accepted from the party's own page only.",
            &[fetch_metadata("Sec-Fetch-Site")],
        ),
    ),
    (
        "sec-fetch-mode",
        entry(
            "Whether the browser goes to a page (`navigate`) or a script asks.",
            BROWSER,
            "",
            &[fetch_metadata("Sec-Fetch-Mode")],
        ),
    ),
    (
        "sec-fetch-dest",
        entry(
            "What the answer is for: a `document`, an image, a frame.",
            BROWSER,
            "",
            &[fetch_metadata("Sec-Fetch-Dest")],
        ),
    ),
    (
        "sec-fetch-user",
        entry("`?1`: a person clicked, and no script did.", BROWSER, "", &[fetch_metadata("Sec-Fetch-User")]),
    ),
    (
        "host",
        entry(
            "The name that was called. A server on your machine that answers to any name can be read by other sites (DNS rebinding).",
            SENDER,
            "",
            &[rfc(9110, "7.2")],
        ),
    ),
    (
        "content-type",
        entry("How the body is written. The token endpoint takes a form.", SENDER, "", &[rfc(6749, "4.1.3")]),
    ),
    ("content-length", entry("The length of the body, in bytes.", SENDER, "", &[rfc(9110, "8.6")])),
    ("accept", entry("Which kinds of answer are welcome.", SENDER, "", &[rfc(9110, "12.5.1")])),
    ("accept-language", entry("Which languages are welcome.", SENDER, "", &[rfc(9110, "12.5.4")])),
    ("accept-encoding", entry("Which compressions are understood.", SENDER, "", &[rfc(9110, "12.5.3")])),
    (
        "user-agent",
        entry("Which program asks. Anybody can write anything here.", SENDER, "", &[rfc(9110, "10.1.5")]),
    ),
    ("connection", entry("Whether the connection stays open.", SENDER, "", &[rfc(9110, "7.6.1")])),
    ("cache-control", entry("Whether a stored answer will do.", SENDER, "", &[rfc(9111, "5.2.1")])),
    ("pragma", entry("The same for very old caches.", SENDER, "", &[rfc(9111, "5.4")])),
];

pub(super) const RESPONSE: Table = &[
    (
        "location",
        entry(
            "Where the browser goes next. This is how parties of OAuth talk through it.",
            ANSWERER,
            "",
            &[rfc(9110, "10.2.2"), rfc(6749, "1.7")],
        ),
    ),
    (
        "set-cookie",
        entry(
            "Gives the browser something to bring back: here the name of a session, and nothing else. Tokens stay on the server.",
            ANSWERER,
            "",
            &[rfc(6265, "4.1")],
        ),
    ),
    (
        "cache-control",
        entry(
            "`no-store`: no cache may keep this answer.",
            ANSWERER,
            "Tokens, and your pages, in a cache where somebody else finds them.",
            &[rfc(6749, "5.1"), rfc(9111, "5.2.2.5")],
        ),
    ),
    ("pragma", entry("`no-cache`: the same for very old caches.", ANSWERER, "", &[rfc(6749, "5.1")])),
    (
        "www-authenticate",
        entry(
            "Says what is missing: a token, a better one (`invalid_token`), or one with more scope.",
            ANSWERER,
            "",
            &[rfc(6750, "3")],
        ),
    ),
    ("retry-after", entry("When to try again, in seconds.", ANSWERER, "", &[rfc(9110, "10.2.3")])),
    ("content-type", entry("How the answer is written.", ANSWERER, "", &[rfc(9110, "8.3")])),
    ("content-length", entry("The length of the answer, in bytes.", ANSWERER, "", &[rfc(9110, "8.6")])),
    ("date", entry("When it was answered.", ANSWERER, "", &[rfc(9110, "6.6.1")])),
    ("allow", entry("Which methods this address takes.", ANSWERER, "", &[rfc(9110, "10.2.1")])),
    ("vary", entry("What the answer depends on, for caches.", ANSWERER, "", &[rfc(9110, "12.5.5")])),
    ("etag", entry("The version of the document, for caches.", ANSWERER, "", &[rfc(9110, "8.8.3")])),
    (
        "access-control-allow-origin",
        entry(
            "Scripts of which origins may read this. `*` is right for public documents only.",
            ANSWERER,
            "",
            &[rfc(9700, "2.6")],
        ),
    ),
];

/// What browsers obey: nothing of OAuth, and yet what keeps its pages safe.
pub(super) const GUARDS: Table = &[
    (
        "content-security-policy",
        entry(
            "What the page may load, run and send, and who may frame it. Nothing inline runs, so an injected script does not.",
            ANSWERER,
            "Injected scripts, and clickjacking on the consent page.",
            &[CSP, rfc(9700, "4.16")],
        ),
    ),
    (
        "x-frame-options",
        entry("The page is never shown inside another one.", ANSWERER, "Clickjacking.", &[rfc(9700, "4.16")]),
    ),
    (
        "x-content-type-options",
        entry(
            "The browser takes the answer for what it says to be.",
            ANSWERER,
            "Data that is run as a script.",
            &[
                other("Fetch Standard", "https://fetch.spec.whatwg.org/#x-content-type-options-header"),
                rfc(9110, "8.3"),
            ],
        ),
    ),
    (
        "referrer-policy",
        entry(
            "Other sites are not told the address of this page, which may hold a code.",
            ANSWERER,
            "Codes leaking through Referer.",
            &[rfc(9700, "4.2.4")],
        ),
    ),
    (
        "cross-origin-opener-policy",
        entry(
            "A page that opened this one can't reach into it.",
            ANSWERER,
            "Windows of other sites that steer this one.",
            &[other(
                "HTML Standard",
                "https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies",
            )],
        ),
    ),
    (
        "cross-origin-resource-policy",
        entry(
            "Other sites can't embed it.",
            ANSWERER,
            "Reading by timing what another site may not read.",
            &[other("Fetch Standard", "https://fetch.spec.whatwg.org/#cross-origin-resource-policy-header")],
        ),
    ),
    (
        "strict-transport-security",
        entry("From now on only https.", ANSWERER, "Codes and cookies on plain http.", &[rfc(6797, "6.1")]),
    ),
];

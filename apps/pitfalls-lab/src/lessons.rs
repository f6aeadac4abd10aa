//! The lessons. A lesson is its folder and one line here.

use std::sync::LazyLock;

use crate::lesson::{Lesson, Variant, meta};

/// Makes the list: `module: "folder", wrong fixes [file, file];`
macro_rules! lessons {
    ($($name:ident: $folder:literal, wrong fixes [$($wrong:ident),+];)+) => {
        $(mod $name {
            pub(super) mod vulnerable { lesson_code! { $folder, "/vulnerable.rs" } }
            pub(super) mod hardened { lesson_code! { $folder, "/hardened.rs" } }
            pub(super) mod exploit { lesson_code! { $folder, "/exploit.rs" } }
            $(pub(super) mod $wrong { lesson_code! { $folder, "/wrong_fixes/", stringify!($wrong), ".rs" } })+
        })+

        static LESSONS: LazyLock<Vec<Lesson>> = LazyLock::new(|| vec![$(Lesson {
            folder: $folder,
            meta: meta($folder, lesson_text!($folder, "/lesson.toml")),
            readme: lesson_text!($folder, "/README.md"),
            hints: lesson_text!($folder, "/hints.md"),
            facilitator: lesson_text!($folder, "/facilitator.md"),
            vulnerable: Variant {
                name: "vulnerable",
                source: lesson_text!($folder, "/vulnerable.rs"),
                checks: $name::vulnerable::checks,
            },
            hardened: Variant {
                name: "hardened",
                source: lesson_text!($folder, "/hardened.rs"),
                checks: $name::hardened::checks,
            },
            wrong_fixes: vec![$(Variant {
                name: stringify!($wrong),
                source: lesson_text!($folder, "/wrong_fixes/", stringify!($wrong), ".rs"),
                checks: $name::$wrong::checks,
            }),+],
            exploit: |targets| Box::pin($name::exploit::run(targets)),
        }),+]);
    };
}

macro_rules! lesson_code {
    ($($part:expr),+) => { include! { concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/", $($part),+) } };
}

macro_rules! lesson_text {
    ($($part:expr),+) => { include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/lessons/", $($part),+)) };
}

lessons! {
    token_without_password: "01-token-without-password", wrong fixes [user_exists];
    fake_decode_token: "02-fake-decode-token", wrong fixes [checks_expiry];
    unverified_callback_token: "03-unverified-callback-token", wrong fixes [claims_without_signature];
    redirect_uri_prefix: "04-redirect-uri-prefix", wrong fixes [same_path, contains_host];
    login_csrf_no_state: "05-login-csrf-no-state", wrong fixes [format_only];
    code_injection_no_pkce: "06-code-injection-no-pkce", wrong fixes [verifier_must_exist];
    hardcoded_secret: "07-hardcoded-secret", wrong fixes [hashed, long_enough];
    audience_confusion: "08-audience-confusion", wrong fixes [audience_present];
    code_replay: "09-code-replay", wrong fixes [deletes_the_code];
    redirect_uri_parser_diff: "10-redirect-uri-parser-diff", wrong fixes [skips_the_user_name];
    pkce_downgrade: "11-pkce-downgrade", wrong fixes [refuses_the_word];
    refresh_reuse: "12-refresh-reuse", wrong fixes [refuses_only];
    alg_confusion: "13-alg-confusion", wrong fixes [refuses_none];
    token_type_confusion: "14-token-type-confusion", wrong fixes [fresh_only];
    consent_csrf: "15-consent-csrf", wrong fixes [any_known_token, token_present];
    secret_in_frontend: "16-secret-in-frontend", wrong fixes [encoded];
    localstorage_xss: "17-localstorage-xss", wrong fixes [encoded];
    implicit_fragment_leak: "18-implicit-fragment-leak", wrong fixes [not_token_alone];
    query_injection: "19-query-injection", wrong fixes [denylist];
    code_race: "20-code-race", wrong fixes [looks_twice];
    refresh_race: "21-refresh-race", wrong fixes [looks_twice];
    code_client_binding: "22-code-client-binding", wrong fixes [public_clients_only];
    mix_up: "27-mix-up", wrong fixes [some_issuer];
    no_revocation_long_lived: "31-no-revocation-long-lived", wrong fixes [grace_of_a_week];
    rate_limit_xff: "32-rate-limit-xff", wrong fixes [last_in_the_list, forwarded_header];
    login_next_redirect: "33-login-next-redirect", wrong fixes [starts_with_slash, not_two_slashes, removes_slashes];
    redirect_307: "35-redirect-307", wrong fixes [permanent];
    naive_time: "41-naive-time", wrong fixes [at_most_a_day];
    plaintext_http: "42-plaintext-http", wrong fixes [localhost_in_the_name];
    blocking_no_timeout: "43-blocking-no-timeout", wrong fixes [connect_timeout_only];
}

/// All lessons, in their order.
#[must_use]
pub fn all() -> &'static [Lesson] {
    &LESSONS
}

/// The lesson with this slug, number or folder.
#[must_use]
pub fn find(name: &str) -> Option<&'static Lesson> {
    let number = |lesson: &Lesson| lesson.number().trim_start_matches('0') == name.trim_start_matches('0');
    all().iter().find(|lesson| lesson.slug() == name || lesson.folder == name || number(lesson))
}

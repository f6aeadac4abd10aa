//! Every route of every party. A test asks each of them, and looks in the sources for one that is missing here.

/// A path, and what it is for.
pub(super) struct Route {
    /// As a reader writes it, with `{…}` for what varies.
    pub(super) path: &'static str,
    pub(super) methods: &'static [&'static str],
    pub(super) about: &'static str,
}

pub(super) struct Party {
    pub(super) name: &'static str,
    /// Its folder.
    pub(super) folder: &'static str,
    /// Where it listens unless told otherwise.
    pub(super) port: u16,
    pub(super) routes: &'static [Route],
}

const fn route(path: &'static str, methods: &'static [&'static str], about: &'static str) -> Route {
    Route { path, methods, about }
}

pub(super) const PARTIES: [Party; 5] = [
    Party {
        name: "Authorization server",
        folder: "apps/authorization-server",
        port: 9000,
        routes: &[
            route("/o/authorize", &["GET", "POST"], "The authorization endpoint (RFC 6749 §3.1)"),
            route("/o/authorize/continue", &["GET"], "Goes on with a request after the sign-in"),
            route("/o/token", &["POST"], "The token endpoint (RFC 6749 §3.2)"),
            route("/o/revoke_token", &["POST"], "Ends a token (RFC 7009)"),
            route("/o/introspect", &["POST"], "Says whether a token is good (RFC 7662)"),
            route("/o/userinfo", &["GET", "POST"], "Claims about the user (OpenID Connect Core §5.3)"),
            route("/accounts/login", &["GET", "POST"], "The sign-in page"),
            route("/accounts/logout", &["GET", "POST"], "The sign-out page"),
            route("/.well-known/oauth-authorization-server", &["GET"], "Metadata (RFC 8414)"),
            route("/.well-known/openid-configuration", &["GET"], "Metadata (OpenID Connect Discovery §4)"),
            route("/.well-known/jwks.json", &["GET"], "The keys that verify its tokens (RFC 7517 §5)"),
            route("/assets/form-post.js", &["GET"], "The script of an answer by form_post"),
            route("/", &["GET"], "What this server is"),
        ],
    },
    Party {
        name: "Web client",
        folder: "apps/authorization-code-client",
        port: 8000,
        routes: &[
            route("/login", &["GET"], "Sends the browser to the authorization server"),
            route("/callback", &["GET"], "The redirection endpoint (RFC 6749 §3.1.2)"),
            route("/profile", &["GET"], "What the ID token said"),
            route("/notes", &["GET", "POST"], "The notes, and a new one"),
            route("/notes/{id}/delete", &["POST"], "Deletes a note"),
            route("/logout", &["POST"], "Revokes the tokens and forgets the session"),
            route("/", &["GET"], "The front page"),
        ],
    },
    Party {
        name: "Protected API",
        folder: "apps/resource-api",
        port: 8002,
        routes: &[
            route("/notes", &["GET", "POST"], "A user's notes: `notes:read`, `notes:write`"),
            route("/notes/{id}", &["DELETE"], "Deletes a note: `notes:write`"),
            route("/reports/pending", &["GET"], "What wants a report, for a machine: `reports:write`"),
            route("/reports/{id}", &["PUT"], "Puts a report: `reports:write`"),
            route("/.well-known/oauth-protected-resource", &["GET"], "Metadata (RFC 9728 §3)"),
            route("/", &["GET"], "What this API is"),
        ],
    },
    Party {
        name: "API with a token endpoint of its own",
        folder: "apps/password-bearer-api",
        port: 8001,
        routes: &[
            route("/docs/", &["GET"], "The API, to try out in a browser"),
            route("/openapi.json", &["GET"], "The API as an OpenAPI document"),
            route("/", &["GET"], "What this API is"),
        ],
    },
    Party {
        name: "Playground",
        folder: "apps/playground",
        port: 8080,
        routes: &[
            route("/", &["GET"], "The front door"),
            route("/inspector", &["GET"], "The flow inspector"),
            route("/inspector/events", &["GET"], "What is new in it, as server-sent events"),
            route("/inspector/start-over", &["POST"], "Forgets what was recorded"),
            route("/inspector/messages", &["POST"], "Takes messages that parties elsewhere report"),
            route("/docs/", &["GET"], "This book"),
        ],
    },
];

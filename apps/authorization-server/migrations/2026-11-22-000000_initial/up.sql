-- One set of migrations for SQLite and PostgreSQL: only TEXT, BIGINT and BOOLEAN are used, which both spell
-- the same way. Instants are whole seconds since 1970 in UTC. A column that ends in `_digest` is the SHA-256
-- of a random secret in hex: whoever reads this database can use none of them. Sets of words (scopes, URIs)
-- are joined by a space, which none of the words may contain.

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,          -- the subject: a random UUID, never reused, says nothing about the person
    username TEXT NOT NULL UNIQUE,         -- what is typed at sign-in, in lower case so that Alice and alice are one
    password_hash TEXT NOT NULL,           -- Argon2id in PHC form; bcrypt is accepted and replaced at the next sign-in
    email TEXT,                            -- the claim `email`, given with the scope `email`
    email_verified BOOLEAN NOT NULL,       -- the claim says only what was proved: nothing here proves it, so false
    name TEXT,                             -- the claim `name`, given with the scope `profile`
    staff BOOLEAN NOT NULL,                -- may manage applications; no token says so
    active BOOLEAN NOT NULL,               -- a deactivated user gets no session and no token, at once
    created_at BIGINT NOT NULL
);

CREATE TABLE applications (
    client_id TEXT NOT NULL PRIMARY KEY,   -- RFC 6749 §2.2: not a secret; never a UUID, so never a user's subject
    name TEXT NOT NULL,                    -- shown on the consent page
    client_type TEXT NOT NULL,             -- confidential or public (RFC 6749 §2.1)
    token_endpoint_auth_method TEXT NOT NULL, -- the one way it may authenticate; another way is refused
    secret_digest TEXT,                    -- none for a public client
    grant_types TEXT NOT NULL,             -- a set: one application may use several grants
    redirect_uris TEXT NOT NULL,           -- compared as exact strings (RFC 9700 §4.1.3)
    scopes TEXT,                           -- the most it may ask for; every scope of the server when NULL
    audiences TEXT NOT NULL,               -- resources it may have tokens for; all of them when it names none
    resource_server TEXT NOT NULL,         -- resources that it serves: it may introspect the tokens made for them
    skip_authorization BOOLEAN NOT NULL,   -- a first-party application whose users are not asked for consent
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    digest TEXT NOT NULL PRIMARY KEY,      -- of the cookie's value
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE, -- none before sign-in
    auth_time BIGINT,                      -- when the password was last given: `auth_time`, and what max_age measures
    sid TEXT NOT NULL,                     -- the ID token's `sid`: names the session without being its key
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE authorization_requests (
    handle_digest TEXT NOT NULL PRIMARY KEY, -- of the handle that login and consent forms carry, and nothing else
    client_id TEXT NOT NULL REFERENCES applications (client_id) ON DELETE CASCADE,
    parameters TEXT NOT NULL,              -- the validated request as JSON: a form can't change what was checked
    user_id TEXT REFERENCES users (id) ON DELETE CASCADE, -- who was shown the consent page
    session_digest TEXT,                   -- in which session; only there can it be decided
    stale_session_digest TEXT,             -- a session whose sign-in is too old for prompt=login or max_age
    created_at BIGINT NOT NULL,            -- a sign-in after this instant satisfies prompt=login and max_age
    expires_at BIGINT NOT NULL
);
CREATE INDEX authorization_requests_by_expiry ON authorization_requests (expires_at);

CREATE TABLE consents (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES applications (client_id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,                  -- everything allowed so far; more than this is asked again
    resources TEXT NOT NULL,               -- for which resources; another resource is asked again
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, client_id)
);

-- Who allowed which client what, and when. Every code, refresh token and access token names its authorization:
-- ending the row ends them all.
-- ANCHOR: authorizations
CREATE TABLE authorizations (
    id TEXT NOT NULL PRIMARY KEY,          -- random; in access tokens as a private claim
    client_id TEXT NOT NULL REFERENCES applications (client_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    scopes TEXT NOT NULL,                  -- as granted: a refresh may ask for less, never for more
    resources TEXT NOT NULL,               -- as granted (RFC 8707): likewise
    auth_time BIGINT NOT NULL,             -- of the sign-in behind it, for `auth_time` in every token
    sid TEXT NOT NULL,                     -- of the session behind it, for the ID token
    created_at BIGINT NOT NULL,            -- refresh tokens end at the latest a fixed time after this
    expires_at BIGINT NOT NULL,            -- nothing under it lives longer than this: then it may be deleted
    revoked_at BIGINT                      -- set once, never cleared
);
-- ANCHOR_END: authorizations
CREATE INDEX authorizations_by_client ON authorizations (client_id);
CREATE INDEX authorizations_by_user ON authorizations (user_id);
CREATE INDEX authorizations_by_expiry ON authorizations (expires_at);

-- ANCHOR: authorization_codes
CREATE TABLE authorization_codes (
    digest TEXT NOT NULL PRIMARY KEY,
    authorization_id TEXT NOT NULL REFERENCES authorizations (id) ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,            -- where the code was sent
    redirect_uri_sent BOOLEAN NOT NULL,    -- whether the request named it: then the exchange must too (RFC 6749 §4.1.3)
    code_challenge TEXT NOT NULL,          -- S256, always: NOT NULL means that no code exists without PKCE
    nonce TEXT,                            -- comes back in the ID token
    expires_at BIGINT NOT NULL,
    used_at BIGINT                         -- single use: set by the one UPDATE that finds it NULL; kept to notice replays
);
-- ANCHOR_END: authorization_codes
CREATE INDEX authorization_codes_by_authorization ON authorization_codes (authorization_id);

CREATE TABLE refresh_tokens (
    digest TEXT NOT NULL PRIMARY KEY,
    authorization_id TEXT NOT NULL REFERENCES authorizations (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,            -- idle expiry: each use gives a successor with a new one
    used_at BIGINT,                        -- single use, as with codes; kept to notice reuse
    successor_digest TEXT,                 -- the token it was exchanged for
    sealed_successor TEXT                  -- that token, sealed under a key that only the used token gives: for a retry
                                           -- whose first answer was lost
);
CREATE INDEX refresh_tokens_by_authorization ON refresh_tokens (authorization_id);

-- Access tokens are not stored; one that is revoked alone stands here until it would have expired anyway.
CREATE TABLE revoked_tokens (
    jti TEXT NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

-- Counted here, so that guesses at an account are not multiplied by the number of servers.
CREATE TABLE login_attempts (
    account TEXT NOT NULL PRIMARY KEY,     -- SHA-256 of what was typed as the name: sometimes that is a password
    attempts BIGINT NOT NULL,              -- since began_at, right or wrong
    began_at BIGINT NOT NULL               -- a minute later the count begins anew, and the row may be deleted
);
CREATE INDEX login_attempts_by_age ON login_attempts (began_at);

CREATE TABLE signing_keys (
    kid TEXT NOT NULL PRIMARY KEY,         -- RFC 7638 thumbprint of the public key
    algorithm TEXT NOT NULL,               -- a key is for one algorithm only (RFC 8725 §3.1)
    slot TEXT,                             -- next or active; NULL when retiring
    sealed_private_key TEXT NOT NULL,      -- PKCS#8 under the master key, base64url: the database alone can't sign
    created_at BIGINT NOT NULL,
    activated_at BIGINT,
    retires_at BIGINT,                     -- published until then, so that its last tokens can still be checked
    UNIQUE (algorithm, slot)               -- one next and one active per algorithm, however many servers start at once
);

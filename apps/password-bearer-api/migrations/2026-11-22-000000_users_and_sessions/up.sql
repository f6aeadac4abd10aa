-- One text for SQLite and PostgreSQL. Times are seconds since 1970, UTC.

CREATE TABLE users (
    -- A random UUID, the `sub` of tokens: a username may be given again after its user is gone.
    id            TEXT    PRIMARY KEY NOT NULL,
    -- In lower case, so that `Alice` cannot register beside `alice`.
    username      TEXT    NOT NULL UNIQUE,
    email         TEXT,
    full_name     TEXT,
    -- Argon2id in PHC form, or bcrypt brought along from elsewhere until its first login.
    password_hash TEXT    NOT NULL,
    -- The widest scope that this user's tokens may have, separated by spaces.
    scopes        TEXT    NOT NULL,
    active        BOOLEAN NOT NULL,
    created_at    BIGINT  NOT NULL
);

-- A login. Its access tokens name it, and are good only as long as its row is here.
CREATE TABLE sessions (
    id             TEXT   PRIMARY KEY NOT NULL,
    user_id        TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What was granted at login; a refresh cannot widen it (RFC 6749 §6).
    scopes         TEXT   NOT NULL,
    -- SHA-256 of the half of the refresh token that stays the same through all rotations …
    family_digest  TEXT   NOT NULL UNIQUE,
    -- … and of the half that is replaced by each: another one of the same family is a reuse.
    refresh_digest TEXT   NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

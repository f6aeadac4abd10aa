CREATE TABLE notes (
    -- The order in which notes were written; never leaves this database.
    sequence   INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- A random UUID: it is also the report's id, and says nothing of whose note it is or when it came.
    id         TEXT    NOT NULL UNIQUE,
    -- The `sub` of the user's access tokens (RFC 9068 §2.2).
    owner      TEXT    NOT NULL,
    text       TEXT    NOT NULL,
    -- Seconds since 1970, UTC.
    created_at BIGINT  NOT NULL
);
CREATE INDEX notes_of_owner ON notes (owner, sequence);

-- What a machine counted in a note. A note without a row here is pending.
CREATE TABLE reports (
    note_id    TEXT    PRIMARY KEY NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
    words      BIGINT  NOT NULL,
    lines      BIGINT  NOT NULL,
    characters BIGINT  NOT NULL
);

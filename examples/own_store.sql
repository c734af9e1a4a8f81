-- Existing tables, with the columns that SCIM needs added: `external_id`, `version` and the times.
CREATE TABLE users (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    email TEXT NOT NULL COLLATE NOCASE,
    first_name TEXT,
    last_name TEXT,
    active INTEGER,
    external_id TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (account, email)
);
CREATE TABLE user_email (
    user_id TEXT NOT NULL REFERENCES users ON DELETE CASCADE,
    type TEXT,
    value TEXT NOT NULL
);
CREATE INDEX users_email ON users (account, lower(email));
CREATE INDEX users_external_id ON users (account, external_id);
CREATE INDEX user_email_user ON user_email (user_id);
CREATE INDEX user_email_value ON user_email (lower(value));

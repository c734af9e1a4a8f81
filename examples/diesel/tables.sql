-- Existing tables, with the columns that SCIM needs added: `external_id` and `version`.
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- an id is never given again
    org_id INTEGER NOT NULL,
    login TEXT NOT NULL COLLATE NOCASE,
    email TEXT NOT NULL,
    first_name TEXT,
    last_name TEXT,
    is_enabled BOOLEAN NOT NULL DEFAULT TRUE,
    department TEXT,
    manager_id INTEGER,
    external_id TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (org_id, login)
);
CREATE INDEX accounts_org ON accounts (org_id);
CREATE INDEX accounts_login ON accounts (org_id, lower(login));
CREATE INDEX accounts_external_id ON accounts (org_id, external_id);
CREATE TABLE teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    org_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    external_id TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX teams_org ON teams (org_id);
CREATE INDEX teams_name ON teams (org_id, lower(name));
CREATE INDEX teams_external_id ON teams (org_id, external_id);
CREATE TABLE team_members (
    team_id INTEGER NOT NULL REFERENCES teams ON DELETE CASCADE,
    account_id INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
    PRIMARY KEY (team_id, account_id)
);
CREATE INDEX team_members_account ON team_members (account_id);

-- The planner chooses an index by statistics. In production, `PRAGMA optimize` now and then keeps them; these stand for many rows.
ANALYZE;
INSERT INTO sqlite_stat1 VALUES
    ('accounts', 'accounts_org', '100000 10000'),
    ('accounts', 'accounts_login', '100000 10000 1'),
    ('accounts', 'accounts_external_id', '100000 10000 1'),
    ('accounts', 'sqlite_autoindex_accounts_1', '100000 10000 1'),
    ('teams', 'teams_org', '10000 1000'),
    ('teams', 'teams_name', '10000 1000 2'),
    ('teams', 'teams_external_id', '10000 1000 2');
ANALYZE sqlite_schema;

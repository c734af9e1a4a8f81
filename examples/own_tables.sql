-- The tables of a product, as they were before SCIM.
CREATE TABLE orgs (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL, login TEXT NOT NULL, email TEXT NOT NULL, first_name TEXT,
    last_name TEXT, phone TEXT, is_enabled INTEGER NOT NULL DEFAULT 1, department TEXT, manager_id INTEGER,
    employee_no TEXT, created_at TEXT, updated_at TEXT, UNIQUE (org_id, login));
CREATE TABLE teams (id INTEGER PRIMARY KEY, org_id INTEGER NOT NULL, name TEXT NOT NULL, created_at TEXT, updated_at TEXT,
    UNIQUE (org_id, name));
CREATE TABLE team_members (team_id INTEGER NOT NULL REFERENCES teams, account_id INTEGER NOT NULL REFERENCES accounts,
    PRIMARY KEY (team_id, account_id));
CREATE INDEX team_members_account ON team_members (account_id);
CREATE TABLE api_keys (org_id INTEGER NOT NULL, key_hash TEXT PRIMARY KEY);

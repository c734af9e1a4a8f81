-- The demo's own records, beside the tables of scimwire-sqlx. The same text is for SQLite and PostgreSQL: truth is 0 or 1, and times
-- are text that sorts as they do.

-- What the host has to remember between two starts: the hash of the administrator's password, the key of cursors.
CREATE TABLE host_secret (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

-- While `closing` is 1 all that is kept of the tenant is being deleted: it counts as gone, and its name is not free yet.
CREATE TABLE host_tenant (
  name TEXT NOT NULL PRIMARY KEY,
  closing BIGINT NOT NULL,
  version BIGINT NOT NULL,
  enabled BIGINT NOT NULL,
  with_groups BIGINT NOT NULL,
  quota_gb BIGINT,
  department_groups BIGINT NOT NULL,
  orphans TEXT NOT NULL,
  access TEXT NOT NULL
);
-- Of names that differ only in case one would be taken for the other.
CREATE UNIQUE INDEX host_tenant_alike ON host_tenant (lower(name));

-- Bearer tokens, and access tokens of OAuth 2. The latter are of a client, and of a grant where an administrator has allowed it.
CREATE TABLE host_token (
  hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  can_read BIGINT NOT NULL,
  can_write BIGINT NOT NULL,
  created TEXT NOT NULL,
  expires TEXT,
  last_used TEXT,
  client TEXT,
  grant_id TEXT
);
CREATE UNIQUE INDEX host_token_id ON host_token (tenant, kind, id);
CREATE INDEX host_token_expires ON host_token (tenant, expires);
CREATE INDEX host_token_client ON host_token (client, grant_id);
CREATE INDEX host_token_grant ON host_token (grant_id);

-- What the host knows of a user or a group; what is not in it came from an identity provider.
CREATE TABLE host_account (
  tenant TEXT NOT NULL,
  subject TEXT NOT NULL,
  origin TEXT NOT NULL DEFAULT 'IDP',
  quota_gb BIGINT,
  PRIMARY KEY (tenant, subject)
);

-- Members that the host itself has put into a group.
CREATE TABLE host_membership (
  tenant TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  origin TEXT NOT NULL,
  PRIMARY KEY (tenant, group_id, member_id)
);
CREATE INDEX host_membership_member ON host_membership (tenant, member_id);

-- Clients that were made in the console. `redirects` is a JSON array.
CREATE TABLE oauth_client (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  secret TEXT NOT NULL,
  redirects TEXT NOT NULL,
  created TEXT NOT NULL,
  last_used TEXT
);
CREATE INDEX oauth_client_tenant ON oauth_client (tenant, created);

-- What an administrator has allowed a client. `secret` is the hash of the code, or once that was redeemed of the refresh token, that
-- is good now; until then the last three are what the code was asked for with.
CREATE TABLE oauth_grant (
  id TEXT NOT NULL PRIMARY KEY,
  tenant TEXT NOT NULL,
  client TEXT NOT NULL,
  secret TEXT NOT NULL,
  expires TEXT NOT NULL,
  redeemed BIGINT NOT NULL,
  redirect TEXT NOT NULL,
  names_redirect BIGINT NOT NULL,
  challenge TEXT
);
CREATE INDEX oauth_grant_client ON oauth_grant (client);
CREATE INDEX oauth_grant_expires ON oauth_grant (tenant, expires);

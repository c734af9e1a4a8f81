CREATE TABLE scim_schema (version INTEGER NOT NULL);
INSERT INTO scim_schema (version) VALUES (1);

-- For what the columns beside the documents were made: the attributes of a resource type, and how they compare.
CREATE TABLE scim_type (
  resource_type TEXT NOT NULL PRIMARY KEY,
  attributes TEXT NOT NULL
);

-- Resources without members and groups. `name` is userName or displayName as it compares; `search` holds every value as it
-- compares.
CREATE TABLE scim_resource (
  tenant TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT,
  document TEXT NOT NULL,
  search BLOB NOT NULL,
  PRIMARY KEY (tenant, resource_type, id)
);
CREATE INDEX scim_resource_name ON scim_resource (tenant, resource_type, name, id);

-- Values that are looked up. `slot` is empty where the value is unique, and the id of the resource where it is not.
CREATE TABLE scim_key (
  tenant TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  attribute TEXT NOT NULL,
  value TEXT NOT NULL,
  slot TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  PRIMARY KEY (tenant, resource_type, attribute, value, slot)
) WITHOUT ROWID;

-- Who is in which group. `rest` is what the client said of the member besides its id, as JSON.
CREATE TABLE scim_member (
  tenant TEXT NOT NULL,
  group_id TEXT NOT NULL,
  member_id TEXT NOT NULL,
  group_type TEXT NOT NULL,
  place INTEGER NOT NULL,
  rest TEXT,
  PRIMARY KEY (tenant, group_id, member_id)
) WITHOUT ROWID;
CREATE INDEX scim_member_member ON scim_member (tenant, member_id, group_id, group_type);

CREATE TABLE scim_schema (version INTEGER NOT NULL);
INSERT INTO scim_schema (version) VALUES (1);

-- For what the columns beside the documents were made: the attributes of a resource type, and how they compare.
CREATE TABLE scim_type (
  resource_type TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  attributes TEXT NOT NULL
);

-- Resources without members and groups. `name` is userName or displayName as it compares; `search` holds every value as it
-- compares.
CREATE TABLE scim_resource (
  tenant TEXT COLLATE "C" NOT NULL,
  resource_type TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  name TEXT COLLATE "C",
  document JSON NOT NULL,
  search JSONB NOT NULL,
  PRIMARY KEY (tenant, resource_type, id)
);
CREATE INDEX scim_resource_name ON scim_resource (tenant, resource_type, name, id);

-- Values that are looked up. `slot` is empty where the value is unique, and the id of the resource where it is not.
CREATE TABLE scim_key (
  tenant TEXT COLLATE "C" NOT NULL,
  resource_type TEXT COLLATE "C" NOT NULL,
  attribute TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  slot TEXT COLLATE "C" NOT NULL,
  resource_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant, resource_type, attribute, value, slot)
);

-- Who is in which group. `rest` is what the client said of the member besides its id, as JSON.
CREATE TABLE scim_member (
  tenant TEXT COLLATE "C" NOT NULL,
  group_id TEXT COLLATE "C" NOT NULL,
  member_id TEXT COLLATE "C" NOT NULL,
  group_type TEXT COLLATE "C" NOT NULL,
  place BIGINT NOT NULL,
  rest TEXT,
  PRIMARY KEY (tenant, group_id, member_id)
);
CREATE INDEX scim_member_member ON scim_member (tenant, member_id, group_id, group_type);

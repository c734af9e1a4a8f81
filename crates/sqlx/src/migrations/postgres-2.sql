-- How many resources there are, so that nobody has to count them: the sum over all slots. Each connection has a slot, so that
-- those who write at the same time rarely wait for each other. Triggers keep it, whoever writes.
CREATE TABLE scim_count (
  tenant TEXT COLLATE "C" NOT NULL,
  resource_type TEXT COLLATE "C" NOT NULL,
  slot INTEGER NOT NULL,
  resources BIGINT NOT NULL,
  PRIMARY KEY (tenant, resource_type, slot)
);

CREATE FUNCTION scim_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO scim_count AS c (tenant, resource_type, slot, resources)
  SELECT tenant, resource_type, pg_backend_pid() % 16, CASE TG_OP WHEN 'DELETE' THEN -count(*) ELSE count(*) END
  FROM changed GROUP BY tenant, resource_type ORDER BY tenant, resource_type
  ON CONFLICT (tenant, resource_type, slot) DO UPDATE SET resources = c.resources + excluded.resources;
  RETURN NULL;
END $$;

CREATE FUNCTION scim_count_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO scim_count AS c (tenant, resource_type, slot, resources)
  VALUES (OLD.tenant, OLD.resource_type, pg_backend_pid() % 16, -1)
  ON CONFLICT (tenant, resource_type, slot) DO UPDATE SET resources = c.resources - 1;
  INSERT INTO scim_count AS c (tenant, resource_type, slot, resources)
  VALUES (NEW.tenant, NEW.resource_type, pg_backend_pid() % 16, 1)
  ON CONFLICT (tenant, resource_type, slot) DO UPDATE SET resources = c.resources + 1;
  RETURN NULL;
END $$;

CREATE FUNCTION scim_count_nothing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM scim_count;
  RETURN NULL;
END $$;

-- From here on nobody else writes to the table until the transaction ends.
CREATE TRIGGER scim_resource_comes AFTER INSERT ON scim_resource
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scim_count_changed();
CREATE TRIGGER scim_resource_goes AFTER DELETE ON scim_resource
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION scim_count_changed();
CREATE TRIGGER scim_resource_moves AFTER UPDATE OF tenant, resource_type ON scim_resource
FOR EACH ROW EXECUTE FUNCTION scim_count_moved();
CREATE TRIGGER scim_resource_emptied AFTER TRUNCATE ON scim_resource
FOR EACH STATEMENT EXECUTE FUNCTION scim_count_nothing();

INSERT INTO scim_count (tenant, resource_type, slot, resources)
SELECT tenant, resource_type, 0, count(*) FROM scim_resource GROUP BY tenant, resource_type;

INSERT INTO scim_schema (version) VALUES (2);

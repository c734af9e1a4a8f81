-- How many resources there are, so that nobody has to count them. Triggers keep it, whoever writes.
CREATE TABLE scim_count (
  tenant TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resources INTEGER NOT NULL,
  PRIMARY KEY (tenant, resource_type)
) WITHOUT ROWID;

CREATE TRIGGER scim_resource_comes AFTER INSERT ON scim_resource BEGIN
  INSERT INTO scim_count (tenant, resource_type, resources) VALUES (new.tenant, new.resource_type, 1)
  ON CONFLICT (tenant, resource_type) DO UPDATE SET resources = resources + 1;
END;

CREATE TRIGGER scim_resource_goes AFTER DELETE ON scim_resource BEGIN
  UPDATE scim_count SET resources = resources - 1 WHERE tenant = old.tenant AND resource_type = old.resource_type;
END;

CREATE TRIGGER scim_resource_moves AFTER UPDATE OF tenant, resource_type ON scim_resource BEGIN
  UPDATE scim_count SET resources = resources - 1 WHERE tenant = old.tenant AND resource_type = old.resource_type;
  INSERT INTO scim_count (tenant, resource_type, resources) VALUES (new.tenant, new.resource_type, 1)
  ON CONFLICT (tenant, resource_type) DO UPDATE SET resources = resources + 1;
END;

INSERT INTO scim_count (tenant, resource_type, resources)
SELECT tenant, resource_type, count(*) FROM scim_resource GROUP BY tenant, resource_type;

INSERT INTO scim_schema (version) VALUES (2);

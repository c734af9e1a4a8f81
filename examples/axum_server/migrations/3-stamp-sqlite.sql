-- Another stamp with each change of a tenant or a token, whoever makes it: what a process has cached of them is good for one stamp.
-- What is new is in nobody's cache, and neither is when a token was last used.
CREATE TABLE host_stamp (
  stamp TEXT NOT NULL
);
INSERT INTO host_stamp (stamp) VALUES (hex(randomblob(16)));

CREATE TRIGGER host_tenant_updated AFTER UPDATE ON host_tenant BEGIN
  UPDATE host_stamp SET stamp = hex(randomblob(16));
END;
CREATE TRIGGER host_tenant_deleted AFTER DELETE ON host_tenant BEGIN
  UPDATE host_stamp SET stamp = hex(randomblob(16));
END;
CREATE TRIGGER host_token_updated
AFTER UPDATE OF hash, kind, id, tenant, can_read, can_write, created, expires ON host_token BEGIN
  UPDATE host_stamp SET stamp = hex(randomblob(16));
END;
CREATE TRIGGER host_token_deleted AFTER DELETE ON host_token BEGIN
  UPDATE host_stamp SET stamp = hex(randomblob(16));
END;

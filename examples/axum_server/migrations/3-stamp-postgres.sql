-- Another stamp with each change of a tenant or a token, whoever makes it: what a process has cached of them is good for one stamp.
-- What is new is in nobody's cache, and neither is when a token was last used.
CREATE TABLE host_stamp (
  stamp TEXT NOT NULL
);
INSERT INTO host_stamp (stamp) VALUES (replace(CAST(gen_random_uuid() AS TEXT), '-', ''));

CREATE FUNCTION host_renew_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE host_stamp SET stamp = replace(CAST(gen_random_uuid() AS TEXT), '-', '');
  RETURN NULL;
END
$$;

-- For each row, and so once all rows are locked: two that change several never wait for each other.
CREATE TRIGGER host_tenant_changed AFTER UPDATE OR DELETE ON host_tenant
FOR EACH ROW EXECUTE FUNCTION host_renew_stamp();
CREATE TRIGGER host_token_updated
AFTER UPDATE OF hash, kind, id, tenant, can_read, can_write, created, expires ON host_token
FOR EACH ROW EXECUTE FUNCTION host_renew_stamp();
CREATE TRIGGER host_token_deleted AFTER DELETE ON host_token
FOR EACH ROW EXECUTE FUNCTION host_renew_stamp();

CREATE TRIGGER host_tenant_emptied AFTER TRUNCATE ON host_tenant
FOR EACH STATEMENT EXECUTE FUNCTION host_renew_stamp();
CREATE TRIGGER host_token_emptied AFTER TRUNCATE ON host_token
FOR EACH STATEMENT EXECUTE FUNCTION host_renew_stamp();

//! The tables of this crate beside yours: `scim_meta` and `scim_sequence`.

use scimwire::sql::Dialect;

/// Lets one process at a time create the tables in a PostgreSQL database.
pub(super) const LOCK: &str =
    "SELECT CAST(pg_advisory_xact_lock(hashtextextended('scim_meta', 7355608)) AS text)";

/// Selects a row if all of them are in the schema of PostgreSQL where they would be created.
pub(super) const EXISTING: &str = "SELECT '' FROM (VALUES ('.scim_meta'), ('.scim_meta_external_id'), ('.scim_sequence')) t(name) \
    HAVING bool_and(to_regclass(quote_ident(current_schema()) || name) IS NOT NULL)";

/// The statements that create the tables, where they do not exist.
pub(super) fn side_tables(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => &[
            "CREATE TABLE IF NOT EXISTS scim_meta (\
             tenant TEXT NOT NULL, table_name TEXT NOT NULL, id TEXT NOT NULL, external_id TEXT, \
             created INTEGER NOT NULL, last_modified INTEGER NOT NULL, version INTEGER NOT NULL, \
             PRIMARY KEY (tenant, table_name, id)) WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS scim_meta_external_id ON scim_meta (tenant, table_name, external_id)",
            "CREATE TABLE IF NOT EXISTS scim_sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL)",
        ],
        Dialect::Postgres => &[
            "CREATE TABLE IF NOT EXISTS scim_meta (\
             tenant text COLLATE \"C\" NOT NULL, table_name text COLLATE \"C\" NOT NULL, id text NOT NULL, \
             external_id text COLLATE \"C\", created bigint NOT NULL, last_modified bigint NOT NULL, \
             version bigint NOT NULL, PRIMARY KEY (tenant, table_name, id))",
            "CREATE INDEX IF NOT EXISTS scim_meta_external_id ON scim_meta (tenant, table_name, external_id)",
            "CREATE TABLE IF NOT EXISTS scim_sequence (name text PRIMARY KEY, last bigint NOT NULL)",
        ],
    }
}

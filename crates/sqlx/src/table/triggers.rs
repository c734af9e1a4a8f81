//! Triggers that give a resource another version when the application changes its rows.

use super::description::Scope;
use super::elements::MemberRows;
use super::identifier::{derived_name, identifier};
use super::layout::Layout;
use super::tables::SqlTables;
use crate::database::Database;
use scimwire::sql::Dialect;

impl<D: Database> SqlTables<D> {
    /// Returns statements that create triggers, for your migrations. With them, a change that the
    /// application makes itself, in any way, gives the resource another version:
    ///
    /// - of a table with a [version column](super::SqlTable::version), each `UPDATE` counts;
    /// - of groups, each row of the membership table that comes, changes or goes.
    ///
    /// Without them, the version of a row without a version column changes with its columns all the
    /// same. Only a change of members by the application would be missed.
    #[must_use]
    pub fn triggers(&self) -> Vec<String> {
        self.inner.layouts.iter().flat_map(|layout| layout.triggers()).collect()
    }

    /// Returns statements that create the indexes that look-ups and pages need. Where you have
    /// equivalent ones, leave them out: [`check`](Self::check) names those that look-ups lack.
    #[must_use]
    pub fn indexes(&self) -> Vec<String> {
        let of = |layout: &Layout| {
            let by_value = layout.indexes().into_iter().map(|(_, index)| index.sql());
            let links = layout.links().into_iter().map(|index| index.sql());
            by_value.chain(links).chain(layout.index_of_pages()).collect::<Vec<_>>()
        };
        self.inner.layouts.iter().flat_map(|layout| of(layout)).collect()
    }
}

impl Layout {
    /// The index for pages of a tenant.
    fn index_of_pages(&self) -> Option<String> {
        let Scope::Column(tenant) = &self.scope else { return None };
        let (table, key) = (identifier(&self.table), identifier(&self.key.column));
        let name = derived_name("scim", &format!("{}_pages", self.table));
        Some(format!("CREATE INDEX {name} ON {table} ({}, {key})", identifier(&tenant.name)))
    }

    fn triggers(&self) -> Vec<String> {
        let mut triggers = Vec::new();
        if let Some(version) = &self.version {
            triggers.extend(self.counting(version));
        }
        if let Some(rows) = &self.members {
            triggers.extend(self.touching(rows));
        }
        triggers
    }

    /// Counts the versions of a row.
    fn counting(&self, version: &str) -> Vec<String> {
        let (table, key) = (Dialect::quote(&self.table), Dialect::quote(&self.key.column));
        let name = derived_name(&self.table, "scim_version");
        let version = Dialect::quote(version);
        match self.dialect {
            Dialect::Sqlite => vec![format!(
                "CREATE TRIGGER {name} AFTER UPDATE ON {table} WHEN NEW.{version} = OLD.{version} BEGIN \
                 UPDATE {table} SET {version} = {version} + 1 WHERE {key} = NEW.{key}; END"
            )],
            Dialect::Postgres => vec![
                format!(
                    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     IF NEW.{version} = OLD.{version} THEN NEW.{version} := OLD.{version} + 1; END IF; RETURN NEW; END $$"
                ),
                format!(
                    "CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                ),
            ],
        }
    }

    /// Gives a group another version for each row of its members that comes or goes.
    fn touching(&self, rows: &MemberRows) -> Vec<String> {
        let name = derived_name(&rows.table, "scim_members");
        let table = Dialect::quote(&rows.table);
        let touch = |row: &str| self.touch_of(&format!("{row}.{}", Dialect::quote(&rows.group)));
        match self.dialect {
            Dialect::Sqlite => [
                ("INSERT", touch("NEW")),
                ("UPDATE", format!("{}; {}", touch("OLD"), touch("NEW"))),
                ("DELETE", touch("OLD")),
            ]
            .map(|(event, touch)| {
                let suffix = event.to_ascii_lowercase();
                format!(
                    "CREATE TRIGGER {name}_{suffix} AFTER {event} ON {table} BEGIN {touch}; END"
                )
            })
            .into(),
            Dialect::Postgres => vec![
                format!(
                    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                     IF TG_OP <> 'INSERT' THEN {}; END IF; IF TG_OP <> 'DELETE' THEN {}; END IF; RETURN NULL; END $$",
                    touch("OLD"),
                    touch("NEW")
                ),
                format!(
                    "CREATE TRIGGER {name} AFTER INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
                ),
            ],
        }
    }

    /// The statement that gives the group with a key another version.
    fn touch_of(&self, group: &str) -> String {
        let (table, key) = (Dialect::quote(&self.table), Dialect::quote(&self.key.column));
        if let Some(version) = &self.version {
            let version = Dialect::quote(version);
            return format!("UPDATE {table} SET {version} = {version} + 1 WHERE {key} = {group}");
        }
        let (now, tenant) = (
            match self.dialect {
                Dialect::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
                Dialect::Postgres => {
                    "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
                }
            },
            match &self.scope {
                Scope::Single(tenant) => Dialect::literal(tenant.as_str()),
                Scope::Column(column) => {
                    format!("CAST(g.{} AS TEXT)", Dialect::quote(&column.name))
                }
            },
        );
        let name = Dialect::literal(&self.table);
        format!(
            "INSERT INTO scim_meta (tenant, table_name, id, created, last_modified, version) \
             SELECT {tenant}, {name}, CAST(g.{key} AS TEXT), {now}, {now}, 1 FROM {table} AS g WHERE g.{key} = {group} \
             ON CONFLICT (tenant, table_name, id) DO UPDATE SET version = scim_meta.version + 1, \
             last_modified = excluded.last_modified"
        )
    }
}

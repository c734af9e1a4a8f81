//! The statements that read rows, each column as text.

use super::elements::MemberRows;
use super::layout::{Layout, ROW, RowsField};
use super::mapping::TableColumns;
use scimwire::auth::Tenant;
use scimwire::filter::{BoundFilter, CompareOp};
use scimwire::sql::{Dialect, QueryClauses, Sql};
use scimwire::store::StoreQuery;

/// The columns before those of attributes: key, creation, last change, version, `externalId`.
pub(super) const META: usize = 5;

impl Layout {
    pub(super) fn columns<'l>(&'l self, tenant: &'l Tenant) -> TableColumns<'l> {
        TableColumns { layout: self, tenant }
    }

    /// Rows of the tenant: for conditions to follow, with AND.
    pub(super) fn select(&self, tenant: &Tenant, with_members: bool) -> Sql {
        self.select_where(tenant, false, with_members)
    }

    /// Selects rows of the tenant, with a hint for SQLite if the conditions are a look-up.
    pub(super) fn select_where(
        &self,
        tenant: &Tenant,
        is_look_up: bool,
        with_members: bool,
    ) -> Sql {
        let mut columns = self.meta_columns();
        columns.extend(self.fields.iter().map(|field| field.column.select(ROW, self.dialect)));
        let slots = self.slots.iter().flat_map(|slots| &slots.elements);
        let parts = slots.flat_map(|element| element.all());
        columns.extend(parts.map(|(_, column)| column.select(ROW, self.dialect)));
        columns.extend(self.rows.iter().map(|rows| self.gathered(rows)));
        if let (Some(rows), true) = (&self.members, with_members) {
            columns.push(self.gathered_members(rows));
        }
        let head = format!(
            "SELECT {} FROM {}{} WHERE ",
            columns.join(", "),
            self.from(),
            self.side_join()
        );
        Sql::new(head).push_sql(self.of_tenant_and(tenant, is_look_up))
    }

    fn meta_columns(&self) -> Vec<String> {
        let side = |column: &str| {
            if self.has_side_row { format!("CAST(s.{column} AS TEXT)") } else { "NULL".to_owned() }
        };
        let of = |column: Option<&super::column::SqlColumn>, aside: &str| match column {
            Some(column) => column.select(ROW, self.dialect),
            None => side(aside),
        };
        let version = match &self.version {
            Some(column) => format!("CAST({} AS TEXT)", Self::of_row(column)),
            None => side("version"),
        };
        vec![
            self.row_id(),
            of(self.created.as_ref(), "created"),
            of(self.modified.as_ref(), "last_modified"),
            version,
            of(self.external_id.as_ref(), "external_id"),
        ]
    }

    /// The elements of an attribute as a JSON array of arrays of text.
    fn gathered(&self, RowsField { rows, .. }: &RowsField) -> String {
        let alias = "e";
        let columns: Vec<String> =
            rows.columns.iter().map(|(_, column)| column.select(alias, self.dialect)).collect();
        let order = match &rows.order {
            Some(order) => format!("{alias}.{}", Dialect::quote(order)),
            None => columns.join(", "),
        };
        let from = format!(
            "{} AS {alias} WHERE {alias}.{} = {}",
            Dialect::quote(&rows.table),
            Dialect::quote(&rows.foreign_key),
            self.row_key()
        );
        let columns = columns.join(", ");
        match self.dialect {
            Dialect::Sqlite => {
                format!(
                    "(SELECT json_group_array(json_array({columns}) ORDER BY {order}) FROM {from})"
                )
            }
            Dialect::Postgres => format!(
                "(SELECT CAST(json_agg(json_build_array({columns}) ORDER BY {order}) AS text) FROM {from})"
            ),
        }
    }

    /// The ids of the members as a JSON array.
    fn gathered_members(&self, rows: &MemberRows) -> String {
        let member = format!("m.{}", Dialect::quote(&rows.member));
        let from = format!("{} WHERE {}", member_rows(rows), self.of_group(rows));
        match self.dialect {
            Dialect::Sqlite => {
                format!(
                    "(SELECT json_group_array(CAST({member} AS TEXT) ORDER BY {member}) FROM {from})"
                )
            }
            Dialect::Postgres => {
                format!(
                    "(SELECT CAST(json_agg(CAST({member} AS text) ORDER BY {member}) AS text) FROM {from})"
                )
            }
        }
    }

    /// The condition that a row `m` lists a member of the group.
    fn of_group(&self, rows: &MemberRows) -> String {
        let link = format!("m.{} = {}", Dialect::quote(&rows.group), self.row_key());
        match (&rows.tenant, &self.scope) {
            (Some(tenant), super::description::Scope::Column(own)) => format!(
                "{link} AND m.{} = {}",
                Dialect::quote(&tenant.name),
                Self::of_row(&own.name)
            ),
            _ => link,
        }
    }

    /// One row by its id; `None` if no row can have it.
    pub(super) fn get(&self, id: &str, tenant: &Tenant, with_members: bool) -> Option<Sql> {
        let condition = self.is_row(id)?;
        Some(self.select(tenant, with_members).push(" AND ").push_sql(condition))
    }

    /// Lets nobody else change a row before the transaction ends, in PostgreSQL. A statement that
    /// waits for it sees the row as it is then, and other tables as they were before: the row is
    /// read by another statement.
    pub(super) fn lock(&self, id: &str, tenant: &Tenant) -> Option<Sql> {
        let head = format!("SELECT 1 FROM {} WHERE ", self.from());
        let lock = Sql::new(head).push_sql(self.of_tenant(tenant)).push(" AND ");
        Some(lock.push_sql(self.is_row(id)?).push(format!(" FOR UPDATE OF {ROW}")))
    }

    /// The rows of a selection; of a page, which they are first.
    pub(super) fn page(
        &self,
        clauses: &QueryClauses,
        selection: &StoreQuery<'_>,
        tenant: &Tenant,
        with_members: bool,
    ) -> Sql {
        let is_look_up = selection.filter.is_some_and(|filter| self.looks_up(filter));
        if clauses.order == Sql::default() {
            let found = self.select_where(tenant, is_look_up, with_members);
            return found.push_sql(clauses.filter.clone());
        }
        let from = Sql::new(format!("{} WHERE ", self.from()))
            .push_sql(self.of_tenant_and(tenant, is_look_up));
        let key = format!("{ROW}.{}", self.key.column);
        self.select(tenant, with_members).push_sql(clauses.ids_first(&key, from))
    }

    /// Selects the keys of a page, by which the rows are read.
    pub(super) fn page_keys(
        &self,
        clauses: &QueryClauses,
        selection: &StoreQuery<'_>,
        tenant: &Tenant,
    ) -> Sql {
        let is_look_up = selection.filter.is_some_and(|filter| self.looks_up(filter));
        Sql::new(format!("SELECT {} FROM {} WHERE ", self.row_key(), self.from()))
            .push_sql(self.of_tenant_and(tenant, is_look_up))
            .push_sql(clauses.filter.clone())
            .push_sql(clauses.page.clone())
    }

    /// Returns `true` if a filter compares a value that an index finds.
    fn looks_up(&self, filter: &BoundFilter) -> bool {
        match filter {
            BoundFilter::And(terms) => terms.iter().any(|term| self.looks_up(term)),
            BoundFilter::Element { filter, .. } => self.looks_up(filter),
            BoundFilter::Compare(comparison) => {
                let (unique, indexed) =
                    (self.resource_type.unique_paths(), self.resource_type.indexed_paths());
                matches!(comparison.op, CompareOp::Eq | CompareOp::Sw)
                    && unique.iter().chain(indexed).any(|path| *path == comparison.path)
            }
            _ => false,
        }
    }

    /// Counts the rows that satisfy a condition.
    pub(super) fn count(&self, filter: Sql, tenant: &Tenant) -> Sql {
        Sql::new(format!("SELECT CAST(count(*) AS TEXT) FROM {} WHERE ", self.from()))
            .push_sql(self.of_tenant(tenant))
            .push_sql(filter)
    }
}

/// The membership table, with its rows as `m`.
pub(super) fn member_rows(rows: &MemberRows) -> String {
    format!("{} AS m", Dialect::quote(&rows.table))
}

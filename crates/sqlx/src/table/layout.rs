//! A description, worked out for a database: which expression has which attribute.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::column::SqlColumn;
use super::description::{Scope, SqlTable};
use super::elements::{Element, ElementRows, MemberRows};
use super::key::{Key, KeySource};
use scimwire::auth::Tenant;
use scimwire::schema::{ResolvedPath, ResourceType};
use scimwire::sql::{ColumnMapping, Dialect, Parameter, Sql, TimestampFormat};

/// The name of the row in all statements.
pub(super) const ROW: &str = "r";

/// A table of resources.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) resource_type: Arc<ResourceType>,
    pub(super) dialect: Dialect,
    pub(super) table: String,
    pub(super) scope: Scope,
    pub(super) key: Key,
    /// The tables whose keys come from one sequence, each with its key.
    pub(super) counted: Vec<(String, String)>,
    pub(super) fields: Vec<Field>,
    pub(super) slots: Vec<Slots>,
    pub(super) rows: Vec<RowsField>,
    /// Attributes with the same text in every resource.
    pub(super) fixed: Vec<(ResolvedPath, String)>,
    pub(super) created: Option<SqlColumn>,
    pub(super) modified: Option<SqlColumn>,
    pub(super) external_id: Option<SqlColumn>,
    pub(super) version: Option<String>,
    pub(super) constants: Vec<(String, Parameter)>,
    pub(super) initial: Vec<(String, Parameter)>,
    pub(super) deleted: Option<(String, TimestampFormat)>,
    pub(super) members: Option<MemberRows>,
    /// The columns with references to rows of the same table.
    pub(super) references: Vec<(ResolvedPath, String)>,
    pub(super) mapping: ColumnMapping,
    /// `true` if the row in `scim_meta` is needed.
    pub(super) has_side_row: bool,
    /// The limits of columns, by name; set by a check of the database.
    pub(super) limits: OnceLock<HashMap<String, Limit>>,
}

/// The limit of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// So many characters.
    Characters(usize),
    /// Signed integers of at most this many bits.
    Bits(u32),
}

/// An attribute in a column.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) path: ResolvedPath,
    pub(super) column: SqlColumn,
}

/// A multi-valued attribute in columns of the row.
#[derive(Debug)]
pub(super) struct Slots {
    pub(super) path: ResolvedPath,
    pub(super) elements: Vec<Element>,
}

/// A multi-valued attribute in a table of its own.
#[derive(Debug)]
pub(super) struct RowsField {
    pub(super) path: ResolvedPath,
    pub(super) rows: ElementRows,
}

/// A key as `scim_meta` has it. Text of yours may have a collation of its own, in which the index
/// there is not.
pub(super) fn as_side_id(key: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Sqlite => format!("CAST({key} AS TEXT)"),
        Dialect::Postgres => format!("CAST({key} AS text) COLLATE \"default\""),
    }
}

impl SqlTable {
    /// Returns the column of an attribute; `None` if the attribute has no column.
    pub(super) fn column_of(&self, path: &str) -> Option<&SqlColumn> {
        self.columns.iter().find(|(known, _)| known == path).map(|(_, column)| column)
    }
}

impl Layout {
    /// The table with the name of the row.
    pub(super) fn from(&self) -> String {
        format!("{} AS {ROW}", Dialect::quote(&self.table))
    }

    /// A column of the row.
    pub(super) fn of_row(column: &str) -> String {
        format!("{ROW}.{}", Dialect::quote(column))
    }

    /// The key of the row.
    pub(super) fn row_key(&self) -> String {
        Self::of_row(&self.key.column)
    }

    /// The key of the row as text.
    pub(super) fn row_id(&self) -> String {
        format!("CAST({} AS TEXT)", self.row_key())
    }

    /// The tenant of the row as text.
    pub(super) fn row_tenant(&self) -> String {
        match &self.scope {
            Scope::Single(tenant) => Dialect::literal(tenant.as_str()),
            Scope::Column(column) => format!("CAST({} AS TEXT)", Self::of_row(&column.name)),
        }
    }

    /// The condition that the row is one of the tenant, and visible.
    pub(super) fn of_tenant(&self, tenant: &Tenant) -> Sql {
        self.of_tenant_and(tenant, false)
    }

    /// Returns the condition of [`of_tenant`](Self::of_tenant). For a look-up, it tells SQLite that
    /// many rows satisfy it, so that the index of the compared column is chosen.
    pub(super) fn of_tenant_and(&self, tenant: &Tenant, is_look_up: bool) -> Sql {
        let is_hinted = is_look_up && self.dialect == Dialect::Sqlite;
        let mut condition = match &self.scope {
            Scope::Single(only) if tenant == only => Sql::new("TRUE"),
            Scope::Single(_) => Sql::new("FALSE"),
            Scope::Column(column) => match self.tenant_value(column, tenant) {
                // Without statistics, SQLite takes a tenant for ten rows.
                Some(value) if is_hinted => {
                    Sql::new(format!("likelihood({} = ", Self::of_row(&column.name)))
                        .push_sql(value)
                        .push(", 0.5)")
                }
                Some(value) => {
                    Sql::new(format!("{} = ", Self::of_row(&column.name))).push_sql(value)
                }
                None => Sql::new("FALSE"),
            },
        };
        for (column, value) in &self.constants {
            condition = condition
                .push(format!(" AND {} = ", Self::of_row(column)))
                .push_bind(value.clone());
        }
        if let Some((column, _)) = &self.deleted {
            condition = condition.push(format!(" AND {} IS NULL", Self::of_row(column)));
        }
        condition
    }

    /// The tenant as a value of a column; `None` if the column cannot hold it.
    pub(super) fn tenant_value(&self, column: &SqlColumn, tenant: &Tenant) -> Option<Sql> {
        use super::column::{Format, KeyFormat};
        let format = match column.format {
            Format::Integer => KeyFormat::Integer,
            Format::Uuid => KeyFormat::Uuid,
            _ => KeyFormat::Text,
        };
        format.bind(tenant.as_str(), self.dialect)
    }

    /// Returns `true` if the tenant can have rows.
    pub(super) fn has_tenant(&self, tenant: &Tenant) -> bool {
        match &self.scope {
            Scope::Single(only) => tenant == only,
            Scope::Column(column) => self.tenant_value(column, tenant).is_some(),
        }
    }

    /// The row of `scim_meta`, named `s`, joined to the row.
    pub(super) fn side_join(&self) -> String {
        if !self.has_side_row {
            return String::new();
        }
        format!(
            " LEFT JOIN scim_meta s ON s.tenant = {} AND s.table_name = {} AND s.id = {}",
            self.row_tenant(),
            Dialect::literal(&self.table),
            as_side_id(&self.row_key(), self.dialect)
        )
    }

    /// Returns `true` if a table of this crate has to be there.
    pub(super) fn needs_side_tables(&self) -> bool {
        self.has_side_row || self.key.source == KeySource::Sequence
    }

    /// The condition that the row has that id; `None` if no row can have it.
    pub(super) fn is_row(&self, id: &str) -> Option<Sql> {
        let value = self.key.format.bind(id, self.dialect)?;
        Some(Sql::new(format!("{} = ", self.row_key())).push_sql(value))
    }
}

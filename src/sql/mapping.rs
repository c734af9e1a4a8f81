//! The mapping of attributes to columns.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::{Column, ColumnFormat};
use super::dialect::Dialect;
use super::statement::Sql;
use crate::filter::Comparison;
use crate::schema::ResolvedPath;

/// The columns of a resource type's attributes. [`ColumnMapping`] suits most tables.
pub trait ColumnSource {
    /// Returns the database.
    fn dialect(&self) -> Dialect;

    /// Returns the column of an attribute, or of a sub-attribute of a single-valued complex one;
    /// `None` if it has no column. `id` must have one, of [`ColumnFormat::Text`] or
    /// [`ColumnFormat::IntegerKey`].
    fn column(&self, path: &ResolvedPath) -> Option<Column>;

    /// Returns the values of a multi-valued attribute, whatever the sub-attribute of `path`; `None`
    /// if they have no column.
    fn elements(&self, path: &ResolvedPath) -> Option<ElementTable>;

    /// Returns an equivalent condition for a comparison, for example one that uses an index. The
    /// subject is the resource.
    fn lookup(&self, _comparison: &Comparison) -> Option<Sql> {
        None
    }
}

/// Delegates to the value behind the pointer.
macro_rules! forward {
    ($($pointer:ident),*) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<C: ColumnSource + ?Sized> ColumnSource for $pointer<C> {
            fn dialect(&self) -> Dialect {
                (**self).dialect()
            }

            fn column(&self, path: &ResolvedPath) -> Option<Column> {
                (**self).column(path)
            }

            fn elements(&self, path: &ResolvedPath) -> Option<ElementTable> {
                (**self).elements(path)
            }

            fn lookup(&self, comparison: &Comparison) -> Option<Sql> {
                (**self).lookup(comparison)
            }
        }
    )*};
}

forward!(Arc, Box);

/// The values of a multi-valued attribute as rows, of a table or of a JSON array.
#[derive(Clone, Debug, PartialEq)]
pub struct ElementTable {
    /// The FROM clause.
    pub(super) from: String,
    /// Which rows are those of the resource.
    pub(super) condition: Option<String>,
    /// The join condition as two columns: that of the rows, and that of the resource.
    pub(super) link: Option<(String, String)>,
    /// In what order they come; needed only to sort by them.
    pub(super) position: Option<String>,
    /// The sub-attributes; the value itself of a simple attribute has the name `value`.
    pub(super) columns: HashMap<String, Column>,
    /// `true` if elements are JSON objects; else they are the value.
    pub(super) json: Option<Dialect>,
}

/// A mapping of attribute paths to columns. Build it once, [check](ColumnMapping::check) it, and
/// keep it in the store.
///
/// `id` must have a column. For example, with these tables in PostgreSQL;
/// [`ColumnFormat`](super::ColumnFormat) says which index serves what:
///
/// ```sql
/// CREATE TABLE accounts (
///     id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer text NOT NULL,
///     email text NOT NULL, external_id text, is_enabled boolean NOT NULL);
/// CREATE TABLE emails (account_id bigint NOT NULL REFERENCES accounts, type text, value text NOT NULL);
///
/// CREATE INDEX ON accounts (customer, id);                                 -- pages
/// CREATE UNIQUE INDEX ON accounts (customer, lower(email COLLATE "C"));    -- `userName eq`, unique in any case
/// CREATE INDEX ON accounts (customer, external_id);                        -- `externalId eq`
/// CREATE INDEX ON emails (lower(value COLLATE "C"));                       -- `emails.value eq`
/// CREATE INDEX ON emails (account_id);                                     -- the addresses of an account
/// ```
///
/// For an integer key use [`Column::integer_key`]. Return [`id_order`](super::id_order()) of the
/// mapping from [`ResourceStore::id_order`](crate::store::ResourceStore::id_order), so that pages
/// use an index. For a `NOT NULL` column,
/// [`ResourceType::with_required`](crate::ResourceType::with_required) makes the attribute
/// required, and [`Column::not_null`] lets sorting use an index:
///
/// ```
/// use scimwire::ResourceType;
/// use scimwire::query::IdOrder;
/// use scimwire::sql::{Column, Dialect, ElementTable, ColumnMapping, id_order};
///
/// let users = ResourceType::user().with_required("active").retain_attributes([
///     "userName",
///     "active",
///     "emails.type",
///     "emails.value",
/// ]);
/// let mapping = ColumnMapping::new(Dialect::Postgres)
///     .column("id", Column::integer_key("accounts.id"))
///     .column("externalId", Column::text("accounts.external_id"))
///     .column("userName", Column::ascii("accounts.email").not_null())
///     .column("active", Column::boolean("accounts.is_enabled").not_null())
///     .elements(
///         "emails",
///         ElementTable::table("emails", "account_id", "accounts.id")
///             .column("type", Column::text("emails.type"))
///             .column("value", Column::ascii("emails.value")),
///     )
///     .check(&users)?;
/// assert_eq!(id_order(&mapping), IdOrder::Numbers);
/// # Ok::<(), scimwire::sql::MappingError>(())
/// ```
///
/// [`testkit::lookups_use_an_index`](https://docs.rs/scimwire/latest/scimwire/testkit/fn.lookups_use_an_index.html)
/// fails where an index is missing.
#[derive(Clone, Debug)]
pub struct ColumnMapping {
    pub(super) dialect: Dialect,
    pub(super) columns: HashMap<String, Column>,
    pub(super) elements: HashMap<String, ElementTable>,
}

impl ElementTable {
    /// The rows of `table` whose column `foreign_key` equals the `key` of the resource, for example
    /// `user_email`, `user_id` and `users.id`.
    #[must_use]
    pub fn table(table: &str, foreign_key: &str, key: &str) -> Self {
        let (table, key) = (Dialect::quote(table), Dialect::quote(key));
        let foreign_key = format!("{table}.{}", Dialect::quote(foreign_key));
        let condition = format!("{foreign_key} = {key}");
        Self { link: Some((foreign_key, key)), ..Self::rows(table, Some(condition)) }
    }

    /// The elements of a JSON array, given as an expression; in PostgreSQL of type `jsonb`.
    #[must_use]
    pub fn json(dialect: Dialect, array: &str) -> Self {
        let from = match dialect {
            Dialect::Sqlite => format!("json_each({array}) AS \"element\""),
            Dialect::Postgres => {
                format!(
                    "jsonb_array_elements({array}) WITH ORDINALITY AS \"element\"(\"value\", \"key\")"
                )
            }
        };
        let position = Some("\"element\".\"key\"".to_owned());
        Self { position, json: Some(dialect), ..Self::rows(from, None) }
    }

    /// The rows of `from`, a table of the statement, that satisfy `condition`; for references of
    /// several columns.
    #[must_use]
    pub fn rows(from: String, condition: Option<String>) -> Self {
        Self { from, condition, link: None, position: None, columns: HashMap::new(), json: None }
    }

    /// Maps a sub-attribute to a column. For a simple attribute, such as a list of strings, use
    /// `value`.
    #[must_use]
    pub fn column(mut self, sub: &str, column: Column) -> Self {
        self.columns.insert(sub.to_owned(), column);
        self
    }

    /// Maps a sub-attribute to a member of a JSON object.
    #[must_use]
    pub fn member(self, sub: &str, form: ColumnFormat) -> Self {
        let text = self.json.unwrap_or(Dialect::Sqlite).json_text("\"element\".\"value\"", sub);
        let sql = match (self.json, form) {
            (Some(Dialect::Postgres), ColumnFormat::Boolean) => format!("CAST({text} AS boolean)"),
            (Some(Dialect::Postgres), ColumnFormat::Number) => format!("CAST({text} AS numeric)"),
            _ => text,
        };
        self.column(sub, Column::expression(sql, form))
    }

    /// Declares that the elements are strings, not objects.
    #[must_use]
    pub fn texts(self, form: ColumnFormat) -> Self {
        let sql = match self.json {
            Some(Dialect::Postgres) => "(\"element\".\"value\" #>> '{}')",
            _ => "\"element\".\"value\"",
        };
        self.column("value", Column::expression(sql, form))
    }

    /// The column of the last step of `path`.
    pub(super) fn of(&self, path: &ResolvedPath) -> Option<&Column> {
        let name = path.sub_attribute().map_or("value", |sub| sub.name());
        self.columns.get(name)
    }

    /// Returns `true` if they can be looked for among those of all resources, by an index perhaps.
    pub(super) fn are_apart(&self) -> bool {
        self.link.is_some()
    }

    /// A row of the resource satisfies `condition`. Where few rows do, they are looked for first,
    /// and not among those of each resource by itself.
    pub(super) fn exists(&self, condition: Sql, are_few: bool) -> Sql {
        if let (Some((foreign_key, key)), true) = (&self.link, are_few) {
            let sql = Sql::new(format!("{key} IN (SELECT {foreign_key} FROM {} WHERE ", self.from));
            return sql.push_sql(condition).push(")");
        }
        let mut sql = Sql::new(format!("EXISTS (SELECT 1 FROM {} WHERE ", self.from));
        if let Some(own) = &self.condition {
            sql = sql.push(format!("{own} AND "));
        }
        sql.push_sql(condition).push(")")
    }
}

impl ColumnMapping {
    /// Creates an empty mapping.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, columns: HashMap::new(), elements: HashMap::new() }
    }

    /// Maps an attribute to a column, by its canonical path: `userName`, `name.givenName`, or with
    /// the URN of an extension and a colon in front.
    #[must_use]
    pub fn column(mut self, path: &str, column: Column) -> Self {
        self.columns.insert(path.to_owned(), column);
        self
    }

    /// Maps a multi-valued attribute to the rows of a table or the elements of a JSON array.
    #[must_use]
    pub fn elements(mut self, path: &str, elements: ElementTable) -> Self {
        self.elements.insert(path.to_owned(), elements);
        self
    }
}

impl ColumnSource for ColumnMapping {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn column(&self, path: &ResolvedPath) -> Option<Column> {
        self.columns.get(&path.to_string()).cloned()
    }

    fn elements(&self, path: &ResolvedPath) -> Option<ElementTable> {
        self.elements.get(&path.without_sub().to_string()).cloned()
    }
}

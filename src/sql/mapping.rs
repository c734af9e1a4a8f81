//! The mapping of attributes to columns.

use std::collections::HashMap;
use std::sync::Arc;

use super::column::Column;
use super::dialect::Dialect;
use super::elements::ElementTable;
use super::statement::Sql;
use crate::filter::Comparison;
use crate::schema::ResolvedPath;

/// The columns of a resource type's attributes. [`ColumnMapping`] suits most tables.
pub trait ColumnSource {
    /// Returns the database.
    fn dialect(&self) -> Dialect;

    /// Returns the column of an attribute, or of a sub-attribute of a single-valued complex one;
    /// `None` if it has no column. `id` must have one, of
    /// [`ColumnFormat::Text`](super::ColumnFormat::Text),
    /// [`ColumnFormat::IntegerKey`](super::ColumnFormat::IntegerKey) or
    /// [`ColumnFormat::Uuid`](super::ColumnFormat::Uuid).
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
/// required, or [`ResourceType::with_default`](crate::ResourceType::with_default) gives it a value;
/// and [`Column::not_null`] lets sorting use an index:
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

    /// Maps a multi-valued attribute to the rows of a table, the elements of a JSON array, or
    /// columns of the resource's own row.
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

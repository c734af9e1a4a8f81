//! The description of a table: which attribute is in which column.

use super::column::{Format, KeyFormat, SqlColumn};
use super::elements::{Element, ElementRows, MemberRows};
use super::key::Key;
use scimwire::auth::Tenant;
use scimwire::schema::ResourceType;
use scimwire::sql::{Parameter, TimestampFormat};

/// A description of one of your tables, which makes it a store: see [the module](super).
#[derive(Clone, Debug)]
#[must_use = "a description does nothing until tables are opened"]
pub struct SqlTable {
    pub(super) resource_type: ResourceType,
    pub(super) table: String,
    pub(super) scope: Option<Scope>,
    pub(super) key: Option<Key>,
    pub(super) columns: Vec<(String, SqlColumn)>,
    pub(super) elements: Vec<(String, Elements)>,
    pub(super) version: Option<String>,
    pub(super) constants: Vec<(String, Parameter)>,
    pub(super) initial: Vec<(String, Parameter)>,
    pub(super) deleted: Option<(String, TimestampFormat)>,
    pub(super) members: Option<MemberRows>,
    pub(super) references: Vec<String>,
    pub(super) fixed: Vec<(String, String)>,
}

/// The rows of a tenant.
#[derive(Clone, Debug)]
pub(super) enum Scope {
    /// All, for one tenant.
    Single(Tenant),
    /// Those with the tenant in a column.
    Column(SqlColumn),
}

/// The place of the elements of a multi-valued attribute.
#[derive(Clone, Debug)]
pub(super) enum Elements {
    InRow(Vec<Element>),
    Rows(ElementRows),
}

impl SqlTable {
    /// Describes the table of a resource type. Attributes without a column are left out of the type:
    /// see [`ResourceType::retain_attributes`].
    pub fn new(resource_type: ResourceType, table: &str) -> Self {
        Self {
            resource_type,
            table: table.to_owned(),
            scope: None,
            key: None,
            columns: Vec::new(),
            elements: Vec::new(),
            version: None,
            constants: Vec::new(),
            initial: Vec::new(),
            deleted: None,
            members: None,
            references: Vec::new(),
            fixed: Vec::new(),
        }
    }

    /// Returns the name of the resource type.
    #[must_use]
    pub fn resource_type_name(&self) -> &str {
        self.resource_type.name()
    }

    /// Sets the column with the tenant, as text, integer or `uuid`. Every statement has it in its
    /// conditions. A tenant that the column cannot hold has no resources.
    pub fn tenant(self, column: impl Into<SqlColumn>) -> Self {
        Self { scope: Some(Scope::Column(column.into())), ..self }
    }

    /// Declares that all rows belong to one tenant: `default`, unless your authenticator names
    /// another. Requests of other tenants find nothing, and cannot create anything.
    pub fn single_tenant(self, tenant: impl Into<Tenant>) -> Self {
        Self { scope: Some(Scope::Single(tenant.into())), ..self }
    }

    /// Sets the primary key.
    pub fn key(self, key: Key) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Maps an attribute to a column, by its path: `userName`, `name.givenName`, `externalId`,
    /// `meta.created`, `meta.lastModified`, or the URN of an extension, a colon and a name. With
    /// [`SqlColumn::json`] the attribute may be complex or multi-valued.
    ///
    /// `externalId`, `meta.created` and `meta.lastModified` without a column are kept in
    /// `scim_meta`, a table of this crate.
    pub fn column(mut self, path: &str, column: impl Into<SqlColumn>) -> Self {
        self.columns.push((path.to_owned(), column.into()));
        self
    }

    /// Maps a multi-valued attribute, such as `emails`, to columns of the row. Call it once for each
    /// element that a row can hold: `work_phone`, `mobile_phone`. Other elements that a client sends
    /// are left out, with a [`Deviation`](scimwire::quirks::Deviation).
    pub fn element(mut self, path: &str, element: Element) -> Self {
        let known = self.elements.iter_mut().find_map(|(known, elements)| match elements {
            Elements::InRow(slots) if known == path => Some(slots),
            Elements::InRow(_) | Elements::Rows(_) => None,
        });
        match known {
            Some(slots) => slots.push(element),
            None => self.elements.push((path.to_owned(), Elements::InRow(vec![element]))),
        }
        self
    }

    /// Maps a multi-valued attribute to a table of its own, a row for each element.
    pub fn elements(mut self, path: &str, rows: ElementRows) -> Self {
        self.elements.push((path.to_owned(), Elements::Rows(rows)));
        self
    }

    /// Maps a reference to another row, such as the `manager` of the enterprise extension, to the
    /// column with its key. An id without a row of the tenant is rejected with 400 `invalidValue`.
    /// If the other row is deleted, the reference becomes NULL.
    pub fn reference(mut self, path: &str, column: &str) -> Self {
        // The format follows from the key of the table, which may be said later.
        let column =
            SqlColumn { format: Format::Reference(KeyFormat::Text), ..SqlColumn::text(column) };
        self.references.push(format!("{path}.value"));
        self.columns.push((format!("{path}.value"), column));
        self
    }

    /// Gives an attribute the same text in every resource, without a column: `userType` is `Employee`.
    /// Another value that a client sends is rejected with 400 `invalidValue`.
    pub fn fixed(mut self, path: &str, value: &str) -> Self {
        self.fixed.push((path.to_owned(), value.to_owned()));
        self
    }

    /// Sets an integer column that counts versions. The crate raises it with each change. A change
    /// by the application has to, too: [`SqlTables::triggers`](super::SqlTables::triggers) returns
    /// triggers that do. Without such a column, the version is a checksum of the row, and needs
    /// none.
    pub fn version(self, column: &str) -> Self {
        Self { version: Some(column.to_owned()), ..self }
    }

    /// Restricts the rows to those with this value in a column, and sets it in new ones, such as
    /// `kind` to `human`.
    pub fn constant(mut self, column: &str, value: impl Into<Parameter>) -> Self {
        self.constants.push((column.to_owned(), value.into()));
        self
    }

    /// Sets a column of new rows that has no attribute, and is `NOT NULL` without a default.
    pub fn initial(mut self, column: &str, value: impl Into<Parameter>) -> Self {
        self.initial.push((column.to_owned(), value.into()));
        self
    }

    /// Lets DELETE set a column to the time, instead of deleting the row. Rows with a time in it are
    /// invisible. For the values to be free again, make unique indexes partial: `WHERE deleted_at IS
    /// NULL`.
    pub fn soft_delete(self, column: &str, format: TimestampFormat) -> Self {
        Self { deleted: Some((column.to_owned(), format)), ..self }
    }

    /// Maps `members` to a table.
    pub fn members(self, rows: MemberRows) -> Self {
        Self { members: Some(rows), ..self }
    }
}

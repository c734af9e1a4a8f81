//! Elements of multi-valued attributes: in columns of the row, or in a table of their own.

use super::column::SqlColumn;

/// An element of a multi-valued attribute that is in columns of the row itself, such as the one
/// e-mail address of an account, or its work telephone.
///
/// ```
/// use scimwire_sqlx::table::Element;
///
/// let work = Element::new("work", "work_phone");
/// let email = Element::new("work", "email").primary();
/// # drop((work, email));
/// ```
#[derive(Clone, Debug)]
pub struct Element {
    pub(super) element_type: Option<String>,
    pub(super) is_primary: bool,
    pub(super) value: SqlColumn,
    pub(super) columns: Vec<(String, SqlColumn)>,
}

impl Element {
    /// Creates an element of that `type`, with its `value` in a column. It exists where the column
    /// is neither NULL nor empty.
    #[must_use]
    pub fn new(element_type: &str, value: impl Into<SqlColumn>) -> Self {
        Self { element_type: Some(element_type.to_owned()), ..Self::untyped(value) }
    }

    /// Creates an element without a `type`.
    #[must_use]
    pub fn untyped(value: impl Into<SqlColumn>) -> Self {
        Self { element_type: None, is_primary: false, value: value.into(), columns: Vec::new() }
    }

    /// Makes it the primary one: `primary` is always `true`.
    #[must_use]
    pub fn primary(self) -> Self {
        Self { is_primary: true, ..self }
    }

    /// Maps another sub-attribute, such as `display`, to a column.
    #[must_use]
    pub fn column(mut self, sub: &str, column: impl Into<SqlColumn>) -> Self {
        self.columns.push((sub.to_owned(), column.into()));
        self
    }

    /// All sub-attributes with a column, `value` first.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &SqlColumn)> {
        let others = self.columns.iter().map(|(sub, column)| (sub.as_str(), column));
        std::iter::once(("value", &self.value)).chain(others)
    }
}

/// A table with the elements of a multi-valued attribute, a row for each.
///
/// ```
/// use scimwire_sqlx::table::{ElementRows, SqlColumn};
///
/// let emails = ElementRows::new("user_email", "user_id")
///     .column("value", "address")
///     .column("type", "kind")
///     .column("primary", SqlColumn::boolean("is_main").with_default(false));
/// # drop(emails);
/// ```
///
/// A change of the attribute deletes the rows of the resource and inserts them anew. Without
/// [`ordered_by`](Self::ordered_by), elements come in the order of their values.
#[derive(Clone, Debug)]
pub struct ElementRows {
    pub(super) table: String,
    pub(super) foreign_key: String,
    pub(super) order: Option<String>,
    pub(super) columns: Vec<(String, SqlColumn)>,
}

impl ElementRows {
    /// Describes a table whose column `foreign_key` holds the key of the resource.
    #[must_use]
    pub fn new(table: &str, foreign_key: &str) -> Self {
        Self {
            table: table.to_owned(),
            foreign_key: foreign_key.to_owned(),
            order: None,
            columns: Vec::new(),
        }
    }

    /// Maps a sub-attribute to a column. The value itself of a simple attribute, such as a list of
    /// strings, is `value`.
    #[must_use]
    pub fn column(mut self, sub: &str, column: impl Into<SqlColumn>) -> Self {
        self.columns.push((sub.to_owned(), column.into()));
        self
    }

    /// Sets the column that elements are ordered by, such as a key that the database generates.
    #[must_use]
    pub fn ordered_by(self, column: &str) -> Self {
        Self { order: Some(column.to_owned()), ..self }
    }
}

/// A table with the members of groups, a row for each member.
///
/// ```
/// use scimwire_sqlx::table::{MemberRows, UnknownMembers};
///
/// let members = MemberRows::new("team_members", "team_id", "account_id")
///     .unknown_members(UnknownMembers::Ignore);
/// # drop(members);
/// ```
///
/// The pair of the two columns has to be unique. The table needs an index on each of them: the
/// primary key for one, and another index for the other.
#[derive(Clone, Debug)]
pub struct MemberRows {
    pub(super) table: String,
    pub(super) group: String,
    pub(super) member: String,
    pub(super) tenant: Option<SqlColumn>,
    pub(super) member_type: String,
    pub(super) unknown: UnknownMembers,
}

/// The handling of ids that are added to a group, and belong to no user of the tenant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnknownMembers {
    /// The request is rejected with 400 `invalidValue`.
    #[default]
    Reject,
    /// They are left out.
    Ignore,
    /// They are stored. This needs a column of text without a foreign key.
    Keep,
}

impl MemberRows {
    /// Describes a table by its name, the column with the key of the group, and the column with the
    /// key of the member, which is a `User`.
    #[must_use]
    pub fn new(table: &str, group: &str, member: &str) -> Self {
        Self {
            table: table.to_owned(),
            group: group.to_owned(),
            member: member.to_owned(),
            tenant: None,
            member_type: "User".to_owned(),
            unknown: UnknownMembers::default(),
        }
    }

    /// Sets the resource type of the members. The default is `User`.
    #[must_use]
    pub fn of_type(self, resource_type: &str) -> Self {
        Self { member_type: resource_type.to_owned(), ..self }
    }

    /// Sets the column with the tenant, if the table has one.
    #[must_use]
    pub fn tenant(self, column: impl Into<SqlColumn>) -> Self {
        Self { tenant: Some(column.into()), ..self }
    }

    /// Sets the handling of unknown ids. The default is [`UnknownMembers::Reject`].
    #[must_use]
    pub fn unknown_members(self, unknown: UnknownMembers) -> Self {
        Self { unknown, ..self }
    }
}

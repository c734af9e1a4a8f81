//! Columns of attributes, and their formats.

use super::dialect::Dialect;

/// An expression with the value of an attribute, and its format.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub(super) sql: String,
    pub(super) form: ColumnFormat,
    pub(super) prepared: Option<String>,
    pub(super) not_null: bool,
    /// `true` if it is a column by its name, which can have an index; else it is an expression.
    pub(super) is_name: bool,
}

/// The format of the values of a column.
///
/// The level of [`Pushdown`](crate::store::Pushdown) of each format: for `userName`, which is
/// unique and ignores case, for `title`, which ignores case and is not unique, and for
/// `externalId`, which is case-sensitive. *Prepared* means with [`Column::with_prepared`]; *no* is
/// rejected by [`ColumnMapping::check`](super::ColumnMapping::check).
///
/// | form | `userName eq` | `userName sw` | `userName pr` | by `userName` | `title eq` | by `title` | `externalId eq` | by `externalId` |
/// |---|---|---|---|---|---|---|---|---|
/// | `Text` | Partial | Partial | Full | Filter | Partial | Filter | Full | Full |
/// | `Ascii` | Full | Full | Full | Full | Full | Full | Full | Full |
/// | `Folded` | Partial | Full | Full | Full | Full | Full | no | no |
/// | `Folded`, prepared | Full | Full | Full | Full | Full | Full | no | no |
/// | `Key` | Partial | Full | Full | Full | Full | Full | Full | Full |
/// | `Key`, prepared | Full | Full | Full | Full | Full | Full | Full | Full |
///
/// If a text is always ASCII, use [`ColumnFormat::Ascii`], which needs no further column. Otherwise
/// use [`ColumnFormat::Folded`] or [`ColumnFormat::Key`], which your application fills in at each
/// write.
///
/// `eq` and `sw` use an index on the compared expression, if there is one. For `Text` and `Ascii`
/// without case, this is `lower(email)` in SQLite and `lower(email COLLATE "C")` in PostgreSQL.
/// Text beyond ASCII uses the same index, if the column is given by name and not as an expression.
/// For everything else it is the column itself; in PostgreSQL, `sw` and sorting need `COLLATE "C"`.
/// The tenant comes first: `CREATE INDEX .. ON users (account, lower(email))`. Elements in a table
/// of their own need indexes on their value and on the reference to the resource. SQLite needs
/// statistics to choose well: run `ANALYZE` or `PRAGMA optimize` now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnFormat {
    /// Text as in the resource. If the attribute ignores case, SQL finds a superset: it folds only
    /// ASCII, and the crate checks the rest.
    Text,
    /// Text as in the resource, known to be ASCII, such as e-mail addresses.
    Ascii,
    /// Text [folded](crate::schema::case_fold), beside the column with the text itself.
    Folded,
    /// The result of [`sort_key`](super::sort_key()).
    Key,
    /// An integer of up to 64 bits whose digits are the text, such as an integer key for `id` or
    /// the `value` of a reference. Lookups with `eq` and pages use the number; other operators
    /// compare text.
    IntegerKey,
    /// A UUID, such as a key for `id` or the `value` of a reference: in PostgreSQL of type `uuid`,
    /// in SQLite text in canonical form with lower-case letters. Lookups with `eq` and pages
    /// use the column itself; other operators compare text.
    Uuid,
    /// True or false; in SQLite 1 or 0.
    Boolean,
    /// A number.
    Number,
    /// An instant.
    Instant(TimestampFormat),
    /// Bytes.
    Binary,
}

/// The format of timestamps in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimestampFormat {
    /// Whole seconds since 1970.
    UnixSeconds,
    /// Whole milliseconds since 1970.
    UnixMillis,
    /// Whole microseconds since 1970.
    UnixMicros,
    /// PostgreSQL's `timestamp with time zone`.
    Timestamptz,
    /// PostgreSQL's `timestamp` without time zone, in UTC.
    Timestamp,
    /// Text as in `meta.lastModified`: in UTC, with six digits of a second and `Z`.
    Rfc3339Micros,
    /// Text such as `2011-05-13 04:42:34`, in UTC and whole seconds, as written by
    /// `CURRENT_TIMESTAMP` in SQLite.
    SqlText,
}

impl Column {
    /// A column, by its name, perhaps with that of its table: `users.email`.
    #[must_use]
    pub fn new(name: &str, form: ColumnFormat) -> Self {
        Self { is_name: true, ..Self::expression(Dialect::quote(name), form) }
    }

    /// Any expression, written into the statement as it stands: nothing that came from outside
    /// belongs there.
    pub fn expression(sql: impl Into<String>, form: ColumnFormat) -> Self {
        Self { sql: sql.into(), form, prepared: None, not_null: false, is_name: false }
    }

    /// A text that is the same in each row, such as the `type` of the elements in a column.
    #[must_use]
    pub fn constant(text: &str) -> Self {
        let form = if text.is_ascii() { ColumnFormat::Ascii } else { ColumnFormat::Text };
        Self::expression(Dialect::literal(text), form)
    }

    /// No value in any row, for a sub-attribute that certain elements never have.
    #[must_use]
    pub fn null(form: ColumnFormat) -> Self {
        let kind = match form {
            ColumnFormat::IntegerKey => "bigint",
            ColumnFormat::Uuid => "uuid",
            ColumnFormat::Boolean => "boolean",
            ColumnFormat::Number => "numeric",
            ColumnFormat::Instant(TimestampFormat::Timestamptz) => "timestamptz",
            ColumnFormat::Instant(TimestampFormat::Timestamp) => "timestamp",
            ColumnFormat::Instant(
                TimestampFormat::UnixSeconds
                | TimestampFormat::UnixMillis
                | TimestampFormat::UnixMicros,
            ) => "bigint",
            // SQLite reads any name of a type.
            ColumnFormat::Binary => "bytea",
            ColumnFormat::Text
            | ColumnFormat::Ascii
            | ColumnFormat::Folded
            | ColumnFormat::Key
            | ColumnFormat::Instant(TimestampFormat::Rfc3339Micros | TimestampFormat::SqlText) => {
                "text"
            }
        };
        Self::expression(format!("CAST(NULL AS {kind})"), form)
    }

    /// A column of [`ColumnFormat::Text`].
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self::new(name, ColumnFormat::Text)
    }

    /// A column of [`ColumnFormat::Ascii`].
    #[must_use]
    pub fn ascii(name: &str) -> Self {
        Self::new(name, ColumnFormat::Ascii)
    }

    /// A column of [`ColumnFormat::Folded`].
    #[must_use]
    pub fn folded(name: &str) -> Self {
        Self::new(name, ColumnFormat::Folded)
    }

    /// A column of [`ColumnFormat::Key`].
    #[must_use]
    pub fn key(name: &str) -> Self {
        Self::new(name, ColumnFormat::Key)
    }

    /// A column of [`ColumnFormat::IntegerKey`].
    #[must_use]
    pub fn integer_key(name: &str) -> Self {
        Self::new(name, ColumnFormat::IntegerKey)
    }

    /// A column of [`ColumnFormat::Uuid`].
    #[must_use]
    pub fn uuid(name: &str) -> Self {
        Self::new(name, ColumnFormat::Uuid)
    }

    /// A column of [`ColumnFormat::Boolean`].
    #[must_use]
    pub fn boolean(name: &str) -> Self {
        Self::new(name, ColumnFormat::Boolean)
    }

    /// A column of [`ColumnFormat::Number`].
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self::new(name, ColumnFormat::Number)
    }

    /// A column of [`ColumnFormat::Instant`].
    #[must_use]
    pub fn instant(name: &str, form: TimestampFormat) -> Self {
        Self::new(name, ColumnFormat::Instant(form))
    }

    /// Sets an expression for the result of [`prepared_key`](super::lookup_key), which compares
    /// identifiers beyond ASCII, such as user names. Without it SQL finds a superset of them.
    #[must_use]
    pub fn with_prepared(self, expression: impl Into<String>) -> Self {
        Self { prepared: Some(expression.into()), ..self }
    }

    /// Declares the column `NOT NULL`, so that an order by it can use an index.
    #[must_use]
    pub fn not_null(self) -> Self {
        Self { not_null: true, ..self }
    }

    /// The expression.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }
}

//! The column of an attribute, and the form of its values.

use super::dialect::Dialect;

/// An expression with the value of an attribute, and the form of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub(super) sql: String,
    pub(super) form: Form,
    pub(super) prepared: Option<String>,
    pub(super) not_null: bool,
    /// `true` if it is a column by its name, which can have an index; else it is an expression.
    pub(super) is_name: bool,
}

/// The format of the values of a column.
///
/// How much of a query ([`Pushdown`](crate::store::Pushdown)) text answers in each form: of
/// `userName`, which is unique and compares without regard to case, of `title`, which does so too
/// and is not unique, and of `externalId`, for which case counts. *Prepared* is with
/// [`Column::with_prepared`]; *no* is refused by [`Mapping::check`](super::Mapping::check).
///
/// | form | `userName eq` | `userName sw` | `userName pr` | by `userName` | `title eq` | by `title` | `externalId eq` | by `externalId` |
/// |---|---|---|---|---|---|---|---|---|
/// | `Text` | Narrows | Narrows | Pages | Filters | Narrows | Filters | Pages | Pages |
/// | `Ascii` | Pages | Pages | Pages | Pages | Pages | Pages | Pages | Pages |
/// | `Folded` | Narrows | Pages | Pages | Pages | Pages | Pages | no | no |
/// | `Folded`, prepared | Pages | Pages | Pages | Pages | Pages | Pages | no | no |
/// | `Key` | Narrows | Pages | Pages | Pages | Pages | Pages | Pages | Pages |
/// | `Key`, prepared | Pages | Pages | Pages | Pages | Pages | Pages | Pages | Pages |
///
/// Where the host knows that a text is ASCII, [`Form::Ascii`] needs no further column. Else
/// [`Form::Folded`] or [`Form::Key`] does, which the host fills in at each write.
///
/// `eq` and `sw` are answered by an index, if there is one on what is compared. Where case does not
/// count, that is, for `Text` and `Ascii`, `lower(email)` in SQLite and `lower(email COLLATE "C")`
/// in PostgreSQL; text beyond ASCII is found in the same index, where the column has been named
/// rather than written as an expression. For all else it is the column itself; `sw`, and orders,
/// ask for `COLLATE "C"` in PostgreSQL. The tenant comes first: `CREATE INDEX .. ON users (account,
/// lower(email))`. Elements in a table of their own have indexes on their value and on what refers
/// to the resource. SQLite needs to know how large tables are to choose well: let it `ANALYZE`, or
/// `PRAGMA optimize`, now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Form {
    /// Text as the resource has it. Where case does not count for the attribute, SQL finds a few
    /// too many: it folds ASCII only, and all that is beyond ASCII is left to the crate.
    Text,
    /// Text as in the resource, known to be ASCII, such as e-mail addresses.
    Ascii,
    /// Text [folded](crate::schema::fold), beside the column with the text itself.
    Folded,
    /// The result of [`key`](super::key()).
    Key,
    /// An integer of up to 64 bits whose digits are the text, such as an integer key for `id` or
    /// the `value` of a reference. Lookups with `eq` and pages use the number; other operators
    /// compare text.
    IntegerKey,
    /// True or false; in SQLite 1 or 0.
    Boolean,
    /// A number.
    Number,
    /// An instant.
    Instant(InstantForm),
    /// Bytes.
    Binary,
}

/// The format of timestamps in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InstantForm {
    /// Whole seconds since 1970.
    UnixSeconds,
    /// Whole milliseconds since 1970.
    UnixMillis,
    /// Whole microseconds since 1970.
    UnixMicros,
    /// PostgreSQL's `timestamp with time zone`.
    Timestamptz,
    /// Text as in `meta.lastModified`: in UTC, with six digits of a second and `Z`.
    Rfc3339Micros,
}

impl Column {
    /// A column, by its name, perhaps with that of its table: `users.email`.
    #[must_use]
    pub fn new(name: &str, form: Form) -> Self {
        Self { is_name: true, ..Self::expression(Dialect::quote(name), form) }
    }

    /// Any expression, written into the statement as it stands: nothing that came from outside
    /// belongs there.
    pub fn expression(sql: impl Into<String>, form: Form) -> Self {
        Self { sql: sql.into(), form, prepared: None, not_null: false, is_name: false }
    }

    /// A column of [`Form::Text`].
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self::new(name, Form::Text)
    }

    /// A column of [`Form::Ascii`].
    #[must_use]
    pub fn ascii(name: &str) -> Self {
        Self::new(name, Form::Ascii)
    }

    /// A column of [`Form::Folded`].
    #[must_use]
    pub fn folded(name: &str) -> Self {
        Self::new(name, Form::Folded)
    }

    /// A column of [`Form::Key`].
    #[must_use]
    pub fn key(name: &str) -> Self {
        Self::new(name, Form::Key)
    }

    /// A column of [`Form::IntegerKey`].
    #[must_use]
    pub fn integer_key(name: &str) -> Self {
        Self::new(name, Form::IntegerKey)
    }

    /// A column of [`Form::Boolean`].
    #[must_use]
    pub fn boolean(name: &str) -> Self {
        Self::new(name, Form::Boolean)
    }

    /// A column of [`Form::Number`].
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self::new(name, Form::Number)
    }

    /// A column of [`Form::Instant`].
    #[must_use]
    pub fn instant(name: &str, form: InstantForm) -> Self {
        Self::new(name, Form::Instant(form))
    }

    /// Sets an expression for the result of [`prepared_key`](super::prepared_key), which compares
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

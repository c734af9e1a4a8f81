//! Columns of existing tables, and the formats of their values.

use std::fmt;
use std::sync::Arc;

use scimwire::sql::TimestampFormat;
use scimwire::value::Value;

/// A column of your table, and the format of its values.
///
/// ```
/// use scimwire::sql::TimestampFormat;
/// use scimwire_sqlx::table::SqlColumn;
///
/// let email = SqlColumn::text("email").not_null();
/// let enabled = SqlColumn::boolean("is_enabled").with_default(true);
/// let updated = SqlColumn::instant("updated_at", TimestampFormat::Rfc3339Micros);
/// # drop((email, enabled, updated));
/// ```
///
/// A name alone is a column of text: `.column("userName", "login")`.
#[derive(Clone, Debug)]
pub struct SqlColumn {
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) null: Null,
}

/// The format of the values of a column.
#[derive(Clone, Debug)]
pub(super) enum Format {
    Text,
    Ascii,
    Boolean,
    Integer,
    Decimal,
    Instant(TimestampFormat),
    /// As sqlx writes `chrono::DateTime<Utc>`: settled once the database is known.
    OfDriver,
    Uuid,
    Json,
    /// The key of another row, in the format of that key.
    Reference(KeyFormat),
    Custom(Custom),
}

/// The format of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyFormat {
    Text,
    Uuid,
    Integer,
}

/// The content of a column whose attribute is unassigned.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Null {
    /// NULL.
    Allowed,
    /// Empty text; a value of another format has to be sent.
    Refused,
    /// The default value of the attribute.
    Default(Value),
    /// JSON without values.
    Empty(&'static str),
}

type Read = dyn Fn(&str) -> Option<Value> + Send + Sync;
type Write = dyn Fn(&Value) -> Option<String> + Send + Sync;

/// A pair of functions between the text of a column and the value of an attribute.
#[derive(Clone)]
pub(super) struct Custom {
    pub(super) read: Arc<Read>,
    pub(super) write: Arc<Write>,
}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Custom")
    }
}

impl From<&str> for SqlColumn {
    fn from(name: &str) -> Self {
        Self::text(name)
    }
}

impl SqlColumn {
    fn new(name: &str, format: Format) -> Self {
        Self { name: name.to_owned(), format, null: Null::Allowed }
    }

    /// A column of text: `text`, `varchar(n)`, `citext`.
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self::new(name, Format::Text)
    }

    /// A column of text that is always ASCII, such as e-mail addresses. SQL answers every filter on
    /// it exactly: see [`ColumnFormat::Ascii`](scimwire::sql::ColumnFormat::Ascii). A value beyond
    /// ASCII is rejected with 400 `invalidValue`.
    #[must_use]
    pub fn ascii(name: &str) -> Self {
        Self::new(name, Format::Ascii)
    }

    /// A column of `boolean`; in SQLite 0 or 1.
    #[must_use]
    pub fn boolean(name: &str) -> Self {
        Self::new(name, Format::Boolean)
    }

    /// A column of whole numbers of up to 64 bits.
    #[must_use]
    pub fn integer(name: &str) -> Self {
        Self::new(name, Format::Integer)
    }

    /// A column of numbers: `numeric`, `double precision`, `REAL`.
    #[must_use]
    pub fn decimal(name: &str) -> Self {
        Self::new(name, Format::Decimal)
    }

    /// A column of instants.
    #[must_use]
    pub fn instant(name: &str, format: TimestampFormat) -> Self {
        Self::new(name, Format::Instant(format))
    }

    /// A column of `uuid`; in SQLite canonical lower-case text.
    #[must_use]
    pub fn uuid(name: &str) -> Self {
        Self::new(name, Format::Uuid)
    }

    /// A column with the whole value of an attribute as JSON, such as `addresses`: `jsonb` or `json`;
    /// in SQLite text.
    #[must_use]
    pub fn json(name: &str) -> Self {
        Self::new(name, Format::Json)
    }

    /// A column of text that two functions convert: from the text of the column to a value, and
    /// from a value to text. `None` from `read` means that the attribute is unassigned, and `None`
    /// from `write` that the value does not fit, which is 400 `invalidValue`. Filters on the
    /// attribute are evaluated by the crate.
    ///
    /// ```
    /// use scimwire_sqlx::table::SqlColumn;
    ///
    /// // `f`, `m` and so on, for the attribute `userType`.
    /// let kind = SqlColumn::custom(
    ///     "kind",
    ///     |text| Some(if text == "e" { "Employee" } else { "Contractor" }.into()),
    ///     |value| value.as_str().map(|value| if value == "Employee" { "e" } else { "c" }.into()),
    /// );
    /// # drop(kind);
    /// ```
    #[must_use]
    pub fn custom(
        name: &str,
        read: impl Fn(&str) -> Option<Value> + Send + Sync + 'static,
        write: impl Fn(&Value) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let custom = Custom { read: Arc::new(read), write: Arc::new(write) };
        Self::new(name, Format::Custom(custom))
    }

    /// Declares the column `NOT NULL`. Text is empty where the attribute is unassigned, and JSON is
    /// `[]` or `{}`; an attribute of another format becomes required, unless it has a [default](Self::with_default).
    #[must_use]
    pub fn not_null(self) -> Self {
        Self { null: Null::Refused, ..self }
    }

    /// Declares the column `NOT NULL`, and sets the value of the attribute where clients assign
    /// none: `true` for `active`.
    #[must_use]
    pub fn with_default(self, value: impl Into<Value>) -> Self {
        Self { null: Null::Default(value.into()), ..self }
    }

    /// Returns `true` for a column of instants.
    pub(super) fn is_instant(&self) -> bool {
        matches!(self.format, Format::Instant(_) | Format::OfDriver)
    }

    /// Returns `true` if unassigned is stored as empty text.
    pub(super) fn is_empty_for_null(&self) -> bool {
        let is_text = matches!(self.format, Format::Text | Format::Ascii | Format::Custom(_));
        is_text && self.null == Null::Refused
    }

    /// Returns `true` if clients have to assign the attribute.
    pub(super) fn requires_value(&self) -> bool {
        let is_json = matches!(self.format, Format::Json);
        self.null == Null::Refused && !self.is_empty_for_null() && !is_json
    }
}

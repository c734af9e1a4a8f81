//! Primary keys, and where they come from.

use super::column::KeyFormat;
use scimwire::sql::{Column, Dialect, Sql};
use scimwire::store::fresh_id;

/// The primary key of your table, whose text is the `id` of the resource.
///
/// An id is never given twice. [`SqlTables::check`](super::SqlTables::check) refuses a SQLite key
/// that the database would give again after the last row was deleted.
#[derive(Clone, Debug)]
pub struct Key {
    pub(super) column: String,
    pub(super) format: KeyFormat,
    pub(super) source: KeySource,
}

/// The source of keys for new rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeySource {
    /// This crate: a UUID of version 7.
    Fresh,
    /// The database: `AUTOINCREMENT`, an identity column or a sequence.
    Database,
    /// The table `scim_sequence` of this crate.
    Sequence,
}

impl Key {
    /// A key of text. New rows get a UUID of version 7.
    #[must_use]
    pub fn text(column: &str) -> Self {
        Self::new(column, KeyFormat::Text, KeySource::Fresh)
    }

    /// A key of type `uuid`; in SQLite, canonical lower-case text. New rows get one of version 7.
    #[must_use]
    pub fn uuid(column: &str) -> Self {
        Self::new(column, KeyFormat::Uuid, KeySource::Fresh)
    }

    /// An integer key that the database generates: `AUTOINCREMENT` in SQLite, `GENERATED .. AS
    /// IDENTITY` or `bigserial` in PostgreSQL.
    #[must_use]
    pub fn integer(column: &str) -> Self {
        Self::new(column, KeyFormat::Integer, KeySource::Database)
    }

    /// Lets the crate choose the integer: one more than any before, of all tables that say so, which
    /// it keeps in a table of its own, `scim_sequence`. So no user has the id of a group. For `INTEGER PRIMARY KEY` without `AUTOINCREMENT`, and for columns
    /// without a default.
    #[must_use]
    pub fn from_sequence(self) -> Self {
        match self.format {
            KeyFormat::Integer => Self { source: KeySource::Sequence, ..self },
            KeyFormat::Text | KeyFormat::Uuid => self,
        }
    }

    fn new(column: &str, format: KeyFormat, source: KeySource) -> Self {
        Self { column: column.to_owned(), format, source }
    }

    /// The key that this crate gives to a new row.
    pub(super) fn fresh(&self) -> Option<String> {
        (self.source == KeySource::Fresh).then(fresh_id)
    }
}

impl KeyFormat {
    /// An id as a key; `None` if no row can have it.
    pub(super) fn bind(self, id: &str, dialect: Dialect) -> Option<Sql> {
        match self {
            Self::Text if id.contains('\0') => None,
            Self::Text => Some(Sql::new("").push_bind_text(id)),
            Self::Uuid => is_uuid(id).then(|| cast_text(id, "uuid", dialect)),
            Self::Integer => integer(id).map(|number| Sql::new("").push_bind(number.into())),
        }
    }

    /// Returns `true` if a row can have the id.
    pub(super) fn is_valid(self, id: &str) -> bool {
        match self {
            Self::Text => !id.contains('\0'),
            Self::Uuid => is_uuid(id),
            Self::Integer => integer(id).is_some(),
        }
    }

    /// Keys of a JSON array of ids, as a sub-select with a column `id`.
    pub(super) fn of_list(self, ids: &[&str], dialect: Dialect) -> Sql {
        let valid: Vec<&str> = ids.iter().copied().filter(|id| self.is_valid(id)).collect();
        let list = serde_json::Value::from(valid).to_string();
        let (before, after) = match (dialect, self) {
            (Dialect::Sqlite, Self::Integer) => {
                ("(SELECT CAST(value AS INTEGER) AS id FROM json_each(", "))")
            }
            (Dialect::Sqlite, Self::Text | Self::Uuid) => {
                ("(SELECT value AS id FROM json_each(", "))")
            }
            (Dialect::Postgres, Self::Integer) => (
                "(SELECT CAST(v AS bigint) AS id FROM json_array_elements_text(CAST(",
                " AS json)) v)",
            ),
            (Dialect::Postgres, Self::Uuid) => (
                "(SELECT CAST(v AS uuid) AS id FROM json_array_elements_text(CAST(",
                " AS json)) v)",
            ),
            (Dialect::Postgres, Self::Text) => {
                ("(SELECT v AS id FROM json_array_elements_text(CAST(", " AS json)) v)")
            }
        };
        Sql::new(before).push_bind_text(list).push(after)
    }

    /// The column of an id for filters.
    pub(super) fn column(self, name: &str) -> Column {
        match self {
            Self::Text => Column::text(name),
            Self::Uuid => Column::uuid(name),
            Self::Integer => Column::integer_key(name),
        }
    }

    /// The key in an expression of text.
    pub(super) fn of_text(self, text: &str, dialect: Dialect) -> String {
        match (self, dialect) {
            (Self::Integer, Dialect::Sqlite) => format!("CAST({text} AS INTEGER)"),
            (Self::Integer, Dialect::Postgres) => format!("CAST({text} AS bigint)"),
            (Self::Uuid, Dialect::Postgres) => format!("CAST({text} AS uuid)"),
            (Self::Text | Self::Uuid, Dialect::Sqlite) | (Self::Text, Dialect::Postgres) => {
                text.to_owned()
            }
        }
    }
}

/// Text that is converted to another type by the database.
pub(super) fn cast_text(text: &str, to: &str, dialect: Dialect) -> Sql {
    match dialect {
        Dialect::Sqlite => Sql::new("").push_bind_text(text),
        Dialect::Postgres => Sql::new("CAST(").push_bind_text(text).push(format!(" AS {to})")),
    }
}

/// The number that is written so, and not otherwise.
pub(super) fn integer(id: &str) -> Option<i64> {
    id.parse::<i64>().ok().filter(|number| number.to_string() == id)
}

/// Returns `true` for a UUID in its canonical text.
pub(super) fn is_uuid(text: &str) -> bool {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match byte {
            b'-' => is_dash(at),
            b'0'..=b'9' | b'a'..=b'f' => !is_dash(at),
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_key_in_one_spelling() {
        for (format, id, expected) in [
            (KeyFormat::Integer, "7", true),
            (KeyFormat::Integer, "-7", true),
            (KeyFormat::Integer, "007", false),
            (KeyFormat::Integer, "+7", false),
            (KeyFormat::Integer, "9223372036854775808", false),
            (KeyFormat::Integer, "", false),
            (KeyFormat::Uuid, "019a0000-0000-7000-8000-00000000000a", true),
            (KeyFormat::Uuid, "019A0000-0000-7000-8000-00000000000A", false),
            (KeyFormat::Uuid, "019a00000000-7000-8000-00000000000a--", false),
            (KeyFormat::Text, "anything", true),
            (KeyFormat::Text, "a\0b", false),
        ] {
            assert_eq!(format.is_valid(id), expected, "{format:?} {id:?}");
            assert_eq!(format.bind(id, Dialect::Postgres).is_some(), expected, "{format:?} {id:?}");
        }
    }
}

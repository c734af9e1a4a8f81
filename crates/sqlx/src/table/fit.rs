//! Formats of columns against the types that the database has.

use super::column::{Format, KeyFormat};
use scimwire::sql::{Dialect, TimestampFormat};

/// A class of column types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Text,
    Boolean,
    Integer,
    Number,
    Timestamptz,
    Timestamp,
    Uuid,
    Json,
    /// SQLite: any value as it is.
    Any,
    Other,
}

impl Format {
    /// Returns `true` if a column of that type can have values of the format.
    pub(super) fn is_of(&self, kind: &str, dialect: Dialect) -> bool {
        let class = match dialect {
            Dialect::Sqlite => of_sqlite(kind),
            Dialect::Postgres => of_postgres(kind),
        };
        let is_sqlite = dialect == Dialect::Sqlite;
        match self {
            _ if class == Class::Any => true,
            Self::Text | Self::Ascii | Self::Custom(_) => class == Class::Text,
            Self::Boolean if is_sqlite => {
                matches!(class, Class::Boolean | Class::Integer | Class::Number)
            }
            Self::Boolean => class == Class::Boolean,
            Self::Integer => class == Class::Integer || is_sqlite && class == Class::Number,
            Self::Decimal => matches!(class, Class::Integer | Class::Number),
            Self::Instant(format) => instant(*format, class, is_sqlite),
            // It is settled before.
            Self::OfDriver => false,
            Self::Json => class == Class::Json || is_sqlite && class == Class::Text,
            Self::Uuid => class == Class::Uuid || is_sqlite && class == Class::Text,
            Self::Reference(key) => key.is_of(kind, dialect),
        }
    }
}

impl KeyFormat {
    pub(super) fn is_of(self, kind: &str, dialect: Dialect) -> bool {
        match self {
            Self::Text => Format::Text.is_of(kind, dialect),
            Self::Uuid => Format::Uuid.is_of(kind, dialect),
            Self::Integer => Format::Integer.is_of(kind, dialect),
        }
    }
}

fn instant(format: TimestampFormat, class: Class, is_sqlite: bool) -> bool {
    match format {
        TimestampFormat::UnixSeconds
        | TimestampFormat::UnixMillis
        | TimestampFormat::UnixMicros => {
            class == Class::Integer || is_sqlite && class == Class::Number
        }
        TimestampFormat::Timestamptz => class == Class::Timestamptz,
        TimestampFormat::Timestamp => class == Class::Timestamp && !is_sqlite,
        _ => class == Class::Text || is_sqlite && class == Class::Timestamp,
    }
}

/// The affinity of a declared type, and what it is meant for where that is known.
fn of_sqlite(kind: &str) -> Class {
    let has = |part: &str| kind.contains(part);
    match kind {
        "" => Class::Any,
        _ if has("int") => Class::Integer,
        _ if has("char") || has("clob") || has("text") => Class::Text,
        _ if has("blob") => Class::Any,
        _ if has("bool") => Class::Boolean,
        _ if has("date") || has("time") => Class::Timestamp,
        _ if has("json") => Class::Json,
        _ if has("uuid") => Class::Uuid,
        _ if has("real") || has("float") || has("double") || has("num") || has("dec") => {
            Class::Number
        }
        _ => Class::Other,
    }
}

fn of_postgres(kind: &str) -> Class {
    let base = kind.split('(').next().unwrap_or_default().trim();
    match base {
        "text" | "character varying" | "character" | "citext" | "name" => Class::Text,
        "boolean" => Class::Boolean,
        "smallint" | "integer" | "bigint" => Class::Integer,
        "numeric" | "double precision" | "real" => Class::Number,
        "uuid" => Class::Uuid,
        "json" | "jsonb" => Class::Json,
        "timestamp" if kind.ends_with("without time zone") => Class::Timestamp,
        "timestamp without time zone" => Class::Timestamp,
        "timestamp" | "timestamp with time zone" => Class::Timestamptz,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_need_columns_of_their_type() {
        let (sqlite, postgres) = (Dialect::Sqlite, Dialect::Postgres);
        let seconds = || Format::Instant(TimestampFormat::UnixSeconds);
        for (format, kind, dialect, expected) in [
            (Format::Text, "varchar(40)", sqlite, true),
            (Format::Text, "character varying(40)", postgres, true),
            (Format::Text, "integer", sqlite, false),
            (Format::Text, "string", sqlite, false),
            (Format::Text, "uuid", postgres, false),
            (Format::Boolean, "integer", sqlite, true),
            (Format::Boolean, "integer", postgres, false),
            (Format::Boolean, "boolean", sqlite, true),
            (Format::Integer, "numeric(10,2)", postgres, false),
            (Format::Decimal, "numeric(10,2)", postgres, true),
            (Format::Json, "json", postgres, true),
            (Format::Json, "text", postgres, false),
            (Format::Uuid, "text", sqlite, true),
            (seconds(), "text", sqlite, false),
            (seconds(), "bigint", postgres, true),
            (Format::Instant(TimestampFormat::SqlText), "datetime", sqlite, true),
            (
                Format::Instant(TimestampFormat::Timestamptz),
                "timestamp(3) with time zone",
                postgres,
                true,
            ),
            (
                Format::Instant(TimestampFormat::Timestamptz),
                "timestamp without time zone",
                postgres,
                false,
            ),
            (Format::Instant(TimestampFormat::Timestamptz), "text", sqlite, false),
            (Format::Reference(KeyFormat::Integer), "text", postgres, false),
        ] {
            assert_eq!(format.is_of(kind, dialect), expected, "{format:?} {kind} {dialect:?}");
        }
    }
}

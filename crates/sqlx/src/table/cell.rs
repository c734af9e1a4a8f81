//! Values of attributes as values of columns, and back.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

use super::column::{Format, KeyFormat, Null, SqlColumn};
use super::key::cast_text;
use scimwire::schema::{Attribute, AttributeType, parse_date_time};
use scimwire::sql::{Dialect, Parameter, Sql, TimestampFormat};
use scimwire::value::{Number, Value};

/// A value that a column cannot hold, or a column with a value that the attribute cannot have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfit;

impl SqlColumn {
    /// The expression that reads a column as text.
    pub(super) fn select(&self, alias: &str, dialect: Dialect) -> String {
        let column = format!("{}.{}", Dialect::quote(alias), Dialect::quote(&self.name));
        let utc = "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'";
        match (&self.format, dialect) {
            (Format::Text | Format::Ascii | Format::Custom(_), Dialect::Sqlite) => column,
            (Format::Instant(TimestampFormat::Timestamptz), Dialect::Postgres) => {
                format!("to_char({column} AT TIME ZONE 'UTC', {utc})")
            }
            (Format::Instant(TimestampFormat::Timestamp), Dialect::Postgres) => {
                format!("to_char({column}, {utc})")
            }
            _ => format!("CAST({column} AS TEXT)"),
        }
    }

    /// The value of an attribute, from the text of a column; `None` if it is unassigned.
    pub(super) fn read(&self, text: Option<String>) -> Result<Option<Value>, Unfit> {
        let Some(text) = text else {
            return Ok(None);
        };
        // Of other formats, empty text can be no value.
        let is_text = matches!(self.format, Format::Text | Format::Ascii | Format::Custom(_));
        if text.is_empty() && (!is_text || self.null == Null::Refused) {
            return Ok(None);
        }
        let value = match &self.format {
            Format::Text | Format::Ascii | Format::Uuid | Format::Reference(_) => Value::from(text),
            Format::Boolean => match text.as_str() {
                "1" | "true" | "t" => true.into(),
                "0" | "false" | "f" => false.into(),
                _ => return Err(Unfit),
            },
            Format::Integer => text.parse::<i64>().map_err(|_| Unfit)?.into(),
            Format::Decimal => text.parse::<Number>().map_err(|_| Unfit)?.into(),
            Format::Instant(format) => written(parse(&text, *format).ok_or(Unfit)?).into(),
            Format::OfDriver => return Err(Unfit),
            Format::Json => {
                let value = serde_json::from_str::<Value>(&text).map_err(|_| Unfit)?;
                let is_empty = value.as_array().is_some_and(|list| list.is_empty())
                    || value.as_object().is_some_and(|object| object.is_empty());
                if value.is_null() || is_empty {
                    return Ok(None);
                }
                value
            }
            Format::Custom(custom) => return Ok((custom.read)(&text)),
        };
        Ok(Some(value))
    }

    /// Reads a column of a row of elements, where empty text is a value.
    pub(super) fn read_element(&self, text: Option<String>) -> Result<Option<Value>, Unfit> {
        let is_text = matches!(self.format, Format::Text | Format::Ascii);
        match text {
            Some(text) if text.is_empty() && is_text => Ok(Some("".into())),
            text => self.read(text),
        }
    }

    /// Converts the value of an attribute into that of the column.
    pub(super) fn write(&self, value: Option<&Value>, dialect: Dialect) -> Result<Sql, Unfit> {
        let value = match (value, &self.null) {
            (None, Null::Default(default)) => Some(default),
            (value, _) => value,
        };
        let Some(value) = value else {
            if let Null::Empty(json) = self.null {
                return Ok(cast_text(json, "jsonb", dialect));
            }
            let unassigned = if self.is_empty_for_null() { "''" } else { "NULL" };
            return Ok(Sql::new(unassigned));
        };
        let bound = |parameter: Parameter| Sql::new("").push_bind(parameter);
        match &self.format {
            Format::Text => Ok(bound(text(value)?.into())),
            Format::Ascii => {
                Ok(bound(text(value)?.is_ascii().then(|| text(value)).ok_or(Unfit)??.into()))
            }
            Format::Boolean => Ok(bound(value.as_bool().ok_or(Unfit)?.into())),
            Format::Integer => Ok(bound(value.as_i64().ok_or(Unfit)?.into())),
            Format::Decimal => {
                Ok(cast(&value.as_number().ok_or(Unfit)?.to_string(), "NUMERIC", dialect))
            }
            Format::Instant(format) => {
                let instant = parse_date_time(text(value)?).ok_or(Unfit)?;
                self::instant(instant, *format, dialect).ok_or(Unfit)
            }
            Format::OfDriver => Err(Unfit),
            Format::Uuid => KeyFormat::Uuid.bind(text(value)?, dialect).ok_or(Unfit),
            Format::Reference(key) => key.bind(text(value)?, dialect).ok_or(Unfit),
            Format::Json => Ok(cast_text(&value.to_string(), "jsonb", dialect)),
            Format::Custom(custom) => Ok(bound((custom.write)(value).ok_or(Unfit)?.into())),
        }
    }

    /// Returns `true` if values of the attribute can be in the column.
    pub(super) fn fits(&self, attribute: &Attribute) -> bool {
        let kind = attribute.attribute_type();
        let is_text = matches!(
            kind,
            AttributeType::String | AttributeType::Reference | AttributeType::Binary
        );
        match &self.format {
            Format::Json | Format::Custom(_) => true,
            _ if attribute.is_multi_valued() => false,
            Format::Text | Format::Ascii | Format::Uuid | Format::Reference(_) => is_text,
            Format::Boolean => kind == AttributeType::Boolean,
            Format::Integer => kind == AttributeType::Integer,
            Format::Decimal => matches!(kind, AttributeType::Integer | AttributeType::Decimal),
            Format::Instant(_) | Format::OfDriver => kind == AttributeType::DateTime,
        }
    }
}

fn text(value: &Value) -> Result<&str, Unfit> {
    value.as_str().ok_or(Unfit)
}

fn cast(text: &str, to: &str, dialect: Dialect) -> Sql {
    match dialect {
        Dialect::Sqlite => Sql::new("CAST(").push_bind_text(text).push(format!(" AS {to})")),
        Dialect::Postgres => cast_text(text, to, dialect),
    }
}

/// An instant as resources have it.
pub(super) fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// An instant as the text of a column.
fn parse(text: &str, format: TimestampFormat) -> Option<DateTime<Utc>> {
    match format {
        TimestampFormat::UnixSeconds => DateTime::from_timestamp(text.parse().ok()?, 0),
        TimestampFormat::UnixMillis => DateTime::from_timestamp_millis(text.parse().ok()?),
        TimestampFormat::UnixMicros => DateTime::from_timestamp_micros(text.parse().ok()?),
        _ => parse_date_time(text).or_else(|| {
            let plain = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok()?;
            Some(plain.and_utc())
        }),
    }
}

/// An instant as SQL; `None` if the column cannot hold it.
pub(super) fn instant(
    instant: DateTime<Utc>,
    format: TimestampFormat,
    dialect: Dialect,
) -> Option<Sql> {
    let number = |number: i64| Sql::new("").push_bind(number.into());
    match format {
        TimestampFormat::UnixSeconds => Some(number(instant.timestamp())),
        TimestampFormat::UnixMillis => Some(number(instant.timestamp_millis())),
        TimestampFormat::UnixMicros => Some(number(instant.timestamp_micros())),
        TimestampFormat::Timestamptz => Some(cast_text(&written(instant), "timestamptz", dialect)),
        TimestampFormat::Timestamp => {
            let plain = instant.format("%Y-%m-%d %H:%M:%S%.6f").to_string();
            Some(cast_text(&plain, "timestamp", dialect))
        }
        TimestampFormat::SqlText => {
            Some(Sql::new("").push_bind_text(instant.format("%Y-%m-%d %H:%M:%S").to_string()))
        }
        TimestampFormat::Rfc3339Micros => Some(Sql::new("").push_bind_text(written(instant))),
        _ => None,
    }
}

/// The difference between two instants that a column tells apart, in microseconds.
pub(super) fn grain(format: TimestampFormat) -> i64 {
    match format {
        TimestampFormat::UnixSeconds | TimestampFormat::SqlText => 1_000_000,
        TimestampFormat::UnixMillis => 1_000,
        _ => 1,
    }
}

/// The time.
pub(super) fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

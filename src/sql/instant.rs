//! Comparison of a column of timestamps.

use chrono::{DateTime, Datelike, Utc};

use super::column::{Column, TimestampFormat};
use super::compare::sign;
use super::dialect::Dialect;
use super::statement::{Parameter, Sql};
use crate::filter::CompareOp;

/// Timestamps as in `meta.lastModified`.
const RFC_3339: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

impl Column {
    pub(super) fn compare_instant(
        &self,
        dialect: Dialect,
        form: TimestampFormat,
        op: CompareOp,
        instant: DateTime<Utc>,
    ) -> Option<Sql> {
        let in_a_second = match form {
            TimestampFormat::UnixSeconds | TimestampFormat::SqlText => 1,
            TimestampFormat::UnixMillis => 1_000,
            TimestampFormat::UnixMicros
            | TimestampFormat::Timestamptz
            | TimestampFormat::Timestamp
            | TimestampFormat::Rfc3339Micros => 1_000_000,
        };
        let grain = 1_000_000_000 / in_a_second;
        let nanos = i64::from(instant.timestamp_subsec_nanos());
        // What falls between two values of the column is compared with the one before it.
        let (units, between) = (
            instant.timestamp().checked_mul(in_a_second)?.checked_add(nanos / grain)?,
            nanos % grain != 0,
        );
        let sign = match (op, between) {
            (CompareOp::Eq, true) => return Some(Sql::new("FALSE")),
            (CompareOp::Ge, true) => ">",
            (CompareOp::Lt, true) => "<=",
            (op, _) => sign(op)?,
        };
        let written = |pattern| {
            let grains = DateTime::from_timestamp(
                units.div_euclid(in_a_second),
                u32::try_from(units.rem_euclid(in_a_second).checked_mul(grain)?).ok()?,
            );
            let grains = grains.filter(|instant| (1..=9999).contains(&instant.year()))?;
            Some(grains.format(pattern).to_string())
        };
        let cast = |kind, text| {
            let sql = Sql::new(format!("{} {sign} CAST(", self.sql)).push_bind_text(text);
            sql.push(format!(" AS {kind})"))
        };
        let as_text = |text| {
            Sql::new(format!("{} {sign} ", dialect.collate_bytes(&self.sql))).push_bind_text(text)
        };
        match form {
            TimestampFormat::UnixSeconds
            | TimestampFormat::UnixMillis
            | TimestampFormat::UnixMicros => Some(self.against(sign, Parameter::Integer(units))),
            TimestampFormat::Timestamptz => Some(cast("timestamptz", written(RFC_3339)?)),
            TimestampFormat::Timestamp => {
                Some(cast("timestamp", written("%Y-%m-%d %H:%M:%S%.6f")?))
            }
            TimestampFormat::Rfc3339Micros => written(RFC_3339).map(as_text),
            TimestampFormat::SqlText => written("%Y-%m-%d %H:%M:%S").map(as_text),
        }
    }
}

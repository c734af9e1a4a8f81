//! Comparison of a column of UUIDs.

use super::column::Column;
use super::compare::compare_text;
use super::dialect::Dialect;
use super::statement::Sql;
use crate::filter::CompareOp;

impl Column {
    pub(super) fn compare_uuid(&self, dialect: Dialect, op: CompareOp, text: &str) -> Sql {
        match (op, dialect) {
            (CompareOp::Eq, _) if !is_uuid(text) => Sql::new("FALSE"),
            (CompareOp::Eq, Dialect::Postgres) => self.against_uuid("=", text),
            (_, Dialect::Sqlite) => compare_text(dialect, &self.sql, op, text),
            (_, Dialect::Postgres) => compare_text(dialect, &self.digits(), op, text),
        }
    }

    /// The order of UUIDs is that of their text.
    pub(super) fn order_uuid(&self, dialect: Dialect, sign: &str, text: &str) -> Sql {
        match dialect {
            Dialect::Postgres if is_uuid(text) => self.against_uuid(sign, text),
            Dialect::Postgres => {
                Sql::new(format!("{} {sign} ", dialect.collate_bytes(&self.digits())))
                    .push_bind_text(text)
            }
            Dialect::Sqlite => Sql::new(format!("{} {sign} ", dialect.collate_bytes(&self.sql)))
                .push_bind_text(text),
        }
    }

    fn against_uuid(&self, sign: &str, text: &str) -> Sql {
        Sql::new(format!("{} {sign} CAST(", self.sql)).push_bind_text(text).push(" AS uuid)")
    }
}

/// Returns `true` for a UUID in canonical form, in lower case.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

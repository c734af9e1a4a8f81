//! Comparison of a column with an operand.

use super::beyond::{OfAscii, places};
use super::column::{Column, ColumnFormat};
use super::dialect::Dialect;
use super::sort_key;
use super::statement::{Parameter, Sql};
use crate::filter::{CompareOp, Operand};
use crate::query::{SortKey, integer, next_after};
use crate::schema::case_fold;
use crate::value::Number;

/// A comparison as SQL.
pub(super) enum Compared {
    /// It says just that.
    Exact(Sql),
    /// It says that where the text is ASCII.
    OfAscii(OfAscii),
}

/// Beyond this many digits a number is left to the crate.
const LONG: usize = 1_000;

impl Column {
    /// The condition that the column compares so with the operand; none where it cannot be said.
    pub(super) fn compare(
        &self,
        dialect: Dialect,
        op: CompareOp,
        operand: &Operand,
    ) -> Option<Compared> {
        let exact = |condition: Option<Sql>| condition.map(Compared::Exact);
        match (self.form, operand) {
            (
                ColumnFormat::Key | ColumnFormat::Folded,
                Operand::Identifier { prepared: text, .. },
            ) => Some(self.compare_identifier(dialect, op, text)),
            (ColumnFormat::Key, operand) => exact(
                sort_key::of_operand(operand)
                    .map(|text| compare_text(dialect, &self.sql, op, &text)),
            ),
            (ColumnFormat::Folded, Operand::Folded { folded, .. }) => {
                exact(Some(compare_text(dialect, &self.sql, op, folded)))
            }
            (ColumnFormat::Text | ColumnFormat::Ascii, Operand::Exact(text)) => {
                exact(Some(compare_text(dialect, &self.sql, op, text)))
            }
            (
                form @ (ColumnFormat::Text | ColumnFormat::Ascii),
                Operand::Folded { folded: text, .. } | Operand::Identifier { prepared: text, .. },
            ) => {
                let is_identifier = matches!(operand, Operand::Identifier { .. });
                let compared =
                    self.of_ascii(dialect, dialect.lower(&self.sql), op, text, is_identifier);
                Some(if form == ColumnFormat::Ascii {
                    Compared::Exact(compared.condition)
                } else {
                    Compared::OfAscii(compared)
                })
            }
            (ColumnFormat::IntegerKey, operand) => exact(
                sort_key::of_operand(operand).map(|text| self.compare_digits(dialect, op, &text)),
            ),
            (ColumnFormat::Uuid, operand) => exact(
                sort_key::of_operand(operand).map(|text| self.compare_uuid(dialect, op, &text)),
            ),
            (ColumnFormat::Boolean, Operand::Boolean(value)) => {
                exact(Some(self.against("=", Parameter::Boolean(*value))))
            }
            (ColumnFormat::Number, Operand::Number(number)) => {
                exact(compare_number(dialect, &self.sql, sign(op)?, number))
            }
            (ColumnFormat::Instant(form), Operand::Instant(instant)) => {
                exact(self.compare_instant(dialect, form, op, *instant))
            }
            (ColumnFormat::Binary, Operand::Binary(bytes)) => {
                exact(Some(self.against("=", Parameter::Bytes(bytes.clone()))))
            }
            _ => None,
        }
    }

    /// The condition that an identifier compares so; for a column without prepared text, of ASCII.
    fn compare_identifier(&self, dialect: Dialect, op: CompareOp, text: &str) -> Compared {
        match &self.prepared {
            Some(prepared) => Compared::Exact(compare_text(dialect, prepared, op, text)),
            None => {
                let column = self.sql.clone();
                Compared::OfAscii(self.of_ascii(dialect, column, op, &case_fold(text), true))
            }
        }
    }

    /// The condition that the column is an id.
    pub(super) fn is_exactly(&self, dialect: Dialect, id: &str) -> Sql {
        match self.form {
            ColumnFormat::IntegerKey => self.compare_digits(dialect, CompareOp::Eq, id),
            ColumnFormat::Uuid => self.compare_uuid(dialect, CompareOp::Eq, id),
            _ => compare_text(dialect, &self.sql, CompareOp::Eq, id),
        }
    }

    /// The condition that a resource with this `id` comes behind that one in the order of ids.
    pub(super) fn behind_id(&self, dialect: Dialect, id: &str) -> Sql {
        match (self.form, integer(id)) {
            (ColumnFormat::IntegerKey, Some(number)) => {
                self.against(">", Parameter::Integer(number))
            }
            // What is no number comes before all that are.
            (ColumnFormat::IntegerKey, None) => Sql::new("TRUE"),
            (ColumnFormat::Uuid, _) => self.order_uuid(dialect, ">", without_nul(id)),
            // A position is that of a resource there was, and no text of a column has U+0000 in it;
            // a forged one has to do no harm.
            _ => Sql::new(format!("{} > ", dialect.collate_bytes(&self.sql)))
                .push_bind_text(without_nul(id)),
        }
    }

    /// Returns the ORDER BY expression of ids.
    pub(super) fn in_order_of_ids(&self, dialect: Dialect) -> String {
        if self.form == ColumnFormat::IntegerKey || !self.is_text(dialect) {
            self.sql.clone()
        } else {
            dialect.collate_bytes(&self.sql)
        }
    }

    /// Returns `true` if what resources are ordered by is text.
    pub(super) fn is_text(&self, dialect: Dialect) -> bool {
        match self.form {
            ColumnFormat::Key
            | ColumnFormat::Text
            | ColumnFormat::Ascii
            | ColumnFormat::Folded
            | ColumnFormat::IntegerKey => true,
            ColumnFormat::Uuid => dialect == Dialect::Sqlite,
            ColumnFormat::Boolean
            | ColumnFormat::Number
            | ColumnFormat::Instant(_)
            | ColumnFormat::Binary => false,
        }
    }

    pub(super) fn digits(&self) -> String {
        format!("CAST({} AS TEXT)", self.sql)
    }

    fn compare_digits(&self, dialect: Dialect, op: CompareOp, text: &str) -> Sql {
        match (op, integer(text)) {
            (CompareOp::Eq, Some(number)) => self.against("=", Parameter::Integer(number)),
            (CompareOp::Eq, None) => Sql::new("FALSE"),
            _ => compare_text(dialect, &self.digits(), op, text),
        }
    }

    fn of_ascii(
        &self,
        dialect: Dialect,
        compared: String,
        op: CompareOp,
        text: &str,
        is_identifier: bool,
    ) -> OfAscii {
        let condition = compare_text(dialect, &compared, op, text);
        // No text of a column has U+0000 in it.
        let are_known =
            self.is_name && matches!(op, CompareOp::Eq | CompareOp::Sw) && !text.contains('\0');
        let places = are_known.then(|| places(text, is_identifier));
        OfAscii {
            condition,
            compared,
            tells_ascii: !matches!(self.form, ColumnFormat::Key | ColumnFormat::Folded),
            places,
        }
    }

    /// The condition that there is a value.
    pub(super) fn present(&self) -> Sql {
        let sql = &self.sql;
        match self.form {
            ColumnFormat::Text | ColumnFormat::Ascii | ColumnFormat::Folded | ColumnFormat::Key => {
                Sql::new(format!("{sql} <> ''"))
            }
            ColumnFormat::Binary => Sql::new(format!("length({sql}) > 0")),
            ColumnFormat::IntegerKey
            | ColumnFormat::Uuid
            | ColumnFormat::Boolean
            | ColumnFormat::Number
            | ColumnFormat::Instant(_) => Sql::new(format!("{sql} IS NOT NULL")),
        }
    }

    /// Returns the ORDER BY expression: the column in the order of this crate; `None` if SQL cannot
    /// express it.
    pub(super) fn ordered(&self, dialect: Dialect, case_exact: bool) -> Option<String> {
        match self.form {
            ColumnFormat::Key | ColumnFormat::Folded => Some(dialect.collate_bytes(&self.sql)),
            ColumnFormat::Text | ColumnFormat::Ascii if case_exact => {
                Some(dialect.collate_bytes(&self.sql))
            }
            ColumnFormat::Ascii => Some(dialect.collate_bytes(&dialect.lower(&self.sql))),
            ColumnFormat::IntegerKey => Some(dialect.collate_bytes(&self.digits())),
            ColumnFormat::Uuid if dialect == Dialect::Sqlite => {
                Some(dialect.collate_bytes(&self.sql))
            }
            ColumnFormat::Text | ColumnFormat::Binary => None,
            ColumnFormat::Number if dialect == Dialect::Postgres => {
                Some(format!("CAST({} AS numeric)", self.sql))
            }
            ColumnFormat::Uuid
            | ColumnFormat::Boolean
            | ColumnFormat::Number
            | ColumnFormat::Instant(_) => Some(self.sql.clone()),
        }
    }

    /// The condition that what resources are ordered by compares so with a sort key; none where
    /// that cannot be said.
    pub(super) fn compare_key(
        &self,
        dialect: Dialect,
        ordered: &str,
        op: CompareOp,
        key: &SortKey,
    ) -> Option<Sql> {
        let sign = sign(op)?;
        match (self.form, key) {
            (ColumnFormat::Key, key) => Some(
                Sql::new(format!("{ordered} {sign} ")).push_bind_text(sort_key::of_sort_key(key)),
            ),
            (
                ColumnFormat::Text
                | ColumnFormat::Ascii
                | ColumnFormat::Folded
                | ColumnFormat::IntegerKey,
                SortKey::Text(text),
            ) => Some(Sql::new(format!("{ordered} {sign} ")).push_bind_text(text)),
            (ColumnFormat::Uuid, SortKey::Text(text)) => Some(self.order_uuid(dialect, sign, text)),
            (ColumnFormat::Boolean, SortKey::Boolean(value)) => {
                Some(Sql::new(format!("{ordered} {sign} ")).push_bind(Parameter::Boolean(*value)))
            }
            (ColumnFormat::Number, SortKey::Number(number)) => {
                compare_number(dialect, &self.sql, sign, number)
            }
            (ColumnFormat::Instant(form), SortKey::Instant(instant)) => {
                self.compare_instant(dialect, form, op, *instant)
            }
            _ => None,
        }
    }

    pub(super) fn against(&self, sign: &str, parameter: Parameter) -> Sql {
        Sql::new(format!("{} {sign} ", self.sql)).push_bind(parameter)
    }
}

/// Text without U+0000.
pub(super) fn without_nul(text: &str) -> &str {
    text.split('\0').next().unwrap_or_default()
}

/// Text, byte by byte, in any dialect. No text of a column has U+0000 in it.
pub(crate) fn compare_text(dialect: Dialect, column: &str, op: CompareOp, text: &str) -> Sql {
    if let Some((before, _)) = text.split_once('\0') {
        return match op {
            CompareOp::Gt | CompareOp::Ge => compare_text(dialect, column, CompareOp::Gt, before),
            CompareOp::Lt | CompareOp::Le => compare_text(dialect, column, CompareOp::Le, before),
            CompareOp::Eq | CompareOp::Ne | CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {
                Sql::new("FALSE")
            }
        };
    }
    match op {
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew if text.is_empty() => {
            Sql::new(format!("{column} IS NOT NULL"))
        }
        CompareOp::Co | CompareOp::Ew => contains(dialect, column, op, text),
        CompareOp::Sw => starts_with(dialect, column, text),
        CompareOp::Eq | CompareOp::Ne => {
            let sign = if op == CompareOp::Eq { "=" } else { "<>" };
            Sql::new(format!("{} {sign} ", dialect.exactly(column))).push_bind_text(text)
        }
        CompareOp::Gt => {
            Sql::new(format!("{} > ", dialect.collate_bytes(column))).push_bind_text(text)
        }
        CompareOp::Ge => {
            Sql::new(format!("{} >= ", dialect.collate_bytes(column))).push_bind_text(text)
        }
        CompareOp::Lt => {
            Sql::new(format!("{} < ", dialect.collate_bytes(column))).push_bind_text(text)
        }
        CompareOp::Le => {
            Sql::new(format!("{} <= ", dialect.collate_bytes(column))).push_bind_text(text)
        }
    }
}

/// In SQLite, LIKE disregards the case of ASCII letters; in PostgreSQL, an index on parts of text
/// can serve it.
fn contains(dialect: Dialect, column: &str, op: CompareOp, text: &str) -> Sql {
    match (dialect, op) {
        (Dialect::Postgres, op) => {
            let end = if op == CompareOp::Co { "%" } else { "" };
            Sql::new(format!("{column} LIKE "))
                .push_bind_text(format!("%{}{end}", escaped(text)))
                .push(" ESCAPE '\\'")
        }
        (Dialect::Sqlite, CompareOp::Co) => {
            Sql::new(format!("instr({column}, ")).push_bind_text(text).push(") > 0")
        }
        (Dialect::Sqlite, _) => {
            let tail = format!("substr({column}, -{})", text.chars().count());
            Sql::new(format!("{} = ", dialect.exactly(&tail))).push_bind_text(text)
        }
    }
}

/// A range of an index, rather than a pattern.
fn starts_with(dialect: Dialect, column: &str, text: &str) -> Sql {
    between(dialect, column, text, next_after(text), false)
}

/// Returns a range condition on texts of which there are few.
pub(super) fn few_between(
    dialect: Dialect,
    column: &str,
    from: &str,
    until: Option<String>,
) -> Sql {
    between(dialect, column, from, until, true)
}

fn between(
    dialect: Dialect,
    column: &str,
    from: &str,
    until: Option<String>,
    are_few: bool,
) -> Sql {
    let column = dialect.collate_bytes(column);
    let begins = Sql::new(format!("{column} >= ")).push_bind_text(from);
    // SQLite has no statistics of ranges, and takes each for a good part of the table.
    let begins = match dialect {
        Dialect::Sqlite if are_few => Sql::new("likelihood(").push_sql(begins).push(", 0.0001)"),
        Dialect::Sqlite | Dialect::Postgres => begins,
    };
    let begins = Sql::new("(").push_sql(begins);
    match until {
        Some(end) => begins.push(format!(" AND {column} < ")).push_bind_text(end).push(")"),
        None => begins.push(")"),
    }
}

/// Text for a pattern, in which it stands for itself.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

fn compare_number(dialect: Dialect, column: &str, sign: &str, number: &Number) -> Option<Sql> {
    let text = number.to_string();
    let float: f64 = text.parse().ok()?;
    let vanishes = float == 0.0 && number != &"0".parse().ok()?;
    if vanishes || text.len() > LONG {
        return None;
    }
    if dialect == Dialect::Postgres {
        let sql = Sql::new(format!("CAST({column} AS numeric) {sign} CAST("));
        return Some(sql.push_bind_text(&text).push(" AS numeric)"));
    }
    let parameter = match text.parse::<i64>() {
        Ok(whole) => Parameter::Integer(whole),
        // The float that stands for the number has to be that number.
        Err(_) if &Number::from_f64(float)? == number => Parameter::Real(float),
        Err(_) => return None,
    };
    Some(Sql::new(format!("{column} {sign} ")).push_bind(parameter))
}

/// The operator for values that have an order and no parts.
pub(super) fn sign(op: CompareOp) -> Option<&'static str> {
    match op {
        CompareOp::Eq => Some("="),
        CompareOp::Ne => Some("<>"),
        CompareOp::Gt => Some(">"),
        CompareOp::Ge => Some(">="),
        CompareOp::Lt => Some("<"),
        CompareOp::Le => Some("<="),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => None,
    }
}

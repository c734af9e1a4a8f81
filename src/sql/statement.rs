//! SQL with its parameters in place.

use super::dialect::Dialect;

/// A value that is bound to a statement. The variants are complete: another one would be a new
/// major version of this crate.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// Text.
    Text(String),
    /// Text, or NULL.
    OptionalText(Option<String>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Real(f64),
    /// True or false; SQLite has 1 and 0 for it.
    Boolean(bool),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A part of a statement, with its parameters in place. They get their numbers when it is rendered,
/// so that parts can be put together in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sql {
    pieces: Vec<Piece>,
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<String>> for Parameter {
    fn from(text: Option<String>) -> Self {
        Self::OptionalText(text)
    }
}

impl From<i64> for Parameter {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Parameter {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Parameter(Parameter),
}

impl Sql {
    /// SQL without parameters.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { pieces: vec![Piece::Text(text.into())] }
    }

    /// SQL with a parameter at each `{}`: as many as there are of these.
    ///
    /// ```
    /// use scimwire::sql::{Dialect, Sql};
    ///
    /// let nobody: Option<String> = None;
    /// let sql = Sql::from_template(
    ///     "account = {} AND floor > {} AND active = {}",
    ///     ["one".into(), 7.into(), true.into()],
    /// );
    /// assert_eq!(
    ///     sql.render(Dialect::Postgres, 1),
    ///     "account = $1 AND floor > $2 AND active = $3"
    /// );
    /// let sql = Sql::from_template("UPDATE users SET manager = {}", [nobody.into()]);
    /// assert_eq!(sql.render(Dialect::Sqlite, 1), "UPDATE users SET manager = ?1");
    /// ```
    #[must_use]
    pub fn from_template(template: &str, parameters: impl IntoIterator<Item = Parameter>) -> Self {
        let mut texts = template.split("{}");
        let sql = Self::new(texts.next().unwrap_or_default());
        parameters
            .into_iter()
            .zip(texts)
            .fold(sql, |sql, (parameter, text)| sql.push_bind(parameter).push(text))
    }

    /// Appends text.
    #[must_use]
    pub fn push(mut self, text: impl Into<String>) -> Self {
        self.pieces.push(Piece::Text(text.into()));
        self
    }

    /// Appends a parameter.
    #[must_use]
    pub fn push_bind(mut self, parameter: Parameter) -> Self {
        self.pieces.push(Piece::Parameter(parameter));
        self
    }

    /// Appends text as a parameter.
    #[must_use]
    pub fn push_bind_text(self, text: impl Into<String>) -> Self {
        self.push_bind(Parameter::Text(text.into()))
    }

    /// Appends another part.
    #[must_use]
    pub fn push_sql(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// The text of the statement; its first parameter has the number `first`, counted from 1.
    #[must_use]
    pub fn render(&self, dialect: Dialect, first: usize) -> String {
        let mut text = String::new();
        let mut number = first;
        for piece in &self.pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Parameter(_) => {
                    text.push_str(&dialect.placeholder(number));
                    number += 1;
                }
            }
        }
        text
    }

    /// Returns the parameters to bind, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Parameter(parameter) => Some(parameter),
        })
    }

    /// Parts with `separator` in between, in parentheses.
    #[must_use]
    pub fn join(parts: Vec<Self>, separator: &str) -> Self {
        let mut joined = Self::new("(");
        for (index, part) in parts.into_iter().enumerate() {
            joined = if index == 0 { joined } else { joined.push(separator) };
            joined = joined.push_sql(part);
        }
        joined.push(")")
    }
}

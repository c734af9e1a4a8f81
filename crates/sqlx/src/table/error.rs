//! Descriptions that cannot work.

use std::fmt;

/// Descriptions that do not fit each other, their resource type or the database: everything that is
/// wrong, each with its remedy.
#[derive(Clone, PartialEq, Eq)]
pub struct TableError {
    problems: Vec<TableProblem>,
}

/// A part of a description that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TableProblem {
    /// The table.
    pub table: String,
    /// The attribute, by its path, if it is about one.
    pub attribute: Option<String>,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// The problem.
    pub message: String,
    /// The remedy, as SQL if a statement helps.
    pub remedy: String,
}

impl TableError {
    /// Returns the problems.
    #[must_use]
    pub fn problems(&self) -> &[TableProblem] {
        &self.problems
    }

    /// # Errors
    ///
    /// - there are problems.
    pub(super) fn unless_empty(problems: Vec<TableProblem>) -> Result<(), Self> {
        if problems.is_empty() { Ok(()) } else { Err(Self { problems }) }
    }
}

impl From<TableProblem> for TableError {
    fn from(problem: TableProblem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the tables do not fit their description")?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n- {problem}"))
    }
}

/// As [`Display`](fmt::Display), since it is what a `main` that fails prints.
impl fmt::Debug for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for TableError {}

impl TableProblem {
    pub(super) fn new(table: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            table: table.to_owned(),
            message: message.into(),
            remedy: remedy.into(),
            ..Self::default()
        }
    }

    pub(super) fn of_attribute(self, path: &str) -> Self {
        Self { attribute: Some(path.to_owned()), ..self }
    }

    pub(super) fn of_column(self, column: &str) -> Self {
        Self { column: Some(column.to_owned()), ..self }
    }
}

impl fmt::Display for TableProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "table `{}`", self.table)?;
        if let Some(attribute) = &self.attribute {
            write!(f, ", attribute `{attribute}`")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}: {}", self.message, self.remedy)
    }
}

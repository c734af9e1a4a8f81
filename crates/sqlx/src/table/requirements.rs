//! Needs of tables beside the columns of attributes: columns with fixed values, values for each `NOT
//! NULL` column, and rows that are told apart.

use super::check::no_column;
use super::column::Format;
use super::description::Scope;
use super::elements::{ElementRows, MemberRows};
use super::error::TableProblem;
use super::identifier::{derived_name, identifier};
use super::introspect::Found;
use super::layout::Layout;
use scimwire::sql::{Dialect, Parameter};

/// Columns that a new row needs, and nothing sets.
pub(super) fn unset(table: &str, found: &Found, set: &[&str], remedy: &str) -> Vec<TableProblem> {
    let is_set = |name: &str| set.iter().any(|set| set.eq_ignore_ascii_case(name));
    let needed = found.columns.iter().filter(|column| column.is_not_null && !column.has_default);
    let missing = needed.filter(|column| !is_set(&column.name));
    let message = "it is NOT NULL, and new rows have no value for it";
    missing
        .map(|column| TableProblem::new(table, message, remedy).of_column(&column.name))
        .collect()
}

impl Layout {
    /// The problems of columns with fixed values, and of that of a soft deletion.
    pub(super) fn fixed_problems(&self, found: &Found) -> Vec<TableProblem> {
        let fixed = self.constants.iter().chain(&self.initial);
        let fixed = fixed.map(|(name, value)| (name, self.format_of(value)));
        let deleted = self.deleted.iter();
        let deleted = deleted.map(|(name, format)| (name, Some(Format::Instant(*format))));
        let problem = |(name, format): (&String, Option<Format>)| {
            let Some(column) = found.column(name) else {
                return Some(no_column(&self.table, name, found));
            };
            let fits = format.is_none_or(|format| format.is_of(&column.kind, self.dialect));
            let message = format!("its type is `{}`, which the value does not fit", column.kind);
            let problem = TableProblem::new(&self.table, message, "use a value of that type");
            (!fits || column.is_generated).then(|| problem.of_column(name))
        };
        fixed.chain(deleted).filter_map(problem).collect()
    }

    /// The format that a column needs for a value; `None` where any will do, as in SQLite.
    fn format_of(&self, value: &Parameter) -> Option<Format> {
        match value {
            _ if self.dialect == Dialect::Sqlite => None,
            Parameter::Text(_) | Parameter::OptionalText(Some(_)) => Some(Format::Text),
            Parameter::Integer(_) | Parameter::Real(_) => Some(Format::Decimal),
            Parameter::Boolean(_) => Some(Format::Boolean),
            _ => None,
        }
    }

    /// The problems of a table of elements.
    pub(super) fn element_problems(
        &self,
        rows: &ElementRows,
        found: &Found,
        path: &str,
    ) -> Vec<TableProblem> {
        let mut set: Vec<&str> = rows.columns.iter().map(|(_, column)| &*column.name).collect();
        set.push(&rows.foreign_key);
        let mut problems = unset(&rows.table, found, &set, "map it, or give it a default");
        let order = rows.order.iter().filter(|order| found.column(order).is_none());
        problems.extend(order.map(|order| no_column(&rows.table, order, found)));
        problems.into_iter().map(|problem| problem.of_attribute(path)).collect()
    }

    /// The problems of a table of members.
    pub(super) fn member_problems(&self, rows: &MemberRows, found: &Found) -> Vec<TableProblem> {
        let mut set = vec![rows.group.as_str(), rows.member.as_str()];
        set.extend(rows.tenant.as_ref().map(|column| &*column.name));
        let mut problems = unset(&rows.table, found, &set, "give it a default");
        if !found.tells_apart(&set) {
            let remedy = format!(
                "CREATE UNIQUE INDEX {} ON {} ({}, {})",
                derived_name(&rows.table, "pair"),
                identifier(&rows.table),
                identifier(&rows.group),
                identifier(&rows.member)
            );
            let message = "a group may have the same member twice";
            problems.push(TableProblem::new(&rows.table, message, remedy));
        }
        problems.into_iter().map(|problem| problem.of_attribute("members")).collect()
    }

    /// Returns the problem of ids that are the same in two tenants, where another table names rows by
    /// the id alone.
    pub(super) fn shared_ids(&self, found: &Found, groups: &[&MemberRows]) -> Option<TableProblem> {
        let names_rows = !self.rows.is_empty()
            || !self.references.is_empty()
            || self.members.iter().chain(groups.iter().copied()).any(|rows| rows.tenant.is_none());
        let is_shared = matches!(self.scope, Scope::Column(_))
            && names_rows
            && !found.tells_apart(&[self.key.column.as_str()]);
        let (table, key) = (identifier(&self.table), identifier(&self.key.column));
        let name = derived_name(&self.table, &self.key.column);
        let remedy = format!("CREATE UNIQUE INDEX {name} ON {table} ({key})");
        let message = "rows of two tenants may have the same, and other tables refer to it alone";
        is_shared.then(|| {
            TableProblem::new(&self.table, message, remedy)
                .of_attribute("id")
                .of_column(&self.key.column)
        })
    }
}

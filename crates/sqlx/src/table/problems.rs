//! The problems of a description, as far as they show without the database.

use std::collections::HashSet;

use super::column::{KeyFormat, SqlColumn};
use super::description::{Elements, Scope, SqlTable};
use super::elements::{Element, UnknownMembers};
use super::error::TableProblem;

/// The problems of a table among others.
pub(super) fn problems_of(table: &SqlTable, tables: &[SqlTable]) -> Vec<TableProblem> {
    let mut problems = Vec::new();
    let problem = |message: &str, remedy: &str| TableProblem::new(&table.table, message, remedy);
    if let Err(err) = table.resource_type.validate() {
        problems.push(problem(&err.to_string(), "correct the resource type"));
    }
    if table.key.is_none() {
        problems.push(problem("no primary key", "set it, such as `.key(Key::integer(\"id\"))`"));
    }
    if table.scope.is_none() {
        let remedy = "set its column with `.tenant(..)`, or say `.single_tenant(\"default\")`";
        problems.push(problem("no tenant", remedy));
    }
    problems.extend(attribute_problems(table));
    problems.extend(column_problems(table));
    problems.extend(member_problems(table, tables));
    problems
}

fn attribute_problems(table: &SqlTable) -> Vec<TableProblem> {
    let mut problems = Vec::new();
    let mut seen = HashSet::new();
    let at = |path: &str, message: String, remedy: &str| {
        TableProblem::new(&table.table, message, remedy).of_attribute(path)
    };
    let paths = table.columns.iter().map(|(path, column)| (path, Some(column), false));
    let paths = paths.chain(table.fixed.iter().map(|(path, _)| (path, None, false)));
    let all = paths.chain(table.elements.iter().map(|(path, _)| (path, None, true)));
    for (path, column, is_elements) in all {
        if !seen.insert(path.to_ascii_lowercase()) {
            let remedy = "keep one of the mappings";
            problems.push(at(path, "it is mapped twice".to_owned(), remedy));
        }
        let resolved = path.parse().ok().and_then(|path| table.resource_type.resolve(&path));
        let Some(resolved) = resolved else {
            let name = table.resource_type.name();
            let message = format!("resource type `{name}` has no such attribute");
            problems.push(at(path, message, "use its name in the schema"));
            continue;
        };
        if is_elements && !resolved.attribute().is_multi_valued() {
            let message = "it has a single value".to_owned();
            problems.push(at(path, message, "map it with `.column(..)`"));
        }
        // The crate sets these, and no function of yours.
        let is_time = ["meta.created", "meta.lastModified"].contains(&path.as_str());
        let unfit =
            |column: &&SqlColumn| is_time && !column.is_instant() || !column.fits(resolved.leaf());
        if let Some(column) = column.filter(unfit) {
            let kind = resolved.leaf().attribute_type().as_str();
            let several =
                if resolved.attribute().is_multi_valued() { "multi-valued, " } else { "" };
            let message = format!("a column of that format cannot hold it ({several}{kind})");
            let remedy = "use a column of another format, `.element(..)` or `SqlColumn::json`";
            problems.push(at(path, message, remedy).of_column(&column.name));
        }
    }
    problems
}

/// Each column has one meaning.
fn column_problems(table: &SqlTable) -> Vec<TableProblem> {
    let mut names: Vec<&str> =
        table.columns.iter().map(|(_, column)| column.name.as_str()).collect();
    for (_, elements) in &table.elements {
        if let Elements::InRow(elements) = elements {
            names.extend(
                elements.iter().flat_map(Element::all).map(|(_, column)| column.name.as_str()),
            );
        }
    }
    names.extend(table.key.as_ref().map(|key| key.column.as_str()));
    names.extend(table.version.as_deref());
    if let Some(Scope::Column(column)) = &table.scope {
        names.push(&column.name);
    }
    names.extend(table.constants.iter().map(|(column, _)| column.as_str()));
    names.extend(table.initial.iter().map(|(column, _)| column.as_str()));
    names.extend(table.deleted.as_ref().map(|(column, _)| column.as_str()));
    let mut seen = HashSet::new();
    let twice = names.into_iter().filter(|name| !seen.insert(name.to_ascii_lowercase()));
    let problem = |name: &str| {
        TableProblem::new(&table.table, "the column has two meanings", "keep one").of_column(name)
    };
    twice.map(problem).collect()
}

fn has_tenants(table: &SqlTable) -> bool {
    matches!(table.scope, Some(Scope::Column(_)))
}

fn member_problems(table: &SqlTable, tables: &[SqlTable]) -> Vec<TableProblem> {
    let problem = |message: String, remedy: &str| {
        TableProblem::new(&table.table, message, remedy).of_attribute("members")
    };
    let has_members = table.resource_type.membership().members().is_some();
    let Some(rows) = &table.members else {
        let remedy = "describe it with `.members(MemberRows::new(..))`";
        let missing = problem("there is no membership table".to_owned(), remedy);
        return has_members.then_some(missing).into_iter().collect();
    };
    let name = &rows.member_type;
    let members = tables.iter().find(|other| other.resource_type.name() == name);
    let mut problems = Vec::new();
    if !has_members {
        let message = "the resource type has no members".to_owned();
        problems.push(problem(message, "leave `.members(..)` out"));
    }
    match members.and_then(|members| members.key.as_ref()) {
        None => {
            let message = format!("there is no table of `{name}`");
            problems.push(problem(message, "describe it, and open both together"));
        }
        Some(key) if rows.unknown == UnknownMembers::Keep && key.format != KeyFormat::Text => {
            let message = "unknown ids cannot be kept as keys that are no text".to_owned();
            problems.push(problem(message, "use `UnknownMembers::Reject` or `Ignore`"));
        }
        Some(_)
            if rows.unknown == UnknownMembers::Keep
                && rows.tenant.is_none()
                && has_tenants(table) =>
        {
            let message = "an unknown id may be that of another tenant".to_owned();
            problems.push(problem(message, "give the membership table a column with the tenant"));
        }
        Some(_) => {}
    }
    problems
}

//! The indexes that look-ups need, by the plans of the database.

use super::column::{Format, SqlColumn};
use super::description::Scope;
use super::elements::Element;
use super::error::TableProblem;
use super::explain::plan;
use super::identifier::{derived_name, identifier, names};
use super::introspect::{Found, FoundIndex};
use super::layout::{Field, Layout};
use crate::database::{DatabaseError, Rows};
use scimwire::schema::ResolvedPath;
use scimwire::sql::{Dialect, Sql};

/// A column that look-ups compare, and the index that they need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) table: String,
    pub(super) path: String,
    /// The compared column.
    pub(super) column: String,
    /// The terms of the index: the tenant, and the compared column or expression.
    pub(super) terms: Vec<String>,
    pub(super) is_unique: bool,
    pub(super) condition: String,
}

impl Index {
    /// The statement that creates it.
    pub(super) fn sql(&self) -> String {
        let unique = if self.is_unique { "UNIQUE " } else { "" };
        format!(
            "CREATE {unique}INDEX {} ON {} ({}){}",
            derived_name("scim", &format!("{}_{}", self.table, self.column)),
            identifier(&self.table),
            self.terms.join(", "),
            self.condition
        )
    }
}

impl Index {
    /// Returns `true` if an index of SQLite begins with the same terms.
    fn is_like(&self, known: &FoundIndex) -> bool {
        let has = |(term, found): (&String, &String)| {
            let name =
                |term: &str| term.trim_start_matches("lower(").trim_end_matches(')').to_owned();
            let term = term.to_ascii_lowercase();
            let is_folded = term.starts_with("lower(");
            names(found, &name(&term))
                && found.contains("lower(") == is_folded
                && !found.starts_with("nocase(")
        };
        !known.is_partial
            && known.terms.len() >= self.terms.len()
            && self.terms.iter().zip(&known.terms).all(has)
    }

    /// A look-up that the index serves, with a value that no row has.
    fn look_up(&self) -> Sql {
        let table = Dialect::quote(&self.table);
        let nobody = |term: &String| format!("{term} = (SELECT {term} FROM {table} WHERE FALSE)");
        let terms: Vec<String> = self.terms.iter().map(nobody).collect();
        let also = self.condition.replacen(" WHERE ", " AND ", 1);
        Sql::new(format!("SELECT 1 FROM {table} WHERE {}{also}", terms.join(" AND ")))
    }
}

impl Layout {
    /// The indexes of references between tables.
    pub(super) fn links(&self) -> Vec<Index> {
        let link = |path: String, table: &str, column: &str| Index {
            table: table.to_owned(),
            path,
            column: column.to_owned(),
            terms: vec![identifier(column)],
            is_unique: false,
            condition: String::new(),
        };
        let references = self.references.iter();
        let references =
            references.map(|(path, column)| link(path.to_string(), &self.table, column));
        let rows = self
            .rows
            .iter()
            .map(|field| link(field.path.to_string(), &field.rows.table, &field.rows.foreign_key));
        let members = self.members.iter().flat_map(|of| {
            [&of.group, &of.member].map(|column| link("members".to_owned(), &of.table, column))
        });
        references.chain(rows).chain(members).collect()
    }

    /// The index of a column of the row.
    fn index(&self, path: &ResolvedPath, column: &SqlColumn, is_unique: bool) -> Index {
        let mut terms: Vec<String> = match &self.scope {
            Scope::Single(_) => Vec::new(),
            Scope::Column(tenant) => vec![identifier(&tenant.name)],
        };
        terms.push(self.term(path, column));
        let condition = match &self.deleted {
            Some((column, _)) if is_unique => format!(" WHERE {} IS NULL", identifier(column)),
            _ => String::new(),
        };
        Index {
            table: self.table.clone(),
            path: path.to_string(),
            column: column.name.clone(),
            terms,
            is_unique,
            condition,
        }
    }

    /// Returns the term of an index for a column.
    fn term(&self, path: &ResolvedPath, column: &SqlColumn) -> String {
        let is_text = matches!(column.format, Format::Text | Format::Ascii);
        let name = identifier(&column.name);
        match self.dialect {
            _ if !is_text || path.leaf().is_case_exact() => name,
            Dialect::Sqlite => format!("lower({name})"),
            Dialect::Postgres => format!("lower({name} COLLATE \"C\")"),
        }
    }

    /// The indexes of look-ups by unique and indexed attributes.
    pub(super) fn indexes(&self) -> Vec<(ResolvedPath, Index)> {
        let unique = self.resource_type.unique_paths().iter().map(|path| (path, true));
        let indexed = self.resource_type.indexed_paths().iter().map(|path| (path, false));
        let all = unique.chain(indexed);
        all.flat_map(|(path, is_unique)| {
            self.indexes_of(path, is_unique).into_iter().map(|index| (path.clone(), index))
        })
        .collect()
    }

    fn indexes_of(&self, path: &ResolvedPath, is_unique: bool) -> Vec<Index> {
        if let Some(field) = self.fields.iter().find(|field| field.path == *path) {
            return vec![self.index(path, &field.column, is_unique)];
        }
        if path.to_string() == "externalId" {
            let index = self.external_id.as_ref().map(|column| self.index(path, column, is_unique));
            return index.into_iter().collect();
        }
        let whole = path.without_sub();
        let sub = path.sub_attribute().map_or("value", |sub| sub.name());
        if let Some(slots) = self.slots.iter().find(|slots| slots.path == whole) {
            let all = slots.elements.iter().flat_map(Element::all);
            let columns = all.filter(|(name, _)| *name == sub);
            return columns.map(|(_, column)| self.index(path, column, is_unique)).collect();
        }
        let rows = self.rows.iter().find(|rows| rows.path == whole).map(|field| &field.rows);
        let of_rows = rows.and_then(|rows| {
            let (_, column) = rows.columns.iter().find(|(name, _)| name == sub)?;
            Some(Index {
                table: rows.table.clone(),
                path: path.to_string(),
                column: column.name.clone(),
                terms: vec![self.term(path, column)],
                is_unique: false,
                condition: String::new(),
            })
        });
        of_rows.into_iter().collect()
    }

    /// Unique indexes of attributes that the resource type does not call unique: a client would get a
    /// conflict that nothing announces.
    pub(super) fn undeclared_uniqueness(&self, found: &Found) -> Vec<TableProblem> {
        let tenant = match &self.scope {
            Scope::Single(_) => None,
            Scope::Column(column) => Some(column.name.to_ascii_lowercase()),
        };
        let is_alone = |index: &FoundIndex, column: &str| {
            let mut others = index.terms.iter().filter(|term| Some(*term) != tenant.as_ref());
            index.is_unique
                && others.next().is_some_and(|term| names(term, column))
                && others.next().is_none()
        };
        let declared = |field: &&Field| !field.path.leaf().is_unique();
        let hidden = self.fields.iter().filter(declared).filter(|field| {
            let column = field.column.name.to_ascii_lowercase();
            found.indexes.iter().any(|index| is_alone(index, &column))
        });
        hidden
            .map(|field| {
                let remedy = format!("add `.with_unique(\"{}\")` to the resource type", field.path);
                TableProblem::new(
                    &self.table,
                    "its column is unique, and the attribute is not",
                    remedy,
                )
                .of_attribute(&field.path.to_string())
                .of_column(&field.column.name)
            })
            .collect()
    }

    /// Unique attributes without a unique index.
    pub(super) fn uniqueness(&self, found: &Found) -> Vec<TableProblem> {
        let all = self.indexes().into_iter();
        let unique = all.filter(|(_, index)| index.is_unique && index.table == self.table);
        let lacking = unique.filter(|(path, index)| {
            let ignores_case = !path.leaf().is_case_exact();
            let kind = found.column(&index.column).map(|column| column.kind.as_str());
            let is_enough = |term: &String| {
                let column = index.column.to_ascii_lowercase();
                let folds = ["lower(", "nocase("].iter().any(|fold| term.contains(fold))
                    || kind == Some("citext");
                names(term, &column) && (folds || !ignores_case)
            };
            let is_whole = |known: &FoundIndex| !known.is_partial || self.deleted.is_some();
            let serves =
                |terms: &[String]| terms.iter().any(is_enough) && terms.len() <= index.terms.len();
            let all = found.indexes.iter().filter(|known| known.is_unique && is_whole(known));
            !all.into_iter().any(|known| serves(&known.terms))
        });
        let message = |path: &ResolvedPath| match path.leaf().is_case_exact() {
            true => "there is no unique index for it",
            false => "there is no unique index for it that ignores case",
        };
        lacking
            .map(|(path, index)| {
                TableProblem::new(&self.table, message(&path), index.sql())
                    .of_attribute(&index.path)
                    .of_column(&index.column)
            })
            .collect()
    }
}

/// The indexes that look-ups lack.
pub(super) async fn missing_indexes(
    rows: &mut dyn Rows,
    layout: &Layout,
) -> Result<Vec<TableProblem>, DatabaseError> {
    let mut problems = Vec::new();
    for (_, index) in layout.indexes() {
        let plan = plan(rows, &index.look_up(), layout.dialect).await?;
        if is_served(&plan, &index, layout.dialect) {
            continue;
        }
        // With statistics, SQLite passes by an index of a column that has hardly a value so far.
        let found = Found::read(rows, &index.table, layout.dialect).await?;
        let is_there = |found: Found| found.indexes.iter().any(|known| index.is_like(known));
        if layout.dialect == Dialect::Postgres || !found.is_some_and(is_there) {
            problems.push(missing(&index));
        }
    }
    for index in layout.links() {
        // PostgreSQL takes an index for it that has to be read whole, and says so nowhere.
        let found = Found::read(rows, &index.table, layout.dialect).await?;
        if !found.is_some_and(|found| found.leads_with(&index.column)) {
            problems.push(missing(&index));
        }
    }
    Ok(problems)
}

fn missing(index: &Index) -> TableProblem {
    let message = "a look-up by it scans the table";
    TableProblem::new(&index.table, message, index.sql())
        .of_attribute(&index.path)
        .of_column(&index.column)
}

/// Returns `true` if the plan finds rows by the compared column, not only by the tenant.
fn is_served(plan: &[String], index: &Index, dialect: Dialect) -> bool {
    let column = index.column.to_ascii_lowercase();
    let by_column = |line: &str| {
        let line = line.to_ascii_lowercase();
        match dialect {
            Dialect::Sqlite => {
                let terms = line.rsplit('(').next().unwrap_or_default();
                line.starts_with("search")
                    && (terms.contains("<expr>")
                        || terms.contains("rowid=")
                        || names(terms, &column))
            }
            Dialect::Postgres => line.contains("index cond") && names(&line, &column),
        }
    };
    plan.iter().any(|line| by_column(line.trim()))
}

//! The description against the database: columns, types, keys and indexes.

use std::collections::HashMap;

use super::column::{Format, Null, SqlColumn};
use super::description::Scope;
use super::elements::{Element, MemberRows};
use super::error::{TableError, TableProblem};
use super::introspect::Found;
use super::key::KeySource;
use super::layout::Layout;
use super::lookups::missing_indexes;
use super::requirements::unset;
use super::tables::{OpenTablesError, SqlTables};
use crate::database::{Database, DatabaseError, Rows};
use scimwire::sql::{Dialect, Sql};

impl<D: Database> SqlTables<D> {
    /// Compares the descriptions with the database: tables and columns exist and have the right
    /// types, `NOT NULL` columns have values, keys are not given twice, unique attributes have a
    /// unique index, and look-ups use an index. Run it at start, as [`open`](Self::open) does.
    ///
    /// # Errors
    ///
    /// - a description does not fit; the message says what to do, such as which index to create;
    /// - the database cannot be reached.
    pub async fn check(&self) -> Result<(), OpenTablesError> {
        // Nothing is written; the transaction keeps settings to itself.
        let mut transaction = self.inner.database.begin().await?;
        let mut problems = Vec::new();
        for layout in &self.inner.layouts {
            let members = layout.members.as_ref();
            let members = members.and_then(|rows| self.inner.layout(&rows.member_type));
            let groups = self.inner.groups_of(layout).filter_map(|it| it.members.as_ref());
            let groups: Vec<&MemberRows> = groups.collect();
            let members = members.map(|it| &**it);
            let found = layout.problems(&mut transaction, members, &groups).await?;
            problems.extend(found);
        }
        if problems.is_empty() {
            if D::DIALECT == Dialect::Postgres {
                // PostgreSQL scans a small table even if an index would serve.
                transaction.rows(&Sql::new("SET LOCAL enable_seqscan = off")).await?;
            }
            for layout in &self.inner.layouts {
                problems.extend(missing_indexes(&mut transaction, layout).await?);
            }
        }
        drop(transaction);
        Ok(TableError::unless_empty(problems)?)
    }
}

impl Layout {
    async fn problems(
        &self,
        rows: &mut dyn Rows,
        members: Option<&Self>,
        groups: &[&MemberRows],
    ) -> Result<Vec<TableProblem>, DatabaseError> {
        let Some(found) = Found::read(rows, &self.table, self.dialect).await? else {
            return Ok(vec![no_table(&self.table)]);
        };
        let mut problems = Vec::new();
        for (path, column) in self.all_columns() {
            problems.extend(problem_of(
                &self.table,
                path.as_deref(),
                &column,
                &found,
                self.dialect,
            ));
        }
        problems.extend(self.key_problems(&found));
        problems.extend(self.version_problem(&found));
        problems.extend(self.unmapped(&found));
        problems.extend(self.fixed_problems(&found));
        problems.extend(self.shared_ids(&found, groups));
        problems.extend(self.uniqueness(&found));
        problems.extend(self.undeclared_uniqueness(&found));
        problems.extend(self.problems_beside(rows, members).await?);
        let limits =
            found.columns.iter().filter_map(|it| Some((it.name.clone(), it.limit(self.dialect)?)));
        // The first answer stays: a second check finds the same.
        let _ = self.limits.set(limits.collect::<HashMap<_, _>>());
        Ok(problems)
    }

    /// Checks the tables of elements and of members.
    async fn problems_beside(
        &self,
        rows: &mut dyn Rows,
        members: Option<&Self>,
    ) -> Result<Vec<TableProblem>, DatabaseError> {
        let mut problems = Vec::new();
        for field in &self.rows {
            let path = field.path.to_string();
            let rows_of = &field.rows;
            let Some(found) = Found::read(rows, &rows_of.table, self.dialect).await? else {
                problems.push(no_table(&rows_of.table).of_attribute(&path));
                continue;
            };
            let key = reference(&rows_of.foreign_key, self.key.format);
            problems.extend(problem_of(&rows_of.table, Some(&path), &key, &found, self.dialect));
            problems.extend(self.element_problems(rows_of, &found, &path));
            for (sub, column) in &rows_of.columns {
                let path = format!("{path}.{sub}");
                problems.extend(problem_of(
                    &rows_of.table,
                    Some(&path),
                    column,
                    &found,
                    self.dialect,
                ));
            }
        }
        if let (Some(of), Some(members)) = (&self.members, members) {
            match Found::read(rows, &of.table, self.dialect).await? {
                None => problems.push(no_table(&of.table).of_attribute("members")),
                Some(found) => {
                    let group = reference(&of.group, self.key.format);
                    let member = reference(&of.member, members.key.format);
                    problems.extend(self.member_problems(of, &found));
                    let tenant = of.tenant.clone().map(SqlColumn::not_null);
                    for column in [Some(group), Some(member), tenant].into_iter().flatten() {
                        problems.extend(problem_of(
                            &of.table,
                            Some("members"),
                            &column,
                            &found,
                            self.dialect,
                        ));
                    }
                }
            }
        }
        Ok(problems)
    }

    /// All columns of the row, each with the path of its attribute.
    fn all_columns(&self) -> Vec<(Option<String>, SqlColumn)> {
        let fields = self.fields.iter().map(|field| {
            (
                Some(field.path.to_string()),
                with_requirement(&field.column, field.path.leaf().is_required()),
            )
        });
        let slots = self.slots.iter().flat_map(|slots| {
            let all = slots.elements.iter().flat_map(Element::all);
            all.map(|(sub, column)| (Some(format!("{}.{sub}", slots.path)), column.clone()))
        });
        let mut all: Vec<_> = fields.chain(slots).collect();
        let common = [
            ("externalId", &self.external_id),
            ("meta.created", &self.created),
            ("meta.lastModified", &self.modified),
        ];
        for (path, column) in common {
            // The times of new rows are always set.
            let column = column.as_ref().map(|it| with_requirement(it, path != "externalId"));
            all.extend(column.map(|column| (Some(path.to_owned()), column)));
        }
        all.extend(
            self.version
                .as_ref()
                .map(|name| (Some("meta.version".to_owned()), SqlColumn::integer(name).not_null())),
        );
        if let Scope::Column(column) = &self.scope {
            all.push((None, column.clone().not_null()));
        }
        all
    }

    fn key_problems(&self, found: &Found) -> Vec<TableProblem> {
        let name = &self.key.column;
        let at = |message: &str, remedy: &str| {
            TableProblem::new(&self.table, message, remedy).of_attribute("id").of_column(name)
        };
        let Some(column) = found.column(name) else {
            return vec![no_column(&self.table, name, found).of_attribute("id")];
        };
        let mut problems = Vec::new();
        if !self.key.format.is_of(&column.kind, self.dialect) {
            let message = format!("its type is `{}`", column.kind);
            let remedy = "use `Key::text`, `Key::uuid` or `Key::integer`, as fits";
            problems.push(at(&message, remedy));
        }
        let mut key = vec![name.as_str()];
        if let Scope::Column(tenant) = &self.scope {
            key.push(&tenant.name);
        }
        if !column.is_not_null || !found.tells_apart(&key) {
            let remedy = "make it the primary key, or a unique index and NOT NULL";
            problems.push(at("it may be NULL, or the same in two rows", remedy));
        }
        if self.key.source != KeySource::Database && column.is_generated {
            problems.push(at("it is generated", "use `Key::integer` without `.from_sequence()`"));
        }
        if self.key.source == KeySource::Database && !column.has_default {
            let remedy = "make it an identity column, or let the crate count: `.from_sequence()`";
            problems.push(at("the database does not generate it", remedy));
        } else if self.key.source == KeySource::Database && !found.counts_keys {
            let remedy = "declare it `INTEGER PRIMARY KEY AUTOINCREMENT`, or let the crate count: `.from_sequence()`";
            problems.push(at("SQLite gives the key of a deleted row again", remedy));
        }
        problems
    }

    fn version_problem(&self, found: &Found) -> Option<TableProblem> {
        let name = self.version.as_ref()?;
        let is_nullable = found.column(name).is_some_and(|column| !column.is_not_null);
        let remedy = "declare it NOT NULL DEFAULT 1, or leave `.version(..)` out";
        is_nullable.then(|| {
            TableProblem::new(&self.table, "it may be NULL, which cannot be counted", remedy)
                .of_attribute("meta.version")
                .of_column(name)
        })
    }

    /// Finds columns that a new row needs and nothing sets.
    fn unmapped(&self, found: &Found) -> Vec<TableProblem> {
        let mut set: Vec<String> = self.all_columns().into_iter().map(|(_, it)| it.name).collect();
        set.push(self.key.column.clone());
        set.extend(self.constants.iter().chain(&self.initial).map(|(column, _)| column.clone()));
        let set: Vec<&str> = set.iter().map(String::as_str).collect();
        let remedy = "map an attribute to it, set it with `.initial(..)`, or give it a default";
        unset(&self.table, found, &set, remedy)
    }
}

/// A column that is never NULL because the attribute is required.
fn with_requirement(column: &SqlColumn, is_required: bool) -> SqlColumn {
    let is_allowed = column.null == Null::Allowed;
    if is_required && is_allowed { column.clone().not_null() } else { column.clone() }
}

fn reference(name: &str, format: super::column::KeyFormat) -> SqlColumn {
    SqlColumn { format: Format::Reference(format), ..SqlColumn::text(name) }.not_null()
}

fn no_table(table: &str) -> TableProblem {
    TableProblem::new(table, "it does not exist", "create it, or correct its name")
}

pub(super) fn no_column(table: &str, name: &str, found: &Found) -> TableProblem {
    let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
    let remedy = format!("create it, or use one of `{}`", names.join("`, `"));
    TableProblem::new(table, "it does not exist", remedy).of_column(name)
}

/// Returns the problem of a column, if it has one.
fn problem_of(
    table: &str,
    path: Option<&str>,
    column: &SqlColumn,
    found: &Found,
    dialect: Dialect,
) -> Option<TableProblem> {
    let with_path = |problem: TableProblem| match path {
        Some(path) => problem.of_attribute(path),
        None => problem,
    };
    let Some(known) = found.column(&column.name) else {
        return Some(with_path(no_column(table, &column.name, found)));
    };
    let problem = if !column.format.is_of(&known.kind, dialect) {
        let message = format!("its type is `{}`, which the format does not fit", known.kind);
        TableProblem::new(table, message, "use the constructor of `SqlColumn` for that type")
    } else if known.is_generated {
        let remedy = "map the columns that it is generated from";
        TableProblem::new(table, "it is generated, and cannot be written", remedy)
    } else if known.is_not_null && column.null == Null::Allowed {
        let remedy = "say `.not_null()`, or `.with_default(..)` for what is stored where a client assigns no value";
        TableProblem::new(table, "it is NOT NULL, and the attribute may be unassigned", remedy)
    } else {
        return None;
    };
    Some(with_path(problem.of_column(&column.name)))
}

//! Elements of multi-valued attributes: rows, JSON arrays, or columns of the resource's own row.

use std::collections::HashMap;

use super::column::{Column, ColumnFormat};
use super::dialect::Dialect;
use super::statement::Sql;
use crate::schema::ResolvedPath;

/// The elements of a multi-valued attribute: rows of a table, elements of a JSON array, or columns
/// of the resource's own row.
///
/// One column as the only element, and two columns as two elements:
///
/// ```
/// use scimwire::ResourceType;
/// use scimwire::sql::{Column, ColumnFormat, ColumnMapping, Dialect, ElementTable};
///
/// let phone = |column: &str, kind: &str| {
///     ElementTable::of_row(format!("{} <> ''", Dialect::quote(column)))
///         .column("value", Column::ascii(column))
///         .column("type", Column::constant(kind))
/// };
/// let mapping = ColumnMapping::new(Dialect::Sqlite)
///     .column("id", Column::integer_key("accounts.id"))
///     .elements(
///         "emails",
///         ElementTable::of_row(r#""accounts"."email" <> ''"#)
///             .column("value", Column::ascii("accounts.email"))
///             .column("type", Column::constant("work"))
///             .column("primary", Column::expression("TRUE", ColumnFormat::Boolean)),
///     )
///     .elements(
///         "phoneNumbers",
///         ElementTable::any_of([
///             phone("accounts.work_phone", "work"),
///             phone("accounts.mobile_phone", "mobile"),
///         ])
///         .column("primary", Column::null(ColumnFormat::Boolean)),
///     )
///     .check(&ResourceType::user())?;
/// # Ok::<(), scimwire::sql::MappingError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ElementTable {
    pub(super) source: Source,
    /// In what order they come; needed only to sort by them.
    pub(super) position: Option<String>,
    /// The sub-attributes; the value itself of a simple attribute has the name `value`.
    pub(super) columns: HashMap<String, Column>,
    /// `true` if elements are JSON objects; else they are the value.
    pub(super) json: Option<Dialect>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    /// Rows, of a table or of a JSON array.
    Rows {
        /// The FROM clause.
        from: String,
        /// The condition that selects the rows of the resource.
        condition: Option<String>,
        /// The join condition as two columns: that of the rows, and that of the resource.
        link: Option<(String, String)>,
    },
    /// Columns of the resource's own row: one element, where the condition holds.
    Row { present: String },
    /// The elements of several, none of which is `Several`.
    Several(Vec<ElementTable>),
}

impl ElementTable {
    /// The rows of `table` whose column `foreign_key` equals the `key` of the resource, for example
    /// `user_email`, `user_id` and `users.id`.
    #[must_use]
    pub fn table(table: &str, foreign_key: &str, key: &str) -> Self {
        let (table, key) = (Dialect::quote(table), Dialect::quote(key));
        let foreign_key = format!("{table}.{}", Dialect::quote(foreign_key));
        let condition = Some(format!("{foreign_key} = {key}"));
        Self::new(Source::Rows { from: table, condition, link: Some((foreign_key, key)) })
    }

    /// The elements of a JSON array, given as an expression; in PostgreSQL of type `jsonb`.
    #[must_use]
    pub fn json(dialect: Dialect, array: &str) -> Self {
        let from = match dialect {
            Dialect::Sqlite => format!("json_each({array}) AS \"element\""),
            Dialect::Postgres => {
                format!(
                    "jsonb_array_elements({array}) WITH ORDINALITY AS \"element\"(\"value\", \"key\")"
                )
            }
        };
        let position = Some("\"element\".\"key\"".to_owned());
        Self { position, json: Some(dialect), ..Self::rows(from, None) }
    }

    /// The rows of `from`, a table of the statement, that satisfy `condition`; for references of
    /// several columns.
    #[must_use]
    pub fn rows(from: String, condition: Option<String>) -> Self {
        Self::new(Source::Rows { from, condition, link: None })
    }

    /// One element, made of columns of the resource's own row. It exists if the SQL condition
    /// `present` holds, such as `"accounts"."email" <> ''`, which is written into the statement as
    /// it stands.
    ///
    /// An index on a column serves conditions on it: `emails.value eq` uses
    /// `lower("accounts"."email")`. For a sub-attribute with a fixed value use
    /// [`Column::constant`], for one that the element never has [`Column::null`].
    pub fn of_row(present: impl Into<String>) -> Self {
        Self::new(Source::Row { present: present.into() })
    }

    /// The elements of several of these, in this order: for example the columns `work_phone` and
    /// `mobile_phone`. A [`column`](Self::column) that is added to the result is added to each.
    ///
    /// Resources can be sorted by such an attribute if each part is
    /// [`of_row`](ElementTable::of_row), with columns of the same format.
    pub fn any_of(parts: impl IntoIterator<Item = Self>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part.source {
            Source::Several(parts) => parts,
            Source::Rows { .. } | Source::Row { .. } => vec![part],
        });
        Self::new(Source::Several(flat.collect()))
    }

    fn new(source: Source) -> Self {
        Self { source, position: None, columns: HashMap::new(), json: None }
    }

    /// Maps a sub-attribute to a column. For a simple attribute, such as a list of strings, use
    /// `value`.
    #[must_use]
    pub fn column(mut self, sub: &str, column: Column) -> Self {
        match &mut self.source {
            Source::Several(parts) => {
                for part in parts {
                    part.columns.insert(sub.to_owned(), column.clone());
                }
            }
            Source::Rows { .. } | Source::Row { .. } => {
                self.columns.insert(sub.to_owned(), column);
            }
        }
        self
    }

    /// Maps a sub-attribute to a member of a JSON object.
    #[must_use]
    pub fn member(self, sub: &str, form: ColumnFormat) -> Self {
        let text = self.json.unwrap_or(Dialect::Sqlite).json_text("\"element\".\"value\"", sub);
        let sql = match (self.json, form) {
            (Some(Dialect::Postgres), ColumnFormat::Boolean) => format!("CAST({text} AS boolean)"),
            (Some(Dialect::Postgres), ColumnFormat::Number) => format!("CAST({text} AS numeric)"),
            _ => text,
        };
        self.column(sub, Column::expression(sql, form))
    }

    /// Declares that the elements are strings, not objects.
    #[must_use]
    pub fn texts(self, form: ColumnFormat) -> Self {
        let sql = match self.json {
            Some(Dialect::Postgres) => "(\"element\".\"value\" #>> '{}')",
            _ => "\"element\".\"value\"",
        };
        self.column("value", Column::expression(sql, form))
    }

    /// The parts of `any_of`; of another one, itself.
    pub(super) fn parts(&self) -> &[Self] {
        match &self.source {
            Source::Several(parts) => parts,
            Source::Rows { .. } | Source::Row { .. } => std::slice::from_ref(self),
        }
    }

    /// The column of the last step of `path`; none of `any_of`.
    pub(super) fn of(&self, path: &ResolvedPath) -> Option<&Column> {
        let name = path.sub_attribute().map_or("value", |sub| sub.name());
        self.columns.get(name)
    }

    /// Returns `true` if a condition on the elements is best written by itself, since it reads no
    /// rows but those that an index finds; `selects_few` says whether an index is of use.
    pub(super) fn is_found_by_index(&self, selects_few: bool) -> bool {
        self.parts().iter().all(|part| match &part.source {
            Source::Row { .. } => true,
            Source::Rows { link, .. } => link.is_some() && selects_few,
            Source::Several(_) => false,
        })
    }

    /// An element of a part satisfies `condition`. Where few rows do, they are looked for first,
    /// and not among those of each resource by itself.
    pub(super) fn exists(&self, condition: Sql, are_few: bool) -> Sql {
        match &self.source {
            Source::Row { present } => {
                Sql::new(format!("({present} AND ")).push_sql(condition).push(")")
            }
            Source::Rows { from, link: Some((foreign_key, key)), .. } if are_few => {
                let sql = format!("{key} IN (SELECT {foreign_key} FROM {from} WHERE ");
                Sql::new(sql).push_sql(condition).push(")")
            }
            Source::Rows { from, condition: own, .. } => {
                let mut sql = Sql::new(format!("EXISTS (SELECT 1 FROM {from} WHERE "));
                if let Some(own) = own {
                    sql = sql.push(format!("{own} AND "));
                }
                sql.push_sql(condition).push(")")
            }
            Source::Several(_) => Sql::new("FALSE"),
        }
    }
}

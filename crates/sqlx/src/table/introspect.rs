//! A table as the database has it: its columns and its indexes.

use super::layout::Limit;
use crate::database::{DatabaseError, Row, Rows};
use scimwire::sql::{Dialect, Sql};

/// A table as the database has it.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) columns: Vec<FoundColumn>,
    pub(super) indexes: Vec<FoundIndex>,
    /// `true` if the database never gives a key again.
    pub(super) counts_keys: bool,
    /// `true` if names in another case are the same.
    ignores_case: bool,
}

/// A column as the database has it.
#[derive(Clone, Debug)]
pub(super) struct FoundColumn {
    pub(super) name: String,
    /// The type, in lower case.
    pub(super) kind: String,
    pub(super) is_not_null: bool,
    /// `true` if a new row gets a value by itself.
    pub(super) has_default: bool,
    /// `true` if nothing can be written to it.
    pub(super) is_generated: bool,
}

/// An index, with its columns and expressions as SQL in lower case.
#[derive(Clone, Debug)]
pub(super) struct FoundIndex {
    pub(super) is_unique: bool,
    /// `true` if not all rows are in it.
    pub(super) is_partial: bool,
    pub(super) terms: Vec<String>,
}

impl Found {
    pub(super) fn column(&self, name: &str) -> Option<&FoundColumn> {
        self.columns.iter().find(|column| match self.ignores_case {
            true => column.name.eq_ignore_ascii_case(name),
            false => column.name == name,
        })
    }

    /// Returns `true` if no two rows have the same values in some of these columns.
    pub(super) fn tells_apart(&self, columns: &[&str]) -> bool {
        let is_among = |term: &String| columns.iter().any(|name| is_column(term, name));
        self.indexes.iter().any(|index| {
            index.is_unique
                && !index.is_partial
                && !index.terms.is_empty()
                && index.terms.iter().all(is_among)
        })
    }

    /// Returns `true` if an index begins with the column.
    pub(super) fn leads_with(&self, column: &str) -> bool {
        let first =
            |index: &FoundIndex| index.terms.first().is_some_and(|term| is_column(term, column));
        self.indexes.iter().any(first)
    }

    /// Reads the description of a table from the database; `None` if the table does not exist.
    pub(super) async fn read(
        rows: &mut dyn Rows,
        table: &str,
        dialect: Dialect,
    ) -> Result<Option<Self>, DatabaseError> {
        let found = match dialect {
            Dialect::Sqlite => of_sqlite(rows, table).await?,
            Dialect::Postgres => of_postgres(rows, table).await?,
        };
        Ok(Some(found).filter(|found| !found.columns.is_empty()))
    }
}

impl FoundIndex {
    /// Creates an index from its traits, as the statements of this file write them before its name.
    fn new(traits: &str, terms: Vec<String>) -> Self {
        let rest = traits.strip_prefix("unique ");
        let is_partial = rest.unwrap_or(traits).starts_with("partial ");
        Self { is_unique: rest.is_some(), is_partial, terms }
    }
}

/// Returns `true` if the term of an index, in lower case, is a column by itself.
fn is_column(term: &str, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    term == name || term == Dialect::quote(&name)
}

impl FoundColumn {
    /// Returns the limit of the column; `None` if it has none that needs a check.
    pub(super) fn limit(&self, dialect: Dialect) -> Option<Limit> {
        // SQLite has none.
        if dialect == Dialect::Sqlite {
            return None;
        }
        let length = self.kind.split_once('(').and_then(|(_, rest)| rest.split_once(')'));
        match self.kind.as_str() {
            "smallint" => Some(Limit::Bits(16)),
            "integer" => Some(Limit::Bits(32)),
            kind if kind.starts_with("character") => {
                Some(Limit::Characters(length?.0.parse().ok()?))
            }
            _ => None,
        }
    }
}

/// Columns, and the names of those of the primary key.
fn columns_of(rows: Vec<Row>) -> (Vec<FoundColumn>, Vec<String>) {
    let (mut columns, mut primary_key) = (Vec::new(), Vec::new());
    for mut row in rows {
        let mut text = |at| row.text(at).unwrap_or_default();
        let name = text(0);
        let is_primary = text(4) == "1";
        primary_key.extend(is_primary.then(|| name.to_ascii_lowercase()));
        columns.push(FoundColumn {
            name,
            kind: text(1).to_ascii_lowercase(),
            is_not_null: text(2) == "1" || is_primary,
            has_default: text(3) == "1",
            is_generated: text(5) == "1",
        });
    }
    (columns, primary_key)
}

fn texts(rows: Vec<Row>) -> Vec<[String; 2]> {
    let pair = |mut row: Row| [0, 1].map(|at| row.text(at).unwrap_or_default());
    rows.into_iter().map(pair).collect()
}

async fn of_sqlite(rows: &mut dyn Rows, table: &str) -> Result<Found, DatabaseError> {
    let named = |template: &str| Sql::from_template(template, [table.into()]);
    // The key of a table with rowids is never NULL, even if declared without NOT NULL.
    let columns = named(
        "SELECT name, type, CAST(\"notnull\" AS TEXT), CAST(dflt_value IS NOT NULL OR hidden > 1 OR \
         (pk > 0 AND upper(type) = 'INTEGER') AS TEXT), CAST(pk > 0 AS TEXT), CAST(hidden > 1 AS TEXT) FROM pragma_table_xinfo({})",
    );
    let (columns, primary_key) = columns_of(rows.rows(&columns).await?);
    let sql = named(
        "SELECT lower(sql), NULL FROM sqlite_schema WHERE type = 'table' AND lower(name) = lower({})",
    );
    let counts_keys =
        texts(rows.rows(&sql).await?).iter().any(|[sql, _]| sql.contains("autoincrement"));
    let indexes = named(
        "SELECT l.name, CASE WHEN l.\"unique\" = 1 THEN 'unique ' ELSE '' END || \
         CASE WHEN l.partial = 1 THEN 'partial ' ELSE '' END || lower(coalesce(s.sql, '')) \
         FROM pragma_index_list({}) l LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = l.name",
    );
    let mut found = vec![FoundIndex { is_unique: true, is_partial: false, terms: primary_key }];
    for [name, sql] in texts(rows.rows(&indexes).await?) {
        let terms = Sql::from_template(
            "SELECT lower(coalesce(name, '')), lower(coll) FROM pragma_index_xinfo({}) WHERE key = 1 ORDER BY seqno",
            [name.into()],
        );
        let terms = texts(rows.rows(&terms).await?).into_iter().map(|[name, collation]| {
            // An expression has no name: the statement says it.
            match (name.is_empty(), collation.as_str()) {
                (true, _) => sql.clone(),
                (false, "nocase") => format!("nocase({name})"),
                (false, _) => name,
            }
        });
        found.push(FoundIndex::new(&sql, terms.collect()));
    }
    Ok(Found { columns, indexes: found, counts_keys, ignores_case: true })
}

async fn of_postgres(rows: &mut dyn Rows, table: &str) -> Result<Found, DatabaseError> {
    let named = |template: &str| Sql::from_template(template, [Dialect::quote(table).into()]);
    let columns = named(
        "SELECT CAST(attname AS text), format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN '1' ELSE '0' END, \
         CASE WHEN atthasdef OR attidentity <> '' THEN '1' ELSE '0' END, '0', \
         CASE WHEN attgenerated <> '' OR attidentity = 'a' THEN '1' ELSE '0' END FROM pg_attribute \
         WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    );
    let (columns, _) = columns_of(rows.rows(&columns).await?);
    let terms = named(
        "SELECT CASE WHEN i.indisunique THEN 'unique ' ELSE '' END || \
         CASE WHEN i.indpred IS NOT NULL THEN 'partial ' ELSE '' END || i.indexrelid, \
         lower(pg_get_indexdef(i.indexrelid, k.n, true)) FROM pg_index i \
         CROSS JOIN LATERAL generate_series(1, i.indnkeyatts) k(n) \
         WHERE i.indrelid = to_regclass({}) AND i.indisvalid ORDER BY 1, k.n",
    );
    let mut indexes: Vec<FoundIndex> = Vec::new();
    let mut last = String::new();
    for [index, term] in texts(rows.rows(&terms).await?) {
        match indexes.last_mut().filter(|_| index == last) {
            Some(known) => known.terms.push(term),
            None => indexes.push(FoundIndex::new(&index, vec![term])),
        }
        last = index;
    }
    // Sequences never give a number again.
    Ok(Found { columns, indexes, counts_keys: true, ignores_case: false })
}

//! The plans of look-ups, for the test kit.

use super::store::TableStore;
#[cfg(feature = "testkit")]
use crate::database::Transaction as _;
use crate::database::{Database, DatabaseError, Rows};
use scimwire::auth::RequestContext;
use scimwire::sql::{Dialect, Sql, clauses};
use scimwire::store::{StoreError, StoreQuery};

impl<D: Database> TableStore<D> {
    /// Returns the plan of a selection, as the database writes it: the `detail` of SQLite's `EXPLAIN
    /// QUERY PLAN`, or the lines of PostgreSQL's `EXPLAIN`, made as if tables were large.
    ///
    /// # Errors
    ///
    /// - the database fails.
    pub async fn explain(
        &self,
        selection: &StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<Vec<String>, StoreError> {
        let columns = self.layout.columns(cx.tenant());
        let clauses = clauses(selection, &columns).map_err(StoreError::other)?;
        let sql = self.layout.page_keys(&clauses, selection, cx.tenant());
        let mut transaction = self.inner.database.begin().await?;
        if D::DIALECT == Dialect::Postgres {
            // Rows cost as if there were many of them.
            for setting in ["SET LOCAL enable_seqscan = off", "SET LOCAL cpu_tuple_cost = 10"] {
                transaction.rows(&Sql::new(setting)).await?;
            }
        }
        Ok(plan(&mut transaction, &sql, D::DIALECT).await?)
    }
}

/// The lines of the plan of a statement.
pub(super) async fn plan(
    rows: &mut dyn Rows,
    sql: &Sql,
    dialect: Dialect,
) -> Result<Vec<String>, DatabaseError> {
    let (explain, column) = match dialect {
        Dialect::Sqlite => ("EXPLAIN QUERY PLAN ", 3),
        Dialect::Postgres => ("EXPLAIN ", 0),
    };
    let explained = Sql::new(explain).push_sql(sql.clone());
    let lines = rows.rows(&explained).await?;
    Ok(lines.into_iter().filter_map(|mut row| row.text(column)).collect())
}

#[cfg(feature = "testkit")]
#[async_trait::async_trait]
impl<D: Database> scimwire::testkit::Explain for TableStore<D> {
    async fn plan(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Vec<String> {
        let statistics = async {
            // Without statistics SQLite takes tables for large ones, which those of a test are not.
            if D::DIALECT == Dialect::Sqlite {
                return Ok(());
            }
            let mut transaction = self.inner.database.begin().await?;
            transaction.rows(&Sql::new("ANALYZE")).await?;
            transaction.commit().await
        };
        let analyzed = statistics.await.map_err(StoreError::from);
        match analyzed.and(self.explain(&selection, cx).await) {
            Ok(plan) => plan,
            // The check has to fail, and to say why.
            Err(err) => vec![format!("SCAN {err}: {:?}", std::error::Error::source(&err))],
        }
    }
}

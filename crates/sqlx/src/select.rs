//! Queries: the filter, the order and the page as one statement.

use crate::columns::StoredColumns;
use crate::compose::{Composed, Composer};
use crate::database::{Database, Row};
use crate::reading::Beside;
use crate::statements::Statements;
use crate::store::SqlStore;
use scimwire::auth::RequestContext;
use scimwire::filter::EvalBudget;
use scimwire::query::Page;
use scimwire::sql::{Sql, clauses};
use scimwire::store::{StoreError, StorePage, StoreQuery};

impl<D: Database> SqlStore<D> {
    pub(super) async fn find(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let statements = self.statements(cx);
        let beside = Beside::of(&self.layout.resource_type, selection.projection);
        let budget = self.layout.budget_of(&selection);
        let clauses =
            clauses(&selection, &self.columns(cx.tenant().as_str())).map_err(StoreError::other)?;
        let found = self.look_up(&selection, &clauses.filter, beside, &budget, cx).await?;
        let sql = match (&found, selection.page) {
            (Some(_), _) => None,
            (None, None) => Some(statements.select_all(clauses.filter.clone(), beside)),
            (None, Some(_)) => {
                let conditions = clauses.filter.clone().push_sql(clauses.page);
                Some(statements.select_page(conditions, beside))
            }
        };
        let mut composer = Composer::new(beside, selection.memory);
        for row in found.into_iter().flatten() {
            composer.take(row);
        }
        if let Some(sql) = sql {
            self.read_each(&sql, &budget, cx, &mut |row| composer.take(row))
                .await
                .map_err(|err| err.of_search(&budget))?;
        }
        let Composed { mut resources, mut more } = composer.finish()?;
        let Some(page) = selection.page else {
            return Ok(StorePage::new(resources).with_more(more));
        };
        more |= resources.len() > page.count();
        resources.truncate(page.count());
        let total = match page {
            // The last page says how many there are, and most searches are for one resource.
            Page::Index { start: ..=1, .. } | Page::Cursor { after: None, .. } if !more => {
                Some(resources.len())
            }
            // A client that asks for no resources asks how many there are; else it would cost more
            // than the page.
            Page::Cursor { count: 1.., .. } => None,
            Page::Index { start, .. } if !more && !resources.is_empty() => {
                Some(start - 1 + resources.len())
            }
            _ => {
                let filter = selection.filter.map(|_| clauses.filter);
                Some(self.count(statements, filter, &budget, cx).await?)
            }
        };
        Ok(StorePage::new(resources).with_total(total).with_more(more))
    }

    /// Looks a value up by index. The result needs no sorting or paging if it has at most one
    /// resource.
    async fn look_up(
        &self,
        selection: &StoreQuery<'_>,
        conditions: &Sql,
        beside: Beside<'_>,
        budget: &EvalBudget,
        cx: &RequestContext,
    ) -> Result<Option<Vec<Row>>, StoreError> {
        let columns = self.columns(cx.tenant().as_str());
        let begins = matches!(
            selection.page,
            None | Some(Page::Index { start: ..=1, .. } | Page::Cursor { after: None, .. })
        );
        if !begins || !selection.filter.is_some_and(|filter| columns.looks_up(filter)) {
            return Ok(None);
        }
        let Some(sql) = self.statements(cx).look_up(conditions.clone(), beside) else {
            return Ok(None);
        };
        let rows = self.search(&sql, budget, cx).await?;
        if rows.len() > 1 { Ok(None) } else { Ok(Some(rows)) }
    }

    /// Runs a statement that is as large as what the client asks for.
    async fn search(
        &self,
        sql: &Sql,
        budget: &EvalBudget,
        cx: &RequestContext,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_within(sql, budget, cx).await.map_err(|err| err.of_search(budget))
    }

    async fn count(
        &self,
        statements: Statements<'_>,
        filter: Option<Sql>,
        budget: &EvalBudget,
        cx: &RequestContext,
    ) -> Result<usize, StoreError> {
        let sql =
            filter.map_or_else(|| statements.total(), |filter| statements.count().push_sql(filter));
        let mut rows = self.search(&sql, budget, cx).await?;
        let total = rows.first_mut().and_then(|row| row.text(0)?.parse().ok());
        total.ok_or_else(|| StoreError::other("the database does not count"))
    }

    pub(super) fn columns<'s>(&'s self, tenant: &'s str) -> StoredColumns<'s> {
        StoredColumns { layout: &self.layout, dialect: D::DIALECT, tenant }
    }
}

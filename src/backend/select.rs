//! Queries: the filter, the order and the page as one statement.

use std::sync::Arc;

use super::columns::StoredColumns;
use super::engine::{Engine, Row};
use super::statements::{Beside, Statements};
use super::store::Store;
use crate::auth::RequestContext;
use crate::query::Page;
use crate::sql::{Sql, clauses};
use crate::store::{Selected, Selection, StoreError};

impl<E: Engine> Store<E> {
    pub(super) async fn find(&self, selection: Selection<'_>, cx: &RequestContext) -> Result<Selected, StoreError> {
        let statements = self.statements(cx);
        let beside = Beside::of(&self.layout.resource_type, selection.projection);
        let clauses = clauses(&selection, &self.columns(cx.tenant().as_str())).map_err(StoreError::other)?;
        let sql = statements.select(beside).append(clauses.filter.clone()).append(clauses.page);
        let mut rows = self.engine().read(&sql).await?;
        let Some(page) = selection.page else {
            return Ok(Selected { resources: self.compose_all(rows, beside)?, total: None, more: false });
        };
        let more = rows.len() > page.count();
        rows.truncate(page.count());
        let total = match page {
            // The last page says how many there are, and most searches are for one resource.
            Page::Index { start: ..=1, .. } | Page::Cursor { after: None, .. } if !more => Some(rows.len()),
            // A client that asks for no resources asks how many there are; else it would cost more than the page.
            Page::Cursor { count: 1.., .. } => None,
            Page::Index { start, .. } if !more && !rows.is_empty() => Some(start - 1 + rows.len()),
            Page::Index { .. } | Page::Cursor { .. } => Some(self.count(statements, clauses.filter).await?),
        };
        Ok(Selected { resources: self.compose_all(rows, beside)?, total, more })
    }

    async fn count(&self, statements: Statements<'_>, filter: Sql) -> Result<usize, StoreError> {
        let mut rows = self.engine().read(&statements.count().append(filter)).await?;
        let total = rows.first_mut().and_then(|row| row.text(0)?.parse().ok());
        total.ok_or_else(|| StoreError::other("the database does not count"))
    }

    fn compose_all(&self, rows: Vec<Row>, beside: Beside<'_>) -> Result<Vec<Arc<crate::Resource>>, StoreError> {
        rows.into_iter().map(|row| self.compose(row, beside).map(Arc::new)).collect()
    }

    pub(super) fn columns<'s>(&'s self, tenant: &'s str) -> StoredColumns<'s> {
        StoredColumns { layout: &self.layout, dialect: E::DIALECT, tenant }
    }
}

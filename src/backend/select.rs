//! Queries: the filter, the order and the page as one statement.

use std::sync::Arc;

use super::columns::StoredColumns;
use super::engine::{Engine, Row};
use super::statements::{Beside, Statements};
use super::store::Store;
use crate::auth::RequestContext;
use crate::query::{Page, Query};
use crate::sql::{Parameter, Sql, Unmapped, after, order_by, translate};
use crate::store::{Pushdown, Selected, Selection, StoreError};

impl<E: Engine> Store<E> {
    /// How much of the query SQL can say.
    pub(super) fn reach(&self, query: &Query) -> Pushdown {
        let columns = self.columns("");
        match query.filter.as_ref().map(|filter| translate(filter, &columns)) {
            Some(Err(_)) => return Pushdown::Nothing,
            Some(Ok(condition)) if !condition.exact => return Pushdown::Narrows,
            Some(Ok(_)) | None => {}
        }
        let behind = match &query.page {
            Page::Cursor { after: Some(position), .. } => after(query.sort.as_ref(), position, &columns).map(drop),
            Page::Cursor { after: None, .. } | Page::Index { .. } => Ok(()),
        };
        match order_by(query.sort.as_ref(), &columns).and(behind) {
            Ok(_) => Pushdown::Pages,
            Err(_) => Pushdown::Filters,
        }
    }

    pub(super) async fn find(&self, selection: Selection<'_>, cx: &RequestContext) -> Result<Selected, StoreError> {
        let columns = self.columns(cx.tenant().as_str());
        let statements = self.statements(cx);
        let beside = Beside::of(&self.layout.resource_type, selection.projection);
        let conditions = conditions(&selection, &columns).map_err(StoreError::other)?;
        let mut sql = statements.select(beside).append(conditions.filter.clone());
        let Some(page) = selection.page else {
            let resources = self.compose_all(self.engine().read(&sql).await?, beside)?;
            return Ok(Selected { resources, total: None, more: false });
        };
        sql = sql.append(conditions.behind).text(" ORDER BY ").append(conditions.order);
        let (skipped, count) = match page {
            Page::Index { start, count } => (start.saturating_sub(1), *count),
            Page::Cursor { count, .. } => (0, *count),
        };
        // One more, to see whether there are more.
        sql = sql.text(" LIMIT ").bind(Parameter::Integer(limit(count.saturating_add(1))));
        if skipped > 0 {
            sql = sql.text(" OFFSET ").bind(Parameter::Integer(limit(skipped)));
        }
        let mut rows = self.engine().read(&sql).await?;
        let more = rows.len() > count;
        rows.truncate(count);
        let total = match page {
            Page::Cursor { .. } => None,
            // The last page says how many there are, and most searches are for one resource.
            Page::Index { .. } if !more && (skipped == 0 || !rows.is_empty()) => Some(skipped + rows.len()),
            Page::Index { .. } => Some(self.count(statements, conditions.filter).await?),
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

/// What follows the conditions on tenant and type.
struct Conditions {
    filter: Sql,
    behind: Sql,
    order: Sql,
}

fn conditions(selection: &Selection<'_>, columns: &StoredColumns<'_>) -> Result<Conditions, Unmapped> {
    let filter = match selection.filter {
        Some(filter) => Sql::new(" AND ").append(translate(filter, columns)?.sql),
        None => Sql::default(),
    };
    let behind = match selection.page {
        Some(Page::Cursor { after: Some(position), .. }) => after(selection.sort, position, columns)?,
        _ => None,
    };
    let behind = behind.map(|behind| Sql::new(" AND ").append(behind)).unwrap_or_default();
    // Where the store does not page, order is not asked of it.
    let order = if selection.page.is_some() { order_by(selection.sort, columns)? } else { Sql::default() };
    Ok(Conditions { filter, behind, order })
}

fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

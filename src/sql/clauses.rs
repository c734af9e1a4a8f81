//! A whole query: how much of it SQL can say, and the clauses that say it.

use super::columns::Columns;
use super::order::{after, order_by};
use super::statement::{Parameter, Sql};
use super::translate::{Unmapped, translate};
use crate::query::{Page, Query};
use crate::store::{Pushdown, Selection};

/// What follows the conditions that a statement has anyway, such as that on the tenant.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Clauses {
    /// ` AND` and the filter; empty without one. A statement that counts needs no more.
    pub filter: Sql,
    /// ` AND` where the page begins, `ORDER BY`, `LIMIT` and `OFFSET`; empty where no page is asked for. The limit is one more
    /// than the page has, so that a store sees whether there are more.
    pub page: Sql,
}

/// How much of a query SQL can say: what a store's [`pushdown`](crate::store::ResourceStore::pushdown) answers.
#[must_use]
pub fn pushdown(query: &Query, columns: &impl Columns) -> Pushdown {
    match query.filter.as_ref().map(|filter| translate(filter, columns)) {
        Some(Err(_)) => return Pushdown::Nothing,
        Some(Ok(condition)) if !condition.exact => return Pushdown::Narrows,
        Some(Ok(_)) | None => {}
    }
    let behind = match &query.page {
        Page::Cursor { after: Some(position), .. } => after(query.sort.as_ref(), position, columns).map(drop),
        Page::Cursor { after: None, .. } | Page::Index { .. } => Ok(()),
    };
    match order_by(query.sort.as_ref(), columns).and(behind) {
        Ok(_) => Pushdown::Pages,
        Err(_) => Pushdown::Filters,
    }
}

/// Says a selection, which holds what [`pushdown`] has promised.
///
/// # Errors
///
/// - an attribute has no column, or SQL cannot say what is asked of it.
pub fn clauses(selection: &Selection<'_>, columns: &impl Columns) -> Result<Clauses, Unmapped> {
    let filter = match selection.filter {
        Some(filter) => Sql::new(" AND ").append(translate(filter, columns)?.sql),
        None => Sql::default(),
    };
    let Some(page) = selection.page else {
        return Ok(Clauses { filter, page: Sql::default() });
    };
    let (behind, skipped) = match page {
        Page::Cursor { after: Some(position), .. } => (after(selection.sort, position, columns)?, 0),
        Page::Cursor { after: None, .. } => (None, 0),
        Page::Index { start, .. } => (None, start.saturating_sub(1)),
    };
    let behind = behind.map(|behind| Sql::new(" AND ").append(behind)).unwrap_or_default();
    let order = behind.text(" ORDER BY ").append(order_by(selection.sort, columns)?);
    let limited = order.text(" LIMIT ").bind(number(page.count().saturating_add(1)));
    let page = if skipped > 0 { limited.text(" OFFSET ").bind(number(skipped)) } else { limited };
    Ok(Clauses { filter, page })
}

fn number(count: usize) -> Parameter {
    Parameter::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

//! A whole query: how much of it SQL can say, and the clauses that say it.

use super::dialect::Dialect;
use super::mapping::ColumnSource;
use super::order::{keyset_condition, order_by};
use super::statement::{Parameter, Sql};
use super::translate::{UnmappedAttribute, translate};
use crate::query::{Page, Query};
use crate::store::{Pushdown, StoreQuery};

/// The parts of a statement that follow its fixed conditions, such as that on the tenant.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct QueryClauses {
    /// ` AND` and the filter; empty without one. A statement that counts needs no more.
    pub filter: Sql,
    /// ` AND` where the page begins, `ORDER BY`, `LIMIT` and `OFFSET`; empty where no page is asked
    /// for. The limit is one more than the page has, so that a store sees whether there are more.
    pub page: Sql,
    /// ` ORDER BY` and the order; empty where no page is asked for. It is part of
    /// [`QueryClauses::page`].
    pub order: Sql,
}

impl QueryClauses {
    /// A page in two steps, for rows of which more is read than their columns: first the keys of
    /// those on the page, then the rest. A page by index passes over many rows, and whatever stands
    /// after `SELECT` may be worked out for each of them.
    ///
    /// It begins with ` AND`, like the other clauses, and ends with the order. `key` is the column
    /// of the primary key, and `from` what stands after `FROM` to find it, with the condition on
    /// the tenant.
    ///
    /// ```
    /// use scimwire::sql::{QueryClauses, Sql};
    ///
    /// fn page(clauses: &QueryClauses, account: &str) -> Sql {
    ///     let emails = "(SELECT json_group_array(e.value) FROM user_email e WHERE e.user_id = users.id)";
    ///     let ids = Sql::from_template("users WHERE users.account = {}", [account.into()]);
    ///     let select = format!("SELECT users.*, {emails} FROM users WHERE users.account = {{}}");
    ///     Sql::from_template(&select, [account.into()]).push_sql(clauses.ids_first("users.id", ids))
    /// }
    /// ```
    #[must_use]
    pub fn ids_first(&self, key: &str, from: Sql) -> Sql {
        let key = Dialect::quote(key);
        let keys = Sql::new(format!(" AND {key} IN (SELECT {key} FROM ")).push_sql(from);
        keys.push_sql(self.filter.clone())
            .push_sql(self.page.clone())
            .push(")")
            .push_sql(self.order.clone())
    }
}

/// Returns how much of a query SQL can answer: the result of a store's
/// [`pushdown`](crate::store::ResourceStore::pushdown).
#[must_use]
pub fn pushdown(query: &Query, columns: &impl ColumnSource) -> Pushdown {
    match query.filter.as_ref().map(|filter| translate(filter, columns)) {
        Some(Err(_)) => return Pushdown::None,
        Some(Ok(condition)) if !condition.exact => return Pushdown::Partial,
        Some(Ok(_)) | None => {}
    }
    let behind = match &query.page {
        Page::Cursor { after: Some(position), .. } => {
            keyset_condition(query.sort.as_ref(), position, columns).map(drop)
        }
        Page::Cursor { after: None, .. } | Page::Index { .. } => Ok(()),
    };
    match order_by(query.sort.as_ref(), columns).and(behind) {
        Ok(_) => Pushdown::Full,
        Err(_) => Pushdown::Filter,
    }
}

/// Says a selection, which holds what [`pushdown`] has promised.
///
/// # Errors
///
/// - an attribute has no column, or SQL cannot say what is asked of it.
pub fn clauses(
    selection: &StoreQuery<'_>,
    columns: &impl ColumnSource,
) -> Result<QueryClauses, UnmappedAttribute> {
    let filter = match selection.filter {
        Some(filter) => Sql::new(" AND ").push_sql(translate(filter, columns)?.sql),
        None => Sql::default(),
    };
    let Some(page) = selection.page else {
        return Ok(QueryClauses { filter, ..QueryClauses::default() });
    };
    let (behind, skipped) = match page {
        Page::Cursor { after: Some(position), .. } => {
            (keyset_condition(selection.sort, position, columns)?, 0)
        }
        Page::Cursor { after: None, .. } => (None, 0),
        Page::Index { start, .. } => (None, start.saturating_sub(1)),
    };
    let behind = behind.map(|behind| Sql::new(" AND ").push_sql(behind)).unwrap_or_default();
    let order = Sql::new(" ORDER BY ").push_sql(order_by(selection.sort, columns)?);
    let limited = behind
        .push_sql(order.clone())
        .push(" LIMIT ")
        .push_bind(number(page.count().saturating_add(1)));
    let page =
        if skipped > 0 { limited.push(" OFFSET ").push_bind(number(skipped)) } else { limited };
    Ok(QueryClauses { filter, page, order })
}

fn number(count: usize) -> Parameter {
    Parameter::Integer(i64::try_from(count).unwrap_or(i64::MAX))
}

//! The store over a table.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;

use super::layout::Layout;
use super::read::{Page, groups_of_page, wider};
use super::tables::Inner;
use crate::database::{Attempts, Database, DatabaseError, Failure, Row, Rows, Transaction};
use scimwire::auth::{RequestContext, Tenant};
use scimwire::filter::EvalBudget;
use scimwire::query::{IdOrder, Projection, Query};
use scimwire::resource::Resource;
use scimwire::schema::ResourceType;
use scimwire::sql::{Sql, clauses, id_order, pushdown};
use scimwire::store::{
    Change, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery, Update,
};

/// Runs a change in a transaction of its own, again where it lost against another.
macro_rules! transact {
    ($store:ident, $cx:ident, $transaction:ident => $change:expr) => {{
        let mut attempts = Attempts::default();
        loop {
            let attempt = async {
                let _place = $store.inner.shares.take($cx.tenant()).await?;
                let mut $transaction = $store.inner.database.begin().await?;
                let done = $change.await?;
                $transaction.commit().await?;
                Ok::<_, Failure>(done)
            };
            match attempt.await {
                Ok(done) => return Ok(done),
                Err(failure) => attempts.again($store.layout.refused(failure)).await?,
            }
        }
    }};
}

/// Stores the resources of one type in a table of yours: see [the module](super).
pub struct TableStore<D> {
    pub(super) inner: Arc<Inner<D>>,
    pub(super) layout: Arc<Layout>,
}

impl<D: Database> TableStore<D> {
    pub(super) fn new(inner: Arc<Inner<D>>, layout: Arc<Layout>) -> Self {
        Self { inner, layout }
    }

    /// Reads one resource on a connection.
    pub(super) async fn get_on(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, Failure> {
        let membership = projection.membership(&self.layout.resource_type);
        let with_members = membership.members().is_some();
        let get = self.layout.get(id, cx.tenant(), with_members).ok_or(StoreError::NotFound)?;
        let row = rows.rows(&get).await?.into_iter().next().ok_or(StoreError::NotFound)?;
        let mut resource = self.layout.decode(row, with_members).map_err(StoreError::from)?;
        if membership.groups().is_some() {
            let most = projection.max_groups();
            groups_of_page(
                &self.inner,
                &self.layout,
                rows,
                std::slice::from_mut(&mut resource),
                most,
                cx,
            )
            .await?;
        }
        Ok(Arc::new(resource))
    }

    async fn find(
        &self,
        selection: &StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let layout = &self.layout;
        let columns = layout.columns(cx.tenant());
        let membership = selection.projection.membership(&layout.resource_type);
        let with_members = membership.members().is_some();
        let _place = self.inner.shares.take(cx.tenant()).await?;
        let mut widened = None;
        let (clauses, mut resources, more) = loop {
            let page = widened.as_ref().or(selection.page);
            let mut asked = *selection;
            asked.page = page;
            let clauses = clauses(&asked, &columns).map_err(StoreError::other)?;
            let sql = layout.page(&clauses, &asked, cx.tenant(), with_members);
            let mut page = Page::new(layout, with_members, &asked);
            self.inner
                .database
                .read_each(&sql, asked.budget, &mut |row| page.take(row))
                .await
                .map_err(|err| err.of_search(asked.budget))?;
            let (resources, more) = page.finish();
            match wider(asked.page, resources.len(), more) {
                Some(wider) => widened = Some(wider),
                None => break (clauses, resources, more),
            }
        };
        let mut reader = Reader { inner: &self.inner, budget: selection.budget };
        if membership.groups().is_some() {
            let most = selection.projection.max_groups();
            groups_of_page(&self.inner, layout, &mut reader, &mut resources, most, cx)
                .await
                .map_err(|failure| of_search(failure, selection.budget))?;
        }
        let total = match super::read::known_total(selection.page, resources.len(), more) {
            Some(total) => total,
            None => {
                let count = layout.count(clauses.filter, cx.tenant());
                let rows =
                    reader.rows(&count).await.map_err(|err| err.of_search(selection.budget))?;
                Some(number(rows)?)
            }
        };
        let resources = resources.into_iter().map(Arc::new).collect();
        Ok(StorePage::new(resources).with_total(total).with_more(more))
    }
}

fn of_search(failure: Failure, budget: &EvalBudget) -> StoreError {
    match failure {
        Failure::Database(err) => err.of_search(budget),
        Failure::Store(err) => err,
    }
}

fn number(rows: Vec<Row>) -> Result<usize, StoreError> {
    let total = rows.into_iter().next().and_then(|mut row| row.text(0)?.parse().ok());
    total.ok_or_else(|| StoreError::other("the database does not count"))
}

/// Reads outside any transaction.
struct Reader<'r, D> {
    inner: &'r Inner<D>,
    budget: &'r EvalBudget,
}

#[async_trait]
impl<D: Database> Rows for Reader<'_, D> {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        self.inner.database.read(sql, self.budget).await
    }
}

#[async_trait]
impl<D: Database> ResourceStore for TableStore<D> {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.layout.resource_type
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        transact!(self, cx, transaction => self.create_on(&mut transaction, &resource, cx))
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let budget = EvalBudget::unlimited();
        let _place = self.inner.shares.take(cx.tenant()).await?;
        let mut reader = Reader { inner: &self.inner, budget: &budget };
        let read = self.get_on(&mut reader, id, projection, cx).await;
        read.map_err(StoreError::from)
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.find(&selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        transact!(self, cx, transaction => self.update_on(&mut transaction, id, update, cx))
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        transact!(self, cx, transaction => self.delete_on(&mut transaction, id, expected, cx))
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        // The level is the same for all tenants.
        pushdown(query, &self.layout.columns(&Tenant::from("")))
    }

    fn id_order(&self) -> IdOrder {
        id_order(&self.layout.mapping)
    }
}

impl<D> Clone for TableStore<D> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), layout: Arc::clone(&self.layout) }
    }
}

impl<D> fmt::Debug for TableStore<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableStore")
            .field("table", &self.layout.table)
            .field("resource_type", &self.layout.resource_type.name())
            .finish_non_exhaustive()
    }
}

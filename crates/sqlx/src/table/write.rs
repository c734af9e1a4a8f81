//! Resources that are created and deleted, within a transaction.

use std::sync::Arc;

use super::cell::now;
use super::key::KeySource;
use super::store::TableStore;
use crate::database::{Database, Failure, Rows};
use scimwire::auth::RequestContext;
use scimwire::resource::Resource;
use scimwire::store::{Change, Precondition, StoreError};

impl<D: Database> TableStore<D> {
    /// Creates a resource.
    pub(super) async fn create_on(
        &self,
        rows: &mut dyn Rows,
        resource: &Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, Failure> {
        let (layout, tenant) = (&self.layout, cx.tenant());
        if !layout.has_tenant(tenant) {
            return Err(StoreError::other("the column of the tenant cannot hold this tenant; a test sets others with `Stores::tenants`").into());
        }
        let mut resource = resource.clone();
        resource.redact(&layout.resource_type);
        layout.check_keys(&resource)?;
        self.claim(rows, None, &resource, cx).await?;
        self.check_references(rows, None, &resource, cx).await?;
        let now = resource.meta().map_or_else(now, |meta| meta.created);
        let members = layout.resource_type.membership().take_members(&mut resource);
        let key = self.next_key(rows).await?;
        let insert = layout.insert(key.as_deref(), &resource, tenant, now)?;
        let row = rows.rows(&insert).await?.into_iter().next();
        let id = row.and_then(|mut row| row.text(0));
        let id = id.ok_or_else(|| StoreError::other("the database gave no key"))?;
        for field in &layout.rows {
            for sql in layout.insert_elements(field, &id, &resource)? {
                rows.rows(&sql).await?;
            }
        }
        if layout.has_side_row {
            let external_id = resource.external_id();
            rows.rows(&layout.put_side_row(&id, external_id, tenant, now, now)).await?;
        }
        self.insert_first_members(rows, &id, &members, cx).await?;
        self.stored(rows, &id, cx).await
    }

    /// The whole resource as it is read.
    async fn stored(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, Failure> {
        let get = self.layout.get(id, cx.tenant(), true).ok_or(StoreError::NotFound)?;
        let row = rows.rows(&get).await?.into_iter().next().ok_or(StoreError::NotFound)?;
        Ok(Arc::new(self.layout.decode(row, true).map_err(StoreError::from)?))
    }

    /// The key of a new row; `None` if the database gives it one.
    async fn next_key(&self, rows: &mut dyn Rows) -> Result<Option<String>, Failure> {
        let key = &self.layout.key;
        if key.source != KeySource::Sequence {
            return Ok(key.fresh());
        }
        let row = rows.rows(&self.layout.next_number()).await?.into_iter().next();
        let number = row.and_then(|mut row| row.text(0));
        Ok(Some(number.ok_or_else(|| StoreError::other("the sequence gave no number"))?))
    }

    pub(super) async fn delete_on(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, Failure> {
        let (layout, tenant) = (&self.layout, cx.tenant());
        let row = self.locked(rows, id, true, cx).await?;
        let resource = layout.decode(row, true).map_err(StoreError::from)?;
        expected.check(resource.version().as_ref())?;
        let now = now();
        self.leave_groups(rows, id, cx, now).await?;
        for sql in layout.delete_row(id, tenant, now).ok_or(StoreError::NotFound)? {
            rows.rows(&sql).await?;
        }
        let resource_type = Arc::clone(&layout.resource_type);
        Ok(Change::deleted(resource_type, tenant.clone(), Arc::new(resource)))
    }
}

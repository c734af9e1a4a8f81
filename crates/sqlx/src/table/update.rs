//! PUT and PATCH, within a transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cell::now;
use super::layout::Layout;
use super::read::groups_of_page;
use super::store::TableStore;
use crate::database::{Database, Failure, Row, Rows};
use scimwire::auth::{RequestContext, Tenant};
use scimwire::query::Projection;
use scimwire::resource::Resource;
use scimwire::sql::{Dialect, Sql};
use scimwire::store::{Change, StoreError, Update};

impl<D: Database> TableStore<D> {
    /// Changes a resource.
    pub(super) async fn update_on(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, Failure> {
        let (layout, tenant) = (&self.layout, cx.tenant());
        let reads = update.reads_membership();
        let with_members = reads.members().is_some();
        let row = self.locked(rows, id, with_members, cx).await?;
        let mut current = layout.decode(row, with_members).map_err(StoreError::from)?;
        if reads.groups().is_some() {
            let most = Projection::default().max_groups();
            let current = std::slice::from_mut(&mut current);
            groups_of_page(&self.inner, layout, rows, current, most, cx).await?;
        }
        let current = Arc::new(current);
        let (mut change, after) = self.applied(rows, &current, update, with_members, cx).await?;
        let Some(mut after) = after.filter(|_| !change.is_unchanged()) else {
            change.after = self.whole(&current);
            change.version = current.version();
            return Ok(change);
        };
        layout.resource_type.membership().take_members(&mut after);
        after.redact(&layout.resource_type);
        layout.check_keys(&after)?;
        self.claim(rows, Some(&current), &after, cx).await?;
        self.check_references(rows, Some(&current), &after, cx).await?;
        self.write_members(rows, id, &change.members, cx).await?;
        for sql in layout.write_back(&current, &after, tenant)? {
            rows.rows(&sql).await?;
        }
        let get = layout.get(id, tenant, false).ok_or(StoreError::NotFound)?;
        let row = rows.rows(&get).await?.into_iter().next().ok_or(StoreError::NotFound)?;
        let stored = Arc::new(layout.decode(row, false).map_err(StoreError::from)?);
        change.version = stored.version();
        change.after = self.whole(&stored);
        Ok(change)
    }

    /// A row that nobody else changes before the transaction ends.
    pub(super) async fn locked(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        with_members: bool,
        cx: &RequestContext,
    ) -> Result<Row, Failure> {
        let (layout, tenant) = (&self.layout, cx.tenant());
        if layout.dialect == Dialect::Postgres {
            rows.rows(&layout.lock(id, tenant).ok_or(StoreError::NotFound)?).await?;
        }
        let get = layout.get(id, tenant, with_members).ok_or(StoreError::NotFound)?;
        Ok(rows.rows(&get).await?.into_iter().next().ok_or(StoreError::NotFound)?)
    }

    /// The change and the state after it; of a group, without its members where they need not be
    /// read.
    async fn applied(
        &self,
        rows: &mut dyn Rows,
        current: &Arc<Resource>,
        update: &Update,
        with_members: bool,
        cx: &RequestContext,
    ) -> Result<(Change, Option<Resource>), Failure> {
        let has_members = self.layout.members.is_some();
        if has_members && !with_members {
            let members = match update.member_delta() {
                Some(delta) => self.plan_members(rows, current.id(), delta, cx).await?,
                None => Default::default(),
            };
            return Ok(update.apply_except_members(Arc::clone(current), members)?);
        }
        let mut change = update.apply(Arc::clone(current))?;
        if has_members {
            self.keep_known(rows, &mut change.members, cx).await?;
        }
        let after = change.after.take().map(|after| Resource::clone(&after));
        Ok((change, after))
    }

    /// The state that a client is to see, where all of it is at hand.
    fn whole(&self, resource: &Arc<Resource>) -> Option<Arc<Resource>> {
        if self.layout.members.is_some() {
            return None;
        }
        let groups = self.layout.resource_type.membership().groups();
        Some(match groups.filter(|groups| resource.get(groups.name()).is_some()) {
            None => Arc::clone(resource),
            Some(groups) => {
                let mut plain = Resource::clone(resource);
                plain.remove(groups.name());
                Arc::new(plain)
            }
        })
    }
}

impl Layout {
    /// The statements that write what has changed.
    fn write_back(
        &self,
        before: &Resource,
        after: &Resource,
        tenant: &Tenant,
    ) -> Result<Vec<Sql>, StoreError> {
        let id = before.id();
        let (created, last) =
            before.meta().map_or((DateTime::UNIX_EPOCH, DateTime::UNIX_EPOCH), |meta| {
                (meta.created, meta.last_modified)
            });
        let asked = after.meta().map_or_else(now, |meta| meta.last_modified);
        let now = self.later(asked, last);
        let mut statements = Vec::new();
        for field in &self.rows {
            if before.value(&field.path) != after.value(&field.path) {
                statements.extend(self.delete_elements(field, id));
                statements.extend(self.insert_elements(field, id, after)?);
            }
        }
        if self.has_side_row {
            statements.push(self.put_side_row(id, after.external_id(), tenant, created, now));
        }
        let mut changed: Vec<(&str, Sql)> = self.values(after)?;
        let old = self.values(before)?;
        let elements = self.columns_of_changed_elements(before, after);
        changed.retain(|value| !old.contains(value) || elements.contains(&value.0));
        statements.extend(self.touch(changed, now, self.is_row(id), tenant));
        Ok(statements)
    }

    /// Changes columns of rows, and their time and version; `None` if there is nothing to write.
    pub(super) fn touch<'l>(
        &'l self,
        mut changed: Vec<(&'l str, Sql)>,
        now: DateTime<Utc>,
        condition: Option<Sql>,
        tenant: &Tenant,
    ) -> Option<Sql> {
        if let Some(column) = &self.modified {
            changed.push((&column.name, self.time_in(column, now)?));
        }
        let mut sets: Vec<Sql> = changed
            .into_iter()
            .map(|(name, value)| Sql::new(format!("{} = ", Dialect::quote(name))).push_sql(value))
            .collect();
        sets.extend(self.version.as_ref().map(|column| {
            Sql::new(format!("{} = {} + 1", Dialect::quote(column), Self::of_row(column)))
        }));
        let mut sets = sets.into_iter();
        let first = sets.next()?;
        let head = Sql::new(format!("UPDATE {} SET ", self.as_target())).push_sql(first);
        let update = sets.fold(head, |sql, set| sql.push(", ").push_sql(set));
        let condition = condition?;
        Some(
            update
                .push(" WHERE ")
                .push_sql(self.of_tenant(tenant))
                .push(" AND ")
                .push_sql(condition),
        )
    }
}

//! PUT and PATCH.
//!
//! PostgreSQL locks the resource, and nobody else waits for what is made of it. SQLite knows one
//! lock for all, and there the change is worked out before that is taken: what was read must still
//! be there then, or else it is read again.

use std::sync::Arc;

use async_trait::async_trait;

use crate::cost::{of_json, of_members};
use crate::database::{Attempts, Database, DatabaseError, Failure, Row, Rows, Transaction};
use crate::members::{MemberWrites, shown_members};
use crate::reading::Beside;
use crate::row::{Key, Stored, read};
use crate::statements::Statements;
use crate::store::{SqlStore, unique_members};
use scimwire::Error;
use scimwire::auth::RequestContext;
use scimwire::patch::MemberDelta;
use scimwire::resource::Resource;
use scimwire::schema::Membership;
use scimwire::sql::{Dialect, Sql};
use scimwire::store::{Change, StoreError, Update};

/// Attempts to compute a change before the lock is taken; if others were faster each time, it
/// is worked out behind it.
const AHEAD: u32 = 3;

/// A computed change.
struct Written {
    change: Change,
    /// The resource to write, without its members; none where nothing changed.
    row: Option<Prepared>,
    members: Option<MemberWrites>,
}

/// A resource as it is to be written, worked out before the lock is taken.
pub(super) struct Prepared {
    resource: Resource,
    pub(super) stored: Stored,
    /// The values that it is not found by any more, and those that it is found by from now on.
    pub(super) leaving: Vec<Key>,
    pub(super) coming: Vec<Key>,
}

/// The change, the resource after it, and the change to its members.
type Parts = (Change, Option<Resource>, Option<MemberWrites>);

/// Reads outside any transaction.
struct Reader<'s, D> {
    store: &'s SqlStore<D>,
    cx: &'s RequestContext,
}

#[async_trait]
impl<D: Database> Rows for Reader<'_, D> {
    async fn rows(&mut self, sql: &Sql) -> Result<Vec<Row>, DatabaseError> {
        self.store.read(sql, self.cx).await
    }
}

impl<D: Database> SqlStore<D> {
    pub(super) async fn change(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let (mut attempts, mut overtaken) = (Attempts::default(), 0);
        loop {
            let result = match D::DIALECT {
                Dialect::Sqlite if overtaken < AHEAD => self.try_ahead(id, update, cx).await,
                Dialect::Sqlite | Dialect::Postgres => {
                    self.try_locked(id, update, cx).await.map(Some)
                }
            };
            match result {
                Ok(Some(change)) => return Ok(change),
                Ok(None) => overtaken += 1,
                Err(failure) => attempts.again(failure).await?,
            }
        }
    }

    async fn try_locked(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, Failure> {
        let statements = self.statements(cx);
        let _place = self.place(cx).await?;
        let mut transaction = self.database().begin().await?;
        let seen = document(&mut transaction, statements, id).await?;
        let current = seen_within(&seen, update)?;
        let written = self.changed(&mut transaction, statements, &current, update).await?;
        self.write(transaction, statements, current, written).await
    }

    /// None if the resource is another one by the time that the lock is there. Each change makes
    /// another document, those of members too, so that nothing else has to be compared.
    async fn try_ahead(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Option<Change>, Failure> {
        let statements = self.statements(cx);
        let mut reader = Reader { store: self, cx };
        let seen = document(&mut reader, statements, id).await?;
        let current = seen_within(&seen, update)?;
        let written = self.changed(&mut reader, statements, &current, update).await?;
        if written.row.is_none() {
            let after = self.shown(&mut reader, statements, current).await?;
            return Ok(Some(written.change.with_after(after)));
        }
        let _place = self.place(cx).await?;
        let mut transaction = self.database().begin().await?;
        if document(&mut transaction, statements, id).await? != seen {
            return Ok(None);
        }
        self.write(transaction, statements, current, written).await.map(Some)
    }

    /// Works out what is to be written in the place of `current`. Members are read only where the
    /// change depends on what they are, and groups where it compares them.
    async fn changed(
        &self,
        from: &mut impl Rows,
        statements: Statements<'_>,
        current: &Arc<Resource>,
        update: &Update,
    ) -> Result<Written, Failure> {
        let beside = Beside::to_change(update);
        let current = if beside.membership.is_empty() {
            Arc::clone(current)
        } else {
            self.only(from.rows(&statements.get(current.id(), beside)).await?, beside)?
        };
        let before = Arc::clone(&current);
        let has_members = self.layout.resource_type.membership().members().is_some();
        let (change, mut row, members) = match (has_members, beside.membership.members()) {
            (false, _) => self.change_whole(current, update)?,
            (true, None) => self.change_group(from, statements, current, update).await?,
            (true, Some(_)) => self.change_members(from, statements, current, update).await?,
        };
        if let Some((row, groups)) = row.as_mut().zip(beside.membership.groups()) {
            row.remove(groups.name());
        }
        if let Some(members) = &members {
            pay(update, of_members(members.count()))?;
        }
        let row = row.map(|row| self.prepare(&before, row, update)).transpose()?;
        Ok(Written { change, row, members })
    }

    fn prepare(
        &self,
        before: &Resource,
        resource: Resource,
        update: &Update,
    ) -> Result<Prepared, StoreError> {
        let stored = self.layout.write(&resource)?;
        pay(update, of_json(&stored.document).saturating_add(of_json(&stored.search)))?;
        let (mut leaving, mut coming) = (Vec::new(), Vec::new());
        if !self.layout.same_keys(before, &resource) {
            let (old, new) = (self.layout.keys_of(before)?, self.layout.keys_of(&resource)?);
            leaving.extend(old.difference(&new).cloned());
            coming.extend(new.difference(&old).cloned());
        }
        Ok(Prepared { resource, stored, leaving, coming })
    }

    async fn write(
        &self,
        mut transaction: D::Transaction,
        statements: Statements<'_>,
        current: Arc<Resource>,
        written: Written,
    ) -> Result<Change, Failure> {
        let Written { change, row, members } = written;
        let Some(row) = row else {
            let after = self.shown(&mut transaction, statements, current).await?;
            return Ok(change.with_after(after));
        };
        self.write_back(&mut transaction, statements, current.id(), &row).await?;
        if let Some(members) = members {
            members.write(&mut transaction, statements, current.id()).await?;
        }
        let after = self.shown(&mut transaction, statements, Arc::new(row.resource)).await?;
        transaction.commit().await?;
        Ok(change.with_after(after))
    }

    /// The state after a change, unless it is too large to be read only to be sent.
    async fn shown(
        &self,
        from: &mut impl Rows,
        statements: Statements<'_>,
        resource: Arc<Resource>,
    ) -> Result<Option<Arc<Resource>>, Failure> {
        let membership = self.layout.resource_type.membership();
        match membership.members() {
            Some(_) => with_few_members(from, statements, membership, resource).await,
            None => Ok(Some(resource)),
        }
    }

    /// Changes a group that was read without its members.
    async fn change_group(
        &self,
        from: &mut impl Rows,
        statements: Statements<'_>,
        current: Arc<Resource>,
        update: &Update,
    ) -> Result<Parts, Failure> {
        let members = match update.member_delta() {
            Some(delta) => Some(MemberWrites::plan(from, statements, current.id(), delta).await?),
            None => None,
        };
        let of_members = members.as_ref().map(|members| members.change.clone());
        let (change, row) = update.apply_except_members(current, of_members.unwrap_or_default())?;
        Ok((change, self.row(row), members))
    }

    /// Changes a group with its members.
    async fn change_members(
        &self,
        from: &mut impl Rows,
        statements: Statements<'_>,
        current: Arc<Resource>,
        update: &Update,
    ) -> Result<Parts, Failure> {
        let (change, mut row, _) = self.change_whole(current, update)?;
        let membership = self.layout.resource_type.membership();
        let members = row.as_mut().map(|row| membership.take_members(row)).unwrap_or_default();
        let delta = MemberDelta::default().with_replace(true).with_added(unique_members(members));
        let members = MemberWrites::plan(from, statements, &change.id, &delta).await?;
        Ok((change, row, Some(members)))
    }

    /// Changes a resource in which everything is.
    fn change_whole(&self, current: Arc<Resource>, update: &Update) -> Result<Parts, Failure> {
        let mut change = update.apply(current)?;
        let row = self.row(changed_state(&mut change));
        Ok((change, row, None))
    }

    /// A resource as it is kept.
    fn row(&self, resource: Option<Resource>) -> Option<Resource> {
        let mut row = resource?;
        row.redact(&self.layout.resource_type);
        Some(row)
    }
}

/// The document of a resource, without its members; in a transaction with a lock on it until that
/// ends.
pub(super) async fn document(
    from: &mut impl Rows,
    statements: Statements<'_>,
    id: &str,
) -> Result<String, Failure> {
    let row = from.rows(&statements.lock(id)).await?.into_iter().next();
    Ok(row.ok_or(StoreError::NotFound)?.needed(0)?)
}

/// The resource in a document, as far as the change may cost so much.
fn seen_within(document: &str, update: &Update) -> Result<Arc<Resource>, StoreError> {
    pay(update, of_json(document))?;
    read(document).map(Arc::new)
}

fn pay(update: &Update, units: u64) -> Result<(), StoreError> {
    update.budget().spend(units).map_err(|spent| Error::from(spent).into())
}

/// Takes the state after a change, unless nothing changed.
fn changed_state(change: &mut Change) -> Option<Resource> {
    let after = change.after.take().filter(|_| !change.is_unchanged());
    after.map(Arc::unwrap_or_clone)
}

/// A group with its members, if they are few; a large one is not read only to be sent.
async fn with_few_members(
    from: &mut impl Rows,
    statements: Statements<'_>,
    membership: Membership<'_>,
    mut group: Arc<Resource>,
) -> Result<Option<Arc<Resource>>, Failure> {
    let row = from.rows(&statements.few_members(group.id(), membership)).await?.into_iter().next();
    let Some(gathered) = row.and_then(|mut row| row.text(0)) else { return Ok(None) };
    if let Some(attribute) = membership.members() {
        Arc::make_mut(&mut group).put(attribute.name(), shown_members(&gathered)?);
    }
    Ok(Some(group))
}

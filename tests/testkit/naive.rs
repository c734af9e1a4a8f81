//! A store as one might write it first: rows behind a lock, numbers for ids, members inside their
//! group, no push-down. It is right, unless it is told to make a mistake.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use scimwire::Resource;
use scimwire::auth::{RequestContext, Tenant};
use scimwire::query::Projection;
use scimwire::schema::{ResolvedPath, ResourceType, prepare_username};
use scimwire::store::{
    Change, EntityTags, Precondition, ResourceStore, StoreError, StorePage, StoreQuery, Update,
};
use scimwire::value;
use serde_json::json;

/// What the users have columns for.
pub(crate) const KEPT: &[&str] =
    &["userName", "externalId", "name.givenName", "name.familyName", "title", "active", "emails"];

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Looks whether a unique value is free, and then inserts.
    ChecksThenInserts,
    /// Compares unique values letter by letter.
    ComparesLetters,
    /// Tells of a conflict as of any failure.
    ConflictIsOther,
    /// Writes, and then looks whether a unique value was free.
    WritesThenChecks,
    /// Finds a resource in conflict with itself.
    ConflictsWithItself,
    /// Leaves the unique values of what is deleted taken.
    KeepsValuesOfDeleted,
    /// Looks for unique values among all tenants.
    UniqueAmongTenants,
    /// Reads, lets others write, and writes.
    LosesUpdates,
    /// Deletes whatever the client expects.
    DeletesStaleVersions,
    /// Understands `If-Match` with one version only.
    ReadsOneVersion,
    /// Says that it has deleted, and has not.
    DeleteKeeps,
    /// Looks whether it is there, lets others delete, and deletes.
    DeletesTwice,
    /// Leaves the version as it was.
    KeepsVersion,
    /// Makes a version for what changes nothing.
    AlwaysMakesVersions,
    /// Tells of the version before the change.
    TellsOldVersion,
    /// Reads by id alone.
    ReadsOfAllTenants,
    /// Lists the resources of all tenants.
    ListsAllTenants,
    /// Shows users the groups of all tenants.
    ShowsGroupsOfAllTenants,
    /// Looks for the names of members among all tenants, unless the tenant has such a user.
    NamesMembersOfAllTenants,
    /// Takes who is deleted out of the groups of all tenants but its own.
    EmptiesGroupsOfAllTenants,
    /// Trims text.
    TrimsText,
    /// Keeps passwords.
    KeepsSecrets,
    /// Fails when an id is no number.
    StrangeIdIsOther,
    /// Tells of a refusal as of any failure.
    RefusedIsOther,
    /// Writes the name, waits, and writes the rest.
    WritesInTwoSteps,
    /// Adds what a PUT says to what is there.
    PutAdds,
    /// Forgets `externalId` when it creates.
    ForgetsExternalId,
    /// Hands over no more than a hundred resources.
    ListsAHundred,
    /// Gives the id behind the greatest one that is there.
    ReusesIds,
}

/// Tenant, table, id.
type Key = (Tenant, &'static str, u64);

type Rows = BTreeMap<Key, Resource>;

/// The rows of all types and tenants.
#[derive(Clone)]
pub(crate) struct NaiveDatabase {
    fault: Fault,
    rows: Arc<Mutex<Rows>>,
    /// What was deleted.
    graves: Arc<Mutex<Vec<Resource>>>,
    ids: Arc<AtomicUsize>,
    /// How many calls have come to a place where others can come between.
    calls: Arc<AtomicUsize>,
    /// How many calls that write are not done.
    in_flight: Arc<AtomicUsize>,
    /// The lock of those who write in several steps.
    lock: Arc<tokio::sync::Mutex<()>>,
}

pub(crate) struct NaiveStore {
    database: NaiveDatabase,
    table: &'static str,
    resource_type: Arc<ResourceType>,
}

impl NaiveDatabase {
    pub(crate) fn new(fault: Fault) -> Self {
        Self {
            fault,
            rows: Arc::default(),
            graves: Arc::default(),
            ids: Arc::default(),
            calls: Arc::default(),
            in_flight: Arc::default(),
            lock: Arc::default(),
        }
    }

    pub(crate) fn users(&self) -> NaiveStore {
        NaiveStore {
            database: self.clone(),
            table: "users",
            resource_type: Arc::new(ResourceType::user()),
        }
    }

    pub(crate) fn groups(&self) -> NaiveStore {
        NaiveStore {
            database: self.clone(),
            table: "groups",
            resource_type: Arc::new(ResourceType::group()),
        }
    }

    /// Lets another call come here, too, if there is one.
    async fn let_others_in(&self) {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        for lock in 0..500 {
            let alone = self.in_flight.load(Ordering::SeqCst) < 2;
            if self.calls.load(Ordering::SeqCst) > call + 1 || (alone && lock > 1) {
                return;
            }
            std::thread::yield_now();
            tokio::task::yield_now().await;
        }
    }

    /// Counts a call for as long as it lasts.
    fn enter(&self) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
        InFlight(Arc::clone(&self.in_flight))
    }
}

struct InFlight(Arc<AtomicUsize>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl NaiveStore {
    fn is(&self, fault: Fault) -> bool {
        self.database.fault == fault
    }

    fn key(&self, id: &str, cx: &RequestContext) -> Result<Key, StoreError> {
        let number = id.parse::<u64>().ok().filter(|number| number.to_string() == id);
        match number {
            Some(number) => Ok((cx.tenant().clone(), self.table, number)),
            None if self.is(Fault::StrangeIdIsOther) => {
                Err(StoreError::other("invalid input syntax for type bigint"))
            }
            None => Err(StoreError::NotFound),
        }
    }

    /// Call it with the rows locked: two of the same id are another fault.
    fn next_id(&self, rows: &Rows) -> u64 {
        let given = self.database.ids.fetch_add(1, Ordering::SeqCst) as u64 + 1;
        // As SQLite does without AUTOINCREMENT; of few rows only, so that races, in which it is a
        // matter of luck, do not show it.
        let reused = rows.keys().map(|(.., id)| id + 1).max().unwrap_or(1);
        if self.is(Fault::ReusesIds) && rows.len() < 12 { reused } else { given }
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        // A check that fails may have panicked while it held the lock.
        self.database.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse_conflicts(
        &self,
        rows: &Rows,
        id: u64,
        resource: &Resource,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let graves = self.database.graves.lock().expect("no panic");
        let graves = graves.iter().filter(|_| self.is(Fault::KeepsValuesOfDeleted));
        let others = rows.iter().filter(|((tenant, table, other), _)| {
            let visible = tenant == cx.tenant() || self.is(Fault::UniqueAmongTenants);
            visible && *table == self.table && (*other != id || self.is(Fault::ConflictsWithItself))
        });
        let others: Vec<&Resource> = others.map(|(_, other)| other).chain(graves).collect();
        for path in self.resource_type.unique_paths() {
            let keys = |resource: &Resource| {
                resource.values(path).map(|value| self.compared(path, value)).collect::<Vec<_>>()
            };
            let own = keys(resource);
            if others.iter().any(|other| keys(other).iter().any(|key| own.contains(key))) {
                let conflict = StoreError::Conflict { attribute: path.to_string() };
                return Err(if self.is(Fault::ConflictIsOther) {
                    StoreError::other("unique constraint failed")
                } else {
                    conflict
                });
            }
        }
        Ok(())
    }

    fn compared(&self, path: &ResolvedPath, value: &value::Value) -> String {
        let text = value.as_str().unwrap_or_default();
        if path.leaf().is_case_exact() || self.is(Fault::ComparesLetters) {
            text.to_owned()
        } else {
            prepare_username(text).into_owned()
        }
    }

    /// A resource as it is kept.
    fn kept(&self, mut resource: Resource) -> Resource {
        if !self.is(Fault::KeepsSecrets) {
            resource.remove("password");
        }
        if self.is(Fault::TrimsText) {
            let trimmed = ["title", "displayName"]
                .map(|name| (name, resource.get_str(name).map(|text| text.trim().to_owned())));
            trimmed.into_iter().for_each(|(name, text)| {
                text.into_iter().for_each(|text| resource.set(name, text))
            });
        }
        resource
    }

    /// A resource as it is shown to a tenant.
    fn shown(&self, rows: &Rows, resource: &Resource, cx: &RequestContext) -> Arc<Resource> {
        let mut shown = resource.clone();
        if self.is(Fault::ShowsGroupsOfAllTenants) && self.table == "users" {
            let groups = rows
                .iter()
                .filter(|((_, table, _), group)| *table == "groups" && lists(group, resource.id()));
            shown.set(
                "groups",
                groups.map(|(_, group)| json!({ "value": group.id() })).collect::<Vec<_>>(),
            );
        }
        if self.is(Fault::NamesMembersOfAllTenants)
            && let Some(value::Value::Array(members)) = shown.get("members").cloned()
        {
            let named = members.into_iter().map(|mut member| {
                let mut users = rows.iter().filter(|((_, table, _), user)| {
                    *table == "users" && member["value"] == user.id()
                });
                if let Some(((tenant, ..), user)) =
                    users.next().filter(|((tenant, ..), _)| tenant != cx.tenant())
                {
                    member["display"] = format!(
                        "{} of {}",
                        user.get_str("userName").unwrap_or_default(),
                        tenant.as_str()
                    )
                    .into();
                }
                member
            });
            shown.set("members", named.collect::<Vec<_>>());
        }
        Arc::new(shown)
    }

    /// What becomes of a resource.
    fn change(&self, current: Resource, update: &Update) -> Result<Change, StoreError> {
        if let Some(EntityTags::List(versions)) = &update.precondition().if_match
            && self.is(Fault::ReadsOneVersion)
            && versions.first() != current.version().as_ref()
        {
            return Err(StoreError::VersionMismatch);
        }
        let current = Arc::new(current);
        let mut change = match update.apply(Arc::clone(&current)) {
            Err(StoreError::Rejected(_)) if self.is(Fault::RefusedIsOther) => {
                return Err(StoreError::other("refused"));
            }
            outcome => outcome?,
        };
        let unchanged = change.is_unchanged();
        let meta = current.meta().expect("what is kept has metadata");
        let after = Arc::make_mut(change.after.as_mut().expect("it was changed as a whole"));
        *after = self.kept(after.clone());
        if self.is(Fault::PutAdds) {
            let missing: Vec<_> =
                current.attributes().iter().filter(|(name, _)| after.get(name).is_none()).collect();
            missing.into_iter().for_each(|(name, value)| after.set(name.as_str(), value.clone()));
        }
        if self.is(Fault::KeepsVersion) {
            after.set_meta(&meta);
            change.version = Some(meta.version);
        } else if self.is(Fault::TellsOldVersion) {
            change.version = Some(meta.version);
        } else if self.is(Fault::AlwaysMakesVersions) && unchanged {
            after.set_meta(&meta.changed(meta.last_modified));
        }
        Ok(change)
    }

    fn write(
        &self,
        rows: &mut Rows,
        key: Key,
        change: &Change,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let after = change.after.as_deref().expect("it was changed as a whole");
        if self.is(Fault::WritesThenChecks) {
            rows.insert(key.clone(), after.clone());
        }
        self.refuse_conflicts(rows, key.2, after, cx)?;
        rows.insert(key, after.clone());
        Ok(())
    }
}

#[async_trait]
impl ResourceStore for NaiveStore {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        mut resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let _call = self.database.enter();
        if self.is(Fault::ForgetsExternalId) {
            resource.remove("externalId");
        }
        if self.is(Fault::ChecksThenInserts) {
            let id = self.next_id(&self.rows());
            resource.set_id(id.to_string());
            let resource = self.kept(resource);
            self.refuse_conflicts(&self.rows(), id, &resource, cx)?;
            self.database.let_others_in().await;
            self.rows().insert((cx.tenant().clone(), self.table, id), resource.clone());
            return Ok(Arc::new(resource));
        }
        let mut rows = self.rows();
        let id = self.next_id(&rows);
        resource.set_id(id.to_string());
        let resource = self.kept(resource);
        if self.is(Fault::WritesThenChecks) {
            rows.insert((cx.tenant().clone(), self.table, id), resource.clone());
        }
        self.refuse_conflicts(&rows, id, &resource, cx)?;
        rows.insert((cx.tenant().clone(), self.table, id), resource.clone());
        Ok(Arc::new(resource))
    }

    async fn get(
        &self,
        id: &str,
        _: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let key = self.key(id, cx)?;
        let rows = self.rows();
        let is_it = |other: &Key| {
            *other == key
                || (self.is(Fault::ReadsOfAllTenants) && (other.1, other.2) == (key.1, key.2))
        };
        let found = rows.iter().find(|(other, _)| is_it(other));
        found.map(|(_, resource)| self.shown(&rows, resource, cx)).ok_or(StoreError::NotFound)
    }

    async fn select(
        &self,
        _: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let rows = self.rows();
        let seen = rows.iter().filter(|((tenant, table, _), _)| {
            (tenant == cx.tenant() || self.is(Fault::ListsAllTenants)) && *table == self.table
        });
        let most = if self.is(Fault::ListsAHundred) { 100 } else { usize::MAX };
        let resources =
            seen.take(most).map(|(_, resource)| self.shown(&rows, resource, cx)).collect();
        Ok(StorePage::new(resources))
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let _call = self.database.enter();
        let key = self.key(id, cx)?;
        let read = |rows: &Rows| rows.get(&key).cloned().ok_or(StoreError::NotFound);
        if self.is(Fault::LosesUpdates) {
            let current = read(&self.rows())?;
            let change = self.change(current, update)?;
            self.database.let_others_in().await;
            self.write(&mut self.rows(), key, &change, cx)?;
            return Ok(change);
        }
        let _turn = if self.is(Fault::WritesInTwoSteps) {
            Some(self.database.lock.lock().await)
        } else {
            None
        };
        let change = {
            let mut rows = self.rows();
            let change = self.change(read(&rows)?, update)?;
            if !self.is(Fault::WritesInTwoSteps) {
                self.write(&mut rows, key, &change, cx)?;
                return Ok(change);
            }
            self.write(&mut rows, key.clone(), &change, cx)?;
            rows.get_mut(&key).expect("it was written").remove("title");
            rows.get_mut(&key).expect("it was written").remove("members");
            change
        };
        tokio::task::yield_now().await;
        self.write(&mut self.rows(), key, &change, cx)?;
        Ok(change)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let _call = self.database.enter();
        let key = self.key(id, cx)?;
        let resource = self.rows().get(&key).cloned().ok_or(StoreError::NotFound)?;
        if !self.is(Fault::DeletesStaleVersions) {
            expected.check(resource.version().as_ref())?;
        }
        if self.is(Fault::DeletesTwice) {
            self.database.let_others_in().await;
        }
        if self.is(Fault::EmptiesGroupsOfAllTenants) {
            let mut rows = self.rows();
            let groups = rows
                .iter_mut()
                .filter(|((tenant, ..), group)| tenant != cx.tenant() && lists(group, id));
            groups.for_each(|(_, group)| drop(group.remove("members")));
        }
        let removed = if self.is(Fault::DeleteKeeps) { None } else { self.rows().remove(&key) };
        match removed {
            // It was there a moment ago.
            None if !self.is(Fault::DeletesTwice) && !self.is(Fault::DeleteKeeps) => {
                return Err(StoreError::NotFound);
            }
            None => {}
            Some(removed) => self.database.graves.lock().expect("no panic").push(removed),
        }
        Ok(Change::deleted(
            Arc::clone(&self.resource_type),
            cx.tenant().clone(),
            Arc::new(resource),
        ))
    }
}

/// Returns `true` if an id is among the members of a group.
fn lists(group: &Resource, id: &str) -> bool {
    let members = group.get("members").and_then(value::Value::as_array);
    members.into_iter().flatten().any(|member| member["value"] == id)
}

//! A store of structs in memory, as one might write it over any database.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use scimwire::ScimResource;
use scimwire::auth::RequestContext;
use scimwire::filter::{BoundFilter, CompareOp, Comparison, Operand};
use scimwire::query::{Page, Query};
use scimwire::resource::{Member, Name};
use scimwire::schema::prepare_username;
use scimwire::store::{Pushdown, StoreError, StoreQuery};
use scimwire::typed::{FieldKind, FieldValue, StringAttribute, TypedPage, TypedStore};
use scimwire::value::Value;

const NUMBER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber";

/// A password that is stored as a hash from the start.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Hash(pub(crate) usize);

impl FieldValue<StringAttribute> for Hash {
    const KIND: FieldKind = FieldKind::Text;

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn from_value(value: &Value) -> Option<Self> {
        value.as_str().map(|text| Self(text.len()))
    }
}

/// A telephone number, in a JSON column.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phone {
    value: Option<String>,
    display: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    primary: Option<bool>,
}

#[derive(Clone, Debug, ScimResource)]
#[scim(user)]
pub(crate) struct Account {
    #[scim(id)]
    pub(crate) id: i64,
    #[scim(skip)]
    pub(crate) tenant: String,
    #[scim("userName")]
    pub(crate) login: String,
    #[scim("externalId")]
    pub(crate) external_id: Option<String>,
    #[scim("name")]
    pub(crate) name: Option<Name>,
    #[scim("title")]
    pub(crate) title: Option<String>,
    #[scim("active")]
    pub(crate) is_enabled: bool,
    #[scim("password")]
    pub(crate) password: Option<Hash>,
    #[scim("emails", type = "work", primary)]
    pub(crate) email: Option<String>,
    #[scim("phoneNumbers")]
    pub(crate) phones: Vec<Phone>,
    #[scim("groups")]
    pub(crate) groups: Vec<Member>,
    #[scim(enterprise, "employeeNumber", unique)]
    pub(crate) number: String,
    #[scim(enterprise, "department")]
    pub(crate) department: Option<String>,
    #[scim(enterprise, "manager")]
    pub(crate) manager_id: Option<i64>,
    #[scim("meta.created")]
    pub(crate) created_at: DateTime<Utc>,
    #[scim("meta.lastModified")]
    pub(crate) updated_at: DateTime<Utc>,
    #[scim("meta.version")]
    pub(crate) version: i64,
}

#[derive(Clone, Debug, ScimResource)]
#[scim(group)]
pub(crate) struct Team {
    #[scim(id)]
    pub(crate) id: i64,
    #[scim(skip)]
    pub(crate) tenant: String,
    #[scim("displayName")]
    pub(crate) name: String,
    #[scim("externalId")]
    pub(crate) external_id: Option<String>,
    #[scim("members")]
    pub(crate) members: Vec<i64>,
    #[scim("meta.created")]
    pub(crate) created_at: DateTime<Utc>,
    /// The version is made of it.
    #[scim("meta.lastModified")]
    pub(crate) updated_at: DateTime<Utc>,
}

#[derive(Default)]
pub(crate) struct Rows {
    accounts: BTreeMap<i64, Account>,
    /// Unique indexes: tenant, value and id.
    logins: BTreeMap<(String, String), i64>,
    numbers: BTreeMap<(String, String), i64>,
    teams: BTreeMap<i64, Team>,
}

/// A database.
#[derive(Clone, Default)]
pub(crate) struct Database {
    rows: Arc<Mutex<Rows>>,
    last_id: Arc<AtomicI64>,
    /// The number of saves that are lost on purpose.
    pub(crate) lost: Arc<AtomicI64>,
}

impl Database {
    pub(crate) fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().expect("no call panics")
    }

    fn next_id(&self) -> i64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn is_lost(&self) -> bool {
        self.lost
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left > 0).then(|| left - 1))
            .is_ok()
    }
}

impl Rows {
    pub(crate) fn account(&self, id: i64) -> Account {
        self.accounts[&id].clone()
    }

    /// Adds the groups, as a join would.
    fn with_groups(&self, account: &Account) -> Account {
        let of = |team: &&Team| team.tenant == account.tenant && team.members.contains(&account.id);
        let member = |team: &Team| Member::new(team.id.to_string()).with_display(&team.name);
        let groups = self.teams.values().filter(of).map(member).collect();
        Account { groups, ..account.clone() }
    }

    fn put(&mut self, row: &Account) {
        self.remove(row.id);
        self.logins.insert(login_key(row), row.id);
        self.numbers.insert(number_key(row), row.id);
        self.accounts.insert(row.id, row.clone());
    }

    fn remove(&mut self, id: i64) {
        if let Some(old) = self.accounts.remove(&id) {
            self.logins.remove(&login_key(&old));
            self.numbers.remove(&number_key(&old));
        }
    }

    fn check_unique(&self, row: &Account) -> Result<(), StoreError> {
        let taken = |attribute: &str| Err(StoreError::Conflict { attribute: attribute.to_owned() });
        let is_other = |id: Option<&i64>| id.is_some_and(|id| *id != row.id);
        if is_other(self.logins.get(&login_key(row))) {
            return taken("userName");
        }
        if is_other(self.numbers.get(&number_key(row))) {
            return taken(NUMBER);
        }
        Ok(())
    }
}

#[async_trait]
impl TypedStore<Account> for Database {
    async fn insert(&self, row: Account, cx: &RequestContext) -> Result<Account, StoreError> {
        let row = Account { id: self.next_id(), tenant: cx.tenant().as_str().to_owned(), ..row };
        let mut rows = self.rows();
        rows.check_unique(&row)?;
        rows.put(&row);
        Ok(row)
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Account, StoreError> {
        let rows = self.rows();
        let found = rows.accounts.get(id).filter(|row| row.tenant == cx.tenant().as_str());
        found.map(|row| rows.with_groups(row)).ok_or(StoreError::NotFound)
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Account>, StoreError> {
        let rows = self.rows();
        let tenant = cx.tenant().as_str();
        if let Some(login) = query.filter.and_then(login) {
            let found = rows.logins.get(&(tenant.to_owned(), login.to_owned()));
            return Ok(TypedPage::new(
                found.map(|id| rows.with_groups(&rows.accounts[id])).into_iter().collect(),
            ));
        }
        let of_tenant = rows.accounts.values().filter(|row| row.tenant == tenant);
        Ok(TypedPage::new(of_tenant.map(|row| rows.with_groups(row)).collect()))
    }

    async fn save(
        &self,
        row: Account,
        expected: &Account,
        cx: &RequestContext,
    ) -> Result<Account, StoreError> {
        let mut rows = self.rows();
        let stored = rows.accounts.get(&row.id).filter(|it| it.tenant == cx.tenant().as_str());
        if self.is_lost() || stored.is_none_or(|stored| stored.version != expected.version) {
            return Err(StoreError::VersionMismatch);
        }
        rows.check_unique(&row)?;
        rows.put(&row);
        Ok(rows.with_groups(&row))
    }

    async fn delete(&self, expected: &Account, cx: &RequestContext) -> Result<(), StoreError> {
        let mut rows = self.rows();
        let stored = rows.accounts.get(&expected.id).filter(|it| it.tenant == cx.tenant().as_str());
        if self.is_lost() || stored.is_none_or(|stored| stored.version != expected.version) {
            return Err(StoreError::VersionMismatch);
        }
        rows.remove(expected.id);
        Ok(())
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        if query.filter.as_ref().and_then(login).is_some() {
            Pushdown::Filter
        } else {
            Pushdown::None
        }
    }
}

fn login_key(row: &Account) -> (String, String) {
    (row.tenant.clone(), prepare_username(&row.login).into_owned())
}

fn number_key(row: &Account) -> (String, String) {
    (row.tenant.clone(), row.number.to_lowercase())
}

/// The operand of `userName eq`.
fn login(filter: &BoundFilter) -> Option<&str> {
    match filter {
        BoundFilter::Compare(Comparison {
            path,
            op: CompareOp::Eq,
            operand: Operand::Identifier { prepared, .. },
            ..
        }) if path.to_string() == "userName" => Some(prepared),
        _ => None,
    }
}

#[async_trait]
impl TypedStore<Team> for Database {
    async fn insert(&self, row: Team, cx: &RequestContext) -> Result<Team, StoreError> {
        let row = Team { id: self.next_id(), tenant: cx.tenant().as_str().to_owned(), ..row };
        self.rows().teams.insert(row.id, row.clone());
        Ok(row)
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Team, StoreError> {
        let found = self.rows().teams.get(id).cloned();
        found.filter(|row| row.tenant == cx.tenant().as_str()).ok_or(StoreError::NotFound)
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Team>, StoreError> {
        let rows = self.rows();
        let of_tenant = rows.teams.values().filter(|row| row.tenant == cx.tenant().as_str());
        let Some(page) = query.page else {
            return Ok(TypedPage::new(of_tenant.cloned().collect()));
        };
        let (after, skipped) = match page {
            Page::Index { start, .. } => (None, start.saturating_sub(1)),
            Page::Cursor { after, .. } => (after.as_ref().and_then(|it| it.id.parse().ok()), 0),
            _ => return Err(StoreError::other("a page of another kind")),
        };
        let total = of_tenant.clone().count();
        let mut rest =
            of_tenant.filter(|row| after.is_none_or(|after| row.id > after)).skip(skipped);
        let found = rest.by_ref().take(page.count()).cloned().collect();
        Ok(TypedPage::new(found).with_total(total).with_more(rest.next().is_some()))
    }

    async fn save(
        &self,
        row: Team,
        expected: &Team,
        cx: &RequestContext,
    ) -> Result<Team, StoreError> {
        let mut rows = self.rows();
        let stored = rows.teams.get(&row.id).filter(|it| it.tenant == cx.tenant().as_str());
        if stored.is_none_or(|stored| stored.updated_at != expected.updated_at) {
            return Err(StoreError::VersionMismatch);
        }
        rows.teams.insert(row.id, row.clone());
        Ok(row)
    }

    async fn delete(&self, expected: &Team, cx: &RequestContext) -> Result<(), StoreError> {
        let mut rows = self.rows();
        let stored = rows.teams.get(&expected.id).filter(|it| it.tenant == cx.tenant().as_str());
        if stored.is_none_or(|stored| stored.updated_at != expected.updated_at) {
            return Err(StoreError::VersionMismatch);
        }
        rows.teams.remove(&expected.id);
        Ok(())
    }

    /// Teams are in the order of their ids already.
    fn pushdown(&self, query: &Query) -> Pushdown {
        if query.filter.is_none() && query.sort.is_none() { Pushdown::Full } else { Pushdown::None }
    }
}

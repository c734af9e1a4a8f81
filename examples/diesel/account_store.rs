//! The store of accounts.

use std::sync::LazyLock;

use async_trait::async_trait;
use diesel::prelude::*;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Query;
use scimwire::sql::{Column, ColumnMapping, Dialect, pushdown};
use scimwire::store::{Pushdown, StoreQuery};
use scimwire::typed::{TypedPage, TypedStore};

use crate::Account;
use crate::database::{Database, Failure, Search, org};
use crate::schema::accounts::dsl;
use crate::schema::{team_members, teams};

/// The columns that the database searches; the crate does the rest.
pub(crate) static MAPPING: LazyLock<ColumnMapping> = LazyLock::new(|| {
    ColumnMapping::new(Dialect::Sqlite)
        .column("id", Column::integer_key("accounts.id"))
        .column("userName", Column::text("accounts.login").not_null())
        .column("externalId", Column::text("accounts.external_id"))
        .column("name.familyName", Column::text("accounts.last_name"))
        .column("active", Column::boolean("accounts.is_enabled"))
});

#[async_trait]
impl TypedStore<Account> for Database {
    async fn insert(&self, row: Account, cx: &RequestContext) -> Result<Account, StoreError> {
        let row = Account { org_id: org(cx)?, ..row };
        self.run(move |db| {
            let insert = diesel::insert_into(dsl::accounts).values(&row);
            Ok(insert.returning(Account::as_returning()).get_result(db)?)
        })
        .await
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Account, StoreError> {
        let (id, org) = (*id, org(cx)?);
        self.run(move |db| {
            let of_org = dsl::accounts.find(id).filter(dsl::org_id.eq(org));
            Ok(of_org.select(Account::as_select()).first(db)?)
        })
        .await
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Account>, StoreError> {
        let search = Search::new("accounts", org(cx)?, &query, &MAPPING)?;
        self.run(move |db| {
            let (ids, total, has_more) = search.run(db)?;
            let mut rows = Vec::with_capacity(ids.len());
            for ids in ids.chunks(1_000) {
                let found = dsl::accounts.filter(dsl::id.eq_any(ids)).select(Account::as_select());
                let mut found = found.load(db)?;
                found.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
                rows.extend(found);
            }
            Ok(TypedPage::new(rows).with_total(total).with_more(has_more))
        })
        .await
    }

    async fn save(
        &self,
        row: Account,
        expected: &Account,
        _: &RequestContext,
    ) -> Result<Account, StoreError> {
        let (id, version) = (expected.id, expected.version);
        self.run(move |db| {
            let stored = dsl::accounts.find(id).filter(dsl::version.eq(version));
            match diesel::update(stored).set(&row).execute(db)? {
                0 => Err(StoreError::VersionMismatch.into()),
                _ => Ok(row),
            }
        })
        .await
    }

    async fn delete(&self, expected: &Account, _: &RequestContext) -> Result<(), StoreError> {
        let (id, version) = (expected.id, expected.version);
        self.run(move |db| {
            leave_teams(db, id)?;
            let stored = dsl::accounts.find(id).filter(dsl::version.eq(version));
            match diesel::delete(stored).execute(db)? {
                0 => Err(StoreError::VersionMismatch.into()),
                _ => Ok(()),
            }
        })
        .await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

/// Takes an account out of its teams, which get a new version.
fn leave_teams(db: &mut SqliteConnection, id: i64) -> Result<(), Failure> {
    let memberships = team_members::table.filter(team_members::account_id.eq(id));
    let of_account = memberships.select(team_members::team_id);
    let changed = diesel::update(teams::table.filter(teams::id.eq_any(of_account)));
    changed.set(teams::version.eq(teams::version + 1)).execute(db)?;
    diesel::delete(memberships).execute(db)?;
    Ok(())
}

//! The store of accounts.

use std::sync::LazyLock;

use async_trait::async_trait;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Query;
use scimwire::sql::{Column as SqlColumn, ColumnMapping, Dialect, pushdown};
use scimwire::store::{Pushdown, StoreQuery};
use scimwire::typed::{TypedPage, TypedStore};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{NotSet, QuerySelect, QueryTrait};

use crate::Account;
use crate::database::{Database, failure, org, plans, search};
use crate::entities::account::{ActiveModel, Column, Entity};
use crate::entities::{member, team};

/// The columns that the database searches; the crate does the rest.
static MAPPING: LazyLock<ColumnMapping> = LazyLock::new(|| {
    ColumnMapping::new(Dialect::Sqlite)
        .column("id", SqlColumn::integer_key("accounts.id"))
        .column("userName", SqlColumn::text("accounts.login").not_null())
        .column("externalId", SqlColumn::text("accounts.external_id"))
        .column("name.familyName", SqlColumn::text("accounts.last_name"))
        .column("active", SqlColumn::boolean("accounts.is_enabled"))
});

impl Database {
    /// Returns the query plans of [`TypedStore::find`] for accounts, for the test kit.
    ///
    /// # Errors
    ///
    /// - the database fails.
    pub async fn plans_of_accounts(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<Vec<String>, StoreError> {
        plans(self.connection(), "accounts", org(cx)?, &query, &MAPPING).await
    }
}

#[async_trait]
impl TypedStore<Account> for Database {
    async fn insert(&self, row: Account, cx: &RequestContext) -> Result<Account, StoreError> {
        let row = Account { org_id: org(cx)?, ..row };
        let new = ActiveModel { id: NotSet, ..row.into() };
        let transaction = self.begin().await?;
        let row = new.insert(&transaction).await.map_err(failure)?;
        transaction.commit().await.map_err(failure)?;
        Ok(row)
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Account, StoreError> {
        let of_org = Entity::find_by_id(*id).filter(Column::OrgId.eq(org(cx)?));
        let found = of_org.one(self.connection()).await.map_err(failure)?;
        found.ok_or(StoreError::NotFound)
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Account>, StoreError> {
        let db = self.connection();
        let found = search(db, "accounts", org(cx)?, &query, &MAPPING).await?;
        let mut rows = Vec::with_capacity(found.ids.len());
        for ids in found.ids.chunks(1_000) {
            let some = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
            let mut some = some.all(db).await.map_err(failure)?;
            some.sort_by_key(|row| ids.iter().position(|id| *id == row.id));
            rows.extend(some);
        }
        Ok(TypedPage::new(rows).with_total(found.total).with_more(found.has_more))
    }

    async fn save(
        &self,
        row: Account,
        expected: &Account,
        _: &RequestContext,
    ) -> Result<Account, StoreError> {
        let changed = ActiveModel { id: NotSet, ..ActiveModel::from(row.clone()).reset_all() };
        let update = Entity::update_many().set(changed).filter(Column::Id.eq(expected.id));
        let update = update.filter(Column::Version.eq(expected.version));
        let transaction = self.begin().await?;
        let done = update.exec(&transaction).await.map_err(failure)?;
        transaction.commit().await.map_err(failure)?;
        if done.rows_affected == 0 { Err(StoreError::VersionMismatch) } else { Ok(row) }
    }

    async fn delete(&self, expected: &Account, _: &RequestContext) -> Result<(), StoreError> {
        let transaction = self.begin().await?;
        // The teams of the account get a new version; the database ends the memberships.
        let memberships = member::Entity::find().filter(member::Column::AccountId.eq(expected.id));
        let teams = memberships.select_only().column(member::Column::TeamId).into_query();
        let next = Expr::col(team::Column::Version).add(1);
        let update = team::Entity::update_many().col_expr(team::Column::Version, next);
        let update = update.filter(team::Column::Id.in_subquery(teams));
        update.exec(&transaction).await.map_err(failure)?;
        let delete = Entity::delete_many().filter(Column::Id.eq(expected.id));
        let delete = delete.filter(Column::Version.eq(expected.version));
        if delete.exec(&transaction).await.map_err(failure)?.rows_affected == 0 {
            return Err(StoreError::VersionMismatch);
        }
        transaction.commit().await.map_err(failure)
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

//! The store of teams, with their members.

use std::sync::LazyLock;

use async_trait::async_trait;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Query;
use scimwire::sql::{Column as SqlColumn, ColumnMapping, Dialect, pushdown};
use scimwire::store::{Pushdown, StoreQuery};
use scimwire::typed::{TypedPage, TypedStore};
use sea_orm::entity::prelude::*;
use sea_orm::{DatabaseTransaction, IntoActiveModel, NotSet, QueryOrder, QuerySelect};

use crate::Team;
use crate::database::{Database, failure, org, search};
use crate::entities::team::{ActiveModel, Column, Entity};
use crate::entities::{account, member};

/// The columns that the database searches; the crate does the rest.
static MAPPING: LazyLock<ColumnMapping> = LazyLock::new(|| {
    ColumnMapping::new(Dialect::Sqlite)
        .column("id", SqlColumn::integer_key("teams.id"))
        .column("displayName", SqlColumn::text("teams.name").not_null())
        .column("externalId", SqlColumn::text("teams.external_id"))
});

#[async_trait]
impl TypedStore<Team> for Database {
    async fn insert(&self, row: Team, cx: &RequestContext) -> Result<Team, StoreError> {
        let row = Team { org_id: org(cx)?, ..row };
        let new = ActiveModel { id: NotSet, ..row.clone().into() };
        let transaction = self.begin().await?;
        let id = new.insert(&transaction).await.map_err(failure)?.id;
        let row = write_members(&transaction, Team { id, ..row }).await?;
        transaction.commit().await.map_err(failure)?;
        Ok(row)
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Team, StoreError> {
        let org = org(cx)?;
        let found = load(&self.snapshot().await?, &[*id]).await?.pop();
        found.filter(|team| team.org_id == org).ok_or(StoreError::NotFound)
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Team>, StoreError> {
        let db = self.snapshot().await?;
        let found = search(&db, "teams", org(cx)?, &query, &MAPPING).await?;
        let mut rows = Vec::with_capacity(found.ids.len());
        for ids in found.ids.chunks(1_000) {
            rows.extend(load(&db, ids).await?);
        }
        Ok(TypedPage::new(rows).with_total(found.total).with_more(found.has_more))
    }

    async fn save(
        &self,
        row: Team,
        expected: &Team,
        _: &RequestContext,
    ) -> Result<Team, StoreError> {
        let changed = ActiveModel { id: NotSet, ..ActiveModel::from(row.clone()).reset_all() };
        let update = Entity::update_many().set(changed).filter(Column::Id.eq(expected.id));
        let update = update.filter(Column::Version.eq(expected.version));
        let transaction = self.begin().await?;
        if update.exec(&transaction).await.map_err(failure)?.rows_affected == 0 {
            return Err(StoreError::VersionMismatch);
        }
        let row = write_members(&transaction, row).await?;
        transaction.commit().await.map_err(failure)?;
        Ok(row)
    }

    /// The database ends the memberships.
    async fn delete(&self, expected: &Team, _: &RequestContext) -> Result<(), StoreError> {
        let delete = Entity::delete_many().filter(Column::Id.eq(expected.id));
        let delete = delete.filter(Column::Version.eq(expected.version));
        let done = delete.exec(self.connection()).await.map_err(failure)?;
        if done.rows_affected == 0 { Err(StoreError::VersionMismatch) } else { Ok(()) }
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

/// Reads teams, in the order of `ids`.
async fn load(db: &DatabaseTransaction, ids: &[i64]) -> Result<Vec<Team>, StoreError> {
    let teams = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    let mut teams = teams.all(db).await.map_err(failure)?;
    teams.sort_by_key(|team| ids.iter().position(|id| *id == team.id));
    let members = member::Entity::find().filter(member::Column::TeamId.is_in(ids.iter().copied()));
    let members = members.order_by_asc(member::Column::AccountId);
    for member in members.all(db).await.map_err(failure)? {
        let team = teams.iter_mut().find(|team| team.id == member.team_id);
        team.into_iter().for_each(|team| team.members.push(member.account_id));
    }
    Ok(teams)
}

/// Writes the members that the organization has, and returns the team with these.
async fn write_members(db: &DatabaseTransaction, mut team: Team) -> Result<Team, StoreError> {
    let old = member::Entity::delete_many().filter(member::Column::TeamId.eq(team.id));
    old.exec(db).await.map_err(failure)?;
    let known = account::Entity::find().filter(account::Column::OrgId.eq(team.org_id));
    let known = known.filter(account::Column::Id.is_in(team.members.iter().copied()));
    let known = known.order_by_asc(account::Column::Id).select_only().column(account::Column::Id);
    team.members = known.into_tuple().all(db).await.map_err(failure)?;
    let member = |id: &i64| member::Model { team_id: team.id, account_id: *id }.into_active_model();
    let rows: Vec<member::ActiveModel> = team.members.iter().map(member).collect();
    if !rows.is_empty() {
        member::Entity::insert_many(rows).exec_without_returning(db).await.map_err(failure)?;
    }
    Ok(team)
}

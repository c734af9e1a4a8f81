//! The store of teams, with their members.

use std::sync::LazyLock;

use async_trait::async_trait;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::query::Query;
use scimwire::sql::{Column, ColumnMapping, Dialect, pushdown};
use scimwire::store::{Pushdown, StoreQuery};
use scimwire::typed::{TypedPage, TypedStore};

use crate::Team;
use crate::database::{Database, Failure, Search, org};
use crate::schema::teams::dsl;
use crate::schema::{accounts, team_members};

/// The columns that the database searches; the crate does the rest.
static MAPPING: LazyLock<ColumnMapping> = LazyLock::new(|| {
    ColumnMapping::new(Dialect::Sqlite)
        .column("id", Column::integer_key("teams.id"))
        .column("displayName", Column::text("teams.name").not_null())
        .column("externalId", Column::text("teams.external_id"))
});

#[async_trait]
impl TypedStore<Team> for Database {
    async fn insert(&self, row: Team, cx: &RequestContext) -> Result<Team, StoreError> {
        let row = Team { org_id: org(cx)?, ..row };
        self.run(move |db| {
            let insert = diesel::insert_into(dsl::teams).values(&row);
            let id = insert.returning(dsl::id).get_result(db)?;
            write_members(db, Team { id, ..row })
        })
        .await
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Team, StoreError> {
        let (id, org) = (*id, org(cx)?);
        self.run(move |db| load(db, &[id], org)?.pop().ok_or_else(|| StoreError::NotFound.into()))
            .await
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Team>, StoreError> {
        let org = org(cx)?;
        let search = Search::new("teams", org, &query, &MAPPING)?;
        self.run(move |db| {
            let (ids, total, has_more) = search.run(db)?;
            let rows =
                ids.chunks(1_000).map(|ids| load(db, ids, org)).collect::<Result<Vec<_>, _>>()?;
            Ok(TypedPage::new(rows.concat()).with_total(total).with_more(has_more))
        })
        .await
    }

    async fn save(
        &self,
        row: Team,
        expected: &Team,
        _: &RequestContext,
    ) -> Result<Team, StoreError> {
        let (id, version) = (expected.id, expected.version);
        self.run(move |db| {
            let stored = dsl::teams.find(id).filter(dsl::version.eq(version));
            match diesel::update(stored).set(&row).execute(db)? {
                0 => Err(StoreError::VersionMismatch.into()),
                _ => write_members(db, row),
            }
        })
        .await
    }

    async fn delete(&self, expected: &Team, _: &RequestContext) -> Result<(), StoreError> {
        let (id, version) = (expected.id, expected.version);
        self.run(move |db| {
            let stored = dsl::teams.find(id).filter(dsl::version.eq(version));
            let done = diesel::delete(stored).execute(db)?;
            if done == 0 { Err(StoreError::VersionMismatch.into()) } else { Ok(()) }
        })
        .await
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

/// Reads teams of an organization, in the order of `ids`.
fn load(db: &mut SqliteConnection, ids: &[i64], org: i64) -> Result<Vec<Team>, Failure> {
    type Row = (i64, i64, String, Option<String>, NaiveDateTime, NaiveDateTime, i64);
    let found = dsl::teams.filter(dsl::id.eq_any(ids)).filter(dsl::org_id.eq(org));
    let found: Vec<Row> = found.load(db)?;
    let members = team_members::table.filter(team_members::team_id.eq_any(ids));
    let members = members.order(team_members::account_id).load::<(i64, i64)>(db)?;
    let team = |(id, org_id, name, external_id, created_at, updated_at, version): Row| {
        let members = members.iter().filter(|(team, _)| *team == id).map(|(_, id)| *id).collect();
        Team { id, org_id, name, external_id, members, created_at, updated_at, version }
    };
    let mut teams: Vec<Team> = found.into_iter().map(team).collect();
    teams.sort_by_key(|team| ids.iter().position(|id| *id == team.id));
    Ok(teams)
}

/// Writes the members that the organization has, and returns the team with these.
fn write_members(db: &mut SqliteConnection, team: Team) -> Result<Team, Failure> {
    diesel::delete(team_members::table.filter(team_members::team_id.eq(team.id))).execute(db)?;
    let known = accounts::table.filter(accounts::org_id.eq(team.org_id));
    let known = known.filter(accounts::id.eq_any(&team.members)).select(accounts::id);
    let members: Vec<i64> = known.order(accounts::id).load(db)?;
    let row = |id: &i64| (team_members::team_id.eq(team.id), team_members::account_id.eq(*id));
    let rows: Vec<_> = members.iter().map(row).collect();
    diesel::insert_into(team_members::table).values(rows).execute(db)?;
    Ok(Team { members, ..team })
}

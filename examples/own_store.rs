//! A store over existing tables: `users` and `user_email` in SQLite.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{Page, Projection, Query};
use scimwire::resource::{Meta, Resource, Version};
use scimwire::sql::*;
use scimwire::store::{Change, Precondition, Pushdown, StorePage, StoreQuery, Update};
use scimwire::{Dispatcher, ResourceStore, ResourceType, StoreError};
use scimwire_sqlx::store_error;
use serde_json::Value;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow, SqliteTransactionManager};
use sqlx::{Connection, Row, SqliteConnection, TransactionManager};

type Result<T> = std::result::Result<T, StoreError>;

pub(crate) const TABLES: &str = include_str!("own_store.sql");

/// The user attributes that the tables store. There is no password, so there are no secrets to
/// remove.
pub(crate) fn user() -> ResourceType {
    let single = ["userName", "name.givenName", "name.familyName", "active"];
    ResourceType::user()
        .retain_attributes(single.into_iter().chain(["emails.type", "emails.value"]))
}

pub(crate) static RESOURCE_TYPE: LazyLock<Arc<ResourceType>> = LazyLock::new(|| Arc::new(user()));

/// The columns of the attributes; a test validates them with `ColumnMapping::check`. Names may
/// contain letters that SQLite does not case-fold; the crate compares these.
pub(crate) static MAPPING: LazyLock<ColumnMapping> = LazyLock::new(|| {
    let emails = ElementTable::table("user_email", "user_id", "users.id")
        .column("value", Column::text("user_email.value"))
        .column("type", Column::text("user_email.type"));
    ColumnMapping::new(Dialect::Sqlite)
        .column("id", Column::text("users.id"))
        .column("externalId", Column::text("users.external_id"))
        .column("userName", Column::text("users.email").not_null())
        .column("name.givenName", Column::text("users.first_name"))
        .column("name.familyName", Column::text("users.last_name"))
        .column("active", Column::boolean("users.active"))
        .column("meta.created", Column::instant("users.created_at", TimestampFormat::UnixMicros))
        .column(
            "meta.lastModified",
            Column::instant("users.updated_at", TimestampFormat::UnixMicros),
        )
        .elements("emails", emails)
});

/// Reads rows as attributes.
pub(crate) const SELECT: &str = "SELECT users.*, json_object(
    'id', id, 'externalId', external_id, 'userName', email, 'active', json(iif(active = 1, 'true', iif(active = 0, 'false', NULL))),
    'name', json_object('givenName', first_name, 'familyName', last_name), 'emails', (SELECT json_group_array(
        json_object('type', e.type, 'value', e.value)) FROM user_email e WHERE e.user_id = users.id)
    ) AS attributes FROM users WHERE users.account = ";

/// Writes attributes as rows, inserting or updating: ?1 is a user, ?2 the account.
const WRITE: [&str; 3] = [
    "INSERT INTO users SELECT ?1 ->> 'id', ?2, ?1 ->> 'userName', ?1 ->> '$.name.givenName', ?1 ->> '$.name.familyName',
        ?1 ->> 'active', ?1 ->> 'externalId', ?3, ?4, ?5 WHERE true ON CONFLICT (id) DO UPDATE SET email = excluded.email,
        first_name = excluded.first_name, last_name = excluded.last_name, active = excluded.active,
        external_id = excluded.external_id, updated_at = ?4, version = ?5 WHERE account = ?2",
    "DELETE FROM user_email WHERE user_id IN (SELECT id FROM users WHERE id = ?1 ->> 'id' AND account = ?2)",
    "INSERT INTO user_email SELECT users.id, e.value ->> 'type', e.value ->> 'value' FROM users, json_each(?1, '$.emails') e
        WHERE users.id = ?1 ->> 'id' AND users.account = ?2",
];

/// A pool that drops connections which are still in the transaction of an abandoned request.
pub(crate) fn pool_options() -> SqlitePoolOptions {
    SqlitePoolOptions::new().after_release(|connection, _| {
        Box::pin(async move {
            connection.ping().await?;
            Ok(SqliteTransactionManager::get_transaction_depth(connection) == 0)
        })
    })
}

/// The users of all accounts; an account is a tenant. A change locks before it reads, since a later
/// lock could fail.
pub(crate) struct Users(pub(crate) SqlitePool);

#[async_trait]
impl ResourceStore for Users {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &RESOURCE_TYPE
    }

    async fn create(&self, mut user: Resource, cx: &RequestContext) -> Result<Arc<Resource>> {
        user.set_id(uuid::Uuid::now_v7().to_string());
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        write(&mut transaction, &user, cx).await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Arc::new(user))
    }

    async fn get(&self, id: &str, _: &Projection, cx: &RequestContext) -> Result<Arc<Resource>> {
        read(&mut *self.0.acquire().await.map_err(store_error)?, id, cx).await
    }

    async fn select(&self, selection: StoreQuery<'_>, cx: &RequestContext) -> Result<StorePage> {
        let clauses = clauses(&selection, &*MAPPING).map_err(StoreError::other)?;
        let of_account = |sql: &str| Sql::new(sql).push_bind_text(cx.tenant().as_str());
        let page = clauses.ids_first("users.id", of_account("users WHERE users.account = "));
        let count = of_account("SELECT count(*) FROM users WHERE users.account = ");
        let mut connection = self.0.acquire().await.map_err(store_error)?;
        let rows = run(&mut connection, &of_account(SELECT).push_sql(page)).await?;
        let count = run(&mut connection, &count.push_sql(clauses.filter)).await?;
        let total: i64 = count[0].try_get(0).map_err(store_error)?;
        let page = selection.page.map_or(rows.len(), Page::count);
        let resources = rows.iter().take(page).map(resource).collect::<sqlx::Result<_>>();
        let resources = resources.map_err(store_error)?;
        Ok(StorePage::new(resources)
            .with_total(usize::try_from(total).ok())
            .with_more(rows.len() > page))
    }

    async fn update(&self, id: &str, update: &Update, cx: &RequestContext) -> Result<Change> {
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        let change = update.apply(read(&mut transaction, id, cx).await?)?;
        if let Some(after) = change.after.as_ref().filter(|_| !change.is_unchanged()) {
            write(&mut transaction, after, cx).await?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(change)
    }

    async fn delete(&self, id: &str, on: &Precondition, cx: &RequestContext) -> Result<Change> {
        let mut transaction = self.0.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        let before = read(&mut transaction, id, cx).await?;
        on.check(before.version().as_ref())?;
        let delete = "DELETE FROM users WHERE id = {} AND account = {}";
        run(
            &mut transaction,
            &Sql::from_template(delete, [id.into(), cx.tenant().as_str().into()]),
        )
        .await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Change::deleted(Arc::new(user()), cx.tenant().clone(), before))
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

async fn read(db: &mut SqliteConnection, id: &str, cx: &RequestContext) -> Result<Arc<Resource>> {
    let of_account = Sql::new(SELECT).push_bind_text(cx.tenant().as_str());
    let rows = run(db, &of_account.push(" AND users.id = ").push_bind_text(id)).await?;
    resource(rows.first().ok_or(StoreError::NotFound)?).map_err(store_error)
}

/// Converts a row into a resource.
fn resource(row: &SqliteRow) -> sqlx::Result<Arc<Resource>> {
    let time = |column: &str| row.try_get(column).map(chrono::DateTime::from_timestamp_micros);
    let mut meta = Meta::new("User", time("created_at")?.unwrap_or_default());
    meta.last_modified = time("updated_at")?.unwrap_or_default();
    meta.version = Version::numbered(row.try_get::<i64, _>("version")?.unsigned_abs());
    let attributes: Value = serde_json::from_str(row.try_get("attributes")?)
        .map_err(|err| sqlx::Error::Decode(err.into()))?;
    let mut user = Resource::default();
    for (name, value) in attributes.as_object().into_iter().flatten() {
        user.set(name, value.clone());
    }
    user.set_meta(&meta);
    Ok(Arc::new(user))
}

async fn write(db: &mut SqliteConnection, user: &Resource, cx: &RequestContext) -> Result<()> {
    let attributes = serde_json::to_string(user).map_err(StoreError::other)?;
    let meta = user.meta().ok_or_else(|| StoreError::other("a resource has metadata"))?;
    let version: i64 = meta.version.opaque_tag().parse().unwrap_or(1);
    for sql in WRITE {
        let query = sqlx::query(sql).bind(&attributes).bind(cx.tenant().as_str());
        let query = query.bind(meta.created.timestamp_micros());
        let query = query.bind(meta.last_modified.timestamp_micros()).bind(version);
        // The only unique index is that of user names.
        let done = query.execute(&mut *db).await.map_err(store_error);
        done.map_err(|err| err.with_attribute("userName"))?;
    }
    Ok(())
}

async fn run(connection: &mut SqliteConnection, sql: &Sql) -> Result<Vec<SqliteRow>> {
    let text = sql.render(Dialect::Sqlite, 1);
    let mut query = sqlx::query(&text);
    for parameter in sql.parameters() {
        query = match parameter {
            Parameter::Text(text) => query.bind(text),
            Parameter::Integer(number) => query.bind(number),
            Parameter::Boolean(value) => query.bind(value),
            other => return Err(StoreError::other(format!("no column here is {other:?}"))),
        };
    }
    query.fetch_all(connection).await.map_err(store_error)
}

#[tokio::main(flavor = "current_thread")]
#[allow(dead_code, reason = "tests take the store from here")]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let pool = pool_options().max_connections(1).connect("sqlite::memory:").await?;
    let row = "INSERT INTO users VALUES ('7', 'default', 'bj@example.com', 'Barbara', 'Jensen', 1, NULL, 0, 0, 1)";
    sqlx::raw_sql(&format!("{TABLES} {row}")).execute(&pool).await?;
    let scim = Dispatcher::builder("https://example.com/scim/v2");
    let scim = scim.store(Users(pool)).unauthenticated().build()?;
    let request = http::Request::get("/scim/v2/Users?filter=userName%20sw%20%22BJ%22").body("")?;
    println!("{}", String::from_utf8_lossy(scim.dispatch(request).await.body()));
    Ok(())
}

//! A store over tables that were there before: `users` and `user_email` in SQLite.

use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::query::{Page, Projection, Query};
use scimwire::resource::{Meta, Resource, Version};
use scimwire::sql::{
    Column, Dialect, Elements, InstantForm, Mapping, Parameter, Sql, clauses, pushdown,
};
use scimwire::store::{Change, Precondition, Pushdown, Selected, Selection, Update};
use scimwire::{Dispatcher, ResourceStore, ResourceType, StoreError};
use scimwire_sqlx::store_error;
use serde_json::{Value, json};
use sqlx::sqlite::{
    SqliteArguments, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteTransactionManager,
};
use sqlx::{Arguments, Connection, Row, Sqlite, SqliteConnection, Transaction, TransactionManager};

/// The tables as they were, but for the columns that SCIM needs: `external_id`, `version` and the
/// times.
pub(crate) const TABLES: &str = "
    CREATE TABLE users (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, email TEXT NOT NULL COLLATE NOCASE, first_name TEXT, last_name TEXT,
        active INTEGER, external_id TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
        version INTEGER NOT NULL, UNIQUE (account, email));
    CREATE TABLE user_email (user_id TEXT NOT NULL, type TEXT, value TEXT NOT NULL);
    CREATE INDEX users_email ON users (account, lower(email)); CREATE INDEX users_external_id ON users (account, external_id);
    CREATE INDEX user_email_user ON user_email (user_id); CREATE INDEX user_email_value ON user_email (lower(value));";

/// What the tables keep of a user. There is no password among it, and so none to forget.
pub(crate) fn user() -> ResourceType {
    ResourceType::user().keeping([
        "userName",
        "name.givenName",
        "name.familyName",
        "active",
        "emails.type",
        "emails.value",
    ])
}

/// Which attribute is where; a test sees by `Mapping::check` that nothing is misspelled. Names are
/// text in any alphabet, whose letters SQLite does not fold: the crate sees to that.
pub(crate) static MAPPING: LazyLock<Mapping> = LazyLock::new(|| {
    Mapping::new(Dialect::Sqlite)
        .column("id", Column::text("users.id"))
        .column("externalId", Column::text("users.external_id"))
        .column("userName", Column::text("users.email").not_null())
        .column("name.givenName", Column::text("users.first_name"))
        .column("name.familyName", Column::text("users.last_name"))
        .column("active", Column::boolean("users.active"))
        .column("meta.created", Column::instant("users.created_at", InstantForm::UnixMicros))
        .column("meta.lastModified", Column::instant("users.updated_at", InstantForm::UnixMicros))
        .elements(
            "emails",
            Elements::table("user_email", "user_id", "users.id")
                .column("value", Column::text("user_email.value"))
                .column("type", Column::text("user_email.type")),
        )
});

const DELETE_EMAILS: &str =
    "DELETE FROM user_email WHERE user_id IN (SELECT id FROM users WHERE id = {} AND account = {})";
pub(crate) const SELECT: &str =
    "SELECT users.*, (SELECT json_group_array(json_object('type', e.type, 'value', e.value))
    FROM user_email e WHERE e.user_id = users.id) AS emails FROM users WHERE users.account = ";

/// A pool of connections; one that is still in the transaction of a request that was given up is
/// not used again.
pub(crate) fn pool_options() -> SqlitePoolOptions {
    SqlitePoolOptions::new().after_release(|connection, _| {
        let at_rest = |connection: &mut SqliteConnection| {
            SqliteTransactionManager::get_transaction_depth(connection) == 0
        };
        Box::pin(async move { Ok(connection.ping().await.is_ok() && at_rest(connection)) })
    })
}

/// The users of all accounts; an account is a tenant. A change locks before it reads: of two that
/// lock later, one would fail.
pub(crate) struct Users(pub(crate) SqlitePool);

impl Users {
    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.0.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)
    }
}

#[async_trait]
impl ResourceStore for Users {
    async fn create(
        &self,
        mut resource: Resource,
        cx: &RequestContext,
    ) -> Result<Resource, StoreError> {
        resource.set_id(uuid::Uuid::now_v7().to_string());
        let mut transaction = self.begin().await?;
        let insert = "INSERT INTO users (id, account, email, created_at, updated_at, version) VALUES ({}, {}, {}, 0, 0, 1)";
        let key =
            [resource.id(), cx.tenant().as_str(), resource.text("userName").unwrap_or_default()];
        run(&mut transaction, &Sql::with(insert, key.map(Parameter::from))).await?;
        write(&mut transaction, &resource, cx).await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(resource)
    }

    async fn get(
        &self,
        id: &str,
        _: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        read(&mut *self.0.acquire().await.map_err(store_error)?, id, cx).await.map(Arc::new)
    }

    async fn select(
        &self,
        selection: Selection<'_>,
        cx: &RequestContext,
    ) -> Result<Selected, StoreError> {
        let clauses = clauses(&selection, &*MAPPING).map_err(StoreError::other)?;
        let of_account = |sql: &str| Sql::new(sql).bind_text(cx.tenant().as_str());
        let mut connection = self.0.acquire().await.map_err(store_error)?;
        let page = clauses.ids_first("users.id", of_account("users WHERE users.account = "));
        let rows = run(&mut connection, &of_account(SELECT).append(page)).await?;
        let count =
            of_account("SELECT count(*) FROM users WHERE users.account = ").append(clauses.filter);
        let total: i64 = run(&mut connection, &count).await?[0].try_get(0).map_err(store_error)?;
        let page = selection.page.map_or(rows.len(), Page::count);
        let resources = rows
            .iter()
            .take(page)
            .map(|row| resource(row).map(Arc::new))
            .collect::<Result<_, _>>()
            .map_err(store_error)?;
        Ok(Selected { resources, total: usize::try_from(total).ok(), more: rows.len() > page })
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let mut transaction = self.begin().await?;
        let change = update.apply(Arc::new(read(&mut transaction, id, cx).await?))?;
        if let Some(after) = change.after.as_ref().filter(|_| !change.is_unchanged()) {
            write(&mut transaction, after, cx).await?;
        }
        transaction.commit().await.map_err(store_error)?;
        Ok(change)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let mut transaction = self.begin().await?;
        let resource = Arc::new(read(&mut transaction, id, cx).await?);
        expected.check(resource.version().as_ref())?;
        run(&mut transaction, &Sql::with(DELETE_EMAILS, [id.into(), cx.tenant().as_str().into()]))
            .await?;
        let delete = "DELETE FROM users WHERE id = {} AND account = {}";
        run(&mut transaction, &Sql::with(delete, [id.into(), cx.tenant().as_str().into()])).await?;
        transaction.commit().await.map_err(store_error)?;
        Ok(Change::deleted(Arc::new(user()), cx.tenant().clone(), resource))
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &*MAPPING)
    }
}

async fn read(
    connection: &mut SqliteConnection,
    id: &str,
    cx: &RequestContext,
) -> Result<Resource, StoreError> {
    let sql =
        Sql::new(SELECT).bind_text(cx.tenant().as_str()).text(" AND users.id = ").bind_text(id);
    resource(run(connection, &sql).await?.first().ok_or(StoreError::NotFound)?).map_err(store_error)
}

/// A row as a resource.
fn resource(row: &SqliteRow) -> Result<Resource, sqlx::Error> {
    let text = |column: &str| row.try_get::<Option<String>, _>(column);
    let number = |column: &str| row.try_get::<Option<i64>, _>(column);
    let instant = |column| {
        number(column)
            .map(|it| it.and_then(chrono::DateTime::from_timestamp_micros).unwrap_or_default())
    };
    let emails: Vec<Value> = serde_json::from_str(&text("emails")?.unwrap_or_default())
        .map_err(|err| sqlx::Error::Decode(err.into()))?;
    let mut resource = Resource::default();
    resource.set_id(text("id")?.unwrap_or_default());
    resource.set("externalId", text("external_id")?);
    resource.set("userName", text("email")?);
    resource
        .set("name", json!({ "givenName": text("first_name")?, "familyName": text("last_name")? }));
    resource.set("active", number("active")?.map(|active| active == 1));
    resource.set("emails", emails);
    let mut meta = Meta::new("User", instant("created_at")?);
    meta.last_modified = instant("updated_at")?;
    meta.version =
        Version::from(format!("W/\"{}\"", number("version")?.unwrap_or_default()).as_str());
    resource.set_meta(&meta);
    resource.settle_schemas(&ResourceType::user());
    Ok(resource)
}

/// Writes what the tables have columns for; the row is there.
async fn write(
    connection: &mut SqliteConnection,
    resource: &Resource,
    cx: &RequestContext,
) -> Result<(), StoreError> {
    let key = || [resource.id().into(), cx.tenant().as_str().into()];
    let name = |part| resource.get("name")?.get(part)?.as_str();
    let meta = resource.meta().ok_or_else(|| StoreError::other("a resource has metadata"))?;
    let text = |text: Option<&str>| Parameter::OptionalText(text.map(str::to_owned));
    let columns = [
        ("external_id", text(resource.external_id())),
        ("email", text(resource.text("userName"))),
        ("first_name", text(name("givenName"))),
        ("last_name", text(name("familyName"))),
        (
            "active",
            resource.get("active").and_then(Value::as_bool).map_or(text(None), Parameter::Boolean),
        ),
        ("created_at", Parameter::Integer(meta.created.timestamp_micros())),
        ("updated_at", Parameter::Integer(meta.last_modified.timestamp_micros())),
        ("version", Parameter::Integer(meta.version.opaque().parse().unwrap_or(1))),
    ];
    let set = |sql: Sql, (column, value)| sql.text(format!(", {column} = ")).bind(value);
    let update = columns.into_iter().fold(Sql::new("UPDATE users SET id = id"), set);
    run(connection, &update.append(Sql::with(" WHERE id = {} AND account = {}", key()))).await?;
    run(connection, &Sql::with(DELETE_EMAILS, key())).await?;
    for email in resource.get("emails").and_then(Value::as_array).into_iter().flatten() {
        let values = [
            resource.id().into(),
            text(email["type"].as_str()),
            email["value"].as_str().unwrap_or_default().into(),
        ];
        run(
            connection,
            &Sql::with("INSERT INTO user_email (user_id, type, value) VALUES ({}, {}, {})", values),
        )
        .await?;
    }
    Ok(())
}

async fn run(connection: &mut SqliteConnection, sql: &Sql) -> Result<Vec<SqliteRow>, StoreError> {
    let mut arguments = SqliteArguments::default();
    for parameter in sql.parameters() {
        let added = match parameter.clone() {
            Parameter::Text(text) => arguments.add(text),
            Parameter::OptionalText(text) => arguments.add(text),
            Parameter::Integer(number) => arguments.add(number),
            Parameter::Boolean(value) => arguments.add(value),
            other => Err(format!("no column here is of the type of {other:?}").into()),
        };
        added.map_err(StoreError::other)?;
    }
    let rows =
        sqlx::query_with(&sql.render(Dialect::Sqlite, 1), arguments).fetch_all(connection).await;
    // The only unique index is that of user names.
    rows.map_err(|err| store_error(err).of_attribute("userName"))
}

#[tokio::main(flavor = "current_thread")]
#[allow(dead_code, reason = "tests take the store from here")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = pool_options().max_connections(1).connect("sqlite::memory:").await?;
    let row = "INSERT INTO users VALUES ('7', 'default', 'bj@example.com', 'Barbara', 'Jensen', 1, NULL, 0, 0, 1)";
    sqlx::raw_sql(&format!("{TABLES} {row}")).execute(&pool).await?;
    let scim = Dispatcher::builder("https://example.com/scim/v2")
        .resource_type(user(), Users(pool))
        .unauthenticated()
        .build()?;
    let request = http::Request::get("/scim/v2/Users?filter=userName%20sw%20%22BJ%22").body("")?;
    println!("{}", String::from_utf8_lossy(scim.dispatch(request).await.body()));
    Ok(())
}

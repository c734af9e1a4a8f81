//! SCIM over the tables of an existing product: accounts, teams and API keys, in SQLite.
//!
//! `cargo run --example own_tables`, then
//! `curl -H 'Authorization: Bearer demo' http://127.0.0.1:8080/scim/v2/Users`.

use async_trait::async_trait;
use axum::Router;
use scimwire::auth::{AuthError, BearerAuth, RequestContext, TokenValidator};
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
use scimwire::schema::ENTERPRISE_USER;
use scimwire::sql::TimestampFormat;
use scimwire::store::{Change, ChangeKind};
use scimwire::{Dispatcher, Error, ResourceType, ScimType, Secret};
use scimwire_sqlx::table::{Element, Key, MemberRows, SqlColumn, SqlTable, SqlTables};
use sha2::{Digest, Sha256};
use sqlx::SqlitePool;

/// The tables as they were before SCIM.
pub(crate) const TABLES: &str = include_str!("own_tables.sql");

/// The indexes that SCIM needs besides: `SqlTables::open` names those that are missing.
pub(crate) const INDEXES: &str = "
    CREATE UNIQUE INDEX accounts_login ON accounts (org_id, lower(login));
    CREATE INDEX accounts_email ON accounts (org_id, lower(email));
    CREATE INDEX accounts_manager_id ON accounts (manager_id);
    CREATE UNIQUE INDEX teams_name ON teams (org_id, lower(name));";

/// Says which attribute is in which column.
fn tables() -> [SqlTable; 2] {
    let time = |name| SqlColumn::instant(name, TimestampFormat::Rfc3339Micros);
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let user = ResourceType::user().with_extension(ENTERPRISE_USER);
    let accounts = SqlTable::new(user, "accounts")
        .tenant(SqlColumn::integer("org_id"))
        .key(Key::integer("id").from_sequence())
        .column("userName", "login")
        .column("name.givenName", "first_name")
        .column("name.familyName", "last_name")
        .column("active", SqlColumn::boolean("is_enabled").with_default(true))
        .element("emails", Element::new("work", SqlColumn::text("email").not_null()).primary())
        .element("phoneNumbers", Element::new("work", "phone"))
        .column(&format!("{enterprise}:department"), "department")
        .column(&format!("{enterprise}:employeeNumber"), "employee_no")
        .reference(&format!("{enterprise}:manager"), "manager_id")
        .column("meta.created", time("created_at"))
        .column("meta.lastModified", time("updated_at"));
    let group = ResourceType::group().with_unique("displayName");
    let teams = SqlTable::new(group, "teams")
        .tenant(SqlColumn::integer("org_id"))
        .key(Key::integer("id").from_sequence())
        .column("displayName", "name")
        .column("meta.created", time("created_at"))
        .column("meta.lastModified", time("updated_at"))
        .members(MemberRows::new("team_members", "team_id", "account_id"));
    [accounts, teams]
}

/// The API keys of the product: each belongs to an organization, which is the tenant.
struct ApiKeys(SqlitePool);

pub(crate) fn hash(key: &str) -> String {
    Sha256::digest(key).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[async_trait]
impl TokenValidator for ApiKeys {
    async fn validate(&self, key: &Secret) -> Result<RequestContext, AuthError> {
        let find = "SELECT org_id FROM api_keys WHERE key_hash = ?";
        let found = sqlx::query_scalar::<_, i64>(find).bind(hash(key.expose()));
        let org = found.fetch_optional(&self.0).await.map_err(AuthError::unavailable)?;
        Ok(RequestContext::new(org.ok_or_else(AuthError::invalid_token)?.to_string()))
    }
}

/// The rules of the product, and what follows from a change.
struct Product;

#[async_trait]
impl Hooks for Product {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let is_user = event.resource_type.name() == "User";
        if is_user && event.resource.primary_email().is_none() {
            return Err(Error::scim(ScimType::InvalidValue, "an account needs an e-mail address"));
        }
        Ok(CreateDecision::Create)
    }

    async fn after_commit(&self, change: &Change, _: &RequestContext) {
        let is_user = change.resource_type.name() == "User";
        if is_user && (change.is_deactivation() || change.operation == ChangeKind::Delete) {
            println!("account {} may not sign in any more: end its sessions", change.id);
        }
    }
}

/// The service of a product with these tables.
pub(crate) async fn scim(pool: SqlitePool) -> Result<Dispatcher, Box<dyn std::error::Error>> {
    let tables = SqlTables::open(pool.clone(), tables()).await?;
    let scim = Dispatcher::builder("http://127.0.0.1:8080/scim/v2")
        .store(tables.users()?)
        .store(tables.groups()?)
        .authenticator(BearerAuth::new(ApiKeys(pool)))
        .hooks(Product)
        .build()?;
    Ok(scim)
}

#[tokio::main]
#[allow(dead_code, reason = "tests take the rest from here")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePool::connect("sqlite:own_tables.db?mode=rwc").await?;
    if sqlx::query("SELECT 1 FROM orgs").execute(&pool).await.is_err() {
        let key = format!("INSERT INTO api_keys VALUES (1, '{}');", hash("demo"));
        sqlx::raw_sql(&format!("{TABLES} {INDEXES} {key}")).execute(&pool).await?;
    }
    let app = Router::new().nest_service("/scim/v2", scim(pool).await?);
    axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await?;
    Ok(())
}

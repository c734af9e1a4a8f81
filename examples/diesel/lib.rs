//! scimwire over existing tables in SQLite, with diesel: two structs, and a store of each.

mod account_store;
mod database;
mod plans;
mod schema;
mod team_store;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use scimwire::auth::Authenticate;
use scimwire::dispatch::BuildError;
use scimwire::typed::TypedResources;
use scimwire::{Dispatcher, ScimResource};

pub use database::{Database, open};
use schema::{accounts, teams};

/// A row of `accounts`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset, ScimResource)]
#[diesel(table_name = accounts, treat_none_as_null = true)]
#[scim(user)]
pub struct Account {
    #[scim(id)]
    #[diesel(skip_insertion)]
    id: i64,
    #[scim(skip)]
    org_id: i64,
    #[scim("userName")]
    login: String,
    #[scim("emails", type = "work", primary)]
    email: String,
    #[scim("name.givenName")]
    first_name: Option<String>,
    #[scim("name.familyName")]
    last_name: Option<String>,
    #[scim("active", default = true)]
    is_enabled: bool,
    #[scim(enterprise, "department")]
    department: Option<String>,
    #[scim(enterprise, "manager")]
    manager_id: Option<i64>,
    #[scim("externalId")]
    external_id: Option<String>,
    #[scim("meta.created")]
    created_at: NaiveDateTime,
    #[scim("meta.lastModified")]
    updated_at: NaiveDateTime,
    #[scim("meta.version")]
    version: i64,
}

/// A row of `teams`, with the ids of its members.
#[derive(Clone, Debug, Insertable, AsChangeset, ScimResource)]
#[diesel(table_name = teams, treat_none_as_null = true)]
#[scim(group)]
pub struct Team {
    #[scim(id)]
    #[diesel(skip_insertion)]
    id: i64,
    #[scim(skip)]
    org_id: i64,
    #[scim("displayName")]
    name: String,
    #[scim("externalId")]
    external_id: Option<String>,
    #[scim("members")]
    #[diesel(skip_insertion, skip_update)]
    members: Vec<i64>,
    #[scim("meta.created")]
    created_at: NaiveDateTime,
    #[scim("meta.lastModified")]
    updated_at: NaiveDateTime,
    #[scim("meta.version")]
    version: i64,
}

/// Returns the service provider. The authenticator says which organization calls: it is the tenant.
///
/// # Errors
///
/// - the base URL is invalid.
pub fn dispatcher(
    database: &Database,
    authenticator: impl Authenticate,
) -> Result<Dispatcher, BuildError> {
    Dispatcher::builder("https://example.com/scim/v2")
        .store(TypedResources::<Account, _>::new(database.clone()))
        .store(TypedResources::<Team, _>::new(database.clone()))
        .authenticator(authenticator)
        .build()
}

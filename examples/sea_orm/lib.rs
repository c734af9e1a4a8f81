//! scimwire over existing tables in SQLite, with sea-orm: two entities, and a store of each.

mod account_store;
mod database;
pub mod entities;
mod team_store;

use scimwire::Dispatcher;
use scimwire::auth::Authenticate;
use scimwire::dispatch::BuildError;
use scimwire::typed::TypedResources;

pub use database::{Database, open};
pub use entities::account::Model as Account;
pub use entities::team::Model as Team;

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

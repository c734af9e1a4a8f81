//! What is kept of OAuth 2: records in the tenant of each client.
//!
//! | type | what one is | `externalId`, by which it is looked up |
//! |---|---|---|
//! | `OAuthClient` | a client that was made in the console | |
//! | `OAuthGrant` | what an administrator has allowed a client | the client |
//! | `OAuthAccess` | an access token | the grant; the client, where it came with its own credentials |

use std::sync::Arc;

use scimwire::ResourceStore;
use scimwire::schema::{ResourceType, SchemaError};

use super::kept::{KeptAccess, KeptGrants};
use super::kept_clients::KeptClients;

/// The records of all tenants.
pub(crate) struct Tables {
    pub(super) clients: KeptClients,
    pub(super) grants: KeptGrants,
    pub(super) access: KeptAccess,
}

impl Tables {
    /// In stores that `store` hands out.
    pub(crate) fn new(
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        Ok(Self {
            clients: KeptClients::new(&store)?,
            grants: KeptGrants::new(&store)?,
            access: KeptAccess::new(&store)?,
        })
    }
}

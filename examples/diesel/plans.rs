//! Query plans, for the test kit.

use scimwire::StoreError;
use scimwire::auth::RequestContext;
use scimwire::store::StoreQuery;

use crate::account_store::MAPPING;
use crate::database::{Database, Search, org};

impl Database {
    /// Returns the query plans of a search for accounts, for the test kit.
    ///
    /// # Errors
    ///
    /// - the database fails.
    pub async fn plans_of_accounts(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<Vec<String>, StoreError> {
        let search = Search::new("accounts", org(cx)?, &query, &MAPPING)?;
        self.run(move |db| search.plans(db)).await
    }
}

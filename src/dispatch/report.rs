//! What was noticed while a request was answered.

use std::error::Error as StdError;
use std::sync::Arc;

use http::StatusCode;

use crate::context::Tenant;
use crate::quirks::Deviation;
use crate::schema::ResourceType;
use crate::store::Pushdown;

/// What a host may want to know about a request besides its answer; among the extensions of the
/// response.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Whose request it was; none before that was known.
    pub tenant: Option<Tenant>,
    /// What was asked: `create`, `read`, `list`, `search`, `replace`, `patch`, `delete`, `bulk`,
    /// `discover` or `options`; none before that was known.
    pub operation: Option<&'static str>,
    /// Of which resource type, where it is one.
    pub resource_type: Option<Arc<ResourceType>>,
    /// The id of the resource, where there is one.
    pub id: Option<String>,
    /// How much of a search the store did: the least, where it was over several resource types.
    /// [`Pushdown::Nothing`] means that the store handed over every resource for it. None where
    /// nothing was searched.
    pub pushdown: Option<Pushdown>,
    /// Where it departed from the RFC, and was read all the same: a hundred times at most, and then
    /// how much more there was ([`Deviation::More`]).
    pub deviations: Vec<Deviation>,
    /// What came of each operation of a bulk request that was processed, in the order of the
    /// request.
    pub operations: Vec<StatusCode>,
    /// What failed in the host's database or token service, for its log; the client does not see
    /// it.
    pub source: Option<Arc<dyn StdError + Send + Sync>>,
}

//! Resources as your application reads and writes them: [`Resources`]. And the [`Limits`] of a
//! request.

// The operations of RFC 7644, Section 3, without HTTP:
//
// | section of RFC 7644 | file |
// |---|---|
// | 3.2, 3.13: endpoints and versions of the protocol | `endpoints.rs` |
// | 3.3: creating resources | `create.rs` |
// | 3.4.1: retrieving a known resource | `get.rs` |
// | 3.4.2, 3.4.3: lists and searches; RFC 9865: cursors | `list.rs`, `select.rs`, `cursor.rs` |
// | 3.5.1: replacing | `replace.rs` |
// | 3.5.2: modifying by PATCH | `patch.rs`, over [`patch`](crate::patch) |
// | 3.6: deleting | `delete.rs` |
// | 3.7: bulk operations | `bulk/` |
// | 3.9: `attributes` and `excludedAttributes` | `parameters.rs`, over [`query`](crate::query) |
// | 3.11: `/Me` | `me.rs` |
// | 3.14: versions of resources | `versions.rs` |
// | 4: discovery | `discovery.rs`, `service_provider_config.rs` |
//
// A verb is a function of that name. What a client sends through the dispatcher or in a bulk
// request, and what the application does by `Resources`, runs through the same one.

pub(crate) mod bulk;
mod call;
mod create;
mod cursor;
mod delete;
mod discovery;
mod endpoints;
mod get;
mod limits;
mod list;
mod me;
mod outcome;
mod page;
mod parameters;
mod patch;
mod replace;
mod representation;
mod resources;
mod resume;
pub(crate) mod rewrite;
mod select;
mod service_provider_config;
mod update;
mod versions;

use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::features::Features;
use crate::hooks::{Hooks, NoHooks};
use crate::quirks::Quirks;
use crate::schema::{ResolvedPath, ResourceType, ResourceUrls, SchemaRegistry};
use crate::store::ResourceStore;

pub(crate) use call::Call;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use discovery::{Discovery, check_no_filter, discover};
pub(crate) use endpoints::{Route, not_implemented};
pub(crate) use get::get;
// Public as `dispatch::Limits`.
#[allow(unreachable_pub)]
pub use limits::Limits;
pub(crate) use list::{list, search};
pub(crate) use outcome::{Failure, Outcome};
pub(crate) use patch::patch;
pub(crate) use replace::replace;
pub use resources::Resources;
pub(crate) use versions::entity_tags;

/// A service provider: its resource types with their stores, and what holds for every call.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) registry: SchemaRegistry,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) locations: ResourceUrls,
    pub(crate) hooks: Arc<dyn Hooks>,
    /// `true` if the application has set a hook, which may react to events.
    pub(crate) has_hooks: bool,
    pub(crate) quirks: Quirks,
    pub(crate) limits: Limits,
    pub(crate) features: Features,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cursor_key: [u8; 16],
    /// Attributes that no filter in a URL may name.
    pub(crate) sensitive: Vec<ResolvedPath>,
}

/// A resource type and its store.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) resource_type: Arc<ResourceType>,
    pub(crate) store: Arc<dyn ResourceStore>,
}

impl Service {
    /// A service provider with the defaults, and no resource types yet.
    pub(crate) fn new() -> Self {
        Self {
            registry: SchemaRegistry::default(),
            endpoints: Vec::new(),
            locations: ResourceUrls::default(),
            hooks: Arc::new(NoHooks),
            has_hooks: false,
            quirks: Quirks::default(),
            limits: Limits::default(),
            features: Features::default(),
            clock: Arc::new(SystemClock),
            cursor_key: [0; 16],
            sensitive: Vec::new(),
        }
    }
}

impl Endpoint {
    pub(crate) fn new(store: impl ResourceStore) -> Self {
        Self { resource_type: Arc::clone(store.resource_type()), store: Arc::new(store) }
    }
}

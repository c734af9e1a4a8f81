//! What the service provider can do: derived from what is registered and enabled, so that it cannot
//! lie (RFC 7643, Section 5; RFC 9865, Section 4).

use serde_json::{Map, Value, json};

use super::Provider;
use crate::auth::{AuthenticationScheme, RequestContext};

/// Optional parts of the protocol, for all tenants or, by [`RequestContext::with_features`], for
/// one. What is off answers 501, or is ignored where the RFC says so.
///
/// ```
/// use scimwire::dispatch::Features;
///
/// let mut features = Features::default();
/// features.bulk = false;
/// features.me = true;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// PATCH. On by default.
    pub patch: bool,
    /// Many operations in one request: `POST /Bulk` (RFC 7644, Section 3.7). They run in the order
    /// of the request, but for those that others refer to by `bulkId`, which are brought forward.
    /// Resources that refer to each other in a circle are all created, or none. Bodies of what
    /// succeeds are in the answer where the query of the URL names `attributes` or
    /// `excludedAttributes`, up to the length that a request may have. On by default.
    pub bulk: bool,
    /// `sortBy` and `sortOrder`; off, they are ignored. On by default.
    pub sort: bool,
    /// Queries over all resource types at once: `GET /` and `POST /.search`. On by default.
    pub root_query: bool,
    /// `/Me`, the resource of who asks: the authenticator names it by
    /// [`RequestContext::with_me`](crate::auth::RequestContext::with_me). Off by default.
    pub me: bool,
    /// PUT, PATCH and DELETE need `If-Match`; without it they answer 428. Off by default.
    pub if_match_required: bool,
    /// Passwords are taken, and handed to the host's policy and store; off, they are ignored. Off
    /// by default.
    pub change_password: bool,
    /// What PATCH answers. By default the resource, where the store has it at hand.
    pub patch_answer: PatchAnswer,
}

/// What PATCH answers. A client that names attributes always gets the resource (RFC 7644, Section
/// 3.5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatchAnswer {
    /// The resource, where the store has it at hand; else 204.
    #[default]
    AtHand,
    /// The resource.
    Resource,
    /// 204.
    NoContent,
}

impl Default for Features {
    fn default() -> Self {
        Self {
            patch: true,
            bulk: true,
            sort: true,
            root_query: true,
            me: false,
            if_match_required: false,
            change_password: false,
            patch_answer: PatchAnswer::AtHand,
        }
    }
}

impl RequestContext {
    /// Gives this tenant other features than the service provider has; its `ServiceProviderConfig`
    /// says so.
    #[must_use]
    pub fn with_features(self, features: Features) -> Self {
        self.with_extension(features)
    }

    /// The features of this tenant, if it has its own.
    #[must_use]
    pub fn features(&self) -> Option<Features> {
        self.extensions().get::<Features>().copied()
    }
}

impl Provider {
    pub(super) fn config(&self, features: &Features, location: &str) -> Value {
        let limits = &self.limits;
        let schemes: Vec<Value> =
            self.authenticator.schemes().iter().enumerate().map(scheme).collect();
        let mut pagination = json!({
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size.min(limits.page_size),
            "maxPageSize": limits.page_size,
        });
        if let (Some(timeout), Some(pagination)) =
            (limits.cursor_timeout, pagination.as_object_mut())
        {
            pagination.insert("cursorTimeout".to_owned(), timeout.as_secs().into());
        }
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": { "supported": features.patch },
            "bulk": {
                "supported": features.bulk,
                "maxOperations": if features.bulk { limits.bulk_operations } else { 0 },
                "maxPayloadSize": if features.bulk { limits.bulk_payload() } else { 0 },
            },
            "filter": { "supported": true, "maxResults": limits.page_size },
            "changePassword": { "supported": features.change_password },
            "sort": { "supported": features.sort },
            "etag": { "supported": true },
            "authenticationSchemes": schemes,
            "pagination": pagination,
            "meta": { "resourceType": "ServiceProviderConfig", "location": location },
        })
    }
}

fn scheme((index, scheme): (usize, &AuthenticationScheme)) -> Value {
    let mut object = Map::new();
    object.insert("type".to_owned(), scheme.kind.as_str().into());
    object.insert("name".to_owned(), scheme.name.as_str().into());
    object.insert("description".to_owned(), scheme.description.as_str().into());
    object.insert("primary".to_owned(), (index == 0).into());
    if let Some(specification) = &scheme.specification {
        object.insert("specUri".to_owned(), specification.as_str().into());
    }
    Value::Object(object)
}

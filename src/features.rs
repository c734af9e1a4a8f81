//! Optional parts of the protocol.

/// Optional parts of the protocol, for all tenants or, by [`RequestContext::with_features`](crate::auth::RequestContext::with_features), for
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

//! Optional parts of the protocol.

/// Optional parts of the protocol, for all tenants, or for one with
/// [`RequestContext::with_features`](crate::auth::RequestContext::with_features). A part that is
/// off is answered with 501, or ignored if the RFC says so.
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
    /// Bulk requests: `POST /Bulk` (RFC 7644, Section 3.7). Operations run in the order of the
    /// request, except that a `bulkId` is resolved before it is used. Resources that refer to each
    /// other in a circle are created atomically. The response contains bodies if the URL has
    /// `attributes` or `excludedAttributes`, up to the size limit of a request. On by default.
    pub bulk: bool,
    /// `sortBy` and `sortOrder`; off, they are ignored. On by default.
    pub sort: bool,
    /// Queries over all resource types at once: `GET /` and `POST /.search`. On by default.
    pub root_query: bool,
    /// `/Me`, the resource of the client: the authenticator sets it with
    /// [`RequestContext::with_me`](crate::auth::RequestContext::with_me). Off by default.
    pub me: bool,
    #[doc(alias = "etag")]
    #[doc(alias = "optimistic_locking")]
    /// Required ETags (optimistic locking): PUT, PATCH and DELETE without `If-Match` get 428. Off
    /// by default.
    pub if_match_required: bool,
    /// Passwords: passed to your hooks and your store. While this is off, they are ignored. Off by
    /// default.
    pub change_password: bool,
    /// The response to a PATCH. By default the resource, if the store returned it.
    pub patch_response: PatchResponse,
}

/// The response to a PATCH. A client that asks for attributes always gets the resource (RFC 7644,
/// Section 3.5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PatchResponse {
    /// The resource if the store returned it, otherwise 204.
    #[default]
    WhenAvailable,
    /// The resource.
    Always,
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
            patch_response: PatchResponse::WhenAvailable,
        }
    }
}

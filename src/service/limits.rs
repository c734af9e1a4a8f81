//! Limits of a request, checked before work is done.

use std::time::Duration;

use crate::budget::Budget;
use crate::filter::FilterLimits;
use crate::message::JsonLimits;
use crate::query::{GROUPS, INDIRECT_GROUPS};

/// Limits on requests.
///
/// ```
/// use scimwire::dispatch::Limits;
///
/// let mut limits = Limits::default();
/// limits.page_size = 500;
/// limits.filter.terms = 1_000;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The length of a body, in bytes; beyond it is 413. 10 MiB by default.
    pub body_bytes: usize,
    /// The nesting of a body, the size of its arrays and objects, and how many values it has.
    pub json: JsonLimits,
    /// The size of filters and of the filters in paths.
    pub filter: FilterLimits,
    /// The most operations of a PATCH. 1,000 by default.
    pub patch_operations: usize,
    /// The most operations of a bulk request; more are refused with 413. 1,000 by default.
    pub bulk_operations: usize,
    /// The length of a bulk request, in bytes, where that is less than [`Limits::body_bytes`];
    /// beyond it is 413. 10 MiB by default.
    pub bulk_bytes: usize,
    /// How much work one request may cause, all operations of a bulk request together, in values
    /// that are looked at or 64 bytes that are compared, folded or copied: see
    /// [`Budget`](crate::filter::Budget). In SQLite each step of its virtual machine counts, of
    /// which a comparison takes about five. Beyond it is `tooMany`; `u64::MAX` is no limit, and then
    /// nothing is counted. 10,000,000 by default, which take about half a second, or a second in
    /// SQLite.
    pub work: u64,
    /// The largest page: `filter.maxResults` of `ServiceProviderConfig`. 200 by default.
    pub page_size: usize,
    /// The page when the client does not say how large. 100 by default.
    pub default_page_size: usize,
    /// The length of the resources of a page, in bytes. A page that would be longer ends early and
    /// says so by `itemsPerPage`; the next one, by index or by cursor, begins with what was left
    /// out. One resource is always there, however long. 16 MiB by default.
    pub page_bytes: usize,
    /// How much memory the resources of a page may take while it is put together, in bytes, counted
    /// as [`JsonLimits::memory`] is; of a page of several resource types, those of each type their
    /// share. The page then ends early as it does for its length. 48 MiB by default: a group of
    /// 150,000 members.
    pub page_memory: usize,
    /// The length of one resource, in bytes of its JSON, without `id`, `meta` and derived
    /// attributes; members count where the change has them in the resource. A POST, PUT or PATCH
    /// after which it would be longer is `tooMany`, unless the resource was that long before and
    /// grows no longer. 16 MiB by default.
    pub resource_bytes: usize,
    /// The number of groups of a resource that are shown, direct ones first. 10,000 by default.
    pub groups: usize,
    /// How many indirect groups of a resource are shown, those that hold its groups and so on, the
    /// nearest first. 200 by default: more than nesting comes to in
    /// life, and a bound on what a chain of thousands costs on each page.
    pub indirect_groups: usize,
    /// For how long a cursor can be used. Forever by default.
    pub cursor_timeout: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 10 * 1024 * 1024,
            json: JsonLimits::default(),
            filter: FilterLimits::default(),
            patch_operations: 1000,
            bulk_operations: 1000,
            bulk_bytes: 10 * 1024 * 1024,
            work: 10_000_000,
            page_size: 200,
            default_page_size: 100,
            page_bytes: 16 * 1024 * 1024,
            page_memory: 48 * 1024 * 1024,
            resource_bytes: 16 * 1024 * 1024,
            groups: GROUPS,
            indirect_groups: INDIRECT_GROUPS,
            cursor_timeout: None,
        }
    }
}

impl Limits {
    /// The budget of one request; unlimited parts are not counted.
    pub(crate) fn budget(&self) -> Budget {
        if self.work == u64::MAX { Budget::unlimited() } else { Budget::new(self.work) }
    }

    /// The largest bulk request, in bytes: `bulk.maxPayloadSize` of `ServiceProviderConfig`.
    pub(crate) fn bulk_payload(&self) -> usize {
        self.bulk_bytes.min(self.body_bytes)
    }
}

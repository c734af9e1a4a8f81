//! Limits of a request, checked before work is done.

use std::time::Duration;

use crate::budget::EvalBudget;
use crate::filter::FilterLimits;
use crate::message::JsonLimits;
use crate::query::{GROUPS, INDIRECT_GROUPS};

/// Limits on requests.
///
/// ```
/// use scimwire::dispatch::Limits;
///
/// let mut limits = Limits::default();
/// limits.max_page_size = 500;
/// limits.filter.max_terms = 1_000;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The length of a body, in bytes; beyond it is 413. 10 MiB by default.
    pub max_body_bytes: usize,
    /// The nesting of a body, the size of its arrays and objects, and how many values it has.
    pub json: JsonLimits,
    /// The size of filters and of the filters in paths.
    pub filter: FilterLimits,
    /// The most operations of a PATCH. 1,000 by default.
    pub max_patch_operations: usize,
    /// The most operations of a bulk request; more are refused with 413. 1,000 by default.
    pub max_bulk_operations: usize,
    /// The length of a bulk request, in bytes, where that is less than [`Limits::max_body_bytes`];
    /// beyond it is 413. 10 MiB by default.
    pub max_bulk_bytes: usize,
    /// The evaluation budget of one request, including all operations of a bulk request: see
    /// [`EvalBudget`](crate::filter::EvalBudget). A unit is a value that is evaluated, or 64 bytes
    /// that are compared, folded or copied. In SQLite it is a step of the virtual machine; a
    /// comparison takes about five. Beyond it is `tooMany`; `u64::MAX` means no limit. 10,000,000
    /// by default, about half a second, or a second in SQLite.
    pub eval_budget: u64,
    /// The largest page: `filter.maxResults` of `ServiceProviderConfig`. 200 by default.
    pub max_page_size: usize,
    /// The page size if the client does not send `count`. 100 by default.
    pub default_page_size: usize,
    /// The maximum size of the resources of a page, in bytes. A larger page ends early, which
    /// `itemsPerPage` shows; the next page, by index or by cursor, continues with the rest. One
    /// resource is always returned. 16 MiB by default.
    pub max_page_bytes: usize,
    /// The maximum memory of the resources of a page, in bytes, counted like
    /// [`JsonLimits::max_memory`]. Several resource types share it. The page then ends early, as
    /// for its size. 24 MiB by default: a group of 75,000 members.
    pub max_page_memory: usize,
    /// The maximum size of a resource, in bytes of its JSON, without `id`, `meta` and derived
    /// attributes. Members count if the change reads them. A POST, PUT or PATCH that would exceed
    /// it is `tooMany`, unless the resource was larger before and does not grow. 16 MiB by default.
    pub max_resource_bytes: usize,
    /// The maximum number of groups of a resource that are shown, direct ones first. 10,000 by
    /// default.
    pub max_groups: usize,
    /// The maximum number of indirect groups of a resource that are shown, the nearest first. 200
    /// by default.
    pub max_indirect_groups: usize,
    /// The lifetime of a cursor. Unlimited by default.
    pub cursor_timeout: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_body_bytes: 10 * 1024 * 1024,
            json: JsonLimits::default(),
            filter: FilterLimits::default(),
            max_patch_operations: 1000,
            max_bulk_operations: 1000,
            max_bulk_bytes: 10 * 1024 * 1024,
            eval_budget: 10_000_000,
            max_page_size: 200,
            default_page_size: 100,
            max_page_bytes: 16 * 1024 * 1024,
            max_page_memory: 24 * 1024 * 1024,
            max_resource_bytes: 16 * 1024 * 1024,
            max_groups: GROUPS,
            max_indirect_groups: INDIRECT_GROUPS,
            cursor_timeout: None,
        }
    }
}

impl Limits {
    /// The budget of one request; unlimited parts are not counted.
    pub(crate) fn budget(&self) -> EvalBudget {
        if self.eval_budget == u64::MAX {
            EvalBudget::unlimited()
        } else {
            EvalBudget::new(self.eval_budget)
        }
    }

    /// The largest bulk request, in bytes: `bulk.maxPayloadSize` of `ServiceProviderConfig`.
    pub(crate) fn bulk_payload(&self) -> usize {
        self.max_bulk_bytes.min(self.max_body_bytes)
    }
}

//! A test suite for your own [`ResourceStore`](crate::ResourceStore).
//!
//! A factory creates empty stores. [`run_all`] runs every check on new ones, and fails with what
//! the store did and what it must do:
//!
//! ```
//! use scimwire::MemoryDirectory;
//! use scimwire::testkit::{self, Stores};
//!
//! # async fn checks() {
//! // In a test of your own, with your own stores, as `#[tokio::test]` for example:
//! let factory = async || {
//!     let directory = MemoryDirectory::new();
//!     Stores::new()
//!         .store(directory.store(testkit::users()))
//!         .store(directory.store(testkit::groups()))
//! #         .cases(100)
//! };
//! testkit::run_all(&factory).await;
//! # }
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(checks());
//! ```
//!
//! To fit the checks to your store:
//!
//! - **Types**: pass the resource types that you serve: `.store(MyUsers::new(pool))`. If a
//!   type has attributes that the tables lack, cut it down with
//!   [`ResourceType::retain_attributes`](crate::ResourceType::retain_attributes), or name the ones
//!   that are kept: `.retain_attributes("User", &["userName", "name", "emails", "active"])`.
//!   Filters and sorts on the others are checked all the same. Without groups, their checks are skipped.
//! - **Stores of any type**: use [`users`] and [`groups`], which have attributes of every kind.
//! - **Push-down**: filters, sorts and pages are requested as the dispatcher does. A store that
//!   leaves them to the crate passes.
//! - **Ids** are up to the store. They must be unique, also over time; an unknown id is not found;
//!   and they break ties in the [order](crate::query::IdOrder) that the store names.
//! - **Indexes**: lookups that the store takes over must not scan. For a database, pass its query
//!   plans with [`Stores::explained_by`]; otherwise time is measured.
//! - **Tenants** that have to exist before they are used: [`Stores::tenants`].
//! - **Runtime**: stores that need one, such as tokio for sqlx, pass a function that spawns a task:
//!   [`Stores::spawner`]. By default concurrent tasks run on threads without a runtime.
//!
//! Random values come from a seed ([`Stores::seed`]), which failures name, so that a run can be
//! repeated.
//!
//! Each check is a function, listed in [`CHECKS`]. To run all and collect the failures, call
//! [`run_collect`].

#![expect(clippy::panic, reason = "checks fail by panicking")]

/// As that of the standard library, with a message that is not too long.
macro_rules! panic {
    ($($message:tt)+) => {
        ::std::panic!("{}", crate::testkit::brief::cut(&::std::format!($($message)+)))
    };
}

/// As that of the standard library, with a message that is not too long.
macro_rules! assert {
    ($condition:expr $(,)?) => {
        ::std::assert!($condition)
    };
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            panic!($($message)+)
        }
    };
}

/// As that of the standard library, with a message that is not too long, and values from where they
/// differ.
macro_rules! assert_eq {
    ($left:expr, $right:expr $(,)?) => {
        ::std::assert_eq!($left, $right)
    };
    ($left:expr, $right:expr, $($message:tt)+) => {
        match (&$left, &$right) {
            (left, right) => {
                if *left != *right {
                    panic!("{}", crate::testkit::brief::differing(left, right, &::std::format!($($message)+)))
                }
            }
        }
    };
}

mod brief;
mod concurrency;
mod crud;
mod field;
mod fixtures;
mod harness;
mod lookups;
mod lost_updates;
mod members;
mod paging;
mod projection;
mod pushdown;
mod queries;
mod random;
mod stores;
mod tenants;
mod types;
mod uniqueness;
mod update;
mod versions;

use std::fmt;
use std::pin::Pin;

pub use concurrency::Task;
pub use lookups::Explain;
pub use stores::{StoreFactory, Stores};
pub use types::{groups, users};

/// A check, by its name.
#[derive(Clone, Copy)]
pub struct Check {
    name: &'static str,
    run: fn(&dyn StoreFactory) -> Run<'_>,
}

type Run<'f> = Pin<Box<dyn Future<Output = ()> + Send + 'f>>;

/// A check that a store does not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The name of the check.
    pub check: &'static str,
    /// The message: what the store did, and what it must do. At most 2,000 bytes with the name.
    pub message: String,
}

macro_rules! checks {
    ($($module:ident: $($name:ident),+;)+) => {
        $(pub use $module::{$($name),+};)+

        /// The list of all checks.
        pub const CHECKS: &[Check] = &[
            $($(Check { name: stringify!($name), run: |factory| Box::pin($name(factory)) },)+)+
        ];
    };
}

checks! {
    crud: create_then_get, text_round_trips, update_then_get, delete_then_get,
        unknown_id_is_not_found, rejected_update_changes_nothing, ids_are_never_reused;
    uniqueness: duplicate_value_is_rejected, update_may_keep_unique_value, freed_value_may_be_reused, uniqueness_holds_under_races,
        concurrent_deletes_have_one_winner;
    versions: change_makes_new_version, no_op_keeps_version, stale_version_is_rejected,
        matching_version_is_accepted, change_reports_what_was_committed, change_equals_what_is_read;
    lost_updates: no_update_is_lost, concurrent_if_match_has_one_winner, cancelled_call_is_atomic;
    members: member_delta_equals_full_update, no_member_change_is_lost, membership_is_seen_from_both_sides;
    lookups: lookups_use_an_index;
    pushdown: pushdown_agrees_with_evaluation, order_agrees_with_evaluation, total_counts_all_pages;
    paging: pages_by_index_make_the_whole, pages_by_cursor_make_the_whole,
        cursors_lose_and_repeat_nothing_while_others_write;
    projection: projection_is_loaded, secrets_are_not_loaded;
    tenants: another_tenants_resource_is_not_found, lists_hold_one_tenant_only,
        unique_values_are_taken_within_a_tenant_only, groups_are_shown_within_a_tenant_only, a_deletion_stays_within_a_tenant;
}

/// Runs all checks, each on new stores.
///
/// # Panics
///
/// - a check fails; the others are run before that, and the message says of each that failed why.
pub async fn run_all(factory: &dyn StoreFactory) {
    let failures = run_collect(factory).await;
    let unretained = Stores::made_by(factory).await.unretained();
    if !unretained.is_empty() {
        eprintln!("only filters and sorts checked, since not kept: {}", unretained.join(", "));
    }
    if !failures.is_empty() {
        let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
        ::std::panic!(
            "{} of {} checks fail:\n\n{}",
            failures.len(),
            CHECKS.len(),
            told.join("\n\n")
        );
    }
}

/// Runs all checks, each on new stores, and returns the failures; for stores with known gaps.
pub async fn run_collect(factory: &dyn StoreFactory) -> Vec<Failure> {
    let mut failures = Vec::new();
    for check in CHECKS {
        failures.extend(check.failure(factory).await);
    }
    failures
}

impl Check {
    /// The name: that of the function.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs the check on new stores.
    ///
    /// # Panics
    ///
    /// - the check fails.
    pub async fn run(&self, factory: &dyn StoreFactory) {
        (self.run)(factory).await;
    }

    /// Runs the check on new stores, and says how it fails, if it does.
    pub async fn failure(&self, factory: &dyn StoreFactory) -> Option<Failure> {
        let panic = concurrency::caught((self.run)(factory)).await.err()?;
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        // The store may have panicked, with whatever it says.
        Some(Failure {
            check: self.name,
            message: brief::cut(text.as_deref().unwrap_or("it panicked")),
        })
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Check").field(&self.name).finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.message)
    }
}

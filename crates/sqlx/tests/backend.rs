//! Stores over SQLite and PostgreSQL: they do what the store in memory does, and what SQL answers
//! is what evaluation answers. PostgreSQL runs in a cluster of these tests' own; without it, its
//! part is left out.

#[allow(
    dead_code,
    reason = "the random users and filters are those of `properties.rs`, which uses all of them"
)]
#[path = "../../../tests/properties"]
mod properties {
    pub(crate) mod samples;
    pub(crate) mod typed;
}

mod backend {
    mod answers;
    mod bounds;
    mod costs;
    mod counted;
    mod failures;
    mod forms;
    mod lookups;
    mod mapped;
    mod nested;
    mod overtaken;
    mod own_row;
    mod pages;
    mod plans;
    mod stored;
    mod trouble;
    mod type_changes;
}

use support::databases;

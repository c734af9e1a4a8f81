//! One test for each requirement row about changes, by way of `Dispatcher` in process: creating,
//! replacing, modifying, deleting, and versions (RFC 7644, Sections 3.3, 3.5, 3.6 and 3.14). The
//! rows are in `docs/requirements.md`; tests name them by their ids. They run over the store in memory, or that which
//! `SCIMWIRE_TEST_STORE` asks for: `sqlite` or `postgres`.

use support::databases;

mod changes {
    mod active;
    mod add;
    mod adopting;
    mod body_shapes;
    mod choices;
    mod creating;
    mod deleting;
    mod forgotten_schemas;
    mod group_answers;
    mod group_members;
    mod hashing_store;
    mod heard;
    mod joining;
    mod keys_as_paths;
    mod loose_messages;
    mod loose_values;
    mod nested_groups;
    mod no_match;
    mod nobody;
    mod one_primary;
    mod passwords;
    mod patching;
    mod paths;
    mod policies;
    mod policy;
    mod provider;
    mod read_only;
    mod recorder;
    mod remove;
    mod replace;
    mod replacing;
    mod replacing_parts;
    mod required;
    mod same_values;
    mod samples;
    mod secret_types;
    mod strict_bodies;
    mod value_types;
    mod versions;
    mod ways;
    mod whole_store;
}

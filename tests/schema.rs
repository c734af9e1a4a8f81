//! Schemas and resources (RFC 7643): values, common attributes, users and groups, characteristics,
//! and types of the host's own. The ids of the requirements stand in the tests.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

mod schema {
    mod active;
    mod attributes_left_out;
    mod common_attributes;
    mod conforming;
    mod custom_types;
    mod definitions;
    mod hashing_store;
    mod inconsistent_types;
    mod nested_groups;
    mod passwords;
    mod published;
    mod read_only;
    mod required;
    mod schemas_a_store_forgot;
    mod secret_types;
    mod users_and_groups;
    mod value_types;
    mod values;
    mod views;
    mod words;
}

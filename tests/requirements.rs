//! One test for each requirement row or group of rows, by way of `Dispatcher` in process:
//! retrieving, querying, projection, cursors and bulk (RFC 7644, Sections 3.4, 3.7, 3.9 and 3.10;
//! RFC 9865); the protocol around them: paths, methods, headers, `/Me`, errors, limits;
//! authentication, tenants and security (RFC 7644, Sections 2, 5, 6 and 7); schemas, resource types
//! and discovery (RFC 7643; RFC 7644, Section 4). The rows are in `docs/requirements.md`; tests name
//! them by their ids.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

use support::databases;

mod requirements {
    mod ambiguities;
    mod authentication;
    mod bulk_circles;
    mod bulk_limits;
    mod bulk_references;
    mod bulk_requests;
    mod bulk_results;
    mod bulk_rules;
    mod capabilities;
    mod common_attributes;
    mod content_location;
    mod cursor_errors;
    mod cursor_length;
    mod cursor_pages;
    mod custom_types;
    mod definitions;
    mod discovery;
    mod element_filters;
    mod errors;
    mod filter_grammar;
    mod filter_limits;
    mod filter_values;
    mod index_pages;
    mod jobs;
    mod kept;
    mod limits;
    mod me;
    mod media_types;
    mod methods;
    mod observed;
    mod page_bytes;
    mod paths;
    mod people;
    mod post_search;
    mod preconditions;
    mod projection;
    mod provider;
    mod published;
    mod readings;
    mod resource_bytes;
    mod retrieving;
    mod returned;
    mod root_queries;
    mod samples;
    mod scenarios;
    mod security;
    mod shapes;
    mod sorting;
    mod store_shapes;
    mod tenants;
    mod typed_filters;
    mod values;
    mod views;
    mod work;
}

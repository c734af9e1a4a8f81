//! The protocol (RFC 7644; cursors: RFC 9865; what it is for: RFC 7642), a module a section, by way
//! of `Dispatcher` in process. The ids of the requirements stand in the tests; what they are is in
//! `docs/requirements.md`.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

mod protocol {
    mod s2_authentication;
    mod s3_2_endpoints {
        mod methods;
        mod paths;
    }
    mod s3_3_creating;
    mod s3_4_1_retrieving {
        mod content_location;
        mod retrieving;
    }
    mod s3_4_2_queries {
        mod cursor_errors;
        mod cursor_length;
        mod cursor_pages;
        mod element_filters;
        mod filter_grammar;
        mod filter_limits;
        mod filter_values;
        mod index_pages;
        mod page_bytes;
        mod page_memory;
        mod root_queries;
        mod sorting;
        mod store_shapes;
        mod typed_filters;
    }
    mod s3_4_3_post_search;
    mod s3_5_1_replacing {
        mod replacing;
        mod replacing_parts;
    }
    mod s3_5_2_patching {
        mod add;
        mod answers;
        mod body_shapes;
        mod group_members;
        mod no_match;
        mod nobody;
        mod one_primary;
        mod patching;
        mod paths;
        mod remove;
        mod replace;
        mod same_values;
    }
    mod s3_6_deleting;
    mod s3_7_bulk {
        mod circles;
        mod limits;
        mod references;
        mod requests;
        mod results;
        mod rules;
    }
    mod s3_8_media_types;
    mod s3_9_projection {
        mod projection;
        mod returned;
    }
    mod s3_11_me;
    mod s3_12_errors {
        pub(crate) mod errors;
        mod limits;
        mod resource_bytes;
        mod work;
    }
    mod s3_14_versions {
        mod preconditions;
        mod versions;
    }
    mod s4_discovery {
        mod capabilities;
        mod discovery;
    }
    mod s6_tenants;
    mod s7_security {
        mod security;
    }
    mod rfc7642_scenarios;
}

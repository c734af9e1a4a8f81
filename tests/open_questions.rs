//! How open questions of the RFCs are settled, one test for each, with its switch if it has one.
//! Their ids, `A-01` and so on, are in `docs/requirements.md`.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

mod open_questions {
    mod changes;
    mod filters_and_order;
    mod pages_projection_and_syntax;
}

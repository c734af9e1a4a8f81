//! Hooks: what they are asked, what they may decide, and what they are told.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

mod hooks {
    mod composed;
    mod decisions;
    mod linking;
    mod members;
    mod notified;
}

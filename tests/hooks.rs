//! The host's say in changes, and what it hears of them.
//!
//! They run over the store in memory, or that which `SCIMWIRE_TEST_STORE` asks for: `sqlite` or
//! `postgres`.

mod hooks {
    mod adopting;
    mod joining;
    mod policies;
    mod policy;
    mod told;
}

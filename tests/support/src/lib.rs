//! What the tests and benches of several packages share: databases, and tenants like life in them.

pub mod databases;
pub mod sized;

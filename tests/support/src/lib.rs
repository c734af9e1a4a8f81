//! Helpers for the tests and benches of several packages: databases, a provisioning flow, tenants like life in them, and
//! service providers in process with requests as short as tests want to say them.

pub mod databases;
pub mod flow;
pub mod reads;
pub mod sized;
pub mod writes;

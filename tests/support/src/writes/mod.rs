//! Requests that change something, as short as tests want to say them, and what they are about.

pub mod hooks;
pub mod provider;
pub mod recorder;
pub mod samples;
pub mod ways;
pub mod whole_store;

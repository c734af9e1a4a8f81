//! Requests that ask for something, as short as tests want to say them, and what they are about.

pub mod jobs;
pub mod provider;
pub mod samples;
pub mod shapes;

//! What the integration tests share: the demo server as a process, a client that sends what it is
//! given, and the transcripts of identity providers.

mod canned;
pub(crate) mod demo;
pub(crate) mod http;
pub(crate) mod json_path;
pub(crate) mod transcript;

//! The program; what it does is in `lib.rs`, where unit tests are run with all others.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    axum_server::start().await
}

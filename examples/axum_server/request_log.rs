//! One line for each request on standard error; `RUST_LOG` chooses what is written.

use std::io::{self, IsTerminal};
use std::time::Instant;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use scimwire::dispatch::Report;
use tracing::level_filters::LevelFilter;
use tracing::{error, field, info};
use tracing_subscriber::EnvFilter;

/// Begins to write.
pub(crate) fn start() {
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours).init();
}

/// Writes what was asked and what came of it: the path without its query, since a filter holds personal data.
pub(crate) async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;

    let report = response.extensions().get::<Report>().cloned().unwrap_or_default();
    let deviations: Vec<String> = report.deviations.iter().map(ToString::to_string).collect();
    if let Some(source) = report.source.as_deref() {
        error!(%method, path, error = source as &dyn std::error::Error, "the store failed");
    }
    let operations = &report.operations;
    let failed = operations.iter().filter(|status| !status.is_success()).count();
    info!(
        %method,
        path,
        status = response.status().as_u16(),
        duration = ?started.elapsed(),
        tenant = report.tenant.as_ref().map(|tenant| tenant.as_str()),
        operations = (!operations.is_empty()).then_some(operations.len()),
        failed = (failed > 0).then_some(failed),
        // As strings with escapes, since clients chose the words.
        deviations = (!deviations.is_empty()).then(|| field::debug(&deviations)),
        "answered"
    );
    response
}

//! The requests of a tenant: a list, the same as it grows, and one of them whole.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Extension, Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use serde_json::{Value, json};

use super::Console;
use super::error::ConsoleError;
use super::session::Session;

pub(super) async fn list(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    Ok(Json(json!({ "requests": console.activity.of(cx.tenant()) })))
}

pub(super) async fn one(
    State(console): State<Arc<Console>>,
    Path((tenant, seq)): Path<(String, String)>,
) -> Result<Json<Value>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    // An invalid number belongs to no request.
    let seq = seq.parse().map_err(|_| ConsoleError::NotFound)?;
    let exchange = console.activity.get(cx.tenant(), seq).ok_or(ConsoleError::NotFound)?;
    Ok(Json(json!(exchange)))
}

/// Each request as it is answered, until the session ends. Who was interrupted says in
/// `Last-Event-ID` which was the last.
pub(super) async fn stream(
    State(console): State<Arc<Console>>,
    Path(tenant): Path<String>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ConsoleError> {
    let cx = console.context(&tenant).await?;
    let last = headers.get("Last-Event-ID").and_then(|last| last.to_str().ok()?.parse().ok());
    let summaries = Arc::clone(&console.activity).follow(cx.tenant().clone(), last);
    let is_there = move |_: &_| {
        let (console, tenant) = (Arc::clone(&console), tenant.clone());
        async move { console.context(&tenant).await.is_ok() }
    };
    let events = summaries.take_while(is_there).take_until(session.end()).map(|summary| {
        // It is made of text and numbers, so that there is nothing in it that is no JSON.
        let data = serde_json::to_string(&summary).unwrap_or_default();
        Ok(Event::default().id(summary.seq.to_string()).data(data))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

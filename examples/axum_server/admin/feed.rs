//! The events of a tenant: all that there are, or as they come.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::ACCEPT;

use super::Admin;
use super::error::AdminError;
use crate::hooks::events::Event;

/// All events, oldest first; or, for who accepts `text/event-stream` alone, each as it comes. Who
/// was interrupted says in `Last-Event-ID` which was the last, and gets those behind it first.
pub(super) async fn events(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AdminError> {
    let cx = admin.context(&tenant).await?;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if !text(ACCEPT.as_str()).is_some_and(|accept| accept.trim().starts_with("text/event-stream")) {
        return Ok(Json(admin.events.of(cx.tenant())).into_response());
    }
    let last = text("Last-Event-ID").and_then(|last| last.parse().ok());
    let events = Arc::clone(&admin.events).follow(cx.tenant().clone(), last);
    Ok(Sse::new(events.map(|event| Ok::<_, Infallible>(sent(&event))))
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn sent(event: &Event) -> sse::Event {
    let (id, name) = (event.seq.to_string(), event.event.clone());
    // An event is made of text and numbers, so that there is nothing in it that is no JSON.
    let data = serde_json::to_string(event).unwrap_or_default();
    sse::Event::default().id(id).event(name).data(data)
}

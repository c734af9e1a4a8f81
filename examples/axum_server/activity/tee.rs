//! A body that is read by somebody else, and remembered as far as it was read.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};

/// Passes a body on.
pub(super) struct Tee {
    body: Body,
    read: Arc<Mutex<Vec<Bytes>>>,
}

/// What was read of a body so far.
#[derive(Clone, Default)]
pub(super) struct Read(Arc<Mutex<Vec<Bytes>>>);

impl Read {
    /// The body, which is written down here while it is read. How much of it is read is up to who reads it.
    pub(super) fn tee(&self, body: Body) -> Body {
        Body::new(Tee { body, read: Arc::clone(&self.0) })
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).concat()
    }
}

impl http_body::Body for Tee {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.read.lock().unwrap_or_else(PoisonError::into_inner).push(data.clone());
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

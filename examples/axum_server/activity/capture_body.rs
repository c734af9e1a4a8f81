//! A body that is read by somebody else, and remembered as far as it was read and is needed.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};

/// Passes a body on.
pub(super) struct Tee {
    body: Body,
    read: Read,
}

/// The part of a body that was read so far.
#[derive(Clone)]
pub(super) struct Read {
    most: usize,
    so_far: Arc<Mutex<SoFar>>,
}

#[derive(Default)]
struct SoFar {
    beginning: Vec<u8>,
    length: usize,
}

impl Read {
    /// Remembers at most this many bytes.
    pub(super) fn up_to(most: usize) -> Self {
        Self { most, so_far: Arc::default() }
    }

    /// The body, which is written down here while it is read. How much of it is read is up to who
    /// reads it.
    pub(super) fn tee(&self, body: Body) -> Tee {
        Tee { body, read: self.clone() }
    }

    /// The beginning of what was read, and how long all of it was.
    pub(super) fn take(&self) -> (Vec<u8>, usize) {
        let mut so_far = self.lock();
        (std::mem::take(&mut so_far.beginning), so_far.length)
    }

    fn note(&self, data: &[u8]) {
        let mut so_far = self.lock();
        let room = self.most.saturating_sub(so_far.beginning.len()).min(data.len());
        so_far.beginning.extend_from_slice(&data[..room]);
        so_far.length += data.len();
    }

    fn lock(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl http_body::Body for Tee {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.read.note(data);
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

//! Bodies that have to come in time, so that nobody can hold a connection by sending one byte after the other.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio::time::{self, Sleep};

/// A body that fails once the time is over; scimwire answers that with 408.
struct Timed {
    body: Body,
    over: Pin<Box<Sleep>>,
}

/// Gives the body of each request so much time to come.
pub(crate) async fn wait_no_longer(State(time): State<Duration>, request: Request, next: Next) -> Response {
    let request = request.map(|body| Body::new(Timed { body, over: Box::pin(time::sleep(time)) }));
    next.run(request).await
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => {
                self.over.as_mut().poll(context).map(|()| Some(Err(io::Error::from(io::ErrorKind::TimedOut).into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

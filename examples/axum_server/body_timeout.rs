//! Bodies that have to come in time, so that nobody can hold a connection by sending one byte after
//! the other; and what is left of those that nobody wants to read.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::{io, mem};

use axum::body::{Body, Bytes};
use axum::extract::Request;
use futures_util::StreamExt;
use http::header::EXPECT;
use http_body::{Body as _, Frame, SizeHint};
use tokio::runtime::Handle;
use tokio::time::{self, Sleep};

/// The most bytes of an unwanted body that are read and dropped.
const THROWN_AWAY: usize = 64 * 1024 * 1024;

/// How long a client may be silent while its body is thrown away.
const SILENCE: Duration = Duration::from_secs(1);

/// A body that fails once the time is over; scimwire answers that with 408.
struct Timed {
    body: Body,
    over: Pin<Box<Sleep>>,
    /// `true` if the client sent `Expect: 100-continue`.
    asks: bool,
}

/// Gives the body of a request so much time to come.
pub(crate) fn with_body_timeout(request: Request, time: Duration) -> Request {
    if request.body().is_end_stream() {
        return request;
    }
    let asks = request.headers().contains_key(EXPECT);
    request.map(|body| Body::new(Timed { body, over: Box::pin(time::sleep(time)), asks }))
}

impl Drop for Timed {
    /// Most clients look for an answer, such as that the body is too large, when they have sent all
    /// of it. They would find the connection broken if nobody took in the rest.
    fn drop(&mut self) {
        let runtime =
            Handle::try_current().ok().filter(|_| !self.asks && !self.body.is_end_stream());
        if let Some(runtime) = runtime {
            let rest = mem::take(&mut self.body);
            runtime.spawn(time::timeout_at(self.over.deadline(), throw_away(rest)));
        }
    }
}

async fn throw_away(body: Body) {
    let mut body = body.into_data_stream();
    let mut left = THROWN_AWAY;
    while let Ok(Some(Ok(data))) = time::timeout(SILENCE, body.next()).await {
        match left.checked_sub(data.len()) {
            Some(less) => left = less,
            None => return,
        }
    }
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            Poll::Pending => self
                .over
                .as_mut()
                .poll(context)
                .map(|()| Some(Err(io::Error::from(io::ErrorKind::TimedOut).into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

//! A client that sends what it is given: the path byte for byte, and no header of its own but
//! `Host` and the length of the body.

use std::error::Error;
use std::io;
use std::net::SocketAddr;
use std::str;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time;

#[cfg(test)]
mod tests;

const PATIENCE: Duration = Duration::from_secs(30);

/// A client of one server, with one connection that is kept alive, as identity providers do.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    connection: Option<Connection>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Sends one request and reads its whole answer.
    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Response, SendError> {
        let request = self.request(method, path, headers, body)?;
        time::timeout(PATIENCE, self.exchange(request)).await?
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&[u8]>,
    ) -> Result<Request<Full<Bytes>>, SendError> {
        let mut builder = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.address.to_string());
        for (name, value) in headers {
            builder = builder.header(
                HeaderName::try_from(*name).map_err(http::Error::from)?,
                HeaderValue::from_str(value).map_err(http::Error::from)?,
            );
        }
        if let Some(body) = body {
            builder = builder.header(header::CONTENT_LENGTH, body.len());
        }
        let body = Bytes::copy_from_slice(body.unwrap_or_default());
        let request = builder.body(Full::new(body))?;
        if request.uri().path_and_query().is_none_or(|sent| sent.as_str() != path) {
            return Err(SendError::Path(path.to_owned()));
        }
        Ok(request)
    }

    /// The connection is put back only after a whole answer, so one that failed is never used
    /// again.
    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<Response, SendError> {
        let mut connection = match self.connection.take() {
            Some(kept) => kept,
            None => Connection::open(self.address).await?,
        };
        let answer = match connection.sender.try_send_request(request).await {
            Ok(answer) => answer,
            Err(mut refusal) => {
                let unsent = refusal.take_message();
                let reason = refusal.into_error();
                let Some(request) = unsent else {
                    return Err(reason.into());
                };
                connection.expect_quiet_end(&reason).await?;
                connection = Connection::open(self.address).await?;
                connection.sender.send_request(request).await?
            }
        };
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        self.connection = Some(connection);
        Ok(Response { status: head.status.as_u16(), headers: head.headers, body })
    }
}

/// The answer to a request.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Response {
    /// The value of a header; of the first where there are several.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let value = self.headers.get(name)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the path `{0}` would not go out as it stands")]
    Path(String),
    #[error("not a request: {0}")]
    Request(#[from] http::Error),
    #[error("no connection: {0}")]
    Connect(#[from] io::Error),
    #[error("no answer: {0}")]
    Http(#[from] hyper::Error),
    #[error("the server sent more than its last answer")]
    OutOfStep,
    #[error("no answer in time")]
    Late(#[from] time::error::Elapsed),
}

#[derive(Debug)]
struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: JoinHandle<hyper::Result<()>>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self, SendError> {
        let stream = TcpStream::connect(address).await?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream)).await?;
        Ok(Self { sender, driver: tokio::spawn(driver) })
    }

    /// Servers may close a connection between two requests, but must have said nothing on it.
    async fn expect_quiet_end(self, refusal: &hyper::Error) -> Result<(), SendError> {
        let end = self.driver.await.expect("the connection does not panic");
        let refusal = refusal.source().and_then(|cause| cause.downcast_ref());
        match end.as_ref().err().or(refusal) {
            Some(cause) if !is_io(cause) => Err(SendError::OutOfStep),
            _ => Ok(()),
        }
    }
}

fn is_io(error: &hyper::Error) -> bool {
    error.source().is_some_and(|cause| cause.is::<io::Error>())
}

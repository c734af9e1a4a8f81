//! A server whose answers are written beforehand, to test the client and the replay themselves.

use std::iter;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::error::SendError;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// A server on a port of its own, for as long as the test's runtime.
pub(crate) struct Canned {
    pub(crate) address: SocketAddr,
    requests: UnboundedReceiver<String>,
}

impl Canned {
    /// Gives each connection its answers in turn, and then closes it.
    pub(crate) async fn start<A: Into<String>>(
        connections: impl IntoIterator<Item = Vec<A>>,
    ) -> Self {
        let connections: Vec<Vec<String>> = connections
            .into_iter()
            .map(|answers| answers.into_iter().map(Into::into).collect())
            .collect();
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("some loopback port is free");
        let address = listener.local_addr().expect("it is bound");
        let (sender, requests) = mpsc::unbounded_channel();
        tokio::spawn(serve(listener, connections, sender));
        Self { address, requests }
    }

    /// The requests that were answered, as they came.
    pub(crate) fn requests(mut self) -> Vec<String> {
        iter::from_fn(|| self.requests.try_recv().ok()).collect()
    }
}

async fn serve(
    listener: TcpListener,
    connections: Vec<Vec<String>>,
    requests: UnboundedSender<String>,
) {
    for answers in connections {
        let (mut stream, _) = listener.accept().await.expect("a listener accepts");
        for answer in answers {
            let request = read_request(&mut stream).await;
            // Nobody may want to know.
            let _: Result<(), SendError<String>> = requests.send(request);
            stream.write_all(answer.as_bytes()).await.expect("the client reads");
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.expect("the head is whole"));
    }
    let mut request = String::from_utf8(request).expect("the head is text");
    let length = request
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().expect("a length is a number"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("the body is whole");
    request.push_str(&String::from_utf8(body).expect("the body is text"));
    request
}

use std::net::Ipv4Addr;

use super::*;
use crate::support::canned::Canned;

const EMPTY: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn the_path_and_the_headers_go_out_as_given() {
    let server = Canned::start([vec![EMPTY, EMPTY]]).await;
    let mut client = Client::new(server.address);
    for path in ["/Users?filter=userName+eq+%22a%22&", "/Users/1?"] {
        client
            .send("GET", path, &[("Accept", "application/scim+json")], None)
            .await
            .expect("an answer");
    }
    let address = server.address;
    let requests = server.requests();
    let host = format!("host: {address}\r\naccept: application/scim+json\r\n\r\n");
    assert_eq!(
        requests,
        [
            format!("GET /Users?filter=userName+eq+%22a%22& HTTP/1.1\r\n{host}"),
            format!("GET /Users/1? HTTP/1.1\r\n{host}"),
        ]
    );
}

#[tokio::test]
async fn a_path_that_would_be_cut_is_refused() {
    let mut client = Client::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 1)));
    let sent = client.send("GET", "/Users#1", &[], None).await;
    assert!(matches!(sent, Err(SendError::Path(_))), "{sent:?}");
}

#[tokio::test]
async fn a_body_is_sent_with_its_length_and_an_absent_one_without() {
    let server = Canned::start([vec![EMPTY, EMPTY]]).await;
    let mut client = Client::new(server.address);
    for body in [None, Some(&b""[..])] {
        client.send("POST", "/", &[], body).await.expect("an answer");
    }
    let requests = server.requests();
    assert!(!requests[0].contains("content-length"), "{}", requests[0]);
    assert!(requests[1].contains("content-length: 0"), "{}", requests[1]);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_opened_again() {
    let server = Canned::start([vec![EMPTY], vec![EMPTY]]).await;
    let mut client = Client::new(server.address);
    client.send("GET", "/1", &[], None).await.expect("an answer");
    until_ended(&client).await;
    client.send("GET", "/2", &[], None).await.expect("an answer");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn more_than_an_answer_is_out_of_step() {
    const TOO_MUCH: &str = "HTTP/1.1 204 No Content\r\n\r\n{}";
    let server = Canned::start([vec![TOO_MUCH], vec![EMPTY]]).await;
    let mut client = Client::new(server.address);
    client.send("GET", "/1", &[], None).await.expect("an answer");
    until_ended(&client).await;
    let sent = client.send("GET", "/2", &[], None).await;
    assert!(matches!(sent, Err(SendError::OutOfStep)), "{sent:?}");
}

/// Waits until the client knows of the end of its connection.
async fn until_ended(client: &Client) {
    let connection = client.connection.as_ref().expect("kept");
    while !connection.driver.is_finished() {
        tokio::task::yield_now().await;
    }
}

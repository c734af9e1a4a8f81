//! Tenants that come and go.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::administrator::{Administrator, FLAGS, body, provision, scim, user};
use crate::support::demo::Demo;
use crate::support::http::{Client, Response};

#[tokio::test]
async fn a_tenant_is_added_with_a_url_and_no_token() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let made = administrator.send("POST", "/tenants", Some(&json!({ "name": "three" }))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let url = body(&made)["url"].as_str().expect("a URL").to_owned();
    assert!(url.ends_with("/t/three/scim/v2"), "{url}");
    let tokens = body(&administrator.get("/tenants/three/tokens").await);
    assert_eq!(tokens["tokens"], json!([]));
    for (name, status) in [
        ("three", 409),
        ("one", 409),
        ("", 400),
        ("a/b", 400),
        ("<script>", 400),
        (&*"a".repeat(65), 400),
    ] {
        let answer = administrator.send("POST", "/tenants", Some(&json!({ "name": name }))).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_tenant_is_deleted_by_whoever_names_it() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for name in ["ann", "bob"] {
        provision(demo.address(), "token-1", name).await;
    }
    let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Tours" });
    assert_eq!(scim(demo.address(), "POST", "/Groups", "token-1", Some(&group)).await.status, 201);
    // What is switched off for clients is deleted as well, and counted.
    administrator.send("PUT", "/tenants/one/settings", Some(&json!({ "groups": false }))).await;
    let told = body(&administrator.get("/tenants/one").await);
    assert_eq!(
        (&told["name"], &told["users"], &told["groups"]),
        (&json!("one"), &json!(2), &json!(1))
    );
    let told = body(&administrator.get("/tenants/two").await);
    assert_eq!((&told["users"], &told["groups"]), (&json!(0), &json!(0)));

    for wrong in [
        None,
        Some(json!({ "name": "two" })),
        Some(json!({ "name": "One" })),
        Some(json!({ "name": "one " })),
        Some(json!({ "name": "" })),
        Some(json!({})),
    ] {
        let refused = administrator.send("DELETE", "/tenants/one", wrong.as_ref()).await;
        assert!((400..=422).contains(&refused.status), "{wrong:?}: {}", refused.status);
        assert_eq!(body(&administrator.get("/tenants/one").await)["users"], 2, "{wrong:?}");
    }
    for path in ["/tenants/none", "/tenants/ONE"] {
        assert_eq!(administrator.get(path).await.status, 404, "{path}");
        assert_eq!(
            administrator.send("DELETE", path, Some(&json!({ "name": "none" }))).await.status,
            404,
            "{path}"
        );
    }
    assert_eq!(administrator.delete_tenant("one").await.status, 204);
    assert_eq!(administrator.get("/tenants/one").await.status, 404);
    assert_eq!(administrator.get("/tenants/two").await.status, 200);
}

#[tokio::test]
async fn a_deleted_tenant_lets_nobody_in_and_leaves_nothing() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let (kept, _) = (
        provision(demo.address(), "token-2", "bjensen").await,
        provision(demo.address(), "token-1", "bjensen").await,
    );
    assert_eq!(administrator.delete_tenant("one").await.status, 204);
    assert_eq!(administrator.delete_tenant("one").await.status, 404);
    assert_eq!(scim(demo.address(), "GET", "/Users", "token-1", None).await.status, 401);
    for path in ["settings", "tokens", "activity", "activity/stream", "directory/users", "events"] {
        assert_eq!(administrator.get(&format!("/tenants/one/{path}")).await.status, 404, "{path}");
    }
    assert_eq!(
        scim(demo.address(), "GET", &format!("/Users/{kept}"), "token-2", None).await.status,
        200
    );

    // One of the same name begins with nothing.
    administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await;
    assert_eq!(
        scim(demo.address(), "GET", "/Users", "token-1", None).await.status,
        401,
        "the old token stays dead"
    );
    let users = body(&administrator.get("/tenants/one/directory/users").await);
    let events = body(&administrator.get("/tenants/one/events").await);
    assert_eq!((users["total"].clone(), events), (json!(0), json!([])));
}

#[tokio::test]
async fn a_tenant_can_be_deleted_while_it_is_provisioned() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let address = demo.address();
    provision(address, "token-1", "the first").await;
    let provisioning: Vec<_> =
        (0..8).map(|client| tokio::spawn(provision_until_refused(address, client))).collect();
    assert_eq!(administrator.delete_tenant("one").await.status, 204);
    for client in provisioning {
        let last = client.await.expect("no panic");
        let media_type = last.header("Content-Type");
        assert_eq!(
            (last.status, media_type.as_deref()),
            (401, Some("application/scim+json")),
            "{}",
            last.text()
        );
    }

    administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await;
    let left = body(&administrator.get("/tenants/one/directory/users").await);
    assert_eq!(left["total"], Value::from(0), "nothing was written after the end");
}

#[tokio::test]
async fn a_request_that_was_let_in_before_its_tenant_was_deleted_changes_nothing() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let body_sent = user("bjensen").to_string();
    let mut stream = TcpStream::connect(demo.address()).await.expect("a connection");
    let head = format!(
        "POST /scim/v2/Users HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer token-1\r\nExpect: 100-continue\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n",
        body_sent.len()
    );
    stream.write_all(head.as_bytes()).await.expect("it is sent");
    // The body is asked for once the token is known to be good.
    let mut told = [0; 25];
    stream.read_exact(&mut told).await.expect("it is told to go on");
    assert_eq!(String::from_utf8_lossy(&told), "HTTP/1.1 100 Continue\r\n\r\n");
    assert_eq!(administrator.delete_tenant("one").await.status, 204);
    stream.write_all(body_sent.as_bytes()).await.expect("it is sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 401 ") && answer.contains("application/scim+json"),
        "{answer}"
    );

    administrator.send("POST", "/tenants", Some(&json!({ "name": "one" }))).await;
    assert_eq!(body(&administrator.get("/tenants/one/directory/users").await)["total"], 0);
}

/// Makes users, one after the other, and gives the first answer that is no user.
async fn provision_until_refused(address: SocketAddr, number: usize) -> Response {
    let mut client = Client::new(address);
    let headers = [("Authorization", "Bearer token-1"), ("Content-Type", "application/scim+json")];
    for user_number in 0.. {
        let body = user(&format!("user-{number}-{user_number}")).to_string();
        let answer = client
            .send("POST", "/scim/v2/Users", &headers, Some(body.as_bytes()))
            .await
            .expect("an answer");
        if answer.status != 201 {
            return answer;
        }
    }
    unreachable!("it goes on until then")
}

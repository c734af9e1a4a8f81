//! What went over the wire.

use std::time::Duration;

use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::administrator::{Administrator, FLAGS, body, scim, send, user};
use crate::support::demo::Demo;

const PATIENCE: Duration = Duration::from_secs(30);

const ACTIVITY: &str = "/tenants/one/activity";

async fn requests(administrator: &Administrator, tenant: &str) -> Vec<Value> {
    let listed = body(&administrator.get(&format!("/tenants/{tenant}/activity")).await);
    listed["requests"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn a_request_is_shown_with_its_answer_its_departures_and_its_changes() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let mut given = user("bjensen");
    given["active"] = json!("True");
    given["password"] = json!("t1meMa$heen");
    let headers = [
        ("Authorization", "Bearer token-1"),
        ("Content-Type", "application/scim+json"),
        ("User-Agent", "Okta SCIM Client 1.0.0"),
    ];
    let made =
        send(demo.address(), "POST", "/scim/v2/Users?x=1", &headers, Some(&given.to_string()))
            .await;
    let id = body(&made)["id"].clone();

    let listed = requests(&administrator, "one").await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    for (key, value) in [
        ("method", json!("POST")),
        ("path", json!("/scim/v2/Users?x=1")),
        ("status", json!(201)),
        ("client", json!("Okta SCIM Client 1.0.0")),
        ("address", json!("127.0.0.1")),
        ("tenant", json!("one")),
        ("noticed", json!(2)),
        ("changed", json!(1)),
    ] {
        assert_eq!(listed[0][key], value, "{key}");
    }
    let whole = administrator.get(&format!("{ACTIVITY}/{}", listed[0]["seq"])).await;
    for secret in ["t1meMa$heen", "token-1"] {
        assert!(!whole.text().contains(secret), "{}", whole.text());
    }
    let whole = body(&whole);
    assert!(
        whole["request"]["body"]
            .as_str()
            .is_some_and(|body| body.contains("bjensen") && body.contains("••••")),
        "{whole}"
    );
    assert!(
        whole["answer"]["body"].as_str().is_some_and(|body| body.contains("bjensen")),
        "{whole}"
    );
    let departures: Vec<_> = whole["deviations"]
        .as_array()
        .expect("departures")
        .iter()
        .map(|it| it["rule"].as_str())
        .collect();
    assert_eq!(departures, [Some("unknown_parameters"), Some("boolean_strings")]);
    assert_eq!(
        (whole["changes"][0]["event"].as_str(), &whole["changes"][0]["resourceId"]),
        (Some("user.created"), &id)
    );
}

#[tokio::test]
async fn what_follows_from_a_request_is_among_its_changes() {
    let flags: Vec<_> = FLAGS.iter().copied().chain(["--department-groups"]).collect();
    let demo = Demo::start(&flags);
    let administrator = Administrator::sign_in(&demo).await;
    let mut given = user("bjensen");
    given["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] =
        json!({ "department": "Tours" });
    assert_eq!(scim(demo.address(), "POST", "/Users", "token-1", Some(&given)).await.status, 201);
    let seq = requests(&administrator, "one").await[0]["seq"].clone();
    let whole = body(&administrator.get(&format!("{ACTIVITY}/{seq}")).await);
    let told: Vec<_> = whole["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .map(|told| (&told["event"], &told["by"]))
        .collect();
    assert_eq!(told[0], (&json!("user.created"), &json!("IDP")));
    assert!(
        told[1..].iter().any(|told| *told == (&json!("group.members_changed"), &json!("LOCAL")))
            || told[1..].contains(&(&json!("group.created"), &json!("LOCAL"))),
        "{told:?}"
    );
}

#[tokio::test]
async fn tenants_see_their_own_requests_and_those_of_nobody_known() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for (path, token) in [
        ("/scim/v2/Users?count=1", "token-1"),
        ("/scim/v2/Users?count=2", "token-2"),
        ("/scim/v2/Users?count=3", "stranger"),
        ("/t/two/scim/v2/Users?count=4", "stranger"),
    ] {
        send(demo.address(), "GET", path, &[("Authorization", &format!("Bearer {token}"))], None)
            .await;
    }
    for (tenant, expected) in [("one", ["3", "1"].as_slice()), ("two", &["4", "3", "2"])] {
        let listed = requests(&administrator, tenant).await;
        let seen: Vec<_> = listed
            .iter()
            .filter_map(|it| it["path"].as_str()?.split_once("count=").map(|(_, count)| count))
            .collect();
        assert_eq!(seen, expected, "{tenant}");
    }
    let of_two = requests(&administrator, "two").await;
    let own = of_two.iter().find(|it| it["tenant"] == "two").expect("its own");
    assert_eq!(administrator.get(&format!("{ACTIVITY}/{}", own["seq"])).await.status, 404);
    assert_eq!(administrator.get(&format!("{ACTIVITY}/0")).await.status, 404);
}

#[tokio::test]
async fn only_so_much_is_kept() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let mut large = user("bjensen");
    large["title"] = json!("x".repeat(100_000));
    assert_eq!(scim(demo.address(), "POST", "/Users", "token-1", Some(&large)).await.status, 201);
    let seq = requests(&administrator, "one").await[0]["seq"].clone();
    let whole = administrator.get(&format!("{ACTIVITY}/{seq}")).await;
    assert!(whole.body.len() < 30_000, "{} bytes", whole.body.len());
    let whole = body(&whole);
    assert_eq!((&whole["request"]["cut"], &whole["answer"]["cut"]), (&json!(true), &json!(true)));
    assert!(whole["request"]["length"].as_u64().is_some_and(|length| length > 100_000));

    for _ in 0..205 {
        scim(demo.address(), "GET", "/Schemas", "token-1", None).await;
    }
    assert_eq!(requests(&administrator, "one").await.len(), 200);
    assert_eq!(
        administrator.get(&format!("{ACTIVITY}/{seq}")).await.status,
        404,
        "the oldest are gone"
    );
}

#[tokio::test]
async fn requests_come_as_they_are_answered() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    scim(demo.address(), "GET", "/Users?count=1", "token-1", None).await;
    let stream = TcpStream::connect(demo.address()).await.expect("a connection");
    let (mut sender, driver) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    let driver = tokio::spawn(driver);
    let request = http::Request::get("/console/api/tenants/one/activity/stream")
        .header("Host", "localhost")
        .header("Cookie", &administrator.cookie)
        .header("Last-Event-ID", "0")
        .body(Empty::<Bytes>::new());
    let mut answer = sender.send_request(request.expect("a request")).await.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");

    let mut told = String::new();
    for expected in ["count=1", "count=3"] {
        while !told.contains(expected) {
            let frame = answer.frame().await.expect("it goes on").expect("it can be read");
            told.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap_or_default()));
        }
        scim(demo.address(), "GET", "/Users?count=2", "token-2", None).await;
        scim(demo.address(), "GET", "/Users?count=3", "token-1", None).await;
    }
    assert!(told.contains("id: 1\n") && !told.contains("count=2"), "{told}");

    // It ends with the session: what comes after is not told.
    assert_eq!(administrator.send("DELETE", "/session", None).await.status, 204);
    scim(demo.address(), "GET", "/Users?count=4", "token-1", None).await;
    let mut rest = String::new();
    let reading = async {
        while let Some(frame) = answer.frame().await {
            rest.push_str(&String::from_utf8_lossy(
                &frame.expect("it can be read").into_data().unwrap_or_default(),
            ));
        }
    };
    timeout(PATIENCE, reading).await.expect("the stream ends with the session");
    assert!(!rest.contains("count=4"), "{rest}");
    driver.abort();
}

//! Many operations in one request: what comes of them, what is heard of them, what the log says.

use serde_json::{Value, json};

use crate::requests::{FLAGS, admin, body, get, post, user};
use crate::support::demo::Demo;

#[tokio::test]
async fn each_operation_is_heard_of() {
    let demo = Demo::start(FLAGS);
    let group = json!({ "displayName": "Tours", "members": [{ "value": "bulkId:bjensen" }] });
    let message = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            { "method": "POST", "path": "/Groups", "bulkId": "tours", "data": group },
            { "method": "POST", "path": "/Users", "bulkId": "bjensen", "data": user("bjensen") },
            { "method": "DELETE", "path": "/Users/nobody" },
        ]
    });
    let answer = post(demo.address(), "/t/one/scim/v2/Bulk", "token-1", &message).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = body(&answer);
    let statuses: Vec<&Value> =
        (0..3).map(|index| &answer["Operations"][index]["status"]).collect();
    assert_eq!(statuses, ["201", "201", "404"]);
    let location = answer["Operations"][0]["location"].as_str().expect("a location");
    let path = &location[location.find("/t/one").expect("it is below the URL of the tenant")..];
    assert_eq!(body(&get(demo.address(), path, "token-1").await)["members"][0]["type"], "User");

    let events = body(&admin(demo.address(), "/admin/api/tenants/one/events").await);
    let names: Vec<&Value> = (0..3).map(|index| &events[index]["event"]).collect();
    assert_eq!(names, ["user.created", "group.created", "group.members_changed"]);
    assert_eq!(body(&admin(demo.address(), "/admin/api/tenants/two/events").await), json!([]));

    let log = demo.last_words();
    let line =
        log.lines().find(|line| line.contains("operation=\"bulk\"")).expect("the request is there");
    for part in ["status=200", "operations=3", "failed=1"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!log.contains("bjensen"), "{log}");
}

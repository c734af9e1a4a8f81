//! The host's own view, and the events in it.

use serde_json::{Value, json};

use crate::requests::{FLAGS, admin, body, create_user, post, put, send};
use crate::support::demo::Demo;

#[tokio::test]
async fn the_admin_view_opens_only_to_its_key() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    let user_path = format!("/admin/api/tenants/one/users/{}", user["id"].as_str().expect("an id"));
    for path in ["/admin/api/tenants/one/events", user_path.as_str(), "/admin/api/nothing"] {
        for headers in [
            &[][..],
            &[("X-Admin-Key", "")],
            &[("X-Admin-Key", "keys")],
            &[("Authorization", "Bearer token-1")],
        ] {
            let answer = send(demo.address(), "GET", path, headers, None).await;
            assert_eq!(answer.status, 401, "{path} {headers:?}");
            assert!(!answer.text().contains("bjensen"));
        }
    }
    let view = admin(demo.address(), &user_path).await;
    assert_eq!(view.status, 200);
    for (name, value) in [
        ("userName", json!("bjensen")),
        ("active", json!(true)),
        ("origin", json!("IDP")),
        ("quotaGb", json!(null)),
    ] {
        assert_eq!(body(&view).get(name), Some(&value), "{name}");
    }
    let elsewhere = user_path.replace("/one/", "/two/");
    for path in
        [elsewhere.as_str(), "/admin/api/tenants/none/events", "/admin/api/tenants/one/groups/1"]
    {
        assert_eq!(admin(demo.address(), path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn without_a_key_there_is_no_admin_view() {
    let demo = Demo::start(&["--tenant", "one=token-1"]);
    assert_eq!(admin(demo.address(), "/admin/api/tenants/one/events").await.status, 404);
}

#[tokio::test]
async fn events_are_those_of_the_tenant_in_the_order_of_their_numbers() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    create_user(demo.address(), "/scim/v2", "token-2").await;
    let id = user["id"].as_str().expect("an id");
    let group = json!({ "displayName": "Tours", "members": [{ "value": id }] });
    let group = post(demo.address(), "/scim/v2/Groups", "token-1", &group).await;
    let group = body(&group);
    let off = json!({ "userName": "bjensen", "active": false, "name": { "givenName": "Barbara" } });
    let path = format!("/scim/v2/Users/{id}");
    for _ in 0..2 {
        assert_eq!(put(demo.address(), &path, "token-1", &off).await.status, 200);
    }
    let deleted =
        send(demo.address(), "DELETE", &path, &[("Authorization", "Bearer token-1")], None).await;
    assert_eq!(deleted.status, 204);

    let events = body(&admin(demo.address(), "/admin/api/tenants/one/events").await);
    let event =
        |seq: u64, event: &str, resource_type: &str, id: &Value, paths: Value, added: Value| {
            json!({
                "seq": seq, "event": event, "resourceType": resource_type, "resourceId": id,
                "paths": paths, "added": added, "removed": []
            })
        };
    let none = || json!([]);
    let expected = json!([
        event(1, "user.created", "User", &user["id"], none(), none()),
        event(2, "group.created", "Group", &group["id"], none(), none()),
        event(3, "group.members_changed", "Group", &group["id"], none(), json!([id])),
        event(4, "user.deactivated", "User", &user["id"], none(), none()),
        event(5, "user.updated", "User", &user["id"], json!(["name.givenName"]), none()),
        event(6, "user.deleted", "User", &user["id"], none(), none()),
    ]);
    assert_eq!(events, expected);
    let of_others = body(&admin(demo.address(), "/admin/api/tenants/two/events").await);
    assert_eq!(of_others.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn the_admin_view_names_members_and_direct_groups() {
    let demo = Demo::start(FLAGS);
    let user = create_user(demo.address(), "/scim/v2", "token-1").await;
    let group = |name: &str, member: &Value| json!({ "displayName": name, "members": [{ "value": member }] });
    let inner = body(
        &post(demo.address(), "/scim/v2/Groups", "token-1", &group("Inner", &user["id"])).await,
    );
    post(demo.address(), "/scim/v2/Groups", "token-1", &group("Outer", &inner["id"])).await;

    let id = |resource: &Value| resource["id"].as_str().expect("an id").to_owned();
    let view =
        body(&admin(demo.address(), &format!("/admin/api/tenants/one/users/{}", id(&user))).await);
    assert_eq!(view["groups"], json!([{ "id": inner["id"], "display": "Inner", "origin": "IDP" }]));
    let view = body(
        &admin(demo.address(), &format!("/admin/api/tenants/one/groups/{}", id(&inner))).await,
    );
    assert_eq!(
        view["members"],
        json!([{ "id": user["id"], "display": "bjensen", "origin": "IDP" }])
    );
    assert_eq!((&view["displayName"], &view["origin"]), (&json!("Inner"), &json!("IDP")));
}

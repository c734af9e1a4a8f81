//! Users and groups as the pages show them.

use serde_json::{Value, json};

use crate::administrator::{Administrator, FLAGS, body, provision, scim};
use crate::support::demo::Demo;

fn names(page: &Value) -> Vec<&str> {
    page["resources"]
        .as_array()
        .expect("a page")
        .iter()
        .filter_map(|item| item["resource"]["userName"].as_str())
        .collect()
}

#[tokio::test]
async fn users_are_searched_sorted_and_paged() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    for name in ["carol@example.com", "ann@example.com", "bob \"B\" (x)", "dan%_"] {
        provision(demo.address(), "token-1", name).await;
    }
    provision(demo.address(), "token-2", "eve@example.com").await;
    for (query, total, expected) in [
        (
            "sort=userName",
            4,
            vec!["ann@example.com", "bob \"B\" (x)", "carol@example.com", "dan%_"],
        ),
        ("sort=userName&descending=true&count=2", 4, vec!["dan%_", "carol@example.com"]),
        ("sort=userName&start=3&count=2", 4, vec!["carol@example.com", "dan%_"]),
        ("search=EXAMPLE&sort=userName", 2, vec!["ann@example.com", "carol@example.com"]),
        ("search=%22B%22%20(", 1, vec!["bob \"B\" (x)"]),
        ("search=%25_", 1, vec!["dan%_"]),
        ("search=userName%20sw%20%22c%22", 1, vec!["carol@example.com"]),
        ("search=eve", 0, vec![]),
    ] {
        let page = administrator.get(&format!("/tenants/one/directory/users?{query}")).await;
        assert_eq!(page.status, 200, "{query}: {}", page.text());
        let page = body(&page);
        assert_eq!((page["total"].clone(), names(&page)), (json!(total), expected), "{query}");
    }
    for query in ["search=password%20pr", "sort=nothing", "search=colour%20eq%201"] {
        let refused = administrator.get(&format!("/tenants/one/directory/users?{query}")).await;
        assert!((200..500).contains(&refused.status), "{query}: {}", refused.text());
    }
    assert_eq!(administrator.get("/tenants/none/directory/users").await.status, 404);
    assert_eq!(administrator.get("/tenants/one/directory/robots").await.status, 400);
}

#[tokio::test]
async fn a_user_is_shown_with_groups_origin_and_history() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let id = provision(demo.address(), "token-1", "bjensen").await;
    let send = async |method: &str, path: &str, given: Value| {
        let answer = administrator.send(method, path, Some(&given)).await;
        assert!(answer.status < 300, "{path}: {}", answer.text());
        answer.json().unwrap_or_default()
    };
    let group = send("POST", "/tenants/one/groups", json!({ "displayName": "Tours" })).await;
    let group = group["id"].as_str().expect("an id");
    send("PUT", &format!("/tenants/one/groups/{group}/members/{id}"), json!({})).await;

    let shown = body(&administrator.get(&format!("/tenants/one/directory/users/{id}")).await);
    assert_eq!(
        (shown["origin"].clone(), shown["resource"]["userName"].clone()),
        (json!("IDP"), json!("bjensen"))
    );
    assert_eq!(
        shown["memberships"],
        json!([{ "id": group, "name": "Tours", "type": "direct", "origin": "LOCAL" }])
    );
    let history = shown["history"].as_array().expect("a history");
    let told: Vec<_> =
        history.iter().map(|told| (told["event"].as_str(), told["by"].as_str())).collect();
    let (joined, created) =
        ((Some("group.members_changed"), Some("LOCAL")), (Some("user.created"), Some("IDP")));
    assert_eq!(told, [joined, created], "the newest first");
    assert!(history.iter().all(|told| told["time"].is_string()));

    let members = body(
        &administrator.get(&format!("/tenants/one/directory/groups/{group}/members?start=1")).await,
    );
    assert_eq!(
        (members["total"].clone(), members["members"][0]["origin"].clone()),
        (json!(1), json!("LOCAL"))
    );
    let shown = body(&administrator.get(&format!("/tenants/one/directory/groups/{group}")).await);
    assert_eq!((shown["origin"].clone(), shown["resource"].get("members")), (json!("LOCAL"), None));
    send("DELETE", &format!("/tenants/one/groups/{group}/members/{id}"), json!({})).await;
    let shown = body(&administrator.get(&format!("/tenants/one/directory/users/{id}")).await);
    assert_eq!(shown["memberships"], json!([]));
    for other in [
        format!("/tenants/two/directory/users/{id}"),
        format!("/tenants/one/directory/groups/{id}"),
    ] {
        assert_eq!(administrator.get(&other).await.status, 404, "{other}");
    }
}

#[tokio::test]
async fn who_may_come_in_is_shown_also_where_clients_took_that_away() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let group = json!({ "displayName": "Tours" });
    let group = administrator.send("POST", "/tenants/one/groups", Some(&group)).await;
    let group = body(&group)["id"].as_str().expect("an id").to_owned();
    for active in [true, false] {
        let id = provision(demo.address(), "token-1", &format!("is {active}")).await;
        let patch = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
            { "op": "replace", "path": "active", "value": active },
            { "op": "remove", "path": "active" },
        ] });
        let path = format!("/Users/{id}");
        scim(demo.address(), "PATCH", &path, "token-1", Some(&patch)).await;
        let read = scim(demo.address(), "GET", &path, "token-1", None).await;
        assert_eq!((read.status, body(&read).get("active")), (200, None));
        let member = format!("/tenants/one/groups/{group}/members/{id}");
        administrator.send("PUT", &member, Some(&json!({}))).await;
        let get = async |path: &str| body(&administrator.get(path).await);
        let one = get(&format!("/tenants/one/directory/users/{id}")).await;
        assert_eq!(one["resource"]["active"], active);
        let users = get(&format!("/tenants/one/directory/users?search={active}")).await;
        assert_eq!(users["resources"][0]["resource"]["active"], active);
        for search in ["", &active.to_string()] {
            let path = format!("/tenants/one/directory/groups/{group}/members?search={search}");
            let members = get(&path).await;
            let last = members["members"].as_array().and_then(|members| members.last());
            assert_eq!(last.expect("a member")["active"], active, "{members}");
        }
    }
}

#[tokio::test]
async fn the_members_of_a_large_group_come_in_pages() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let members: Vec<Value> =
        (0..120).map(|number| json!({ "value": format!("nobody-{number}") })).collect();
    let group = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "All", "members": members });
    let made = body(&scim(demo.address(), "POST", "/Groups", "token-1", Some(&group)).await);
    let id = made["id"].as_str().expect("an id");
    let mut seen = Vec::new();
    for start in [1, 51, 101, 151] {
        let page = body(
            &administrator
                .get(&format!("/tenants/one/directory/groups/{id}/members?start={start}"))
                .await,
        );
        assert_eq!(page["total"], 120);
        seen.extend(
            page["members"].as_array().expect("members").iter().map(|member| member["id"].clone()),
        );
    }
    // Somebody who is there, beside those; found by name, and with an origin.
    let user = provision(demo.address(), "token-1", "Ann \"A\" Other").await;
    provision(demo.address(), "token-1", "ann elsewhere").await;
    let added = administrator
        .send("PUT", &format!("/tenants/one/groups/{id}/members/{user}"), Some(&json!({})))
        .await;
    assert!(added.status < 300, "{}", added.text());
    let path = format!("/tenants/one/directory/groups/{id}/members");
    let page = body(&administrator.get(&format!("{path}?start=101")).await);
    let last =
        page["members"].as_array().and_then(|members| members.last()).expect("members").clone();
    let expected = json!({
        "id": user, "name": "Ann \"A\" Other", "userName": "Ann \"A\" Other", "active": true, "isUser": true,
        "isGroup": false, "isDirect": true, "origin": "LOCAL",
    });
    assert_eq!((last, &page["members"][0]["isUser"]), (expected.clone(), &json!(false)));
    for (search, found) in [
        ("ann", json!([expected])),
        ("%22A%22", json!([expected])),
        ("userName%20sw%20%22ANN%22", json!([expected])),
        ("userName%20pr%20or%20active%20eq%20true", json!([expected])),
        ("nobody", json!([])),
        (")%20or%20(id%20pr", json!([])),
    ] {
        let page = body(&administrator.get(&format!("{path}?search={search}")).await);
        assert_eq!(page["members"], found, "{search}: {page}");
    }
    let sent: Vec<Value> = members.iter().map(|member| member["value"].clone()).collect();
    assert_eq!(seen, sent);
}

#[tokio::test]
async fn members_by_way_of_a_group_are_found_and_told_apart() {
    let demo = Demo::start(FLAGS);
    let administrator = Administrator::sign_in(&demo).await;
    let user = provision(demo.address(), "token-1", "bjensen").await;
    let group = async |name: &str, member: &str| {
        let given = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": [{ "value": member }],
        });
        let made = body(&scim(demo.address(), "POST", "/Groups", "token-1", Some(&given)).await);
        made["id"].as_str().expect("an id").to_owned()
    };
    let inner = group("Inner", &user).await;
    let (outer, other) = (group("Outer", &inner).await, group("Other", &user).await);
    let local = administrator
        .send("POST", "/tenants/one/groups", Some(&json!({ "displayName": "Local" })))
        .await;
    let local = body(&local)["id"].as_str().expect("an id").to_owned();
    administrator
        .send("PUT", &format!("/tenants/one/groups/{local}/members/{user}"), Some(&json!({})))
        .await;
    for (group, search, id, told) in [
        (&outer, "", &inner, (false, true, true, "IDP")),
        (&outer, "jensen", &user, (true, false, false, "IDP")),
        (&other, "jensen", &user, (true, false, true, "IDP")),
        (&local, "jensen", &user, (true, false, true, "LOCAL")),
        (&other, "", &user, (true, false, true, "IDP")),
    ] {
        let path = format!("/tenants/one/directory/groups/{group}/members?search={search}");
        let page = body(&administrator.get(&path).await);
        let member = &page["members"][0];
        let (is_user, is_group, is_direct, origin) = told;
        let expected = json!([1, id, is_user, is_group, is_direct, origin]);
        let found = [
            &page["total"],
            &member["id"],
            &member["isUser"],
            &member["isGroup"],
            &member["isDirect"],
            &member["origin"],
        ];
        assert_eq!(json!(found), expected, "{search}: {page}");
    }
}

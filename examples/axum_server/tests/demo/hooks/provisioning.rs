//! Who comes: account size, departments, accounts that are there already, origin.

use super::*;

#[tokio::test]
async fn the_account_size_is_that_of_the_moment_and_stays() {
    let host = Host::start(&["--quota-gb", "250"]);
    let mut greedy = user("ann");
    greedy["quotaGb"] = json!(9000);
    greedy["origin"] = json!("LOCAL");
    greedy["urn:scimwire:demo:HostAccount"] = json!({ "quotaGb": 9000 });
    let ann = host.create("/Users", &greedy).await;
    host.put(&format!("/Users/{ann}"), &greedy).await;
    assert_eq!(
        (
            host.user_view(&ann).await["quotaGb"].clone(),
            host.user_view(&ann).await["origin"].clone()
        ),
        (json!(250), json!("IDP"))
    );
    assert_eq!(host.administer("PUT", "settings", json!({ "quotaGb": 500 })).await["quotaGb"], 500);
    host.patch(
        &format!("/Users/{ann}"),
        json!([{ "op": "replace", "path": "active", "value": false }]),
    )
    .await;
    host.patch(
        &format!("/Users/{ann}"),
        json!([{ "op": "replace", "path": "active", "value": true }]),
    )
    .await;
    let operation =
        json!({ "method": "POST", "path": "/Users", "bulkId": "b", "data": user("bob") });
    let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation] });
    let answer = body(&post(host.address(), "/scim/v2/Bulk", "token-1", &bulk).await);
    let bob =
        text(&answer["Operations"][0]["location"]).rsplit('/').next().expect("an id").to_owned();
    host.administer("PUT", "settings", json!({ "quotaGb": null })).await;
    let cid = host.user("cid").await;
    for (user, size) in [(&ann, json!(250)), (&bob, json!(500)), (&cid, json!(null))] {
        assert_eq!(host.user_view(user).await["quotaGb"], size);
    }
    // The other tenant has what the flag said, and nothing of the first.
    let other = body(&post(host.address(), "/scim/v2/Users", "token-2", &user("ann")).await);
    let view = admin(host.address(), &format!("/admin/api/tenants/two/users/{}", id(&other))).await;
    assert_eq!(body(&view)["quotaGb"], 250);
    // Who comes back is somebody else.
    host.delete(&format!("/Users/{ann}")).await;
    let again = host.user("ann").await;
    assert_eq!(
        (host.user_view(&again).await["quotaGb"].clone(), again == ann),
        (json!(null), false)
    );
}

#[tokio::test]
async fn a_department_is_a_group_that_is_joined_and_not_left() {
    let host = Host::start(&["--department-groups"]);
    let tours = host.group("Tours", &[]).await;
    let created =
        post(host.address(), "/scim/v2/Users", "token-1", &of_department("ann", "tours")).await;
    assert_eq!(body(&created)["groups"][0]["display"], "Tours", "{}", created.text());
    let ann = id(&body(&created));
    assert_eq!(host.groups_of(&ann).await, listed(&[("Tours", "LOCAL")]));
    assert_eq!(host.view(&format!("groups/{tours}")).await["origin"], "IDP");
    let path = format!("/Users/{ann}");
    host.put(&path, &of_department("ann", "Sales")).await;
    let both = listed(&[("Sales", "LOCAL"), ("Tours", "LOCAL")]);
    assert_eq!(host.groups_of(&ann).await, both);
    let before = host.events().await;
    for department in ["Sales", "  ", ""] {
        host.put(&path, &of_department("ann", department)).await;
        assert_eq!(host.groups_of(&ann).await, both, "`{department}`");
    }
    host.put(&path, &user("ann")).await;
    host.patch(
        &path,
        json!([{ "op": "add", "path": format!("{ENTERPRISE}:costCenter"), "value": "7" }]),
    )
    .await;
    assert!(
        host.events().await[before.len()..]
            .iter()
            .all(|(event, of)| event == "user.updated" && of == &ann)
    );
    // A group that was deleted, or left, is not joined again without a new department.
    host.patch(
        &path,
        json!([{ "op": "add", "path": format!("{ENTERPRISE}:department"), "value": "Tours" }]),
    )
    .await;
    host.put(&format!("/Groups/{tours}"), &group("Tours", &[])).await;
    host.put(&path, &of_department("ann", "Tours")).await;
    assert_eq!(host.groups_of(&ann).await, listed(&[("Sales", "LOCAL")]));
    // Whoever puts the user back decides where the membership comes from.
    host.put(&format!("/Groups/{tours}"), &group("Tours", &[&ann])).await;
    assert_eq!(host.groups_of(&ann).await, listed(&[("Sales", "LOCAL"), ("Tours", "IDP")]));
    host.administer("PUT", "settings", json!({ "departmentGroups": false })).await;
    host.put(&path, &of_department("ann", "Design")).await;
    assert_eq!(host.groups_of(&ann).await.len(), 2);
    assert_eq!(host.count("user.created", &ann).await, 1);
}

#[tokio::test]
async fn many_who_come_into_a_department_at_once_share_its_group() {
    let host = Host::start(&["--department-groups", "--quirks", "strict"]);
    let address = host.address();
    let mut coming = JoinSet::new();
    for number in 0..12 {
        let user = of_department(&format!("user{number}"), "Sales");
        coming.spawn(async move { post(address, "/scim/v2/Users", "token-1", &user).await.status });
    }
    assert!(coming.join_all().await.iter().all(|status| *status == 201));
    let groups = body(&get(address, "/scim/v2/Groups", "token-1").await);
    assert_eq!(groups["totalResults"], 1);
    let sales = id(&groups["Resources"][0]);
    assert_eq!(host.members_of(&sales).await.len(), 12);
    assert_eq!(host.view(&format!("groups/{sales}")).await["origin"], "LOCAL");
    assert_eq!(
        (
            host.count("group.created", &sales).await,
            host.count("group.members_changed", &sales).await
        ),
        (1, 12)
    );
    assert_eq!(body(&get(address, "/scim/v2/Groups", "token-2").await)["totalResults"], 0);
}

#[tokio::test]
async fn an_account_that_is_there_already_is_taken_over() {
    let host = Host::start(&["--quota-gb", "10", "--orphans", "delete"]);
    let ann = id(&host
        .administer("POST", "users", json!({ "userName": "ann", "origin": "JIT", "nickName": "A" }))
        .await);
    let bob =
        id(&host.administer("POST", "users", json!({ "userName": "bob", "origin": "JIT" })).await);
    let cid = id(&host.administer("POST", "users", json!({ "userName": "cid" })).await);
    let origin_and_size = async |id: &str| {
        let view = host.user_view(id).await;
        (text(&view["origin"]), view["quotaGb"].clone())
    };
    assert_eq!(origin_and_size(&ann).await, ("JIT".to_owned(), json!(null)));
    assert_eq!(origin_and_size(&cid).await, ("LOCAL".to_owned(), json!(null)));
    // It is found; and whoever does not look is given it.
    let found = body(
        &get(host.address(), "/scim/v2/Users?filter=userName%20eq%20%22ANN%22", "token-1").await,
    );
    assert_eq!((&found["totalResults"], id(&found["Resources"][0])), (&json!(1), ann.clone()));
    let mut sent = user("Ann");
    sent["externalId"] = json!("00u1");
    assert_eq!(host.create("/Users", &sent).await, ann);
    assert_eq!(host.user_view(&ann).await["externalId"], "00u1");
    // One that has all that is sent is taken over without an event.
    let events = host.events().await.len();
    assert_eq!(host.create("/Users", &json!({ "schemas": [], "userName": "bob" })).await, bob);
    assert!(host.events().await[events..].iter().all(|(event, _)| event == "user.updated"));
    for id in [&ann, &bob] {
        assert_eq!(origin_and_size(id).await, ("IDP".to_owned(), json!(10)));
        assert_eq!(
            (host.count("user.created", id).await, host.count("user.deleted", id).await),
            (1, 0)
        );
    }
    // Nobody is taken over twice, nor one whom the administrator has made, nor one of another
    // tenant.
    for name in ["ann", "bob", "cid"] {
        let refused = post(host.address(), "/scim/v2/Users", "token-1", &user(name)).await;
        assert_scim_error(&refused, 409);
    }
    let other = body(&post(host.address(), "/scim/v2/Users", "token-2", &user("bob")).await);
    assert_ne!(id(&other), bob);
    // A change takes over too, and a failed one does not.
    let dan =
        id(&host.administer("POST", "users", json!({ "userName": "dan", "origin": "JIT" })).await);
    let taken = patch(
        host.address(),
        &format!("/scim/v2/Users/{dan}"),
        "token-1",
        &json!([{ "op": "replace", "path": "userName", "value": "bob" }]),
    )
    .await;
    assert_eq!((taken.status, origin_and_size(&dan).await.0), (409, "JIT".to_owned()));
    host.put(&format!("/Users/{cid}"), &sent_as("cid")).await;
    host.put(&format!("/Users/{dan}"), &sent_as("dan")).await;
    assert_eq!(
        (origin_and_size(&cid).await.0, origin_and_size(&dan).await.0),
        ("LOCAL".to_owned(), "IDP".to_owned())
    );
    // From then on it is as any other of the identity provider's.
    let tours = host.group("Tours", &[&ann, &cid]).await;
    host.delete(&format!("/Groups/{tours}")).await;
    assert_eq!(
        (host.user_view(&ann).await, host.user_view(&cid).await["active"].clone()),
        (Value::Null, json!(true))
    );
}

fn sent_as(name: &str) -> Value {
    let mut user = user(name);
    user["displayName"] = json!(name);
    user
}

#[tokio::test]
async fn the_origin_is_that_of_who_made_it() {
    let host = Host::start(&[]);
    let (ann, bob) = (host.user("ann").await, host.user("bob").await);
    let local = id(&host.administer("POST", "groups", json!({ "displayName": "Local" })).await);
    host.administer("PUT", &format!("groups/{local}/members/{ann}"), json!(null)).await;
    let operations = json!([{ "op": "add", "path": "members", "value": [{ "value": ann, "origin": "IDP" }, { "value": bob, "origin": "LOCAL" }] }]);
    host.patch(&format!("/Groups/{local}"), operations).await;
    assert_eq!(host.members_of(&local).await, listed(&[("ann", "LOCAL"), ("bob", "IDP")]));
    assert_eq!(host.view(&format!("groups/{local}")).await["origin"], "LOCAL");
    assert_eq!(host.groups_of(&ann).await, listed(&[("Local", "LOCAL")]));
    let read = get(host.address(), &format!("/scim/v2/Groups/{local}"), "token-1").await;
    assert!(!read.text().contains("LOCAL"), "{}", read.text());
    // What ended is forgotten.
    host.administer("DELETE", &format!("groups/{local}/members/{ann}"), json!(null)).await;
    host.put(&format!("/Groups/{local}"), &group("Local", &[&ann])).await;
    assert_eq!(host.members_of(&local).await, listed(&[("ann", "IDP")]));
    for (path, sent, status) in [
        ("one/users", json!({ "userName": "ann" }), 409),
        ("one/users", json!({ "displayName": "nobody" }), 400),
        ("one/users", json!({ "userName": "cid", "origin": "IDP" }), 400),
        ("one/users", json!({ "userName": "cid", "active": "perhaps" }), 400),
        ("one/users", json!(["cid"]), 400),
        ("none/users", json!({ "userName": "cid" }), 404),
    ] {
        assert_eq!(administer(host.address(), "POST", path, &sent).await.status, status, "{sent}");
    }
    for path in [format!("one/groups/{local}/members/x"), format!("one/groups/x/members/{ann}")] {
        assert_eq!(
            administer(host.address(), "PUT", &path, &json!(null)).await.status,
            404,
            "{path}"
        );
    }
}

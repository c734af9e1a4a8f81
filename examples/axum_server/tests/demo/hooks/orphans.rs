//! Who leaves the last group of the identity provider.

use super::*;

/// How a user leaves a group.
const WAYS_OUT: [&str; 5] = ["PATCH", "PUT", "DELETE", "clear", "Bulk"];

async fn leave(host: &Host, way: &str, group_id: &str, user: &str) {
    let path = format!("/Groups/{group_id}");
    match way {
        "PATCH" => {
            host.patch(
                &path,
                json!([{ "op": "remove", "path": format!("members[value eq \"{user}\"]") }]),
            )
            .await
        }
        "PUT" => host.put(&path, &group(way, &[])).await,
        "clear" => host.patch(&path, json!([{ "op": "remove", "path": "members" }])).await,
        "DELETE" => host.delete(&path).await,
        _ => {
            let operation = json!({ "method": "DELETE", "path": path });
            let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation] });
            let answer = post(host.address(), "/scim/v2/Bulk", "token-1", &bulk).await;
            assert_eq!(body(&answer)["Operations"][0]["status"], "204");
        }
    }
}

#[tokio::test]
async fn who_leaves_the_last_group_is_kept_deactivated_or_deleted() {
    for orphans in ["keep", "deactivate", "delete"] {
        let host = Host::start(&["--orphans", orphans]);
        for way in WAYS_OUT {
            let (last, other) =
                (host.user(&format!("last {way}")).await, host.user(&format!("other {way}")).await);
            let never = host.user(&format!("never {way}")).await;
            let local = id(&host
                .administer("POST", "users", json!({ "userName": format!("local {way}") }))
                .await);
            let leaves = host.group(way, &[&last]).await;
            host.group(&format!("stays {way}"), &[&other]).await;
            leave(&host, way, &leaves, &last).await;
            let (gone, active) = (orphans == "delete", orphans == "keep");
            let view = host.user_view(&last).await;
            assert_eq!((view.is_null(), view["active"] == true), (gone, active), "{orphans} {way}");
            let counts = (
                host.count("user.deleted", &last).await,
                host.count("user.deactivated", &last).await,
            );
            assert_eq!(
                counts,
                (usize::from(gone), usize::from(orphans == "deactivate")),
                "{orphans} {way}"
            );
            for kept in [&other, &never, &local] {
                assert_eq!(host.user_view(kept).await["active"], true, "{orphans} {way}");
            }
        }
    }
}

#[tokio::test]
async fn only_who_has_no_group_of_the_identity_provider_left_is_an_orphan() {
    let host = Host::start(&["--orphans", "delete", "--department-groups"]);
    let ann = host.create("/Users", &of_department("ann", "Sales")).await;
    let (tours, guides) =
        (host.group("Tours", &[&ann, "nobody"]).await, host.group("Guides", &[&ann]).await);
    let nested = host.group("Nested", &[&tours]).await;
    leave(&host, "DELETE", &guides, &ann).await;
    assert_eq!(host.groups_of(&ann).await, listed(&[("Sales", "LOCAL"), ("Tours", "IDP")]));
    // A group that leaves another is no user; who is not there cannot be an orphan.
    leave(&host, "PUT", &nested, &tours).await;
    host.patch(
        &format!("/Groups/{tours}"),
        json!([{ "op": "remove", "path": "members[value eq \"nobody\"]" }]),
    )
    .await;
    assert_eq!(host.user_view(&ann).await["active"], true);
    // The host's own groups neither make an orphan nor keep one.
    let bob = host.create("/Users", &of_department("bob", "Sales")).await;
    let sales = body(
        &get(host.address(), "/scim/v2/Groups?filter=displayName%20eq%20%22Sales%22", "token-1")
            .await,
    );
    let sales = id(&sales["Resources"][0]);
    host.patch(
        &format!("/Groups/{sales}"),
        json!([{ "op": "remove", "path": format!("members[value eq \"{bob}\"]") }]),
    )
    .await;
    assert_eq!(host.user_view(&bob).await["active"], true);
    // In and out within one request is no leaving.
    let value = json!([{ "value": ann }]);
    let operations = json!([{ "op": "remove", "path": "members", "value": value }, { "op": "add", "path": "members", "value": value }]);
    host.patch(&format!("/Groups/{tours}"), operations).await;
    assert_eq!(host.user_view(&ann).await["active"], true);
    leave(&host, "PATCH", &tours, &ann).await;
    assert_eq!(host.user_view(&ann).await, Value::Null);
    assert_eq!(host.members_of(&sales).await, listed(&[]));
    // Who comes back is new; settings hold from the next request on.
    let ann = host.user("ann").await;
    host.administer("PUT", "settings", json!({ "orphans": "deactivate" })).await;
    host.put(&format!("/Groups/{tours}"), &group("Tours", &[&ann])).await;
    for _ in 0..2 {
        host.put(&format!("/Groups/{tours}"), &group("Tours", &[])).await;
    }
    let view = host.user_view(&ann).await;
    assert_eq!((&view["active"], host.count("user.deactivated", &ann).await), (&json!(false), 1));
}

#[tokio::test]
async fn a_user_who_leaves_two_groups_at_once_is_deleted_once() {
    let host = Host::start(&["--orphans", "delete"]);
    let (address, mut leaving, mut users) = (host.address(), JoinSet::new(), Vec::new());
    for number in 0..6 {
        let user = host.user(&format!("user{number}")).await;
        for name in ["a", "b"] {
            let group = host.group(&format!("{name}{number}"), &[&user]).await;
            leaving.spawn(async move {
                delete(address, &format!("/scim/v2/Groups/{group}"), "token-1").await.status
            });
        }
        users.push(user);
    }
    assert!(leaving.join_all().await.iter().all(|status| *status == 204));
    for user in &users {
        assert_eq!(
            (host.user_view(user).await, host.count("user.deleted", user).await),
            (Value::Null, 1)
        );
    }
}

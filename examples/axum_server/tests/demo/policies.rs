//! The rules of the host's own, beyond what the transcripts of the products show.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::requests::{
    FLAGS, admin, administer, assert_scim_error, body, delete, get, patch, post, put, send, user,
};
use crate::support::demo::Demo;

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A demo server with more flags, asked for its tenant `one`.
struct Host {
    demo: Demo,
}

impl Host {
    fn start(flags: &[&str]) -> Self {
        Self { demo: Demo::start(&[FLAGS, flags].concat()) }
    }

    fn address(&self) -> SocketAddr {
        self.demo.address()
    }

    /// The id of what was created.
    async fn create(&self, path: &str, resource: &Value) -> String {
        let created = post(self.address(), &format!("/scim/v2{path}"), "token-1", resource).await;
        assert_eq!(created.status, 201, "{}", created.text());
        id(&body(&created))
    }

    async fn user(&self, name: &str) -> String {
        self.create("/Users", &user(name)).await
    }

    async fn group(&self, name: &str, members: &[&str]) -> String {
        self.create("/Groups", &group(name, members)).await
    }

    async fn put(&self, path: &str, resource: &Value) {
        let answer = put(self.address(), &format!("/scim/v2{path}"), "token-1", resource).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }

    async fn patch(&self, path: &str, operations: Value) {
        let answer =
            patch(self.address(), &format!("/scim/v2{path}"), "token-1", &operations).await;
        assert!([200, 204].contains(&answer.status), "{path}: {}", answer.text());
    }

    async fn delete(&self, path: &str) {
        let answer = delete(self.address(), &format!("/scim/v2{path}"), "token-1").await;
        assert_eq!(answer.status, 204, "{path}: {}", answer.text());
    }

    /// What the administrator sends; it has to succeed.
    async fn administer(&self, method: &str, path: &str, sent: Value) -> Value {
        let answer = administer(self.address(), method, &format!("one/{path}"), &sent).await;
        assert!([200, 201, 204].contains(&answer.status), "{method} {path}: {}", answer.text());
        answer.json().unwrap_or_default()
    }

    /// The administrator's view; null where there is none.
    async fn view(&self, path: &str) -> Value {
        let answer = admin(self.address(), &format!("/admin/api/tenants/one/{path}")).await;
        if answer.status == 404 { Value::Null } else { body(&answer) }
    }

    async fn user_view(&self, id: &str) -> Value {
        self.view(&format!("users/{id}")).await
    }

    /// The groups of a user, each with where the membership came from, in the order of their names.
    async fn groups_of(&self, user: &str) -> Vec<(String, String)> {
        memberships(&self.user_view(user).await["groups"])
    }

    async fn members_of(&self, group: &str) -> Vec<(String, String)> {
        memberships(&self.view(&format!("groups/{group}")).await["members"])
    }

    /// The names of the events, each with the id of the resource.
    async fn events(&self) -> Vec<(String, String)> {
        let events = self.view("events").await;
        let events = events.as_array().expect("events").iter();
        events.map(|event| (text(&event["event"]), text(&event["resourceId"]))).collect()
    }

    async fn count(&self, event: &str, id: &str) -> usize {
        self.events().await.iter().filter(|(name, of)| name == event && of == id).count()
    }
}

fn memberships(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().expect("a list").iter();
    let mut list: Vec<(String, String)> = list
        .map(|membership| (text(&membership["display"]), text(&membership["origin"])))
        .collect();
    list.sort();
    list
}

fn listed(memberships: &[(&str, &str)]) -> Vec<(String, String)> {
    memberships
        .iter()
        .map(|(display, origin)| ((*display).to_owned(), (*origin).to_owned()))
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn id(resource: &Value) -> String {
    text(&resource["id"])
}

fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members })
}

fn of_department(name: &str, department: &str) -> Value {
    let mut user = user(name);
    user["schemas"] = json!([user["schemas"][0], ENTERPRISE]);
    user[ENTERPRISE] = json!({ "department": department });
    user
}

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
        assert_scim_error(
            &post(host.address(), "/scim/v2/Users", "token-1", &user(name)).await,
            409,
        );
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

#[tokio::test]
async fn events_are_in_the_order_of_the_changes() {
    let host = Host::start(&[]);
    let ann = host.user("ann").await;
    let (address, mut switching) = (host.address(), JoinSet::new());
    for number in 0..24 {
        let path = format!("/scim/v2/Users/{ann}");
        let mut whole = user("ann");
        whole["active"] = json!(number % 2 == 0);
        let operations = json!([{ "op": "replace", "value": { "active": whole["active"] } }]);
        switching.spawn(async move {
            if number % 3 == 0 {
                put(address, &path, "token-1", &whole).await.status
            } else {
                patch(address, &path, "token-1", &operations).await.status
            }
        });
    }
    assert!(switching.join_all().await.iter().all(|status| *status == 200));
    let events = host.events().await;
    let switched: Vec<&str> = events.iter().skip(1).map(|(event, _)| event.as_str()).collect();
    let alternating = ["user.deactivated", "user.reactivated"].iter().cycle().take(switched.len());
    assert!(switched.iter().eq(alternating), "{switched:?}");
    let off = host.user_view(&ann).await["active"] == false;
    assert_eq!(off, switched.len() % 2 == 1);
}

#[tokio::test]
async fn scim_and_groups_are_switched_off_and_on_for_a_tenant() {
    let host = Host::start(&["--no-groups", "two"]);
    let ann = host.user("ann").await;
    let settings = body(&admin(host.address(), "/admin/api/tenants/two/settings").await);
    let expected = json!({ "enabled": true, "groups": false, "access": "bearer", "version": 0, "quotaGb": null, "departmentGroups": false, "orphans": "keep" });
    assert_eq!(settings, expected);
    host.administer("PUT", "settings", json!({ "enabled": false })).await;
    for path in ["/scim/v2/Users", "/t/one/scim/v2/Users", "/scim/v2/ServiceProviderConfig"] {
        assert_scim_error(&get(host.address(), path, "token-1").await, 403);
    }
    assert_eq!(get(host.address(), "/scim/v2/Users", "token-2").await.status, 200);
    assert_eq!(host.user_view(&ann).await["userName"], "ann");
    host.administer("PUT", "settings", json!({ "enabled": true, "groups": false })).await;
    assert_eq!(body(&get(host.address(), "/scim/v2/Users", "token-1").await)["totalResults"], 1);
    assert_scim_error(&get(host.address(), "/scim/v2/Groups", "token-1").await, 404);
    host.administer("PUT", "settings", json!({ "groups": true })).await;
    assert_eq!(get(host.address(), "/scim/v2/Groups", "token-1").await.status, 200);

    let before = host.view("settings").await;
    for wrong in [
        json!({ "quotaGb": -1 }),
        json!({ "quotaGb": "500" }),
        json!({ "quotaGb": 1.5 }),
        json!({ "quotaTb": 1 }),
        json!({ "quotaGb": 7, "orphans": "sell" }),
        json!({ "enabled": null, "groups": "no" }),
        json!([]),
    ] {
        assert_eq!(
            administer(host.address(), "PUT", "one/settings", &wrong).await.status,
            400,
            "{wrong}"
        );
    }
    assert_eq!(host.view("settings").await, before);
    assert_eq!(administer(host.address(), "PUT", "none/settings", &json!({})).await.status, 404);
    let keyless = send(
        host.address(),
        "PUT",
        "/admin/api/tenants/one/settings",
        &[],
        Some(b"{\"enabled\":false}"),
    )
    .await;
    assert_eq!((keyless.status, host.view("settings").await), (401, before));
}

/// The next event of a feed: its lines.
async fn next_event(feed: &mut (impl AsyncBufReadExt + Unpin)) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    loop {
        let mut line = String::new();
        assert_ne!(feed.read_line(&mut line).await.expect("the feed goes on"), 0);
        match line.trim_end() {
            // Chunks have their lengths in lines of their own.
            "" if lines.iter().any(|line: &String| line.starts_with("data:")) => return lines,
            line => drop(lines.insert(line.to_owned())),
        }
    }
}

#[tokio::test]
async fn events_are_sent_as_they_come() {
    let host = Host::start(&[]);
    let ann = host.user("ann").await;
    post(host.address(), "/scim/v2/Users", "token-2", &user("bob")).await;
    for (last, seqs) in
        [("", &[2][..]), ("Last-Event-ID: 0\r\n", &[1, 2]), ("Last-Event-ID: 77\r\n", &[3])]
    {
        let stream = TcpStream::connect(host.address()).await.expect("the demo listens");
        let mut feed = BufReader::new(stream);
        let head = format!(
            "GET /admin/api/tenants/one/events HTTP/1.1\r\nHost: x\r\nX-Admin-Key: key\r\nAccept: text/event-stream\r\n{last}\r\n"
        );
        feed.get_mut().write_all(head.as_bytes()).await.expect("it is sent");
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            feed.read_line(&mut answer).await.expect("a head");
        }
        assert!(answer.contains("200 OK") && answer.contains("text/event-stream"), "{answer}");
        let active = last.contains("77");
        if !last.contains(": 0") {
            host.patch(
                &format!("/Users/{ann}"),
                json!([{ "op": "replace", "path": "active", "value": active }]),
            )
            .await;
        }
        for seq in seqs {
            let event = next_event(&mut feed).await;
            let name = ["", "user.created", "user.deactivated", "user.reactivated"][*seq];
            assert!(
                event.contains(&format!("id: {seq}")) && event.contains(&format!("event: {name}")),
                "{event:?}"
            );
            assert!(
                event.iter().any(|line| line.starts_with("data: {") && line.contains(&ann)),
                "{event:?}"
            );
        }
    }
}

//! Tenants never see each other (RFC 7644, Section 6), and never see what is switched off for them.

use scimwire::auth::RequestContext;
use scimwire::store::Pushdown;
use serde_json::{Value, json};

use support::reads::jobs::{delete, patch, post, put, statuses};
use support::reads::provider::{BASE, Provider, Setup, id};
use support::reads::samples::{GROUP, group, people, user};

/// Two tenants of one service provider; the first has people and a group of them.
struct Neighbours {
    ours: Provider,
    theirs: Provider,
    /// Somebody of the first tenant.
    bjensen: Value,
    /// The group of the first tenant.
    tours: Value,
}

impl Neighbours {
    async fn new(pushdown: Pushdown) -> Self {
        let ours = Provider::new(Setup { pushdown, ..Setup::default() });
        let theirs = ours.asked_by(RequestContext::new("other"));
        let bjensen = ours.create("/Users", people().remove(0)).await;
        let tours = ours.create("/Groups", group("Tours", &[id(&bjensen)])).await;
        Self { ours, theirs, bjensen, tours }
    }

    fn paths(&self) -> [String; 2] {
        [format!("/Users/{}", id(&self.bjensen)), format!("/Groups/{}", id(&self.tours))]
    }
}

const SHAPES: [Pushdown; 4] = [Pushdown::None, Pushdown::Partial, Pushdown::Filter, Pushdown::Full];

#[tokio::test]
async fn an_id_of_another_tenant_is_not_found_by_any_method() {
    // P-6-02
    let neighbours = Neighbours::new(Pushdown::Full).await;
    let (theirs, unknown) = (&neighbours.theirs, "/Users/0");
    for path in neighbours.paths() {
        let patch = json!([{ "op": "replace", "path": "displayName", "value": "x" }]);
        let body = if path.starts_with("/Users") { user("x") } else { group("x", &[]) };
        let pairs = [
            (theirs.get(&path).await, theirs.get(unknown).await),
            (theirs.put(&path, body).await, theirs.put(unknown, user("x")).await),
            (theirs.patch(&path, patch.clone()).await, theirs.patch(unknown, patch).await),
            (theirs.delete(&path).await, theirs.delete(unknown).await),
        ];
        for (answer, of_nobody) in pairs {
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(
                (answer.status, answer.body),
                (of_nobody.status, of_nobody.body),
                "as for an id that nobody has"
            );
        }
        assert_eq!(neighbours.ours.get(&path).await.status, 200, "{path} is as it was");
    }
    let read = neighbours.ours.get(&neighbours.paths()[0]).await.ok();
    assert_eq!(read["userName"], "bjensen");
}

#[tokio::test]
async fn nothing_of_another_tenant_is_found_or_counted() {
    // P-6-02
    for shape in SHAPES {
        let Neighbours { ours, theirs, bjensen, tours } = Neighbours::new(shape).await;
        let filters = [
            "userName eq \"bjensen\"".to_owned(),
            "externalId eq \"701984\"".to_owned(),
            format!("id eq \"{}\"", id(&bjensen)),
            format!("meta.location eq \"{BASE}/Users/{}\"", id(&bjensen)),
            "userName pr or not (userName pr)".to_owned(),
            "emails[type eq \"work\"]".to_owned(),
            format!("groups.value eq \"{}\"", id(&tours)),
        ];
        for filter in &filters {
            assert_eq!(ours.filter("/Users", filter).await.body["totalResults"], 1, "{filter}");
            for endpoint in ["/Users", "/"] {
                let found = theirs.search(endpoint, json!({ "filter": filter })).await.ok();
                assert_eq!(
                    (&found["totalResults"], &found["Resources"]),
                    (&json!(0), &json!([])),
                    "{shape:?} {endpoint} {filter}"
                );
            }
            assert_eq!(
                theirs.filter("/Users", filter).await.body["totalResults"],
                0,
                "{shape:?} {filter}"
            );
        }
        let member = format!("members.value eq \"{}\"", id(&bjensen));
        assert_eq!(ours.filter("/Groups", &member).await.body["totalResults"], 1);
        assert_eq!(theirs.filter("/Groups", &member).await.body["totalResults"], 0, "{shape:?}");
        for path in
            ["/", "/Users", "/Groups", "/Users?sortBy=userName", "/Users?count=0", "/Users?cursor"]
        {
            assert_eq!(
                theirs.get(path).await.body["totalResults"].as_u64().unwrap_or(0),
                0,
                "{shape:?} {path}"
            );
        }
    }
}

#[tokio::test]
async fn totals_are_those_of_one_tenant() {
    // P-6-02, P-3.4.2.4-03: also on pages that do not tell by themselves how many there are.
    for shape in SHAPES {
        let ours = Provider::new(Setup { pushdown: shape, ..Setup::default() });
        let theirs = ours.asked_by(RequestContext::new("other"));
        let named = |from: usize, to: usize| {
            (from..to).map(|number| user(&format!("user{number}"))).collect::<Vec<_>>()
        };
        let (ours, theirs) = (
            ours.with_all("/Users", named(0, 7)).await,
            theirs.with_all("/Users", named(2, 5)).await,
        );
        ours.create("/Groups", group("Tours", &[])).await;
        let totals = async |provider: &Provider, all: usize, filtered: usize| {
            for page in [
                "",
                "count=0",
                "count=2",
                "count=2&startIndex=2",
                "count=2&startIndex=99",
                "count=1&sortBy=userName",
            ] {
                for (filter, total) in [("", all), ("&filter=userName gt \"user2\"", filtered)] {
                    let list = provider.get(&format!("/Users?{page}{filter}")).await.ok();
                    assert_eq!(list["totalResults"], total, "{shape:?} {page}{filter}");
                }
            }
        };
        totals(&ours, 7, 4).await;
        totals(&theirs, 3, 2).await;
        // It follows what comes and goes, in each by itself.
        let gone = ours.filter("/Users", "userName eq \"user6\"").await;
        assert_eq!(ours.delete(&format!("/Users/{}", id(&gone.resources()[0]))).await.status, 204);
        theirs.create("/Users", user("user9")).await;
        totals(&ours, 6, 3).await;
        totals(&theirs, 4, 3).await;
        for (path, total) in [("/?count=0", 7), ("/?count=2&startIndex=3", 7)] {
            assert_eq!(ours.get(path).await.ok()["totalResults"], total, "{shape:?} {path}");
        }
        assert_eq!(theirs.get("/?count=2").await.ok()["totalResults"], 4, "{shape:?}");
        assert_eq!(
            ours.asked_by(RequestContext::new("nobody")).get("/Users?count=0").await.ok()["totalResults"],
            0
        );
    }
}

#[tokio::test]
async fn values_are_unique_within_a_tenant_and_a_conflict_tells_of_no_other() {
    // P-6-02, P-6.2-01, P-6.2-02, S-3.1-08, S-4.1.1-01, S-9.3-02
    let Neighbours { ours, theirs, bjensen, .. } = Neighbours::new(Pushdown::Full).await;
    let mut same = people().remove(0);
    same["id"] = bjensen["id"].clone();
    let twin = theirs.create("/Users", same.clone()).await;
    assert_ne!(twin["id"], bjensen["id"], "the id is the service provider's");
    theirs.create("/Groups", group("Tours", &[])).await;

    let conflict = theirs.post("/Users", user("BJENSEN")).await;
    assert_eq!((conflict.status, &conflict.body["scimType"]), (409, &json!("uniqueness")));
    let text = conflict.body.to_string();
    assert!(!text.to_ascii_lowercase().contains("bjensen") && !text.contains(id(&twin)), "{text}");
    // Each tenant changes its own.
    let path = format!("/Users/{}", id(&twin));
    assert_eq!(theirs.delete(&path).await.status, 204);
    let ours = ours.filter("/Users", "externalId eq \"701984\"").await;
    assert_eq!(ours.names(), ["bjensen"]);
    assert_eq!(theirs.post("/Users", user("bjensen")).await.status, 201);
}

#[tokio::test]
async fn a_cursor_of_another_tenant_is_none() {
    // P-6-02, C-5.2-01
    let Neighbours { ours, theirs, .. } = Neighbours::new(Pushdown::Full).await;
    let ours = ours.with_all("/Users", vec![user("a"), user("b")]).await;
    let theirs = theirs.with_all("/Users", vec![user("c"), user("d")]).await;
    let first = ours.get("/Users?cursor&count=1").await;
    let cursor = first.next_cursor().expect("a page follows").to_owned();
    let path = format!("/Users?cursor={cursor}&count=1");
    theirs.get(&path).await.refused("invalidCursor");
    theirs.search("/Users", json!({ "cursor": cursor, "count": 1 })).await.refused("invalidCursor");
    assert_eq!(ours.get(&path).await.names(), ["a"]);
}

#[tokio::test]
async fn a_reference_to_another_tenant_leads_nowhere() {
    // P-6-02
    for shape in SHAPES {
        let Neighbours { ours, theirs, bjensen, tours } = Neighbours::new(shape).await;
        let url = format!("{BASE}/Users/{}", id(&bjensen));
        let members = json!([{ "value": id(&bjensen), "$ref": url, "type": "User" }, { "value": id(&tours) }]);
        let made = theirs
            .create(
                "/Groups",
                json!({ "schemas": [GROUP], "displayName": "Spies", "members": members }),
            )
            .await;
        let read = theirs.get(&format!("/Groups/{}", id(&made))).await.ok();
        let text = read.to_string();
        for known in ["bjensen", "Jensen", "Tours"] {
            assert!(!text.contains(known), "{shape:?}: {text}");
        }
        assert_eq!(read["members"][1].get("type"), None, "{shape:?}: what it is, is not told");
        let filter = "members.type eq \"Group\"";
        assert_eq!(theirs.filter("/Groups", filter).await.body["totalResults"], 0, "{shape:?}");
        // And the one who is named does not hear of it.
        let read = ours.get(&format!("/Users/{}", id(&bjensen))).await.ok();
        let groups: Vec<&Value> = read["groups"]
            .as_array()
            .expect("groups")
            .iter()
            .map(|group| &group["display"])
            .collect();
        assert_eq!(groups, ["Tours"], "{shape:?}");
        assert_eq!(theirs.delete(&format!("/Groups/{}", id(&made))).await.status, 204);
        assert_eq!(ours.get("/Groups").await.body["totalResults"], 1);
    }
}

#[tokio::test]
async fn a_version_of_another_tenant_opens_nothing() {
    // P-6-02: entity tags are asked about after the resource was found.
    let Neighbours { theirs, bjensen, .. } = Neighbours::new(Pushdown::Full).await;
    let version = bjensen["meta"]["version"].as_str().expect("a version");
    for header in ["if-match", "if-none-match"] {
        for tag in [version, "*", "W/\"0\""] {
            for method in ["GET", "DELETE"] {
                let answer = theirs
                    .raw(method, &format!("/scim/v2/Users/{}", id(&bjensen)), &[(header, tag)], "")
                    .await;
                assert_eq!(answer.status, 404, "{method} {header} {tag}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_switched_off_for_a_tenant_cannot_be_seen_from_anywhere() {
    // P-6-02
    let Neighbours { ours, tours, bjensen, .. } = Neighbours::new(Pushdown::Full).await;
    let hidden = ours.asked_by(RequestContext::new("example").hide_resource_type("Group"));
    let path = format!("/Groups/{}", id(&tours));
    for (known, unknown) in [
        ("/Groups", "/Nothings"),
        ("/Groups/1", "/Nothings/1"),
        (path.as_str(), "/Nothings/1"),
        ("/ResourceTypes/Group", "/ResourceTypes/Nothing"),
    ] {
        let (answer, of_nothing) = (hidden.get(known).await, hidden.get(unknown).await);
        assert_eq!((answer.status, answer.body), (404, of_nothing.body), "{known}");
    }
    for answer in [
        hidden.post("/Groups", group("New", &[])).await,
        hidden.put(&path, group("New", &[])).await,
        hidden.patch(&path, json!([{ "op": "remove", "path": "members" }])).await,
        hidden.delete(&path).await,
        hidden.search("/Groups", json!({})).await,
        hidden.get(&format!("/Schemas/{GROUP}")).await,
    ] {
        assert_eq!(answer.status, 404, "{}", answer.body);
    }
    for path in ["/ResourceTypes", "/Schemas"] {
        let list = hidden.get(path).await.ok();
        let ids = list["Resources"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["name"].as_str().or(one["id"].as_str()));
        assert!(!ids.flatten().any(|name| name == "Group" || name == GROUP), "{path}: {list}");
        assert_eq!(
            list["totalResults"].as_u64(),
            list["Resources"].as_array().map(|list| list.len() as u64)
        );
    }
    for found in [
        hidden.get("/").await,
        hidden.search("/", json!({ "filter": "displayName eq \"Tours\"" })).await,
    ] {
        assert!(!found.ok().to_string().contains("Tours"));
    }
    for path in
        ["", "?attributes=groups", "?attributes=groups.display", "?excludedAttributes=title"]
    {
        let read = hidden.get(&format!("/Users/{}{path}", id(&bjensen))).await.ok();
        assert_eq!(read.get("groups"), None, "{path}");
    }
    let patched = hidden
        .patch(
            &format!("/Users/{}", id(&bjensen)),
            json!([{ "op": "add", "path": "title", "value": "x" }]),
        )
        .await;
    assert_eq!(patched.ok().get("groups"), None);
    hidden
        .refuses(
            "/Users",
            &["groups.display eq \"Tours\"", "groups pr", "not (groups[display sw \"T\"])"],
        )
        .await;
    hidden.get("/Users?sortBy=groups.display").await.refused("invalidPath");
    let filter = format!("meta.location eq \"{BASE}{path}\" or id eq \"{}\"", id(&tours));
    assert_eq!(hidden.search("/", json!({ "filter": filter })).await.body["totalResults"], 0);
    let read = hidden.get(&format!("/Users/{}", id(&bjensen))).await.ok();
    assert_eq!(read["userName"], "bjensen");
    assert_eq!(ours.get(&path).await.status, 200, "others have it all the same");
}

#[tokio::test]
async fn no_operation_of_a_bulk_request_reaches_another_tenant() {
    // P-6-02, P-3.7-16
    let neighbours = Neighbours::new(Pushdown::Full).await;
    let [bjensen, tours] = neighbours.paths();
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "x" }]);
    let operations = [
        put(&bjensen, user("x")),
        patch(&bjensen, rename.clone()),
        delete(&bjensen),
        put(&format!("{BASE}{tours}").replace("https://example.com", ""), group("x", &[])),
        patch(&tours, rename.clone()),
        delete(&tours),
    ];
    assert_eq!(statuses(&neighbours.theirs.bulk(&operations).await), ["404"; 6]);
    let spies = post("/Groups", "spies", group("Spies", &[id(&neighbours.bjensen), "bulkId:spy"]));
    let made = neighbours.theirs.bulk(&[spies, post("/Users", "spy", user("bjensen"))]).await;
    assert_eq!(statuses(&made), ["201", "201"], "the name is free in this tenant: {made:?}");
    for path in neighbours.paths() {
        assert_eq!(neighbours.ours.get(&path).await.status, 200, "{path} is as it was");
    }
    let hidden =
        neighbours.ours.asked_by(RequestContext::new("example").hide_resource_type("Group"));
    let operations =
        [post("/Groups", "a", group("New", &[])), delete(&tours), patch(&tours, rename.clone())];
    assert_eq!(statuses(&hidden.bulk(&operations).await), ["404"; 3]);
}

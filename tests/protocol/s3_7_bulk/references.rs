//! Names for resources that the same request creates (RFC 7644, Section 3.7.2).

use scimwire::Quirks;
use serde_json::{Value, json};

use support::reads::jobs::{
    ROOM, delete, located, made, patch, post, put, room, statuses, with_rooms,
};
use support::reads::provider::{Provider, Setup};
use support::reads::samples::{ENTERPRISE, GROUP, USER, group, user};

fn with_manager(name: &str, manager: &str) -> Value {
    json!({ "schemas": [USER, ENTERPRISE], "userName": name, ENTERPRISE: { "manager": { "value": manager } } })
}

#[tokio::test]
async fn a_name_stands_for_the_id_of_what_is_created() {
    // P-3.7.2-01, P-3.7.2-04
    let provider = Provider::strict();
    let results = provider
        .bulk(&[
            post("/Users", "qwerty", user("Alice")),
            post("/Groups", "ytrewq", group("Tour Guides", &["bulkId:qwerty"])),
        ])
        .await;
    let (alice, guides) = (made(&results[0]), made(&results[1]));
    assert_eq!(
        (&results[0]["bulkId"], &results[1]["bulkId"]),
        (&json!("qwerty"), &json!("ytrewq"))
    );
    let stored = provider.get(&format!("/Groups/{guides}")).await.ok();
    let member = json!({ "value": alice, "$ref": format!("https://example.com/scim/v2/Users/{alice}"), "type": "User" });
    assert_eq!(stored["members"], json!([member]));
    assert_eq!(stored["meta"]["version"], results[1]["version"]);
}

#[tokio::test]
async fn extensions_hold_names_too() {
    // P-3.7.2-02
    let provider = Provider::strict();
    let bob = with_manager("Bob", "bulkId:qwerty");
    let results = provider
        .bulk(&[post("/Users", "qwerty", user("Alice")), post("/Users", "ytrewq", bob)])
        .await;
    let stored = provider.get(&format!("/Users/{}", made(&results[1]))).await.ok();
    assert_eq!(stored[ENTERPRISE]["manager"]["value"], made(&results[0]));
}

#[tokio::test]
async fn what_is_referred_to_is_created_first() {
    // P-3.7-15, P-3.7.3-02, A-60
    let provider = Provider::strict();
    let there = provider.create("/Groups", group("There", &[])).await;
    let there = format!("/Groups/{}", there["id"].as_str().expect("an id"));
    let results = provider
        .bulk(&[
            patch(
                &there,
                json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:inner" }] }]),
            ),
            post("/Groups", "outer", group("Outer", &["bulkId:inner", "bulkId:ann"])),
            post("/Users", "bob", user("bob")),
            post("/Groups", "inner", group("Inner", &["bulkId:ann"])),
            post("/Users", "ann", with_manager("ann", "bulkId:bob")),
        ])
        .await;
    assert_eq!(statuses(&results), ["200", "201", "201", "201", "201"]);
    let [_, outer, bob, inner, ann] = results.iter().map(located).collect::<Vec<_>>()[..] else {
        panic!("five")
    };
    let members = async |path: String| -> Vec<String> {
        let group = provider.get(&path).await.ok();
        let members = group["members"].as_array().expect("members").iter();
        members.map(|member| member["value"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(members(there).await, [inner]);
    assert_eq!(members(format!("/Groups/{outer}")).await, [inner, ann]);
    assert_eq!(members(format!("/Groups/{inner}")).await, [ann]);
    assert_eq!(
        provider.get(&format!("/Users/{ann}")).await.ok()[ENTERPRISE]["manager"]["value"],
        bob
    );
    // Created once: no version besides the first.
    assert!(results[1..].iter().all(|result| result["version"] == "W/\"1\""), "{results:?}");
}

#[tokio::test]
async fn all_else_keeps_its_order() {
    // P-3.7-15
    let provider = Provider::strict();
    let ann = provider.create("/Users", user("ann")).await;
    let path = format!("/Users/{}", ann["id"].as_str().expect("an id"));
    let title =
        |title: &str| patch(&path, json!([{ "op": "replace", "path": "title", "value": title }]));
    let results = provider
        .bulk(&[
            title("first"),
            delete("/Users/bulkId:later"),
            title("second"),
            post("/Users", "later", user("later")),
            title("third"),
        ])
        .await;
    assert_eq!(statuses(&results), ["200", "204", "200", "201", "200"]);
    let versions: Vec<&Value> = [0, 2, 4].iter().map(|index| &results[*index]["version"]).collect();
    assert_eq!(versions, ["W/\"2\"", "W/\"3\"", "W/\"4\""]);
    assert_eq!(provider.get(&path).await.ok()["title"], "third");
}

#[tokio::test]
async fn a_path_holds_a_name() {
    // P-3.7.2-01, A-59
    let provider = Provider::strict();
    let title = json!([{ "op": "add", "path": "title", "value": "Guide" }]);
    let results = provider
        .bulk(&[
            patch("/Users/bulkId:a", title.clone()),
            put("/Users/bulkId%3Aa/", user("ann2")),
            patch("Users/bulkId:a", title),
            delete("/Users/bulkId:b"),
            post("/Users", "a", user("ann")),
            post("/Users", "b", user("bob")),
            delete("/Groups/bulkId:a"),
        ])
        .await;
    assert_eq!(statuses(&results), ["200", "200", "200", "204", "201", "201", "404"]);
    assert!(
        results[..3].iter().all(|result| result["location"] == results[4]["location"]),
        "{results:?}"
    );
    assert_eq!(located(&results[6]), located(&results[4]));
    let stored = provider.get(&format!("/Users/{}", located(&results[4]))).await.ok();
    assert_eq!((&stored["userName"], &stored["title"]), (&json!("ann2"), &json!("Guide")));
    assert_eq!(provider.get("/Users").await.names(), ["ann2"]);
}

#[tokio::test]
async fn every_form_of_patch_holds_names() {
    // P-3.7.2-01, A-59
    let manager = format!("{ENTERPRISE}:manager");
    for (endpoint, operation) in [
        ("/Groups", json!({ "op": "add", "path": "members", "value": [{ "value": "bulkId:a" }] })),
        ("/Groups", json!({ "op": "add", "path": "members", "value": { "value": "bulkId:a" } })),
        ("/Groups", json!({ "op": "ADD", "PATH": "Members", "Value": [{ "VALUE": "bulkId:a" }] })),
        (
            "/Groups",
            json!({ "op": "replace", "path": "members", "value": [{ "value": "bulkId:a", "type": "User" }] }),
        ),
        ("/Groups", json!({ "op": "add", "value": { "members": [{ "value": "bulkId:a" }] } })),
        (
            "/Groups",
            json!({ "op": "add", "value": { GROUP: { "members": [{ "value": "bulkId:a" }] } } }),
        ),
        (
            "/Groups",
            json!({ "op": "add", "path": "members[value eq \"bulkId:a\"].display", "value": "Ann" }),
        ),
        (
            "/Groups",
            json!({ "op": "add", "value": { "members[value eq \"bulkId:a\"].display": "Ann" } }),
        ),
        ("/Users", json!({ "op": "add", "path": manager, "value": { "value": "bulkId:a" } })),
        ("/Users", json!({ "op": "add", "path": format!("{manager}.value"), "value": "bulkId:a" })),
        ("/Users", json!({ "op": "add", "path": "manager", "value": "bulkId:a" })),
        (
            "/Users",
            json!({ "op": "add", "path": ENTERPRISE, "value": { "manager": { "value": "bulkId:a" } } }),
        ),
        (
            "/Users",
            json!({ "op": "add", "value": { ENTERPRISE: { "manager.value": "bulkId:a" } } }),
        ),
        ("/Users", json!({ "op": "add", "value": { manager.clone(): { "value": "bulkId:a" } } })),
        ("/Users", json!({ "op": "add", "value": { format!("{manager}.value"): "bulkId:a" } })),
        ("/Users", json!({ "op": "replace", "value": { "manager": [{ "value": "bulkId:a" }] } })),
    ] {
        let provider = Provider::lenient();
        // A filter chooses among the members that there are.
        let there: &[&str] =
            if operation.to_string().contains(" eq ") { &["bulkId:a"] } else { &[] };
        let new = if endpoint == "/Users" { user("bob") } else { group("Guides", there) };
        let operations = json!([operation]);
        let results = provider
            .bulk(&[
                patch(&format!("{endpoint}/bulkId:b"), operations),
                post(endpoint, "b", new),
                post("/Users", "a", user("ann")),
            ])
            .await;
        assert_eq!(statuses(&results), ["200", "201", "201"], "{operation}: {results:?}");
        let stored = provider.get(&format!("{endpoint}/{}", located(&results[0]))).await.ok();
        let held = if endpoint == "/Users" {
            &stored[ENTERPRISE]["manager"]["value"]
        } else {
            &stored["members"][0]["value"]
        };
        assert_eq!(held, made(&results[2]), "{operation}: {stored}");
    }
}

#[tokio::test]
async fn brackets_choose_by_name() {
    //
    for (remove, left) in [
        (json!({ "op": "remove", "path": "members[value eq \"bulkId:a\"]" }), "b"),
        (
            json!({ "op": "remove", "path": "members[ not (value  eq \"bulkId:b\") and type eq \"User\" ]" }),
            "b",
        ),
        (
            json!({ "op": "remove", "path": "members[value ne \"bulkId:b\" or value eq \"bulkId:a\"]" }),
            "b",
        ),
        (json!({ "op": "remove", "path": "members", "value": [{ "value": "bulkId:a" }] }), "b"),
        (
            json!({ "op": "remove", "path": "members", "value": { "members": [{ "value": "bulkId:a" }] } }),
            "b",
        ),
    ] {
        let provider = Provider::strict();
        let results = provider
            .bulk(&[
                post("/Users", "a", user("ann")),
                post("/Users", "b", user("bob")),
                post("/Groups", "g", group("Guides", &["bulkId:a", "bulkId:b"])),
                patch("/Groups/bulkId:g", json!([remove])),
            ])
            .await;
        assert_eq!(statuses(&results), ["201", "201", "201", "200"], "{remove}: {results:?}");
        let stored = provider.get(&format!("/Groups/{}", located(&results[3]))).await.ok();
        let left =
            made(results.iter().find(|result| result["bulkId"] == left).expect("it is there"));
        assert_eq!(stored["members"].as_array().expect("members").len(), 1, "{remove}");
        assert_eq!(stored["members"][0]["value"], left, "{remove}");
    }
}

#[tokio::test]
async fn references_of_any_schema_hold_names() {
    // P-3.7.2-01, A-59
    let provider = with_rooms(false);
    let everything = json!({
        "EXIT": "bulkId:hall",
        "doors": ["bulkId:hall", "https://example.com/scim/v2/Rooms/7"],
        "keeper": { "value": "bulkId:ann", "since": "bulkId:ann" },
        "holders": [{ "person": "bulkId:ann", "value": "bulkId:ann" }],
        "plan": "bulkId:hall"
    });
    let results = provider
        .bulk(&[
            post("/Rooms", "cell", room("Cell", everything.clone())),
            post("/Rooms", "hall", room("bulkId:ann", json!({}))),
            post("/Users", "ann", user("bulkId:cell")),
            put("/Rooms/bulkId:cell", room("Cell", everything)),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "201", "201", "200"], "{results:?}");
    let (hall, ann) = (made(&results[1]), made(&results[2]));
    let cell = provider.get(&format!("/Rooms/{}", made(&results[0]))).await.ok();
    assert_eq!((&cell["exit"], &cell["doors"][0]), (&json!(hall), &json!(hall)));
    assert_eq!(cell["keeper"]["value"], ann);
    assert_eq!(cell["holders"][0]["person"], ann);
    // Other text is the client's own.
    assert_eq!(
        (&cell["plan"], &cell["keeper"]["since"]),
        (&json!("bulkId:hall"), &json!("bulkId:ann"))
    );
    assert_eq!(cell["holders"][0]["value"], "bulkId:ann");
    assert_eq!(provider.get(&format!("/Rooms/{hall}")).await.ok()["name"], "bulkId:ann");
    assert_eq!(provider.get(&format!("/Users/{ann}")).await.ok()["userName"], "bulkId:cell");
    assert_eq!(cell["schemas"], json!([ROOM]));
}

#[tokio::test]
async fn other_text_is_left_alone() {
    //
    let provider = Provider::strict();
    let mut ann = user("bulkId:nobody");
    ann["externalId"] = json!("bulkId:nobody");
    ann["emails"] = json!([{ "value": "bulkId:nobody" }]);
    ann["id"] = json!("bulkId:nobody");
    ann["groups"] = json!([{ "value": "bulkId:nobody" }]);
    let quoted = group("bulkId:nobody", &["a bulkId:nobody", "bulkid:nobody", "BULKID:nobody"]);
    let change = json!([
        { "op": "replace", "path": "emails[value eq \"bulkId:nobody\"].type", "value": "bulkId:nobody" },
        { "op": "add", "path": "title", "value": "bulkId:nobody" }
    ]);
    let results = provider
        .bulk(&[
            post("/Users", "a", ann),
            post("/Groups", "b", quoted),
            patch("/Users/bulkId:a", change),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "201", "200"], "{results:?}");
    let stored = provider.get(&format!("/Users/{}", made(&results[0]))).await.ok();
    for text in
        [&stored["userName"], &stored["externalId"], &stored["title"], &stored["emails"][0]["type"]]
    {
        assert_eq!(text, "bulkId:nobody");
    }
    assert_eq!(stored.get("groups"), None);
}

#[tokio::test]
async fn a_name_that_nobody_has_fails_the_one_operation() {
    // P-3.7.2-03
    for (operation, named) in [
        (post("/Groups", "g", group("Guides", &["bulkId:a", "bulkId:nobody"])), "bulkId:nobody"),
        (post("/Groups", "g", group("Guides", &["bulkId:"])), "bulkId:"),
        (
            patch(
                "/Groups/bulkId:there",
                json!([{ "op": "add", "path": "members", "value": [{ "value": "bulkId:x" }] }]),
            ),
            "bulkId:x",
        ),
        (
            patch(
                "/Groups/bulkId:there",
                json!([{ "op": "remove", "path": "members[value eq \"bulkId:x\"]" }]),
            ),
            "bulkId:x",
        ),
        (delete("/Users/bulkId:nobody"), "bulkId:nobody"),
        // A name of what creates nothing.
        (delete("/Users/bulkId:changed"), "bulkId:changed"),
    ] {
        let provider = Provider::strict();
        let mut changing =
            patch("/Users/bulkId:a", json!([{ "op": "add", "path": "title", "value": "Guide" }]));
        changing["bulkId"] = json!("changed");
        let results = provider
            .bulk(&[
                operation.clone(),
                post("/Users", "a", user("ann")),
                post("/Groups", "there", group("There", &[])),
                changing,
            ])
            .await;
        assert_eq!(statuses(&results), ["400", "201", "201", "200"], "{operation}: {results:?}");
        assert_eq!(results[3]["bulkId"], "changed");
        let error = &results[0]["response"];
        assert_eq!(error["scimType"], "invalidValue", "{operation}");
        assert!(
            error["detail"].as_str().is_some_and(|detail| detail.contains(&format!("`{named}`"))),
            "{error}"
        );
        assert_eq!(results[0].get("location"), None);
    }
}

#[tokio::test]
async fn who_refers_to_a_failure_fails() {
    // P-3.7.2-03
    let provider = Provider::strict();
    let results = provider
        .bulk(&[
            post("/Groups", "g", group("Guides", &["bulkId:a"])),
            post("/Groups", "h", group("Heads", &["bulkId:g"])),
            patch(
                "/Groups/bulkId:g",
                json!([{ "op": "add", "path": "displayName", "value": "x" }]),
            ),
            delete("/Users/bulkId:a"),
            post("/Users", "a", json!({ "schemas": [USER] })),
            post("/Users", "b", user("bob")),
            json!({ "method": "POST", "path": "/Nothing", "bulkId": "n", "data": {} }),
            post("/Groups", "i", group("Inner", &["bulkId:n", "bulkId:b"])),
        ])
        .await;
    assert_eq!(statuses(&results), ["409", "409", "409", "409", "400", "201", "404", "409"]);
    assert!(
        results[1]["response"]["detail"]
            .as_str()
            .is_some_and(|detail| detail.contains("`bulkId:g`"))
    );
    assert_eq!(provider.get("/Users").await.names(), ["bob"]);
    assert_eq!(provider.get("/Groups").await.ok()["totalResults"], 0);
}

#[tokio::test]
async fn a_deleted_one_is_gone_for_those_that_follow() {
    let provider = Provider::strict();
    let results = provider
        .bulk(&[
            post("/Users", "a", user("ann")),
            delete("/Users/bulkId:a"),
            patch("/Users/bulkId:a", json!([{ "op": "add", "path": "title", "value": "Guide" }])),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "204", "404"]);
}

#[tokio::test]
async fn a_thousand_forward_references_are_resolved() {
    // P-3.7-15, A-60
    let provider = Provider::new(Setup { quirks: Quirks::LENIENT, ..Setup::default() });
    let chain: Vec<Value> = (0..1000)
        .map(|index| {
            let mut person =
                with_manager(&format!("user{index}"), &format!("bulkId:{}", index + 1));
            if index == 999 {
                person = user("user999");
            }
            post("/Users", &index.to_string(), person)
        })
        .collect();
    let results = provider.bulk(&chain).await;
    for pair in results.windows(2) {
        let stored = provider.get(&format!("/Users/{}", made(&pair[0]))).await.ok();
        assert_eq!(stored[ENTERPRISE]["manager"]["value"], made(&pair[1]));
        assert_eq!(stored["meta"]["version"], "W/\"1\"");
    }
}

#[tokio::test]
async fn an_echoed_id_may_be_a_name() {
    //
    let provider = Provider::strict();
    let echo = json!([{ "op": "replace", "value": { "id": "bulkId:a", "title": "Guide" } }]);
    let other = json!([{ "op": "replace", "value": { "id": "bulkId:b", "title": "Guide" } }]);
    let results = provider
        .bulk(&[
            post("/Users", "a", user("ann")),
            post("/Users", "b", user("bob")),
            patch("/Users/bulkId:a", echo),
            patch("/Users/bulkId:a", other),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "201", "200", "400"]);
    assert_eq!(results[3]["response"]["scimType"], "mutability");
}

#[tokio::test]
async fn a_path_that_is_wrong_stays_wrong() {
    //
    let provider = Provider::strict();
    let nothing = json!([{ "op": "add", "path": "members[value eq \"bulkId:a\"].nothing", "value": "bulkId:nobody" }]);
    // Two keys that become one are not two changes of which one is lost.
    let same = json!([{ "op": "replace", "value": {
        "members[value eq \"bulkId:a\"].display": "Ann",
        "members[ value eq \"bulkId:a\" ].display": "Bob"
    } }]);
    let results = provider
        .bulk(&[
            post("/Users", "a", user("ann")),
            post("/Groups", "g", group("Guides", &["bulkId:a"])),
            patch("/Groups/bulkId:g", nothing),
            patch("/Groups/bulkId:g", same),
        ])
        .await;
    assert_eq!(statuses(&results), ["201", "201", "400", "400"], "{results:?}");
    assert_eq!(results[2]["response"]["scimType"], "invalidPath");
    assert_eq!(results[3]["response"]["scimType"], "noTarget");
}

//! How long a change may make a resource (RFC 7644, Sections 3.12 and 7.7).

use scimwire::Quirks;
use serde_json::{Value, json};

use support::reads::jobs;
use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{GROUP, USER, group};

const MOST: usize = 600;

fn limited(quirks: Quirks) -> Provider {
    let mut setup = Setup { quirks, ..Setup::default() };
    setup.limits.max_resource_bytes = MOST;
    Provider::new(setup)
}

/// A user of that many bytes of JSON, and `schemas`, which does not count.
fn long(name: &str, bytes: usize) -> Value {
    let mut made = json!({ "userName": name, "active": true, "title": "" });
    made["title"] = json!("x".repeat(bytes - made.to_string().len()));
    made["schemas"] = json!([USER]);
    made
}

/// What makes a user that long.
fn changes(path: &str, bytes: usize) -> Vec<(&'static str, String, Value)> {
    let wanted = long("bjensen", bytes);
    let message =
        |operations: Value| json!({ "schemas": [jobs::PATCH_OP], "Operations": operations });
    let title = json!([{ "op": "replace", "path": "title", "value": wanted["title"] }]);
    let in_pieces = json!([
        { "op": "remove", "path": "title" },
        { "op": "add", "value": { "title": wanted["title"] } }
    ]);
    vec![
        ("PUT", path.to_owned(), wanted),
        ("PATCH", path.to_owned(), message(title)),
        ("PATCH", path.to_owned(), message(in_pieces)),
        ("POST", "/Users".to_owned(), long("another", bytes)),
    ]
}

#[tokio::test]
async fn no_change_makes_a_resource_longer() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        for which in 0..4 {
            for by_bulk in [false, true] {
                let provider = limited(quirks);
                let path = format!(
                    "/Users/{}",
                    id(&provider.create("/Users", long("bjensen", 200)).await)
                );
                let before = provider.get("/Users").await.body;
                for (bytes, status) in
                    [(MOST + 1, 400), (10 * MOST, 400), (MOST, 200), (MOST - 1, 200)]
                {
                    let (method, path, body) = changes(&path, bytes).swap_remove(which);
                    let case =
                        format!("{method} {path}, {bytes} bytes, in a bulk request: {by_bulk}");
                    let result = if by_bulk {
                        let operation =
                            json!({ "method": method, "path": path, "bulkId": "1", "data": body });
                        provider.bulk(&[operation]).await.remove(0)
                    } else {
                        let answer = provider.send(method, &path, Some(body)).await;
                        json!({ "status": answer.status.to_string(), "response": answer.body })
                    };
                    if status == 400 {
                        assert_eq!(
                            (&result["status"], &result["response"]["scimType"]),
                            (&json!("400"), &json!("tooMany")),
                            "{case}"
                        );
                        assert_eq!(
                            provider.get("/Users").await.body,
                            before,
                            "{case}: nothing was done"
                        );
                    } else {
                        let expected = if method == "POST" { json!("201") } else { json!("200") };
                        assert_eq!(result["status"], expected, "{case}: {result}");
                    }
                    if method == "POST" && status != 400 {
                        break;
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_bulk_request_fails_where_it_would_be_too_long() {
    let provider = limited(Quirks::STRICT);
    let operations = [
        jobs::post("/Users", "1", long("one", MOST)),
        jobs::post("/Users", "2", long("two", MOST + 1)),
        jobs::post("/Users", "3", long("three", 300)),
        jobs::patch(
            "/Users/bulkId:3",
            json!([{ "op": "add", "path": "displayName", "value": "x".repeat(400) }]),
        ),
    ];
    let results = provider.bulk(&operations).await;
    let statuses: Vec<&str> =
        results.iter().map(|result| result["status"].as_str().expect("a status")).collect();
    assert_eq!(statuses, ["201", "400", "201", "400"]);
    let users = provider.get("/Users?sortBy=userName").await;
    assert_eq!(users.names(), ["one", "three"]);
    assert_eq!(users.resources()[1].get("displayName"), None);
}

#[tokio::test]
async fn members_that_are_kept_apart_do_not_count() {
    let provider = limited(Quirks::STRICT);
    let path = format!("/Groups/{}", id(&provider.create("/Groups", group("Guides", &[])).await));
    for number in 0..40 {
        let added = json!([{ "op": "add", "path": "members", "value": [{ "value": format!("member{number:036}") }] }]);
        provider.patch(&path, added).await.ok();
    }
    let renamed = json!([{ "op": "replace", "path": "displayName", "value": "Tour Guides" }]);
    assert_eq!(
        provider.patch(&path, renamed).await.ok()["members"].as_array().map(Vec::len),
        Some(40)
    );
    let name = json!([{ "op": "replace", "path": "displayName", "value": "x".repeat(MOST) }]);
    provider.patch(&path, name).await.refused("tooMany");
    // What has to see them makes them fewer all the same.
    let removed = json!([{ "op": "remove", "path": "members[value ew \"7\"]" }]);
    assert_eq!(
        provider.patch(&path, removed).await.ok()["members"].as_array().map(Vec::len),
        Some(36)
    );
    let listed: Vec<String> = (0..40).map(|number| format!("member{number:036}")).collect();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    provider
        .post("/Groups", json!({ "schemas": [GROUP], "displayName": "Smiths", "members": group("", &listed)["members"] }))
        .await
        .refused("tooMany");
}

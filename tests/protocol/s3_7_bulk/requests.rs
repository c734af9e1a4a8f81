//! What a bulk request has to look like (RFC 7644, Section 3.7).

use scimwire::dispatch::Features;
use serde_json::{Value, json};

use support::reads::jobs::{
    BULK_REQUEST, delete, located, message, patch, post, put, results, statuses,
};
use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{USER, user};

#[tokio::test]
async fn it_is_advertised_or_not_there() {
    // P-3.7-01, S-5-02
    let config = Provider::strict().get("/ServiceProviderConfig").await.ok();
    assert_eq!(
        config["bulk"],
        json!({ "supported": true, "maxOperations": 1000, "maxPayloadSize": 10_485_760 })
    );
    let mut features = Features::default();
    features.bulk = false;
    let provider = Provider::new(Setup { features, ..Setup::default() });
    let config = provider.get("/ServiceProviderConfig").await.ok();
    assert_eq!(
        config["bulk"],
        json!({ "supported": false, "maxOperations": 0, "maxPayloadSize": 0 })
    );
    let answer = provider.post("/Bulk", message(&[])).await;
    assert_eq!((answer.status, &answer.body["status"]), (501, &json!("501")));
}

#[tokio::test]
async fn it_is_sent_by_post() {
    // P-3.2-03
    let provider = Provider::strict();
    assert_eq!(provider.bulk(&[]).await, [] as [Value; 0]);
    let options = provider.send("OPTIONS", "/Bulk", None).await;
    assert_eq!(
        (options.status, &options.headers["allow"]),
        (204, &"POST, OPTIONS".parse().expect("a value"))
    );
    for answer in [
        provider.get("/Bulk").await,
        provider.put("/Bulk", message(&[])).await,
        provider.delete("/Bulk").await,
    ] {
        assert_eq!(answer.status, 405, "{}", answer.body);
        assert!(answer.headers["allow"].to_str().expect("text").contains("POST"));
    }
}

#[tokio::test]
async fn a_message_that_is_none_is_refused_as_a_whole() {
    // P-3.7-02, P-3.12-08, A-63
    let provider = Provider::strict();
    let good = post("/Users", "a", user("ann"));
    for (message, named) in [
        (json!({}), "schemas"),
        (json!({ "Operations": [good] }), "BulkRequest"),
        (json!({ "schemas": BULK_REQUEST, "Operations": [good] }), "BulkRequest"),
        (json!({ "schemas": [USER], "Operations": [good] }), "BulkRequest"),
        (json!({ "schemas": [BULK_REQUEST] }), "Operations"),
        (json!({ "schemas": [BULK_REQUEST], "Operations": null }), "Operations"),
        (json!({ "schemas": [BULK_REQUEST], "Operations": good }), "Operations"),
        (message(&[good.clone(), json!("POST")]), "operation 1"),
        (message(&[good.clone(), json!([good])]), "operation 1"),
        (message(&[good.clone(), json!({ "path": "/Users/1" })]), "method"),
        (message(&[good.clone(), json!({ "method": 4, "path": "/Users/1" })]), "method"),
        (message(&[good.clone(), json!({ "method": "DELETE", "path": ["/Users/1"] })]), "path"),
        (
            message(&[
                good.clone(),
                json!({ "method": "POST", "path": "/Users", "bulkId": 7, "data": user("bob") }),
            ]),
            "bulkId",
        ),
        (
            message(&[
                good.clone(),
                json!({ "method": "DELETE", "path": "/Users/1", "version": 1 }),
            ]),
            "version",
        ),
    ] {
        let detail = provider.post("/Bulk", message).await.refused("invalidSyntax");
        assert!(detail.contains(named), "{named}: {detail}");
    }
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 0);
}

#[tokio::test]
async fn names_are_read_in_any_case() {
    // P-3.7-02, P-3.7-03
    let provider = Provider::strict();
    let answer = provider
        .post(
            "/Bulk",
            json!({
                "SCHEMAS": [BULK_REQUEST.to_uppercase()],
                "FailOnErrors": null,
                "operations": [
                    { "Method": "post", "PATH": "/Users", "BULKID": "a", "Data": user("ann"), "Version": null },
                    post("/Users", "b", user("bob"))
                ]
            }),
        )
        .await;
    let rules: Vec<(&str, String)> =
        answer.report.deviations.iter().map(|found| (found.rule(), found.to_string())).collect();
    assert_eq!(
        rules,
        [("method_case", "bulk operation 0: `method`: accepted in another case".to_owned())]
    );
    let results = results(answer.ok());
    assert_eq!(statuses(&results), ["201", "201"]);
    // The client finds its own words again.
    assert_eq!(results[0]["method"], "post");
}

#[tokio::test]
async fn methods_are_the_four_that_change() {
    // P-3.7-03
    let provider = Provider::of_people().await;
    let path = format!("/Users/{}", id(&provider.get("/Users").await.resources()[0]));
    for method in
        ["GET", "HEAD", "OPTIONS", "TRACE", "", "POST ", "PA TCH", "\u{0}", "LÖSCHEN", "MERGE"]
    {
        let results = provider
            .bulk(&[json!({ "method": method, "path": path, "bulkId": "a", "data": {} })])
            .await;
        assert_eq!(statuses(&results), ["400"], "{method}");
        assert_eq!(results[0]["response"]["scimType"], "invalidSyntax", "{method}");
        assert_eq!((&results[0]["method"], &results[0]["bulkId"]), (&json!(method), &json!("a")));
    }
}

#[tokio::test]
async fn a_bulk_id_is_required_for_post_and_unique() {
    // P-3.7-04, A-60
    let provider = Provider::strict();
    for bulk_id in [Value::Null, json!("")] {
        let nameless =
            json!({ "method": "POST", "path": "/Users", "bulkId": bulk_id, "data": user("ann") });
        let results =
            provider.bulk(&[nameless, post("/Users", "b", user(&format!("bob {bulk_id}")))]).await;
        assert_eq!(statuses(&results), ["400", "201"]);
        assert_eq!(results[0]["response"]["scimType"], "invalidSyntax");
        assert_eq!(results[0].get("bulkId"), None);
    }
    let twice = [
        post("/Users", "a", user("ann")),
        post("/Users", "b", user("bob")),
        post("/Users", "a", user("abe")),
    ];
    let detail = provider.post("/Bulk", message(&twice)).await.refused("invalidSyntax");
    assert!(detail.contains("`a`"), "{detail}");
    let mut of_another = delete("/Users/1");
    of_another["bulkId"] = json!("a");
    provider
        .post("/Bulk", message(&[post("/Users", "a", user("ann")), of_another]))
        .await
        .refused("invalidSyntax");
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 2);
    // Names differ in case.
    let results =
        provider.bulk(&[post("/Users", "a", user("ann")), post("/Users", "A", user("abe"))]).await;
    assert_eq!(statuses(&results), ["201", "201"]);
}

#[tokio::test]
async fn a_path_is_that_of_a_type_or_of_a_resource() {
    // P-3.7-05
    let provider = Provider::of_people().await;
    let user_id = id(&provider.get("/Users").await.resources()[0]).to_owned();
    let absolute = format!("https://example.com/scim/v2/Users/{user_id}");
    let (with_query, with_fragment) =
        (format!("/Users/{user_id}?attributes=userName"), format!("/Users/{user_id}#x"));
    let (slash, up) = (format!("/Users%2F{user_id}"), format!("/Groups/../Users/{user_id}"));
    let (dots, too_deep) = (format!("/%2e%2e/Users/{user_id}"), format!("/Users/{user_id}/emails"));
    let of_user = format!("/Users/{user_id}");
    let other_type = format!("/Groups/{user_id}");
    for (method, path, status) in [
        ("POST", of_user.as_str(), "405"),
        ("PUT", "/Users", "405"),
        ("PATCH", "/Users/", "405"),
        ("DELETE", "Users", "405"),
        ("POST", "/Users?attributes=userName", "400"),
        ("DELETE", &with_query, "400"),
        ("DELETE", &with_fragment, "400"),
        ("DELETE", "/Users/?", "400"),
        ("POST", "/Users/.search", "400"),
        ("POST", "/.search", "400"),
        ("POST", "", "400"),
        ("DELETE", "/", "400"),
        ("POST", "/Bulk", "400"),
        ("DELETE", "/Bulk", "400"),
        ("PUT", "/ServiceProviderConfig", "400"),
        ("DELETE", "/Schemas/x", "400"),
        ("POST", "/Me", "501"),
        ("DELETE", &absolute, "404"),
        ("DELETE", &slash, "404"),
        ("DELETE", &up, "404"),
        ("DELETE", &dots, "404"),
        ("DELETE", &too_deep, "404"),
        ("DELETE", &other_type, "404"),
        ("DELETE", "/Users/nobody", "404"),
        ("DELETE", "/Users/%FF", "404"),
        ("DELETE", "/Users/a%00b", "404"),
        ("DELETE", "/users/nobody", "404"),
        ("POST", "/Nothing", "404"),
        ("POST", "/\u{202e}\n\r", "404"),
        ("POST", "//example.org/Users", "404"),
        ("POST", "file:///etc/passwd", "404"),
    ] {
        let data = json!({ "schemas": [USER], "userName": "other" });
        let results = provider
            .bulk(&[json!({ "method": method, "path": path, "bulkId": "a", "data": data })])
            .await;
        assert_eq!(statuses(&results), [status], "{method} {path}: {results:?}");
        assert_eq!(results[0]["response"]["status"], status);
    }
    let missing = provider
        .bulk(&[json!({ "method": "DELETE" }), json!({ "method": "DELETE", "path": null })])
        .await;
    assert_eq!(statuses(&missing), ["400", "400"]);
    assert_eq!(provider.get("/Users").await.ok()["totalResults"], 4);
    // What a single request takes, an operation takes, too.
    let escaped = format!("/scim/v2/Users/{}", user_id.replace('-', "%2D"));
    assert_eq!(statuses(&provider.bulk(&[delete(&escaped)]).await), ["204"]);
}

#[tokio::test]
async fn data_is_what_the_single_request_carries() {
    // P-3.7-06, A-58
    let provider = Provider::of_people().await;
    let path = format!("/Users/{}", id(&provider.get("/Users").await.resources()[0]));
    let operations = json!([{ "op": "replace", "path": "title", "value": "Guide" }]);
    for data in [
        None,
        Some(Value::Null),
        Some(json!("x")),
        Some(json!([])),
        Some(json!(1)),
        Some(json!({})),
    ] {
        for (method, path) in [("POST", "/Users"), ("PUT", path.as_str()), ("PATCH", path.as_str())]
        {
            let mut operation = json!({ "method": method, "path": path, "bulkId": "a" });
            if let Some(data) = &data {
                operation["data"] = data.clone();
            }
            let results = provider.bulk(&[operation]).await;
            assert_eq!(statuses(&results), ["400"], "{method} {data:?}");
            assert_eq!(results[0]["response"]["scimType"], "invalidSyntax", "{method} {data:?}");
        }
    }
    let bare = provider
        .bulk(&[json!({ "method": "PATCH", "path": path, "data": { "Operations": operations } })])
        .await;
    assert_eq!(bare[0]["response"]["scimType"], "invalidSyntax");
    let results = provider
        .bulk(&[patch(&path, operations), put(&path, user("bjensen")), delete(&path)])
        .await;
    assert_eq!(statuses(&results), ["200", "200", "204"]);
    // A body of DELETE says nothing, as that of a single one.
    let mut with_data = delete(&format!(
        "/Users/{}",
        located(&provider.bulk(&[post("/Users", "a", user("ann"))]).await[0])
    ));
    with_data["data"] = json!("x");
    assert_eq!(statuses(&provider.bulk(&[with_data]).await), ["204"]);
}

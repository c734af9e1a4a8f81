//! How open questions about pages, projection and syntax are settled: one test for each.

use serde_json::json;

use support::reads::provider::{Provider, Setup, id};
use support::reads::samples::{USER, device, people, user};

#[tokio::test]
async fn a21_items_per_page_is_what_is_on_the_page() {
    //
    let provider = Provider::of_people().await;
    assert_eq!(provider.get("/Users?count=100").await.ok()["itemsPerPage"], 4);
    assert_eq!(provider.get("/Users?count=3&startIndex=4").await.ok()["itemsPerPage"], 1);
}

#[tokio::test]
async fn a22_there_is_always_an_array() {
    //
    let provider = Provider::of_people().await;
    for path in [
        "/Users?count=0",
        "/Groups",
        "/Users?startIndex=100",
        "/?filter=serial pr",
        "/Users?cursor&count=0",
    ] {
        assert_eq!(provider.get(path).await.ok()["Resources"], json!([]), "{path}");
    }
}

#[tokio::test]
async fn a23_large_answers_are_cut_and_not_refused() {
    //
    let mut setup = Setup::default();
    setup.limits.max_page_size = 3;
    let provider = Provider::new(setup).with_all("/Users", people()).await;
    for path in ["/Users?count=1000", "/Users", "/?count=1000"] {
        let page = provider.get(path).await;
        assert_eq!((page.resources().len(), &page.body["totalResults"]), (3, &json!(4)), "{path}");
    }
}

#[tokio::test]
async fn a24_unknown_attributes_are_refused_on_one_type_and_empty_on_several() {
    //
    let provider = Provider::of_people().await;
    provider
        .refuses(
            "/Users",
            &["serial eq \"A1\"", "nobodyKnows pr", "name.nobodyKnows pr", "not (nobodyKnows pr)"],
        )
        .await;
    assert_eq!(provider.filter("/", "serial eq \"A1\"").await.ok()["totalResults"], 0);
    assert_eq!(provider.filter("/", "not (nobodyKnows pr)").await.ok()["totalResults"], 4);
}

#[tokio::test]
async fn a25_a26_projection_lists() {
    let provider = Provider::of_people().await;
    //
    provider
        .get("/Users?attributes=userName&excludedAttributes=userName")
        .await
        .refused("invalidValue");
    //
    let shown = provider.get("/Users?attributes=nobodyKnows,title&count=1").await;
    assert_eq!(shown.resources()[0].as_object().expect("an object").len(), 3);
    assert_eq!(
        provider.get("/Users?excludedAttributes=nobodyKnows").await.ok(),
        provider.get("/Users").await.ok()
    );
}

#[tokio::test]
async fn a27_what_the_request_named_is_in_its_answer() {
    //
    let provider = Provider::strict();
    let created = provider.create("/Devices", device("A1", json!({ "note": "x" }))).await;
    assert_eq!(created["note"], "x");
    let path = format!("/Devices/{}", id(&created));
    assert_eq!(provider.get(&path).await.ok().get("note"), None);
    let replaced = provider.put(&path, device("A1", json!({ "note": "y" }))).await.ok();
    assert_eq!(replaced["note"], "y");
    let patched = provider
        .patch(&path, json!([{ "op": "replace", "path": "note", "value": "z" }]))
        .await
        .ok();
    assert_eq!(patched["note"], "z");
    let other = provider
        .patch(&path, json!([{ "op": "replace", "path": "label", "value": "z" }]))
        .await
        .ok();
    assert_eq!(other.get("note"), None);
    let unnamed = provider.create("/Devices", device("A2", json!({}))).await;
    assert_eq!(unnamed.get("note"), None);
}

#[tokio::test]
async fn a27_sub_attributes_that_the_request_named_are_in_its_answer() {
    //
    let provider = Provider::strict();
    let badge = json!({ "badge": { "number": 7, "note": "x" } });
    let created = provider.create("/Devices", device("A1", badge.clone())).await;
    assert_eq!(created["badge"], json!({ "number": 7, "note": "x" }));
    let path = format!("/Devices/{}", id(&created));
    assert_eq!(provider.get(&path).await.ok()["badge"], json!({ "number": 7 }));
    assert_eq!(provider.put(&path, device("A1", badge)).await.ok()["badge"]["note"], "x");
    let patched = provider
        .patch(&path, json!([{ "op": "replace", "path": "badge.note", "value": "z" }]))
        .await
        .ok();
    assert_eq!(patched["badge"]["note"], "z");
}

#[tokio::test]
async fn a28_schemas_and_id_are_always_returned() {
    //
    let provider = Provider::of_people().await;
    for parameters in
        ["attributes=userName", "excludedAttributes=schemas,id,userName", "attributes=password"]
    {
        for resource in provider.get(&format!("/Users?{parameters}")).await.resources() {
            assert_eq!(resource["schemas"][0], USER, "{parameters}");
            assert!(resource["id"].is_string(), "{parameters}");
        }
    }
}

#[tokio::test]
async fn a29_siblings_that_are_always_returned_come_with_their_parent() {
    //
    let provider = Provider::strict();
    let badge = json!({ "badge": { "number": 7, "color": "red" } });
    let path = format!("/Devices/{}", id(&provider.create("/Devices", device("A1", badge)).await));
    let shown = provider.get(&format!("{path}?attributes=badge.number")).await.ok();
    assert_eq!(shown["badge"], json!({ "number": 7, "color": "red" }));
    let shown = provider.get(&format!("{path}?attributes=label")).await.ok();
    assert_eq!(shown.get("badge"), None);
}

#[tokio::test]
async fn a77_what_is_never_returned_cannot_be_asked_for() {
    //
    let provider = Provider::of_people().await;
    let filters = [
        "password pr",
        "password eq \"t1meMa$heen\"",
        "not (password pr)",
        "title pr and password sw \"t\"",
        "password eq null",
    ];
    provider.refuses("/Users", &filters).await;
    provider.refuses("/", &filters).await;
    let qualified = format!("{USER}:PASSWORD pr");
    provider.refuses("/Users", &[&qualified]).await;
}

#[tokio::test]
async fn a78_a_count_beyond_the_limit_is_cut() {
    //
    let mut setup = Setup::default();
    setup.limits.max_page_size = 3;
    let provider = Provider::new(setup).with_all("/Users", people()).await;
    let first = provider.get("/Users?cursor&count=1000").await;
    assert_eq!(first.names().len(), 3);
    let cursor = first.next_cursor().expect("a page follows");
    assert_eq!(provider.get(&format!("/Users?cursor={cursor}&count=1000")).await.names(), ["Root"]);
    provider.get(&format!("/Users?cursor={cursor}&count=3")).await.refused("invalidCount");
}

#[tokio::test]
async fn a78_a_count_that_is_no_number_is_no_count() {
    //
    let provider = Provider::of_people().await;
    for count in ["x", "1.5", ""] {
        provider.get(&format!("/Users?cursor&count={count}")).await.refused("invalidCount");
    }
    provider.search("/Users", json!({ "cursor": "", "count": "x" })).await.refused("invalidCount");
}

#[tokio::test]
async fn a79_a_page_begins_at_one_place() {
    //
    let provider = Provider::of_people().await;
    for path in
        ["/Users?cursor&startIndex=1", "/?cursor=&startIndex=3", "/Users?startIndex=1&cursor=x"]
    {
        provider.get(path).await.refused("invalidValue");
    }
    provider
        .search("/Users", json!({ "cursor": null, "startIndex": 1 }))
        .await
        .refused("invalidValue");
}

#[tokio::test]
async fn a80_null_and_empty_cursors_begin() {
    //
    let provider = Provider::of_people().await;
    for cursor in [json!(null), json!("")] {
        let page = provider.search("/Users", json!({ "cursor": cursor, "count": 2 })).await;
        assert_eq!((page.body.get("startIndex"), page.next_cursor().is_some()), (None, true));
    }
    let page = provider.search("/Users", json!({ "count": 2 })).await;
    assert_eq!((&page.body["startIndex"], page.next_cursor()), (&json!(1), None));
}

#[tokio::test]
async fn a81_count_comes_on_all_pages_or_on_none() {
    //
    let mut setup = Setup::default();
    setup.limits.default_page_size = 2;
    let provider = Provider::new(setup).with_all("/Users", people()).await;
    let first = provider.get("/Users?cursor").await;
    let cursor = first.next_cursor().expect("a page follows");
    provider.get(&format!("/Users?cursor={cursor}&count=2")).await.refused("invalidCount");
    assert_eq!(provider.get(&format!("/Users?cursor={cursor}")).await.names(), ["omalley", "Root"]);
}

#[tokio::test]
async fn a88_a_filter_on_one_resource_is_ignored() {
    //
    let provider = Provider::strict();
    let created = provider.create("/Users", user("bjensen")).await;
    let path = format!("/Users/{}", id(&created));
    for filter in ["userName eq \"other\"", "no filter at all", ""] {
        assert_eq!(
            provider.get(&format!("{path}?filter={filter}")).await.ok(),
            created,
            "{filter}"
        );
    }
    let shown = provider.get(&format!("{path}?filter=x&attributes=userName")).await.ok();
    assert_eq!(shown.as_object().expect("an object").len(), 3);
}

#[tokio::test]
async fn a89_literals_are_in_lower_case() {
    //
    let filters = ["active eq True", "active eq FALSE", "title eq NULL", "emails[primary eq TRUE]"];
    Provider::of_people().await.refuses("/Users", &filters).await;
    let lenient = Provider::lenient().with_all("/Users", people()).await;
    let table: &[(&str, &[&str])] = &[
        ("active eq FALSE", &["jsmith"]),
        ("emails[primary eq True]", &["bjensen"]),
        ("emails eq NULL", &["omalley", "Root"]),
    ];
    lenient.finds("/Users", table).await;
}

#[tokio::test]
async fn a90_spaces_are_spaces() {
    //
    let provider = Provider::of_people().await;
    let table: &[(&str, &[&str])] = &[
        ("  title   pr  ", &["bjensen"]),
        ("userName   eq    \"bjensen\"   and   title  pr", &["bjensen"]),
        ("(  title pr  )", &["bjensen"]),
        ("emails[   type eq \"work\"  and   value co \"jim\"   ]", &["jsmith"]),
        ("not   (   title pr   )   and   emails pr", &["jsmith"]),
    ];
    provider.finds("/Users", table).await;
    let others = [
        "title\tpr",
        "title\npr",
        "title\r\npr",
        "title pr\tand active pr",
        "emails [type pr]",
        "title\u{a0}pr",
        "\ttitle pr",
    ];
    provider.refuses("/Users", &others).await;
}

#[tokio::test]
async fn a91_a_quote_may_follow_the_operator_at_once() {
    //
    let provider = Provider::of_people().await;
    let table: &[(&str, &[&str])] = &[
        ("userName eq\"bjensen\"", &["bjensen"]),
        ("emails[value eq\"jim@example.org\"]", &["jsmith"]),
    ];
    provider.finds("/Users", table).await;
    provider
        .refuses(
            "/Users",
            &["active eqtrue", "userName pr\"x\"", "userNameeq \"x\"", "active eq(true)"],
        )
        .await;
}

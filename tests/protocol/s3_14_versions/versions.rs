//! Versions and preconditions (RFC 7644, Section 3.14).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use support::writes::provider::{Answer, Provider, add, at, id, message, remove, replace, version};
use support::writes::samples::{asset, bjensen, group, user};

/// PUT, PATCH and DELETE of a user, with these headers.
async fn writes(provider: &Provider, path: &str, headers: &[(&str, &str)]) -> [Answer; 3] {
    [
        provider.send("PUT", path, headers, user("changed").to_string()).await,
        provider.send("PATCH", path, headers, message(&replace("title", json!("changed")))).await,
        provider.send("DELETE", path, headers, "").await,
    ]
}

#[tokio::test]
async fn entity_tags_are_there_and_said_to_be() {
    // P-3.14-01, P-3.14-02, P-3.14-03
    let provider = Provider::strict();
    assert_eq!(provider.read("/ServiceProviderConfig").await["etag"], json!({ "supported": true }));
    let path = provider.made("/Users", &bjensen()).await;
    for answer in [
        provider.get(&path).await,
        provider.get(&format!("{path}?attributes=meta.version")).await,
        provider.put(&path, &user("jensen")).await,
        provider.patch(&path, &replace("title", json!("x"))).await,
        provider.post("/Users", &user("jsmith")).await,
    ] {
        let tag = answer.headers["etag"].to_str().expect("a tag").to_owned();
        assert_eq!(version(&answer.body), tag);
        assert!(
            tag.strip_prefix("W/").unwrap_or(&tag).starts_with('"') && tag.ends_with('"'),
            "{tag}"
        );
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    // P-3.14-04, P-3.14-09
    let provider = Provider::strict();
    let made = provider.create("/Users", &bjensen()).await;
    let (path, tag) = (at(&made), version(&made).to_owned());
    let strong = tag.trim_start_matches("W/").to_owned();
    let known = [
        tag.clone(),
        strong.clone(),
        "*".to_owned(),
        format!("\"x\", {tag}"),
        format!("{strong},\"y\""),
    ];
    for tags in &known {
        let answer = provider.send("GET", &path, &[("if-none-match", tags)], "").await;
        assert_eq!((answer.status, &answer.body), (304, &Value::Null), "{tags}");
        assert_eq!(answer.headers["etag"], tag);
    }
    for tags in ["\"x\"", "W/\"x\", \"y\"", ""] {
        assert_eq!(
            provider.send("GET", &path, &[("if-none-match", tags)], "").await.ok(),
            made,
            "{tags}"
        );
    }
    provider.patched(&path, replace("title", json!("x"))).await;
    assert_eq!(provider.send("GET", &path, &[("if-none-match", &tag)], "").await.status, 200);
}

#[tokio::test]
async fn another_version_than_expected_is_left_alone() {
    // P-3.14-05, A-46, A-48
    let provider = Provider::strict();
    let made = provider.create("/Users", &bjensen()).await;
    let path = at(&made);
    let stale = version(&made).to_owned();
    let current = provider.patched(&path, replace("title", json!("x"))).await;
    for tags in [stale.as_str(), stale.trim_start_matches("W/"), "\"x\"", "W/\"x\", \"y\"", "\"\""]
    {
        for answer in writes(&provider, &path, &[("if-match", tags)]).await {
            answer.failed(412, None);
        }
        assert_eq!(provider.read(&path).await, current, "{tags}");
    }
}

#[tokio::test]
async fn a_change_that_is_none_needs_the_right_version_too() {
    // P-3.14-05
    let provider = Provider::strict();
    let made = provider.create("/Users", &bjensen()).await;
    let (path, headers) = (at(&made), [("if-match", "W/\"x\"")]);
    provider.send("PUT", &path, &headers, bjensen().to_string()).await.failed(412, None);
    provider
        .send("PATCH", &path, &headers, message(&replace("title", json!("Tour Guide"))))
        .await
        .failed(412, None);
    let path = provider.group("Tour Guides", &["a"]).await;
    for operations in [
        add("members", json!([{ "value": "b" }])),
        remove("members"),
        remove("members[value sw \"a\"]"),
    ] {
        provider.send("PATCH", &path, &headers, message(&operations)).await.failed(412, None);
    }
    assert_eq!(provider.read(&path).await["members"], json!([{ "value": "a" }]));
}

#[tokio::test]
async fn the_expected_version_is_changed() {
    // P-3.14-06, P-3.14-09, A-47, A-48
    let provider = Provider::strict();
    for number in 0..4 {
        let path = provider.made("/Users", &user(&format!("user{number}"))).await;
        let expected = |tag: &str| match number {
            0 => tag.to_owned(),
            1 => tag.trim_start_matches("W/").to_owned(),
            2 => format!("\"x\", {tag}, \"y\""),
            _ => "*".to_owned(),
        };
        let mut tag = expected(version(&provider.read(&path).await));
        for title in ["a", "b"] {
            let body = message(&replace("title", json!(title)));
            tag = expected(version(
                &provider.send("PATCH", &path, &[("if-match", &tag)], body).await.ok(),
            ));
        }
        let replaced = provider
            .send("PUT", &path, &[("if-match", &tag)], user(&format!("new{number}")).to_string())
            .await
            .ok();
        tag = expected(version(&replaced));
        assert_eq!(provider.send("DELETE", &path, &[("if-match", &tag)], "").await.status, 204);
    }
    for answer in writes(&provider, "/Users/2819c223", &[("if-match", "*")]).await {
        assert!(matches!(answer.status, 404 | 412), "{}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_expect_one_version_one_wins() {
    // P-3.14-07
    let provider = Provider::strict();
    let path = provider.made("/Assets", &asset("A1")).await;
    for round in 0..20 {
        let tag = version(&provider.read(&path).await).to_owned();
        let tasks = (0..6).map(|task| {
            let (provider, path, tag) = (provider.clone(), path.clone(), tag.clone());
            tokio::spawn(async move {
                let headers = [("if-match", tag.as_str())];
                match task % 2 {
                    0 => {
                        provider
                            .send(
                                "PUT",
                                &path,
                                &headers,
                                asset(&format!("A{round}-{task}")).to_string(),
                            )
                            .await
                            .status
                    }
                    _ => {
                        provider
                            .send(
                                "PATCH",
                                &path,
                                &headers,
                                message(&replace("slots", json!(round * 10 + task))),
                            )
                            .await
                            .status
                    }
                }
            })
        });
        let mut statuses = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            statuses.push(task.await.expect("the task ends well"));
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412, 412, 412]);
    }
}

#[tokio::test]
async fn each_change_makes_a_version_and_nothing_else_does() {
    // P-3.14-08
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let mut seen = BTreeSet::new();
    for title in ["a", "b", "a", "b"] {
        let patched = provider.patched(&path, replace("title", json!(title))).await;
        assert!(seen.insert(version(&patched).to_owned()), "a version comes once");
        for _ in 0..2 {
            assert_eq!(provider.read(&path).await, patched);
            assert_eq!(provider.patched(&path, replace("title", json!(title))).await, patched);
            let mut body = bjensen();
            body["title"] = json!(title);
            assert_eq!(provider.put(&path, &body).await.ok(), patched);
        }
    }
    let before = provider.read(&path).await;
    for refused in [replace("active", json!("x")), remove("userName")] {
        assert_eq!(provider.patch(&path, &refused).await.status, 400);
    }
    assert_eq!(provider.read(&path).await, before);
}

#[tokio::test]
async fn what_was_read_can_be_put_back() {
    // P-3.14-08, P-3.5.2-22
    let provider = Provider::strict();
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let paths = [
        provider.made("/Users", &bjensen()).await,
        provider.made("/Assets", &asset("A1")).await,
        provider.group("Tour Guides", &["17", "4"]).await,
        format!("/Users/{ann}"),
    ];
    for path in paths {
        let read = provider.read(&path).await;
        assert_eq!(provider.put(&path, &read).await.ok(), read);
        assert_eq!(provider.read(&path).await, read);
    }
    let path = provider.group("Guides", &[&ann, &bob]).await;
    let read = provider.read(&path).await;
    assert_eq!(
        provider.put(&path, &read).await.ok(),
        read,
        "a group with members as they were read"
    );
}

#[tokio::test]
async fn members_that_were_read_can_be_patched_back() {
    // P-3.14-08, P-3.5.2-22
    let provider = Provider::strict();
    let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
    let path = provider.group("Guides", &[&ann, &bob]).await;
    let read = provider.read(&path).await;
    provider.unchanged(&path, add("members", read["members"].clone())).await;
    provider.unchanged(&path, replace("members", read["members"].clone())).await;
}

#[tokio::test]
async fn a_group_that_loses_a_deleted_member_has_another_version() {
    // P-3.14-08, P-3.14-04
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let path = provider.group("Tour Guides", &[&ann]).await;
    let before = provider.read(&path).await;
    provider.delete(&format!("/Users/{ann}")).await;
    let after = provider.read(&path).await;
    assert_eq!(after.get("members"), None);
    assert_ne!(version(&after), version(&before), "the members have changed");
    assert_eq!(
        provider.send("GET", &path, &[("if-none-match", version(&before))], "").await.status,
        200
    );
}

#[tokio::test]
async fn a_user_who_joins_a_group_keeps_its_version() {
    // What is derived from other resources is not part of the version: a group of a million would
    // be as many writes.
    let provider = Provider::strict();
    let ann = provider.user("ann").await;
    let path = format!("/Users/{ann}");
    let before = provider.read(&path).await;
    provider.group("Tour Guides", &[&ann]).await;
    let after = provider.read(&path).await;
    assert_ne!(after.get("groups"), before.get("groups"));
    assert_eq!(version(&after), version(&before), "the groups are those of other resources");
}

#[tokio::test]
async fn versions_are_those_of_one_resource() {
    // P-3.14-08
    let provider = Provider::strict();
    let path = provider.group("Tour Guides", &["a"]).await;
    let other = provider.create("/Groups", &group("Guides", &["a"])).await;
    provider.patched(&path, add("members", json!([{ "value": "b" }]))).await;
    assert_eq!(provider.read(&format!("/Groups/{}", id(&other))).await, other);
}

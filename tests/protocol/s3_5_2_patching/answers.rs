//! What PATCH answers (RFC 7644, Section 3.5.2): the resource, or that it was done.

use scimwire::dispatch::PatchResponse;
use serde_json::{Value, json};

use support::writes::provider::{
    Answer, Provider, add, members, message, remove, replace, version,
};
use support::writes::samples::{asset, user};

const MINIMAL: [(&str, &str); 1] = [("prefer", "return=minimal")];

async fn group_of(provider: &Provider, count: usize) -> String {
    let ids: Vec<String> = (0..count).map(|number| format!("member-{number}")).collect();
    provider
        .group(&format!("{count} members"), &ids.iter().map(String::as_str).collect::<Vec<_>>())
        .await
}

fn one_more() -> Value {
    add("members", json!([{ "value": "one more" }]))
}

/// An answer without a body, with the version that a GET then shows.
async fn done(provider: &Provider, path: &str, answer: &Answer) {
    assert_eq!(answer.no_content(), version(&provider.read(path).await));
}

#[tokio::test]
async fn a_small_group_is_answered_whole() {
    // A-45, P-3.5.2-19
    let provider = Provider::strict();
    for count in [0, 1, 98, 99] {
        let path = group_of(&provider, count).await;
        assert_eq!(members(&provider.patched(&path, one_more()).await).len(), count + 1);
        let renamed = provider
            .patched(&path, replace("displayName", json!(format!("renamed {count}"))))
            .await;
        assert_eq!(members(&renamed).len(), count + 1);
        assert_eq!(members(&provider.patched(&path, one_more()).await).len(), count + 1);
    }
}

#[tokio::test]
async fn the_answer_shows_new_members_as_a_read_does() {
    // P-3.5.2-19, S-4.2-03
    let provider = Provider::strict();
    let path = group_of(&provider, 3).await;
    let made = provider.create("/Users", &user("bjensen")).await;
    let join = json!({ "op": "add", "path": "members", "value": [{ "value": made["id"] }] });
    let some = json!({ "op": "remove", "path": "members[not (value eq \"member-1\")]" });
    for operations in [json!([some, join]), json!([some]), json!([join])] {
        let answer = provider.patched(&path, operations).await;
        assert_eq!(answer, provider.read(&path).await);
    }
}

#[tokio::test]
async fn a_large_group_is_not_read_to_be_answered() {
    // A-45, P-3.5.2-19, P-3.5.2-20
    let provider = Provider::strict();
    for count in [100, 101, 500] {
        let path = group_of(&provider, count).await;
        let before = version(&provider.read(&path).await).to_owned();
        let answer = provider.patch(&path, &one_more()).await;
        done(&provider, &path, &answer).await;
        assert_ne!(answer.no_content(), before);
        assert_eq!(members(&provider.read(&path).await).len(), count + 1);
        // Nothing changes, and that is said in the same way.
        let again = provider.patch(&path, &one_more()).await;
        assert_eq!(again.no_content(), answer.no_content());
        let renamed =
            provider.patch(&path, &replace("displayName", json!(format!("renamed {count}")))).await;
        done(&provider, &path, &renamed).await;
        // Once it is small, it is answered again.
        assert_eq!(
            members(&provider.patched(&path, replace("members", json!([{ "value": "a" }]))).await),
            ["a"]
        );
    }
}

#[tokio::test]
async fn a_client_that_chooses_is_answered() {
    // A-45, P-3.5.2-19
    for patch_response in
        [PatchResponse::WhenAvailable, PatchResponse::Always, PatchResponse::NoContent]
    {
        let provider = Provider::answering(patch_response);
        for count in [1, 200] {
            let path = group_of(&provider, count).await;
            for headers in [[].as_slice(), MINIMAL.as_slice()] {
                let send = async |query: &str, operations: Value| {
                    provider
                        .send("PATCH", &format!("{path}?{query}"), headers, message(&operations))
                        .await
                        .ok()
                };
                let named = send("attributes=displayName", one_more()).await;
                assert_eq!(
                    (named["displayName"].is_string(), named.get("members"), named.get("meta")),
                    (true, None, None)
                );
                let all = send("attributes=members", one_more()).await;
                assert_eq!(members(&all).len(), count + 1);
                let without = send("excludedAttributes=members", one_more()).await;
                assert_eq!(
                    (without["displayName"].is_string(), without.get("members")),
                    (true, None)
                );
                let without = send(
                    "excludedAttributes=displayName",
                    remove("members[value eq \"one more\"]"),
                )
                .await;
                assert_eq!((members(&without).len(), without.get("displayName")), (count, None));
            }
        }
    }
}

#[tokio::test]
async fn members_that_are_left_out_are_never_shown() {
    // A-45, P-3.5.2-19
    let provider = Provider::strict();
    for count in [1, 100, 200] {
        let path = group_of(&provider, count).await;
        let without = format!("{path}?excludedAttributes=members");
        let changes = [
            one_more(),
            one_more(),
            replace("members", json!([{ "value": "a" }, { "value": "b" }])),
            remove("members[value eq \"a\"]"),
            remove("members[value sw \"b\"]"),
            replace("displayName", json!(format!("renamed {count}"))),
            remove("members"),
        ];
        for operations in changes {
            let answer = provider.patch(&without, &operations).await.ok();
            assert_eq!(
                (answer.get("members"), &answer["displayName"]),
                (None, &provider.read(&path).await["displayName"])
            );
        }
        let body = support::writes::samples::group(&format!("{count}"), &["a"]);
        assert_eq!(provider.put(&without, &body).await.ok().get("members"), None);
        assert_eq!(provider.get(&without).await.ok().get("members"), None);
    }
}

#[tokio::test]
async fn a_client_that_would_rather_not_is_not_answered() {
    // A-45, P-3.5.2-20
    for patch_response in
        [PatchResponse::WhenAvailable, PatchResponse::Always, PatchResponse::NoContent]
    {
        let provider = Provider::answering(patch_response);
        let small = group_of(&provider, 1).await;
        let user = provider.made("/Users", &user("bjensen")).await;
        for (path, name) in [(&small, "externalId"), (&user, "title")] {
            let preferences = [
                "return=minimal",
                "Return=Minimal",
                "respond-async, return=minimal",
                "return=minimal; foo=1",
            ];
            for (number, prefer) in preferences.into_iter().enumerate() {
                let value = format!("{number} {prefer}");
                let answer = provider
                    .send(
                        "PATCH",
                        path,
                        &[("prefer", prefer)],
                        message(&replace(name, json!(value))),
                    )
                    .await;
                assert_eq!(answer.status, 204, "{prefer}");
                done(&provider, path, &answer).await;
                assert_eq!(provider.read(path).await[name], value);
            }
            // Who asks for attributes is answered with them (RFC 7644, Section 3.5.2).
            let asking = format!("{path}?attributes={name}");
            let answer = provider
                .send("PATCH", &asking, &MINIMAL, message(&replace(name, json!("x"))))
                .await
                .ok();
            assert_eq!((&answer[name], answer.get("meta")), (&json!("x"), None));
        }
    }
    let provider = Provider::strict();
    let path = group_of(&provider, 1).await;
    let whole = provider
        .send("PATCH", &path, &[("prefer", "return=representation")], message(&one_more()))
        .await
        .ok();
    assert_eq!(members(&whole).len(), 2);
}

#[tokio::test]
async fn the_host_chooses_the_answer() {
    // A-45, P-3.5.2-19, P-3.5.2-20
    let provider = Provider::answering(PatchResponse::Always);
    for count in [1, 200] {
        let path = group_of(&provider, count).await;
        assert_eq!(members(&provider.patched(&path, one_more()).await).len(), count + 1);
    }
    let provider = Provider::answering(PatchResponse::NoContent);
    for path in [group_of(&provider, 1).await, group_of(&provider, 200).await] {
        let answer = provider.patch(&path, &one_more()).await;
        done(&provider, &path, &answer).await;
    }
    for path in [
        provider.made("/Users", &user("bjensen")).await,
        provider.made("/Assets", &asset("A1")).await,
    ] {
        let answer = provider.patch(&path, &replace("externalId", json!("x"))).await;
        done(&provider, &path, &answer).await;
    }
    // PUT and POST answer the resource all the same.
    assert_eq!(
        provider
            .put(&group_of(&provider, 2).await, &support::writes::samples::group("x", &["a"]))
            .await
            .status,
        200
    );
}

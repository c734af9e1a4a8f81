//! Lists of members in which an element names nobody: nobody goes for it, and nobody comes (RFC
//! 7644, Sections 3.5.2.2 and 3.5.2.3).

use serde_json::{Value, json};

use support::writes::provider::{PATCH_OP, Provider, members, replace};
use support::writes::samples::{GROUP, group, user};
use support::writes::ways::{Way, bulk, each_way};

/// Ann and Bob, with all that can be said of members.
fn stored() -> Value {
    json!({ "members": [{ "value": "ann", "type": "User", "display": "Ann" }, { "value": "bob", "type": "User", "display": "Ann" }] })
}

#[tokio::test]
async fn who_is_listed_without_an_id_does_not_go() {
    let nobody = [
        json!([{ "type": "User" }]),
        json!({ "type": "User" }),
        json!({ "members": [{ "type": "User" }] }),
        json!({ "VALUE": [], "display": "Ann" }),
        json!([{ "$ref": "../Users/ann", "type": "User" }]),
        json!([{ "value": null, "type": "User" }]),
        json!([{ "value": "", "type": "User" }]),
        json!({ "value": "", "display": "Ann" }),
    ];
    for (provider, name) in [(Provider::strict(), "Strict"), (Provider::lenient(), "Lenient")] {
        let mut tours = group(name, &[]);
        tours["members"] = stored()["members"].clone();
        let path = provider.made("/Groups", &tours).await;
        for listed in &nobody {
            let operations = json!([{ "op": "remove", "path": "members", "value": listed }]);
            provider.unchanged(&path, operations.clone()).await;
            let data = json!({ "schemas": [PATCH_OP], "Operations": operations });
            let answer =
                bulk(&provider, &json!([{ "method": "PATCH", "path": path, "data": data }])).await;
            assert_eq!(answer.body["Operations"][0]["status"], "200", "{listed}: {}", answer.body);
            assert_eq!(members(&provider.read(&path).await), ["ann", "bob"], "{listed}");
        }
        let listed = json!([{ "type": "User" }, { "value": "bob", "type": "Group" }]);
        let patched = provider
            .patched(&path, json!([{ "op": "remove", "path": "members", "value": listed }]))
            .await;
        assert_eq!(members(&patched), ["ann"]);
    }
}

#[tokio::test]
async fn a_list_in_which_something_names_nobody_takes_no_place() {
    let sent = [
        json!([""]),
        json!([{ "value": "" }]),
        json!({ "value": "" }),
        json!({ "members": [{ "value": "ann" }] }),
        json!([{ "members": ["ann"] }]),
        json!([{ "user": "ann" }, null]),
        json!([{ "display": "" }]),
        json!([{ "$ref": "../Users/ann" }]),
        json!(""),
        json!([{ "members": [] }]),
        json!([{ "value": null, "user": "" }]),
    ];
    for (provider, name) in [(Provider::strict(), "Strict"), (Provider::lenient(), "Lenient")] {
        for sent in &sent {
            let base = json!({ "schemas": [GROUP], "displayName": name });
            for outcome in each_way(
                &provider,
                &Way::ALL,
                ("/Groups", &base, &stored()),
                &json!({ "members": sent }),
            )
            .await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidValue")),
                    "{sent}: {outcome:?}"
                );
                let stays =
                    outcome.resource.is_null() || members(&outcome.resource) == ["ann", "bob"];
                assert!(stays, "{sent}: {outcome:?}");
            }
        }
        // One object in the place of the list: `add` reads a list of it, and adds nobody.
        for sent in [json!({}), json!({ "members": [] }), json!({ "value": null })] {
            let base = json!({ "schemas": [GROUP], "displayName": name });
            for outcome in each_way(
                &provider,
                &Way::ALL,
                ("/Groups", &base, &stored()),
                &json!({ "members": sent }),
            )
            .await
            {
                assert!(
                    outcome.resource.is_null() || members(&outcome.resource) == ["ann", "bob"],
                    "{sent}: {outcome:?}"
                );
                let is_added = matches!(outcome.way, Way::Add | Way::AddWithoutPath);
                assert!(is_added || outcome.scim_type == "invalidValue", "{sent}: {outcome:?}");
            }
        }
        // These are no values (RFC 7643, Section 2.5): nobody is a member.
        for sent in [json!([]), json!(null), json!([{}]), json!([null]), json!([{ "value": null }])]
        {
            let base = json!({ "schemas": [GROUP], "displayName": name });
            let ways = [Way::Put, Way::Replace, Way::ReplaceWithoutPath];
            for outcome in each_way(
                &provider,
                &ways,
                ("/Groups", &base, &stored()),
                &json!({ "members": sent }),
            )
            .await
            {
                assert_eq!(
                    (outcome.status, members(&outcome.resource).len()),
                    (200, 0),
                    "{sent}: {outcome:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn what_a_filter_found_by_its_value_does_not_go_for_a_part_that_goes() {
    let records =
        [json!({ "display": null }), json!({ "user": "ann" }), json!({ "members": ["ann"] })];
    for (provider, name) in [(Provider::strict(), "Strict"), (Provider::lenient(), "Lenient")] {
        let mut tours = group(name, &[]);
        tours["members"] = stored()["members"].clone();
        let path = provider.made("/Groups", &tours).await;
        for record in &records {
            let patched =
                provider.patched(&path, replace("members[value eq \"ann\"]", record.clone())).await;
            assert_eq!(members(&patched), ["ann", "bob"], "{record}");
        }
        // Text that is blank is another one in `STRICT`, where what was set once stays.
        for record in [
            json!({ "value": "" }),
            json!({ "display": "" }),
            json!([{ "value": "", "display": "Ann" }]),
        ] {
            let answer =
                provider.patch(&path, &replace("members[value eq \"ann\"]", record.clone())).await;
            assert!(
                answer.status == 200 || answer.body["status"] == "400",
                "{record}: {}",
                answer.body
            );
            assert_eq!(members(&provider.read(&path).await), ["ann", "bob"], "{record}");
        }
        // What is no value takes the place of what is found (RFC 7644, Section 3.5.2.3).
        let patched =
            provider.patched(&path, replace("members[value eq \"ann\"]", json!({}))).await;
        assert_eq!(members(&patched), ["bob"]);
    }
    let provider = Provider::lenient();
    for record in [json!({ "display": "" }), json!({ "display": null, "type": "" })] {
        let mut ann = user("ann");
        ann["roles"] = json!([{ "value": "Member", "display": "Ann" }]);
        ann["emails"] = json!([{ "value": "a@example.com", "type": "work" }]);
        let path = provider.made("/Users", &ann).await;
        let patched = provider.patched(&path, replace("roles[value eq \"Member\"]", record)).await;
        assert_eq!(patched["roles"], json!([{ "value": "Member" }]));
        // Of what kind a value is says nothing where there is none.
        let patched = provider
            .patched(&path, replace("emails[type eq \"work\"]", json!({ "value": "" })))
            .await;
        assert_eq!(patched.get("emails"), None);
        assert_eq!(provider.delete(&path).await.status, 204);
    }
}

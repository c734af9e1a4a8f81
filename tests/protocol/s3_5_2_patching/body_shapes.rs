//! Bodies of PATCH of every wrong shape (RFC 7644, Section 3.5.2).

use serde_json::{Value, json};

use support::writes::provider::{PATCH_OP, Provider};
use support::writes::samples::{USER, bjensen};

#[tokio::test]
async fn the_message_names_its_schema() {
    // P-3.5.2-02, A-63, P-3.12-08
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let operations = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    let wrong = [
        json!({ "Operations": operations }),
        json!({ "schemas": null, "Operations": operations }),
        json!({ "schemas": [], "Operations": operations }),
        json!({ "schemas": [USER], "Operations": operations }),
        json!({ "schemas": PATCH_OP, "Operations": operations }),
        json!({ "schemas": [5], "Operations": operations }),
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "Operations": operations }),
        json!({ "schemas": { "0": PATCH_OP }, "Operations": operations }),
    ];
    for body in wrong {
        provider.refuses_body(&path, body.to_string(), "invalidSyntax").await;
    }
}

#[tokio::test]
async fn operations_are_an_array_that_is_not_empty() {
    // P-3.5.2-03
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    provider
        .refuses_body(&path, json!({ "schemas": [PATCH_OP] }).to_string(), "invalidSyntax")
        .await;
    let operation = json!({ "op": "replace", "path": "title", "value": "x" });
    for wrong in [
        json!([]),
        json!(null),
        json!("x"),
        json!(5),
        json!(true),
        json!({}),
        operation.clone(),
        json!({ "0": operation }),
    ] {
        provider.refuses(&path, wrong, "invalidSyntax").await;
    }
    for (index, wrong) in [json!(null), json!("remove"), json!(5), json!([operation]), json!(false)]
        .into_iter()
        .enumerate()
    {
        let mut operations = vec![operation.clone(); index];
        operations.push(wrong);
        let detail = provider.refuses(&path, json!(operations), "invalidSyntax").await;
        assert!(detail.contains(&format!("operation {index}")), "{detail}");
    }
}

#[tokio::test]
async fn each_operation_has_one_op_of_three() {
    // P-3.5.2-04, P-3.5.2-09
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let good = json!({ "op": "replace", "path": "title", "value": "x" });
    let ops = [
        "",
        " ",
        "move",
        "copy",
        "test",
        "set",
        "delete",
        "merge",
        "update",
        "added",
        " add",
        "add ",
        "remove\n",
        "add,remove",
    ];
    let wrong = ops.into_iter().map(Value::from).chain([
        json!(null),
        json!(5),
        json!(true),
        json!(["add"]),
        json!({ "op": "add" }),
    ]);
    for op in wrong {
        let operations =
            json!([good, { "op": op, "path": "title", "value": "y", "from": "nickName" }]);
        let detail = provider.refuses(&path, operations, "invalidSyntax").await;
        assert!(detail.starts_with("operation 1: "), "{op}: {detail}");
    }
    let detail = provider
        .refuses(&path, json!([good, good, { "path": "title", "value": "y" }]), "invalidSyntax")
        .await;
    assert!(detail.starts_with("operation 2: "), "{detail}");
}

#[tokio::test]
async fn a_body_that_is_no_object_is_refused() {
    // P-3.5.2-02, P-3.3-08, P-3.12-08
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for body in [
        "",
        " ",
        "{",
        "[]",
        "null",
        "5",
        "\"x\"",
        "true",
        "{]",
        "op=replace&path=title",
        "\u{feff}{}",
    ] {
        provider.refuses_body(&path, body, "invalidSyntax").await;
    }
    let mut body =
        br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"add","path":"title","value":""#
            .to_vec();
    body.extend(b"\xff\xfe\"}]}");
    provider.refuses_body(&path, body, "invalidSyntax").await;
}

#[tokio::test]
async fn no_name_stands_twice() {
    // P-3.3-15, A-62, P-3.5.2-04
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let schemas = format!(r#""schemas":["{PATCH_OP}"]"#);
    let good = r#"{"op":"replace","path":"title","value":"x"}"#;
    let bodies = [
        format!(r#"{{{schemas},{schemas},"Operations":[{good}]}}"#),
        format!(r#"{{{schemas},"Operations":[{good}],"Operations":[{good}]}}"#),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","op":"replace","path":"title","value":"x"}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"title","path":"nickName","value":"x"}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"title","value":"x","value":"y"}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","value":{{"title":"x","title":"y"}}}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"name","value":{{"givenName":"x","GIVENNAME":"y"}}}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"emails","value":[{{"value":"x","Value":"y"}}]}}]}}"#
        ),
    ];
    for body in bodies {
        provider.refuses_body(&path, body, "invalidSyntax").await;
    }
}

#[tokio::test]
async fn no_name_of_an_operation_stands_twice_in_another_case() {
    // A-62, P-3.3-15, P-3.5.2-04
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let schemas = format!(r#""schemas":["{PATCH_OP}"]"#);
    let good = r#"{"op":"replace","path":"title","value":"x"}"#;
    let bodies = [
        format!(r#"{{{schemas},"Schemas":[],"Operations":[{good}]}}"#),
        format!(r#"{{{schemas},"Operations":[{good}],"operations":[]}}"#),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","OP":"remove","path":"title","value":"x"}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"title","Path":"nickName","value":"x"}}]}}"#
        ),
        format!(
            r#"{{{schemas},"Operations":[{{"op":"add","path":"title","value":"x","VALUE":"y"}}]}}"#
        ),
    ];
    for body in bodies {
        provider.refuses_body(&path, body, "invalidSyntax").await;
    }
}

#[tokio::test]
async fn no_attribute_of_a_value_stands_twice_in_another_case() {
    // A-62, P-3.3-15
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for op in ["add", "replace"] {
        let values = [
            json!({ "title": "x", "TITLE": "y" }),
            json!({ "name": { "givenName": "x" }, "Name": { "familyName": "y" } }),
            json!({ enterprise: { "department": "x", "DEPARTMENT": "y" } }),
        ];
        for value in values {
            provider.refuses(&path, json!([{ "op": op, "value": value }]), "invalidSyntax").await;
        }
        let operations = json!([{ "op": op, "path": enterprise, "value": { "department": "x", "DEPARTMENT": "y" } }]);
        provider.refuses(&path, operations, "invalidSyntax").await;
    }
}

#[tokio::test]
async fn deep_values_are_refused() {
    // P-3.12-08, P-3.5.2-14
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let deep = [
        format!("{}{}", "[".repeat(500), "]".repeat(500)),
        format!("{}1{}", r#"{"name":"#.repeat(500), "}".repeat(500)),
    ];
    for value in deep {
        for operation in [
            format!(r#"{{"op":"add","path":"title","value":{value}}}"#),
            format!(r#"{{"op":"add","value":{{"name":{value}}}}}"#),
            format!(r#"{{"op":"add","path":"nope","value":{value}}}"#),
        ] {
            let body = format!(r#"{{"schemas":["{PATCH_OP}"],"Operations":[{operation}]}}"#);
            provider.refuses_body(&path, body, "invalidSyntax").await;
        }
    }
}

#[tokio::test]
async fn there_is_an_end_to_operations() {
    // P-3.12-08, P-3.5.2-14
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let operation =
        |index: usize| json!({ "op": "replace", "path": "title", "value": format!("{index}") });
    let most: Vec<Value> = (0..1001).map(operation).collect();
    let detail = provider.refuses(&path, json!(most), "invalidSyntax").await;
    assert!(detail.contains("1000"), "{detail}");
    assert_eq!(provider.patched(&path, json!(most[..1000])).await["title"], "999");
}

#[tokio::test]
async fn a_large_body_is_refused() {
    // P-3.12-16, P-3.12-01, P-3.5.2-14
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let before = provider.read(&path).await;
    let limit = 10 * 1024 * 1024;
    let body_of = |bytes: usize| {
        let body = |title: &str| {
            format!(
                r#"{{"schemas":["{PATCH_OP}"],"Operations":[{{"op":"add","path":"title","value":"{title}"}}]}}"#
            )
        };
        body(&"x".repeat(bytes - body("").len()))
    };
    assert_eq!(body_of(limit + 1).len(), limit + 1);
    let detail = provider.send("PATCH", &path, &[], body_of(limit + 1)).await.failed(413, None);
    assert!(detail.contains("10485760"), "{detail}");
    assert_eq!(provider.read(&path).await, before);
    assert_eq!(provider.send("PATCH", &path, &[], body_of(limit)).await.status, 200);
}

//! The `path` of an operation (RFC 7644, Section 3.5.2, Figure 7).

use serde_json::{Value, json};

use support::writes::provider::{Provider, add};
use support::writes::samples::{bjensen, user};

const MALFORMED: [&str; 42] = [
    "",
    " ",
    ".",
    "..",
    "name.",
    ".name",
    "name..givenName",
    "name.givenName.x",
    "emails]",
    "emails[type eq \"work\"",
    "emails[type eq \"work\"]]",
    "emails[type eq \"work\"]value",
    "emails[type eq \"work\"].",
    "emails[type eq \"work\"].value.x",
    "emails[type eq \"work\"][value eq \"x\"]",
    "emails.value[type eq \"work\"]",
    "emails.0",
    "/emails/0",
    "emails/0",
    "/title",
    "$.emails",
    "@emails",
    "emails value",
    "name givenName",
    "title, nickName",
    "title;",
    "title\n",
    "titl\u{e9}",
    "title\u{0}",
    "1title",
    "-title",
    "*",
    "emails.*",
    "(title)",
    "\"title\"",
    "'title'",
    "title eq",
    "title eq \"Tour Guide\"",
    "not (title pr)",
    "urn:",
    "urn:ietf:params:scim:schemas:core:2.0:User:",
    "title=x",
];

const UNKNOWN: [&str; 18] = [
    "nope",
    "name.nope",
    "emails.nope",
    "emails[type eq \"work\"].nope",
    "null",
    "true",
    "urn:ietf",
    "urn:example:none:title",
    "urn:ietf:params:scim:schemas:core:2.0:User:nope",
    "urn:ietf:params:scim:schemas:core:2.0:Group:displayName",
    "members",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:nope",
    "department",
    "title.value",
    "title.x",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department",
    "serial",
    "urn:ietf:params:scim:schemas:core:2.0:User.title",
];

const NO_FILTER_THERE: [&str; 3] =
    ["title[value eq \"x\"]", "name[givenName eq \"x\"].familyName", "name[givenName pr]"];

const BAD_FILTERS: [&str; 24] = [
    "emails[]",
    "emails[ ]",
    "emails[0]",
    "emails[*]",
    "emails[type]",
    "emails[type eq]",
    "emails[type eq work]",
    "emails[eq \"work\"]",
    "emails[type = \"work\"]",
    "emails[type eq 'work']",
    "emails[type eq \"work\" and]",
    "emails[(type eq \"work\"]",
    "emails[type eq \"work\")]",
    "emails[type eq \"work]",
    "emails[not type pr]",
    "emails[nope eq \"x\"]",
    "emails[emails.type eq \"x\"]",
    "emails[primary gt true]",
    "emails[primary eq \"true\"]",
    "emails[type eq 5]",
    "emails[type gt null]",
    "emails[type eq \"a\" xor type pr]",
    "emails[emails[type eq \"x\"]]",
    "emails[type EQUALS \"work\"]",
];

async fn refused(paths: &[&str], scim_type: &str) {
    let provider = Provider::strict();
    let user = provider.made("/Users", &bjensen()).await;
    for path in paths {
        for op in ["add", "replace", "remove"] {
            let mut operation = json!({ "op": op, "path": path });
            if op != "remove" {
                operation["value"] = json!("x");
            }
            let operations = json!([{ "op": "add", "path": "nickName", "value": "x" }, operation]);
            let detail = provider.refuses(&user, operations, scim_type).await;
            assert!(detail.starts_with("operation 1: "), "{path}: {detail}");
            assert!(!detail.contains(['\n', '\u{0}']), "{path}: {detail}");
        }
    }
}

#[tokio::test]
async fn malformed_paths_are_refused() {
    // P-3.5.2-07, P-3.5.2-09, P-3.12-09
    refused(&MALFORMED.map(|path| path), "invalidPath").await;
    let long = "a".repeat(100_000);
    refused(&[&long], "invalidPath").await;
}

#[tokio::test]
async fn unknown_attributes_are_refused() {
    // P-3.5.2-08, P-3.12-09
    refused(&UNKNOWN, "invalidPath").await;
    refused(&NO_FILTER_THERE, "invalidPath").await;
}

#[tokio::test]
async fn bad_filters_are_refused() {
    // P-3.5.2-07, P-3.12-04
    refused(&BAD_FILTERS, "invalidFilter").await;
}

#[tokio::test]
async fn deep_filters_are_refused() {
    // P-3.5.2-07
    let deep = format!("emails[{}type pr{}]", "(".repeat(500), ")".repeat(500));
    let wide = format!("emails[{}]", vec!["type eq \"x\""; 5000].join(" or "));
    refused(&[&deep], "invalidFilter").await;
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    let answer = provider.patch(&path, &add(&wide, json!({ "value": "x" }))).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
}

#[tokio::test]
async fn a_path_is_text() {
    // P-3.5.2-07
    let provider = Provider::strict();
    let path = provider.made("/Users", &bjensen()).await;
    for wrong in [json!(5), json!(true), json!(["title"]), json!({ "attribute": "title" })] {
        for op in ["add", "replace", "remove"] {
            let operations = json!([{ "op": op, "path": wrong, "value": "x" }]);
            let detail = provider.refuses(&path, operations, "invalidSyntax").await;
            assert!(detail.starts_with("operation 0: "), "{detail}");
        }
    }
}

#[tokio::test]
async fn paths_of_every_form_are_read() {
    // P-3.5.2-07
    let provider = Provider::strict();
    let forms: [(&str, &str, Value); 8] = [
        ("title", "/title", json!("x")),
        ("name.givenName", "/name/givenName", json!("x")),
        ("urn:ietf:params:scim:schemas:core:2.0:User:title", "/title", json!("x")),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
            "/name/givenName",
            json!("x"),
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"].display",
            "/emails/0/display",
            json!("x"),
        ),
        (
            "emails[type eq \"work\" and not (value co \"]\")].display",
            "/emails/0/display",
            json!("x"),
        ),
        (
            "emails[(type eq \"work\") or (primary eq true)].display",
            "/emails/0/display",
            json!("x"),
        ),
        ("emails[type eq\"work\"].display", "/emails/0/display", json!("x")),
    ];
    for (index, (text, pointer, value)) in forms.into_iter().enumerate() {
        let mut resource = bjensen();
        resource["userName"] = json!(format!("bjensen{index}"));
        let path = provider.made("/Users", &resource).await;
        assert_eq!(
            provider.patched(&path, add(text, value.clone())).await.pointer(pointer),
            Some(&value),
            "{text}"
        );
    }
    // The URN of the schema itself is the resource.
    let path = provider.made("/Users", &user("jsmith")).await;
    let patched = provider
        .patched(&path, add("urn:ietf:params:scim:schemas:core:2.0:User", json!({ "title": "x" })))
        .await;
    assert_eq!(patched["title"], "x");
}

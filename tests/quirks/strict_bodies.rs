//! What STRICT refuses and LENIENT reads: white space around paths, and extensions that `schemas`
//! does not name.

use serde_json::{Value, json};

use support::writes::provider::{Provider, add, remove, replace};
use support::writes::samples::{ENTERPRISE, PLACE, USER, bjensen, locker};

const PADDED: [&str; 7] = [
    " title",
    "title ",
    " title ",
    "\ttitle",
    "title\n",
    " emails[type eq \"work\"].value",
    " name.givenName ",
];

#[tokio::test]
async fn white_space_around_a_path_is_none_of_it() {
    let strict = Provider::strict();
    let path = strict.made("/Users", &bjensen()).await;
    for padded in PADDED {
        for operations in [replace(padded, json!("x")), add(padded, json!("x")), remove(padded)] {
            strict.refuses(&path, operations, "invalidPath").await;
        }
        strict
            .refuses(&path, json!([{ "op": "replace", "value": { padded: "x" } }]), "invalidPath")
            .await;
    }
    let urns = [
        format!(" {USER}:title"),
        format!("{ENTERPRISE} "),
        format!(" {ENTERPRISE}:department"),
        format!("{USER} "),
    ];
    for padded in &urns {
        strict.refuses(&path, replace(padded, json!("x")), "invalidPath").await;
    }
    strict.refuses(&path, remove(&format!(" schemas eq \"{ENTERPRISE}\"")), "invalidPath").await;
    // Between the tokens of a filter it is grammar.
    strict.patched(&path, replace("emails[ type  eq \"work\" ].value", json!("x"))).await;
    let lenient = Provider::lenient();
    let path = lenient.made("/Users", &bjensen()).await;
    for padded in [" title", "title ", " title "] {
        let answer = lenient.patch(&path, &replace(padded, json!(padded))).await;
        assert_eq!(
            (answer.status, &answer.body["title"], answer.rules),
            (200, &json!(padded), vec!["padded_paths"]),
            "{padded:?}"
        );
    }
}

#[tokio::test]
async fn an_extension_is_named_by_schemas() {
    // S-3-01, S-3-03
    let (strict, lenient) = (Provider::strict(), Provider::lenient());
    let cases: [(&str, Value, &str); 3] = [
        ("/Users", bjensen(), ENTERPRISE),
        (
            "/Users",
            json!({ "schemas": [], "userName": "ann", "URN:ietf:params:scim:schemas:extension:enterprise:2.0:user": { "department": "x" } }),
            ENTERPRISE,
        ),
        ("/Lockers", locker(1), PLACE),
    ];
    for (endpoint, mut body, extension) in cases {
        let base = if endpoint == "/Users" { USER } else { support::writes::samples::LOCKER };
        body["schemas"] = json!([base]);
        let detail = strict.post(endpoint, &body).await.refused("invalidSyntax");
        assert!(detail.contains(extension), "{detail}");
        let made = lenient.create(endpoint, &body).await;
        assert_eq!(made["schemas"], json!([base, extension]));
        body["schemas"] = json!([base, extension]);
        let path = strict.made(endpoint, &body).await;
        let before = strict.read(&path).await;
        body["schemas"] = json!([base]);
        strict.put(&path, &body).await.refused("invalidSyntax");
        assert_eq!(strict.read(&path).await, before);
        lenient.put(&support::writes::provider::at(&made), &body).await.ok();
    }
    // What holds nothing is not there (RFC 7643, Section 2.5).
    for nothing in [json!(null), json!({}), json!({ "department": null })] {
        let mut body = json!({ "schemas": [USER], "userName": format!("without {nothing}") });
        body[ENTERPRISE] = nothing;
        strict.create("/Users", &body).await;
    }
}

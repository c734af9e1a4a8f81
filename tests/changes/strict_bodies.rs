//! What STRICT refuses and LENIENT reads: white space around paths.

use serde_json::json;

use super::provider::{Provider, add, remove, replace};
use super::samples::{ENTERPRISE, USER, bjensen};

const PADDED: [&str; 7] =
    [" title", "title ", " title ", "\ttitle", "title\n", " emails[type eq \"work\"].value", " name.givenName "];

#[tokio::test]
async fn white_space_around_a_path_is_none_of_it() {
    let strict = Provider::strict();
    let path = strict.made("/Users", &bjensen()).await;
    for padded in PADDED {
        for operations in [replace(padded, json!("x")), add(padded, json!("x")), remove(padded)] {
            strict.refuses(&path, operations, "invalidPath").await;
        }
        strict.refuses(&path, json!([{ "op": "replace", "value": { padded: "x" } }]), "invalidPath").await;
    }
    let urns = [format!(" {USER}:title"), format!("{ENTERPRISE} "), format!(" {ENTERPRISE}:department"), format!("{USER} ")];
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

//! `examples/explain.rs`: what it says of a request, read from standard input or from a file.

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const PATCH: &str = r#"PATCH /Users/2819c223

{"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
 "Operations": [{"op": "Replace", "path": "active", "value": "False"}]}"#;

/// The example beside this test: `cargo test` builds both.
fn binary() -> PathBuf {
    let test = env::current_exe().expect("a test knows its own path");
    let profile =
        test.parent().and_then(|deps| deps.parent()).expect("tests stand in target/PROFILE/deps");
    let binary = profile.join("examples").join(format!("explain{}", env::consts::EXE_SUFFIX));
    assert!(binary.exists(), "build it first: cargo build --example explain");
    binary
}

fn explain(text: &str) -> Output {
    let mut child = Command::new(binary())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the example runs");
    child.stdin.take().expect("its input is ours").write_all(text.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[test]
fn a_request_is_explained_both_ways() {
    let output = explain(PATCH);
    let text = String::from_utf8(output.stdout).expect("it writes text");
    assert!(output.status.success());
    let expected = [
        "operation 0: replace `active`",
        "LENIENT answers 200 OK",
        "boolean_strings            operation 0: `active`: string interpreted as a boolean",
        "STRICT answers 400 Bad Request",
        "attribute `active` must be a boolean",
    ];
    let mut rest = text.as_str();
    for line in expected {
        let (_, after) =
            rest.split_once(line).unwrap_or_else(|| panic!("`{line}` comes next in:\n{text}"));
        rest = after;
    }
}

#[test]
fn what_is_no_request_is_refused_with_a_hint() {
    let output = explain("");
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .contains("the first line must be a method and a path")
    );
    let file = Command::new(binary()).arg("no such file").output().expect("the example runs");
    assert!(String::from_utf8_lossy(&file.stderr).contains("no such file"));
}

#[test]
fn no_password_is_explained() {
    // S-4.1.1-09
    let operation =
        |path: &str, value: &str| format!(r#"{{"op": "Replace", {path} "value": {value}}}"#);
    let patch = |operation: &str| {
        let schemas = r#"["urn:ietf:params:scim:api:messages:2.0:PatchOp"]"#;
        format!(
            "PATCH /Users/2819c223\n\n{{\"schemas\": {schemas}, \"Operations\": [{operation}]}}"
        )
    };
    let requests = [
        patch(&operation(r#""path": "password","#, r#""t1meMa$heen""#)),
        patch(&operation(r#""path": "password","#, r#"["t1meMa$heen", "t1meMa$heen"]"#)),
        patch(&operation("", r#"{"PASSWORD": "t1meMa$heen", "active": "False"}"#)),
        "POST /Users\n\n{\"userName\": \"babs\", \"password\": \"t1meMa$heen\"}".to_owned(),
        "PUT /Users/1\n\n{\"userName\": \"babs\", \"password\": {\"value\": \"t1meMa$heen\"}}"
            .to_owned(),
    ];
    for request in requests {
        let output = explain(&request);
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("STRICT answers") && !said.contains("t1me"), "{request}:\n{said}");
    }
}

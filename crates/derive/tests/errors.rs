//! Mistakes are compiler errors that name the remedy, at the place of the mistake.
//!
//! The compiler runs on each `errors/*.rs`, over the libraries that this test was built with. After
//! a change of messages: `SCIMWIRE_RENEW=1 cargo test -p scimwire-derive --test errors`.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use serde_json::Value;

#[test]
fn mistakes_are_errors_that_name_the_remedy() {
    let library = library();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    for case in files.iter().filter(|file| file.extension().is_some_and(|it| it == "rs")) {
        let output = compile(case, &library);
        assert!(!output.status.success(), "{} compiles", case.display());
        let told = told(&output);
        let record = case.with_extension("txt");
        if env::var_os("SCIMWIRE_RENEW").is_some() {
            fs::write(record, told).expect("the record can be written");
            continue;
        }
        let expected = fs::read_to_string(&record).unwrap_or_default();
        assert_eq!(told, expected, "{}", case.display());
    }
}

/// Finds the library that was built last, among those of other features: one that has the macro.
fn library() -> PathBuf {
    let program = env::current_exe().expect("a test");
    let folder = program.parent().expect("a folder");
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        name.starts_with("libscimwire-") && name.ends_with(".rlib")
    };
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    let mut libraries: Vec<PathBuf> = paths.filter(is_library).collect();
    libraries.sort_by_key(|path| fs::metadata(path).and_then(|of| of.modified()).ok());
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors/none/sound.rs");
    let found = libraries.into_iter().rev().find(|path| compile(&sound, path).status.success());
    found.expect("a library with the macro")
}

fn compile(program: &Path, library: &Path) -> Output {
    let mut dependencies = std::ffi::OsString::from("dependency=");
    dependencies.push(library.parent().expect("a folder"));
    let mut with = std::ffi::OsString::from("scimwire=");
    with.push(library);
    Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--emit", "metadata", "--error-format", "json", "--out-dir"])
        .arg(env!("CARGO_TARGET_TMPDIR"))
        .arg("-L")
        .arg(dependencies)
        .arg("--extern")
        .arg(with)
        .arg(program)
        .output()
        .expect("the compiler runs")
}

/// Returns the line and column of each error, with the message, the label and the notes.
fn told(output: &Output) -> String {
    let mut lines: Vec<String> = Vec::new();
    for text in String::from_utf8_lossy(&output.stderr).lines() {
        let diagnostic: Value = serde_json::from_str(text).expect("the compiler writes JSON");
        let Some(span) = diagnostic["spans"].as_array().and_then(|spans| spans.first()) else {
            continue;
        };
        let marked = span["text"][0]["text"].as_str().unwrap_or_default().trim();
        let message = diagnostic["message"].as_str().unwrap_or_default();
        let mut told =
            format!("{}:{}: {message}\n    {marked}\n", span["line_start"], span["column_start"]);
        told.extend(span["label"].as_str().map(|label| format!("    label: {label}\n")));
        let notes = diagnostic["children"].as_array().into_iter().flatten();
        for note in notes
            .filter(|note| note["level"] == "note" && note["spans"] == Value::Array(Vec::new()))
        {
            let note = note["message"].as_str().unwrap_or_default();
            if !note.starts_with("this error originates") {
                told.push_str(&format!("    note: {note}\n"));
            }
        }
        if !lines.contains(&told) {
            lines.push(told);
        }
    }
    lines.concat()
}

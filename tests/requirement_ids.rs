//! Ids of requirements, as comments name them, are those of `docs/requirements.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const TABLE: &str = "docs/requirements.md";

/// Rules that no test proves: TLS is up to the deployment, and a `profileUrl` compares as it is.
const UNPROVED: &[&str] = &["P-7.2-01", "S-4.1.1-04"];

const LEVELS: [&str; 4] = ["MUST", "SHOULD", "MAY", "OURS"];

#[test]
fn each_id_in_use_has_a_row() {
    let rows = rows();
    let unknown: Vec<_> = used().into_iter().filter(|(id, _)| !rows.contains_key(id)).collect();
    assert!(unknown.is_empty(), "not in {TABLE}: {unknown:#?}");
}

#[test]
fn each_row_has_a_test() {
    let mut rows = rows();
    for (id, files) in used() {
        if files.iter().any(|file| !has_extension(file, &["md"])) {
            rows.remove(&id);
        }
    }
    let unused: Vec<String> = rows.into_keys().collect();
    assert_eq!(unused, UNPROVED, "rows of {TABLE} that no test names");
}

#[test]
fn each_row_says_where_the_rule_stands_and_how_firm_it_is() {
    for (id, cells) in rows() {
        let [section, level, rule] = cells.as_slice() else {
            panic!("{id} has other columns: {cells:?}");
        };
        let places: Vec<&str> = section.split("; ").collect();
        assert!(places.iter().all(|place| place.starts_with(['7', '9'])), "{id}: {section}");
        assert!(LEVELS.contains(&level.as_str()), "{id}: {level}");
        assert!(rule.ends_with('.') && rule.len() <= 320, "{id}: {rule}");
    }
}

#[test]
fn ids_are_told_from_other_words() {
    let text = "// P-3.5.2-02, A-63: as UTF-8, E-1001 and urn:x:S-1; (A-100)";
    assert_eq!(ids(text), ["P-3.5.2-02", "A-63", "A-100"]);
}

/// The rows of the table: the other cells of each id.
fn rows() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join(TABLE)).expect("the table is text");
    let mut rows = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        let mut cells = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned());
        let id = cells.next().unwrap_or_default();
        if is_id(&id) {
            assert!(rows.insert(id.clone(), cells.collect()).is_none(), "{id} has two rows");
        }
    }
    assert!(rows.len() > 400, "{} rows", rows.len());
    rows
}

/// Each id that a source or a page of the documentation names, with the files that do.
fn used() -> BTreeMap<String, BTreeSet<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["src", "crates", "examples", "tests"] {
        collect(&root().join(folder), &mut files);
    }
    let mut used: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in files.into_iter().filter(|path| !path.ends_with("tests/requirement_ids.rs")) {
        let text = fs::read_to_string(&path).expect("a source is text");
        for id in ids(&text) {
            used.entry(id.to_owned()).or_default().insert(path.clone());
        }
    }
    used
}

/// Sources, cases and pages below a folder, which need not be there.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, found);
        } else if has_extension(&path, &["rs", "json", "jsonl", "md"]) {
            found.push(path);
        }
    }
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    path.extension().and_then(|its| its.to_str()).is_some_and(|its| known.contains(&its))
}

fn ids(text: &str) -> Vec<&str> {
    text.split(|character: char| {
        !character.is_ascii_alphanumeric() && !matches!(character, '-' | '.' | ':' | '_')
    })
    .map(|word| word.trim_end_matches(['.', ':']))
    .filter(|word| is_id(word))
    .collect()
}

/// `P-3.5.2-02`: a letter, a section and a number of two digits; or `A-63`, without a section.
fn is_id(word: &str) -> bool {
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let parts: Vec<&str> = word.split('-').collect();
    match parts.as_slice() {
        ["A", number] => number.len() >= 2 && are_digits(number),
        ["S" | "P" | "C" | "U" | "D" | "E", section, number] => {
            number.len() == 2 && are_digits(number) && section.split('.').all(are_digits)
        }
        _ => false,
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

//! The grammar of filters and paths: tables of what is read, and as what (RFC 7644, Figures 1 and
//! 7).
//!
//! P-3.4.2.2-03, P-3.4.2.2-05, P-3.4.2.2-13, P-3.4.2.2-14, P-3.4.2.2-15, P-3.4.2.2-22, P-3.5.2-07,
//! P-3.5.2-09

use std::fs;
use std::path::PathBuf;

use scimwire::attr::AttrPath;
use scimwire::filter::{CompValue, Filter};
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::{PatchBinder, PatchErrorKind, Path};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    accept: Vec<Accept>,
    reject: Vec<Reject>,
}

#[derive(Deserialize)]
struct Accept {
    rule: String,
    text: String,
    ast: String,
}

#[derive(Deserialize)]
struct Reject {
    rule: String,
    text: String,
    #[serde(rename = "scimType")]
    scim_type: String,
}

/// A line of a syntax table: a filter or a path, and whether it is one.
#[derive(Deserialize)]
struct Line {
    id: String,
    filter: Option<String>,
    path: Option<String>,
    ok: bool,
}

#[test]
fn accepted_text_has_its_tree() {
    for case in cases().accept {
        let tree = match case.rule.to_ascii_lowercase().as_str() {
            "filter" => {
                tree(&case.text.parse().unwrap_or_else(|err| panic!("{}: {err}", case.text)))
            }
            "path" => path_tree(&case.text),
            rule => panic!("unknown rule {rule}"),
        };
        assert_eq!(tree, case.ast, "{}", case.text);
    }
}

#[test]
fn rejected_text_has_its_type() {
    for case in cases().reject {
        let found = match case.rule.to_ascii_lowercase().as_str() {
            "filter" => match case.text.parse::<Filter>() {
                Ok(filter) => panic!("`{}` was read as {}", case.text, tree(&filter)),
                Err(_) => "invalidFilter".to_owned(),
            },
            _ => match case.text.parse::<Path>() {
                Ok(path) => panic!("`{}` was read as {path}", case.text),
                Err(kind) => kind.scim_type().to_string(),
            },
        };
        assert_eq!(found, case.scim_type, "{}", case.text);
    }
}

#[test]
fn filters_of_the_table_are_read_or_refused() {
    for line in lines("filter-syntax.jsonl") {
        let filter = line.filter.expect("a line of this table has a filter");
        let read = filter.parse::<Filter>();
        assert_eq!(read.is_ok(), line.ok, "{}: `{filter}`: {read:?}", line.id);
    }
}

#[test]
fn paths_of_the_table_are_read_or_refused() {
    for line in lines("path-syntax.jsonl") {
        let path = line.path.expect("a line of this table has a path");
        let read = path.parse::<Path>();
        assert_eq!(read.is_ok(), line.ok, "{}: `{path}`: {read:?}", line.id);
    }
}

#[test]
fn display_is_the_inverse_of_parsing() {
    let filters = lines("filter-syntax.jsonl")
        .into_iter()
        .filter(|line| line.ok)
        .filter_map(|line| line.filter);
    for text in filters {
        let filter: Filter = text.parse().expect("the table says that it is one");
        assert_eq!(filter.to_string().parse(), Ok(filter), "{text}");
    }
    let paths =
        lines("path-syntax.jsonl").into_iter().filter(|line| line.ok).filter_map(|line| line.path);
    for text in paths {
        let path: Path = text.parse().expect("the table says that it is one");
        assert_eq!(path.to_string().parse(), Ok(path), "{text}");
    }
}

#[test]
fn errors_point_at_the_place() {
    let cases = [
        ("userName zz \"x\"", "expected an operator at column 10, found `zz`"),
        (
            "userName eq bjensen",
            "expected a value (a string in double quotes, a number, true, false or null) at column 13, found `bjensen`",
        ),
        ("userName eq \"x\" and", "expected a condition at column 20"),
        ("(userName pr", "expected `)` at column 13"),
        ("emails[type eq \"work\"", "expected `]` at column 22"),
        ("é pr", "expected a condition at column 1, found `é`"),
        (
            "title eq \"é\" x",
            "expected `and`, `or` or the end of the filter at column 14, found `x`",
        ),
        ("", "expected a condition at column 1"),
    ];
    for (text, expected) in cases {
        let error = text.parse::<Filter>().expect_err("no filter");
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.filter(), text);
    }
}

fn cases() -> Cases {
    serde_json::from_str(&read("filter-cases.json")).expect("the table has this form")
}

fn lines(name: &str) -> Vec<Line> {
    read(name)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line has this form"))
        .collect()
}

fn read(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

/// The tree in the notation of the table, where `and` and `or` are binary and associate to the
/// left.
fn tree(filter: &Filter) -> String {
    match filter {
        Filter::And(terms) => joined("and", terms),
        Filter::Or(terms) => joined("or", terms),
        Filter::Not(filter) => format!("(not {})", tree(filter)),
        Filter::Present(path) => format!("(pr {})", name(path)),
        Filter::Compare { path, op, value } => format!("({op} {} {})", name(path), literal(value)),
        Filter::ValuePath { path, filter } => format!("(has {} {})", name(path), tree(filter)),
    }
}

fn joined(word: &str, terms: &[Filter]) -> String {
    let trees = terms.iter().map(tree);
    trees
        .reduce(|left, right| format!("({word} {left} {right})"))
        .expect("a list has at least two terms")
}

fn literal(value: &CompValue) -> String {
    match value {
        CompValue::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        value => value.to_string(),
    }
}

fn name(path: &AttrPath) -> String {
    let schema = path.schema.as_ref().map(|uri| format!("{{{uri}}}")).unwrap_or_default();
    let sub = path.sub.as_ref().map(|sub| format!(".{sub}")).unwrap_or_default();
    format!("{schema}{}{sub}", path.name)
}

/// A path that is the URN of an extension means the whole of it; only a resource type can tell.
fn path_tree(text: &str) -> String {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let operation = PatchOperation::remove(text);
    let bound = PatchBinder::new(users.clone()).bind(PatchOp::new([operation]));
    if users.extension(text).is_some() {
        assert!(bound.is_ok(), "{text}");
        return format!("(path {{{text}}})");
    }
    let path: Path = text.parse().unwrap_or_else(|err: PatchErrorKind| panic!("{text}: {err}"));
    let sub = path.sub.as_ref().map(|sub| format!(" {sub}")).unwrap_or_default();
    match &path.filter {
        Some(filter) => format!("(path {} {}{sub})", name(&path.attribute), tree(filter)),
        None => format!("(path {})", name(&path.attribute)),
    }
}

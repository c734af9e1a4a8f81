//! Which module may name which, where vendors' names stand, and how large files and functions are.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module, after all those it may name.
const ORDER: &[&str] = &[
    "attr", "error", "value", "budget", "clock", "secret", "shown", "quirks", "schema", "resource",
    "filter", "message", "query", "patch", "features", "context", "auth", "store", "typed", "sql",
    "hooks", "service", "dispatch", "testkit", "guides",
];

const VENDORS: &[&str] = &[
    "okta",
    "entra",
    "microsoft",
    "azure",
    "onelogin",
    "jumpcloud",
    "google",
    "pingone",
    "authentik",
    "keycloak",
    "rauthy",
    "cyberark",
    "rippling",
    "sailpoint",
    "aws ",
];

/// Pages that are read as they are.
const PAGES: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/requirements.md",
    "examples/axum_server/README.md",
];

/// Phrases that stand for a term which people search for, and what to write.
const PHRASES: [(&str, &str); 18] = [
    ("the host's", "your"),
    ("The host's", "your"),
    ("a host's", "your"),
    ("of one's own", "custom, or your own"),
    ("has a say", "is a hook"),
    ("hears of", "is called, or observes"),
    ("is told of", "is called with"),
    ("what becomes of", "what happens to"),
    ("in so many words", "explicitly"),
    ("all the same", "nothing, or still"),
    ("is none", "does not exist"),
    ("are none", "do not exist"),
    ("none until", "`None` until"),
    ("none where", "`None` if"),
    ("none means", "`None` means"),
    ("ready made", "built-in"),
    ("who asks", "the caller"),
    ("beside the RFC", "deviations from the RFC"),
];

/// Lines of code, without blank lines, comments and tests.
const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 60;

#[test]
fn imports_point_up() {
    let rank = |module: &str| ORDER.iter().position(|known| *known == module);
    for (path, text) in sources("src") {
        let module = module_of(&path);
        assert!(module == "lib" || rank(&module).is_some(), "`{module}` is not in the picture");
        assert!(
            !text.contains("crate::{"),
            "{}: one `use crate::...` line a module",
            path.display()
        );
        for name in code(&text).flat_map(|line| line.split("crate::").skip(1).map(leading_word)) {
            if let (Some(user), Some(used)) = (rank(&module), rank(name)) {
                assert!(
                    used <= user,
                    "{}: `{module}` names `{name}`, which depends on it",
                    path.display()
                );
            }
        }
    }
}

/// The operations run without HTTP: `dispatch` alone turns requests into calls, and outcomes into
/// responses.
#[test]
fn the_service_knows_of_http_no_more_than_status_codes() {
    for (path, text) in sources("src/service") {
        for line in code(&text) {
            for used in line.split("http::").skip(1) {
                assert_eq!(leading_word(used), "StatusCode", "{}: {line}", path.display());
            }
        }
    }
}

#[test]
fn vendors_are_named_in_presets_only() {
    for (path, text) in sources("src")
        .into_iter()
        .chain(sources("crates"))
        .filter(|(path, _)| !path.ends_with("quirks/presets.rs"))
    {
        let lower = text.to_ascii_lowercase();
        for vendor in VENDORS {
            assert!(!lower.contains(vendor), "{} names `{vendor}`", path.display());
        }
    }
}

#[test]
fn nom_stays_in_the_parsers() {
    for (path, text) in sources("src") {
        let allowed = path.ends_with("filter/parse.rs") || path.ends_with("patch/path.rs");
        assert!(allowed || !text.contains("nom::"), "{} names nom", path.display());
    }
}

#[test]
fn files_and_functions_are_small() {
    for (path, text) in
        sources("src").into_iter().chain(sources("crates")).chain(sources("examples"))
    {
        let lines = code(&text).count();
        assert!(lines <= FILE_LINES, "{} has {lines} lines of code", path.display());
        for (name, lines) in functions(&text) {
            assert!(lines <= FUNCTION_LINES, "{}: `{name}` has {lines} lines", path.display());
        }
    }
}

/// Pages are read in rustdoc and as they are: a link has to lead somewhere in both.
#[test]
fn links_of_pages_lead_somewhere() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut pages = files("src/docs", "md");
    pages.extend(files("crates/sqlx/src/docs", "md"));
    let in_rustdoc = pages.len();
    pages.extend(PAGES.map(|page| root.join(page)));
    for (index, page) in pages.iter().enumerate() {
        let text = fs::read_to_string(page).expect("a page is text");
        for (_, rest) in text.match_indices("](").map(|(at, _)| text.split_at(at + 2)) {
            let target = rest.split(')').next().unwrap_or_default();
            let is_file = || index >= in_rustdoc && page.with_file_name(target).exists();
            assert!(
                target.starts_with("https://") || target.starts_with('#') || is_file(),
                "{}: `{target}`",
                page.display()
            );
        }
        for (_, rest) in text.match_indices("`]").map(|(at, _)| text.split_at(at + 2)) {
            assert!(
                rest.starts_with('('),
                "{}: a link without a target before `{:.40}`",
                page.display(),
                rest
            );
        }
    }
}

/// Pages say "is not a valid X", not "is no X"; "there is no X" is about absence.
#[test]
fn prose_has_the_terms_that_people_search_for() {
    let mut pages = files("src/docs", "md");
    pages.extend(files("crates/sqlx/src/docs", "md"));
    pages.extend(
        PAGES.iter().filter(|page| !page.contains("requirements")).map(|page| root().join(page)),
    );
    pages.extend(
        ["CHANGELOG.md", "crates/sqlx/README.md", "src/lib.rs", "src/guides.rs"]
            .map(|page| root().join(page)),
    );
    for page in pages {
        let text = prose(&fs::read_to_string(&page).expect("a page is text"));
        for (phrase, term) in PHRASES {
            assert!(!text.contains(phrase), "{}: `{phrase}`; write: {term}", page.display());
        }
        for verb in [" is no ", " are no "] {
            for (at, _) in text.match_indices(verb) {
                let is_absence = text[..at].to_ascii_lowercase().ends_with("there");
                assert!(is_absence, "{}: `{:.60}`", page.display(), &text[at..]);
            }
        }
    }
}

/// Lists of items show summaries alone: "What", "Where" and "The same" say nothing there.
#[test]
fn public_summaries_begin_with_a_verb_or_a_noun() {
    let riddles = [
        "What ", "Who ", "Whose ", "Where ", "Which ", "How ", "Whether ", "When ", "Why ",
        "The same", "None ",
    ];
    for (path, text) in sources("src").into_iter().chain(sources("crates")) {
        for summary in public_summaries(&text) {
            let is_riddle = riddles.iter().any(|word| summary.starts_with(word));
            assert!(!is_riddle, "{}: {summary}", path.display());
        }
    }
}

#[test]
fn summaries_are_those_of_public_items() {
    let text = "//! The module.\n\n/// One.\n///\n/// More.\n#[must_use]\npub fn one() {}\n\n/// Two.\nfn two() {}\n";
    assert_eq!(public_summaries(text), ["The module.", "One."]);
}

#[test]
fn code_is_no_prose() {
    let page = "//! A `host's`\n//! page.\n//! ```\n//! is none\n//! ```\n//! The\n//! end.";
    assert_eq!(prose(page), "A page. The end.");
}

#[test]
fn each_module_is_in_the_picture_that_maintainers_see() {
    let page = page("ARCHITECTURE.md");
    for module in ORDER {
        assert!(page.contains(&format!("`{module}`")), "`{module}` is not in ARCHITECTURE.md");
    }
}

/// A file or folder that pages for maintainers name is there: below the root, `src`, or the demo.
#[test]
fn places_that_maintainers_are_sent_to_exist() {
    let roots = ["", "src", "examples/axum_server"].map(|folder| root().join(folder));
    for name in ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"] {
        let page = page(name);
        for place in page.split('`').skip(1).step_by(2).filter(|code| is_place(code)) {
            assert!(roots.iter().any(|root| root.join(place).exists()), "{name}: `{place}`");
        }
    }
}

/// Who contributes finds each step of CI, and what it guards; and each is run.
#[test]
fn steps_of_ci_are_told_and_run() {
    let (contributing, run) = (page("CONTRIBUTING.md"), page(".ci/run"));
    let steps = run.lines().find_map(|line| line.trim().strip_prefix("set -- ")).expect("steps");
    let mut found: Vec<String> = fs::read_dir(root().join(".ci"))
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name != "run" && name != "common.sh")
        .collect();
    for name in &found {
        let row = format!("| `.ci/{name}` | ");
        assert!(contributing.contains(&row), "CONTRIBUTING.md does not say what `{name}` guards");
    }
    let mut steps: Vec<&str> = steps.split(' ').collect();
    steps.sort_unstable();
    found.sort_unstable();
    assert_eq!(steps, found, "what `.ci/run` runs, and what there is");
}

/// `#[non_exhaustive]` structs of switches show their defaults nowhere else; those of quirks are
/// written by the table that they come from.
#[test]
fn features_say_their_defaults() {
    let text = page("src/features.rs");
    let shown = format!("{:#?}", scimwire::dispatch::Features::default());
    let switches: Vec<(&str, &str)> = shown
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .collect();
    assert!(switches.len() > 5, "{shown}");
    for (name, default) in switches {
        let (before, _) = text.split_once(&format!("    pub {name}: ")).expect("the field");
        let docs = before.lines().rev().map_while(|line| line.trim().strip_prefix("///"));
        let mut words: Vec<&str> = docs.flat_map(|line| line.split_whitespace().rev()).collect();
        words.reverse();
        let docs = words.join(" ");
        let last = docs.trim_end_matches('.').rsplit(". ").next().unwrap_or_default();
        let says_it = match default {
            "true" => last == "On by default",
            "false" => last == "Off by default",
            _ => last.to_ascii_lowercase().contains("by default"),
        };
        assert!(says_it, "`{name}` is {default}: {docs}");
    }
}

/// Who operates a service provider finds each limit in one place, with its default.
#[test]
fn limits_are_on_the_page_about_security() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/docs/security.md");
    let page = fs::read_to_string(page).expect("a page is text");
    let mut within = "";
    let shown = format!("{:#?}", scimwire::dispatch::Limits::default());
    let fields: Vec<(&str, &str)> = shown
        .lines()
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(": "))
        .collect();
    assert!(fields.len() > 12, "{shown}");
    for (name, default) in fields {
        match default {
            "JsonLimits {" => within = "json.",
            "FilterLimits {" => within = "filter.",
            _ => {
                let is_inside = |prefix| {
                    let inside = [
                        "max_depth",
                        "max_values",
                        "max_members",
                        "max_total_members",
                        "max_memory",
                        "max_bytes",
                        "max_terms",
                    ];
                    inside.contains(&name) && within == prefix
                };
                let prefix = if is_inside("json.") || is_inside("filter.") { within } else { "" };
                assert!(
                    page.contains(&format!("`{prefix}{name}`")),
                    "`{prefix}{name}`, by default {default}"
                );
            }
        }
    }
}

#[test]
fn functions_are_counted() {
    let text = "fn a() {\n    // no code\n    one();\n    two();\n}\n\nimpl B {\n    fn c() {\n        one();\n    }\n}\n";
    assert_eq!(functions(text), [("a".to_owned(), 3), ("c".to_owned(), 2)]);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page(name: &str) -> String {
    fs::read_to_string(root().join(name)).expect(name)
}

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let sources = files(folder, "rs").into_iter().filter(|path| !path.ends_with("tests.rs"));
    sources
        .map(|path| (path.clone(), fs::read_to_string(&path).expect("a source is text")))
        .collect()
}

/// The files below a folder of this repository whose names end so, without tests and benches.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut found = Vec::new();
    collect(&root, extension, &mut found);
    assert!(!found.is_empty(), "{folder} has files");
    found
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() && !path.ends_with("tests") && !path.ends_with("benches") {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|its| its == extension) {
            found.push(path);
        }
    }
}

/// The first folder or file below `src`.
fn module_of(path: &Path) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let first = path.strip_prefix(root).expect("a path below src").iter().next().expect("a file");
    first.to_string_lossy().trim_end_matches(".rs").to_owned()
}

/// Returns `true` if code in a page is the path of a file or folder of this repository.
fn is_place(code: &str) -> bool {
    let is_part = |it: char| it.is_ascii_alphanumeric() || "/._-".contains(it);
    code.contains('/') && !code.starts_with("..") && code.chars().all(is_part)
}

/// The first line of the documentation of a module and of each public item.
fn public_summaries(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found: Vec<&str> =
        lines.iter().find_map(|line| line.strip_prefix("//! ")).into_iter().collect();
    for (index, line) in lines.iter().enumerate() {
        let is_first = index == 0 || !lines[index - 1].starts_with("///");
        let Some(summary) = line.strip_prefix("/// ").filter(|_| is_first) else {
            continue;
        };
        let item =
            lines[index..].iter().find(|line| !line.starts_with("///") && !line.starts_with("#["));
        found.extend(item.filter(|item| item.starts_with("pub ")).map(|_| summary));
    }
    found
}

/// A page in one line, without what is code.
fn prose(page: &str) -> String {
    let lines = page.lines().map(|line| line.trim_start_matches("//!").trim());
    let text: Vec<&str> = lines.take_while(|line| !line.starts_with("#![")).collect();
    let without_blocks = text.join(" ");
    let without_blocks: Vec<&str> = without_blocks.split("```").step_by(2).collect();
    without_blocks.join("").split('`').step_by(2).collect::<String>().replace("  ", " ")
}

/// Lines that count: up to the tests, without blank lines and comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"))
}

/// Each function with the number of its lines, from its name to before its closing brace.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = code(text).collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some((before, after)) = line.split_once("fn ").filter(|(before, _)| is_head(before))
        else {
            continue;
        };
        let indent = &before[..before.len() - before.trim_start().len()];
        let end = lines[start..].iter().position(|line| line.strip_prefix(indent) == Some("}"));
        found.extend(end.map(|length| (leading_word(after).to_owned(), length)));
    }
    found
}

/// Returns `true` if only what may stand before `fn` does.
fn is_head(before: &str) -> bool {
    before
        .split_whitespace()
        .all(|word| matches!(word, "pub" | "pub(crate)" | "pub(super)" | "async" | "const"))
}

fn leading_word(text: &str) -> &str {
    let end = text
        .find(|character: char| !character.is_alphanumeric() && character != '_')
        .unwrap_or(text.len());
    &text[..end]
}

/// Names of the public API that guides mention outside examples, which compile, exist.
#[test]
fn names_on_pages_are_those_of_the_api() {
    let record = page("api/scimwire.txt") + &page("api/scimwire-sqlx.txt");
    let mut guides = files("src/docs", "md");
    guides.extend(files("crates/sqlx/src/docs", "md"));
    guides.extend(["README.md", "crates/sqlx/README.md"].map(|page| root().join(page)));
    for guide in guides {
        let text = fs::read_to_string(&guide).expect("a page is text");
        let text = text.split("```").step_by(2).collect::<String>();
        for code in text.split('`').skip(1).step_by(2) {
            assert!(is_of_the_api(code, &record), "{}: `{code}`", guide.display());
        }
    }
}

/// Whether a `Type::item`, or the method of a `value.method()`, is on record. Other code is none of
/// the API, and a type alias has the items of its type.
fn is_of_the_api(code: &str, record: &str) -> bool {
    let of_word = |character: char| character.is_alphanumeric() || character == '_';
    let name = code.split(|character| !of_word(character) && !".:".contains(character)).next();
    let name = name.unwrap_or_default();
    if let Some((_, method)) = name.rsplit_once('.').filter(|_| code.ends_with("()")) {
        return record.contains(&format!("fn {method}("))
            || record.contains(&format!("fn {method}<"));
    }
    let mut parts = name.rsplit("::");
    let (Some(item), Some(owner)) = (parts.next(), parts.next()) else { return true };
    if !owner.starts_with(|first: char| first.is_ascii_uppercase()) {
        return true;
    }
    let of_owner = format!("::{owner}: ");
    let mut lines =
        record.lines().filter_map(|line| Some(line.split_once(&of_owner)?.1)).peekable();
    let is_elsewhere = lines.peek().is_none_or(|line| line.starts_with("pub type"));
    is_elsewhere
        || lines.any(|line| line.split(|character| !of_word(character)).any(|word| word == item))
}

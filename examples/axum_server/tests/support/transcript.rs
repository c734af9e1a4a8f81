//! Transcripts of identity providers: the workflow of one client, one request and what it wants
//! back a line. `replay` sends them to a server and judges its answers.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::http::SendError;
use super::json_path::JsonPath;
use check::Check;
use host::HostExpect;
use variables::{Unbound, Variables};

mod check;
mod host;
pub(crate) mod replay;
mod variables;

/// The lines of one file.
#[derive(Debug)]
pub(crate) struct Transcript {
    pub(crate) lines: Vec<Line>,
}

impl Transcript {
    /// Reads a file.
    ///
    /// # Panics
    ///
    /// - the file cannot be read
    /// - a line breaks the format, so that no typing error passes silently
    pub(crate) fn load(file: &Path) -> Self {
        let name = file.display();
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| {
                serde_json::from_str(line)
                    .unwrap_or_else(|error| panic!("{name}:{}: {error}", index + 1))
            })
            .collect();
        Self { lines }
    }
}

/// A request, and what the client and the host want to see of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) step: String,
    #[serde(default)]
    host_action: Vec<HostAction>,
    pub(crate) request: Request,
    expect: Expect,
    /// Variables, and where in the answer their values stand.
    #[serde(default)]
    capture: BTreeMap<String, JsonPath>,
    host_expect: Option<HostExpect>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    source: String,
    confidence: Confidence,
    #[serde(default)]
    note: String,
}

impl Line {
    /// Returns `true` if a failure is reported but not counted.
    fn is_soft(&self) -> bool {
        self.optional || self.confidence == Confidence::Inferred
    }
}

/// What the host's administrator does before the request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostAction {
    method: String,
    path: String,
    body: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    method: String,
    base: Option<String>,
    pub(crate) path: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    body: Option<Value>,
    body_raw: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    status: Statuses,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    json: Vec<Check>,
    #[serde(default)]
    body_contains: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Statuses {
    One(u16),
    AnyOf(Vec<u16>),
}

impl Statuses {
    fn contain(&self, status: u16) -> bool {
        match self {
            Self::One(wanted) => *wanted == status,
            Self::AnyOf(wanted) => wanted.contains(&status),
        }
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(wanted) => write!(formatter, "{wanted}"),
            Self::AnyOf(wanted) => write!(formatter, "one of {wanted:?}"),
        }
    }
}

/// How sure it is that providers send this.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Confidence {
    Documented,
    Captured,
    SourceCode,
    Inferred,
    Contract,
}

/// Server flags and variables, by the name of a transcript; those under `*` hold for each.
#[derive(Debug, Deserialize)]
pub(crate) struct Settings(BTreeMap<String, Entry>);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

impl Settings {
    /// The flags and variables of one transcript: those under `*` first, then its own.
    pub(crate) fn of(&self, transcript: &str) -> (Vec<String>, Variables) {
        let mut variables = Variables::default();
        let mut templates = Vec::new();
        for entry in ["*", transcript].iter().filter_map(|key| self.0.get(*key)) {
            templates.extend(&entry.flags);
            for (name, value) in &entry.variables {
                variables.set(name, value.clone());
            }
        }
        let flags = templates
            .into_iter()
            .map(|flag| variables.text(flag).expect("flags use variables of the settings"))
            .collect();
        (flags, variables)
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("expected {expected}, got {got}")]
pub(crate) struct Miss {
    expected: String,
    got: String,
}

impl Miss {
    fn new(expected: impl fmt::Display, got: impl fmt::Display) -> Self {
        Self { expected: expected.to_string(), got: got.to_string() }
    }
}

/// Why a line could not be judged to its end.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Miss(#[from] Miss),
    #[error(transparent)]
    Unbound(#[from] Unbound),
    #[error(transparent)]
    Send(#[from] SendError),
}

/// The text on one line, and no longer than a report can bear.
fn clip(text: &str) -> String {
    const LONGEST: usize = 300;
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

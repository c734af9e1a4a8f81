//! The RFCs' own examples, one file each under `tests/rfc/`, by way of `Dispatcher` and
//! `MemoryDirectory`, strictly.
//!
//! A file creates what is `stored` and then makes its `steps`. `${0.id}` stands for a member of the
//! first resource that was created, here or in a step, and `${last.nextCursor}` for one of the last
//! answer. A body is checked as a part: every member given has to be equal, and an array of objects
//! has the same objects in any order.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;

use chrono::{DateTime, Utc};
use http::Request;
use scimwire::dispatch::Clock;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::{Dispatcher, MemoryDirectory, Quirks, ResourceType};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The base URL of the examples.
const BASE: &str = "https://example.com/v2";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Example {
    comment: String,
    /// The type of stored resources that do not say it in `schemas`.
    resource_type: String,
    #[serde(default)]
    stored: Vec<Value>,
    /// The time at which each stored resource is created; the last goes on.
    #[serde(default)]
    times: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    request: Sent,
    response: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    method: String,
    path: String,
    /// Query parameters, not yet escaped.
    #[serde(default)]
    query: Map<String, Value>,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    /// One status, or several that will do.
    status: Value,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Option<Value>,
    /// JSON pointers to what the body has not.
    #[serde(default)]
    absent: Vec<String>,
}

#[tokio::test]
async fn examples_hold() {
    let mut failures = Vec::new();
    let files = files();
    assert!(files.len() > 20, "the examples are there");
    for file in files {
        let text = fs::read_to_string(&file).expect("an example is text");
        let example: Example =
            serde_json::from_str(&text).unwrap_or_else(|err| panic!("{}: {err}", file.display()));
        if let Err(reason) = Run::default().example(&example).await {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            failures.push(format!("{name} ({}): {reason}", example.comment));
        }
    }
    assert!(failures.is_empty(), "{} examples fail:\n{}", failures.len(), failures.join("\n"));
}

/// A service provider, what was created in it, and its last answer.
struct Run {
    dispatcher: Dispatcher,
    clock: TestClock,
    created: Vec<Value>,
    last: Value,
}

impl Default for Run {
    fn default() -> Self {
        let directory = MemoryDirectory::new();
        let clock = TestClock::default();
        let users = ResourceType::user().with_extension(ENTERPRISE_USER);
        let groups = ResourceType::group();
        let builder =
            Dispatcher::builder(BASE).unauthenticated().quirks(Quirks::STRICT).clock(clock.clone());
        let builder = builder.store(directory.store(users));
        let dispatcher =
            builder.store(directory.store(groups)).build().expect("the types are consistent");
        Self { dispatcher, clock, created: Vec::new(), last: Value::Null }
    }
}

impl Run {
    async fn example(&mut self, example: &Example) -> Result<(), String> {
        for (index, resource) in example.stored.iter().enumerate() {
            if let Some(time) = example.times.get(index) {
                self.clock.set(time.parse().map_err(|_| format!("`{time}` is no time"))?);
            }
            let path = format!("/{}s", type_of(resource).unwrap_or(&example.resource_type));
            let (status, _, body) =
                self.send("POST", &path, &Map::new(), Some(self.filled(resource)?)).await;
            if status != 201 {
                return Err(format!("stored resource {index}: {body}"));
            }
            self.created.push(body);
        }
        for (index, step) in example.steps.iter().enumerate() {
            self.step(step).await.map_err(|reason| format!("step {index}: {reason}"))?;
        }
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<(), String> {
        let Step { request, response } = step;
        let mut path = self.text(&request.path)?;
        for (index, (name, value)) in request.query.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            path.extend([
                separator.to_string(),
                name.clone(),
                "=".to_owned(),
                escaped(&self.text(&value)?),
            ]);
        }
        let headers = self.filled(&Value::Object(request.headers.clone()))?;
        let headers = headers.as_object().expect("still an object");
        let body = request.body.as_ref().map(|body| self.filled(body)).transpose()?;
        let (status, sent, answer) = self.send(&request.method, &path, headers, body).await;
        if status == 201 {
            self.created.push(answer.clone());
        }
        self.last = answer;
        let statuses =
            response.status.as_array().cloned().unwrap_or_else(|| vec![response.status.clone()]);
        if !statuses.contains(&status.into()) {
            return Err(format!(
                "{path}: status {status}, expected {}: {}",
                response.status, self.last
            ));
        }
        for (name, value) in &response.headers {
            let expected = self.text(value.as_str().unwrap_or_default())?;
            let found = sent.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            if found != expected {
                return Err(format!("{path}: {name} is `{found}`, expected `{expected}`"));
            }
        }
        match &response.body {
            Some(expected) if !self.last.is_null() => {
                let expected = self.filled(expected)?;
                contains(&self.last, &expected).map_err(|place| {
                    format!("{path}: {place}: expected {expected}, found {}", self.last)
                })?;
            }
            _ => {}
        }
        match response.absent.iter().find(|pointer| self.last.pointer(pointer).is_some()) {
            Some(pointer) => Err(format!("{path}: {pointer} is there: {}", self.last)),
            None => Ok(()),
        }
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &Map<String, Value>,
        body: Option<Value>,
    ) -> (u16, http::HeaderMap, Value) {
        let mut request = Request::builder().method(method).uri(format!("/v2{path}"));
        request = request
            .header("content-type", "application/scim+json")
            .header("accept", "application/scim+json");
        for (name, value) in headers {
            request = request.header(name, value.as_str().unwrap_or_default());
        }
        let body = body.map_or_else(String::new, |body| body.to_string());
        let response = self.dispatcher.dispatch(request.body(body).expect("a request")).await;
        let (head, body) = response.into_parts();
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).expect("JSON")
        };
        (head.status.as_u16(), head.headers, body)
    }

    /// The value with all `${...}` in it replaced.
    fn filled(&self, value: &Value) -> Result<Value, String> {
        match value {
            Value::String(text) => self.text(text).map(Value::String),
            Value::Array(values) => values
                .iter()
                .map(|value| self.filled(value))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::Object(object) => {
                let members =
                    object.iter().map(|(name, value)| Ok((name.clone(), self.filled(value)?)));
                members.collect::<Result<_, String>>().map(Value::Object)
            }
            value => Ok(value.clone()),
        }
    }

    fn text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').ok_or("`${` without an end")?;
            let (source, path) = name.split_once('.').ok_or("`${` without a path")?;
            let source = match source.parse::<usize>() {
                Ok(index) => self.created.get(index).ok_or(format!("`{name}`: not created yet"))?,
                Err(_) => &self.last,
            };
            let value = source.pointer(&format!("/{}", path.replace('.', "/")));
            filled.extend([
                before,
                value.and_then(Value::as_str).ok_or(format!("`{name}`: no such text"))?,
            ]);
            rest = behind;
        }
        Ok(filled + rest)
    }
}

/// Where `found` lacks something of `expected`.
fn contains(found: &Value, expected: &Value) -> Result<(), String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => {
            expected.iter().try_for_each(|(name, value)| {
                let found = found.get(name).ok_or_else(|| format!("/{name} is not there"))?;
                contains(found, value).map_err(|place| format!("/{name}{place}"))
            })
        }
        (Value::Array(found), Value::Array(expected)) if expected.iter().all(Value::is_object) => {
            if found.len() != expected.len() {
                return Err(format!(" has {} elements", found.len()));
            }
            let mut left: Vec<&Value> = found.iter().collect();
            for value in expected {
                let position = left.iter().position(|found| contains(found, value).is_ok());
                left.swap_remove(position.ok_or_else(|| format!(" lacks {value}"))?);
            }
            Ok(())
        }
        (found, expected) if found == expected => Ok(()),
        _ => Err(" differs".to_owned()),
    }
}

/// The name of the resource type, by its base schema.
fn type_of(resource: &Value) -> Option<&str> {
    resource["schemas"][0].as_str()?.rsplit(':').next()
}

fn escaped(text: &str) -> String {
    let escape = |byte: u8| {
        if byte.is_ascii_alphanumeric() {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(escape).collect()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rfc");
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The time that an example says it is.
#[derive(Clone)]
struct TestClock(Arc<Mutex<DateTime<Utc>>>);

impl TestClock {
    fn set(&self, time: DateTime<Utc>) {
        *self.0.lock().expect("nothing panics under the lock") = time;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new("2010-01-23T04:56:22Z".parse().expect("a time"))))
    }
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("nothing panics under the lock")
    }
}

#[test]
fn a_part_is_a_part() {
    let part = |found: &str, expected: &str| {
        let read = |text| serde_json::from_str(text).expect("JSON");
        contains(&read(found), &read(expected)).is_ok()
    };
    assert!(part(
        r#"{"a": [{"b": 1, "c": 2}, {"b": 3}], "d": 4}"#,
        r#"{"a": [{"b": 3}, {"b": 1}]}"#
    ));
    assert!(!part(r#"{"a": [{"b": 1}, {"b": 3}]}"#, r#"{"a": [{"b": 3}]}"#));
    assert!(!part(r#"{"a": [{"b": 1}, {"b": 2}]}"#, r#"{"a": [{"b": 1}, {"b": 1}]}"#));
    assert!(!part(r#"{"a": 1}"#, r#"{"a": 1, "b": null}"#));
    assert!(!part(r#"{"a": ["x", "y"]}"#, r#"{"a": ["x"]}"#));
}

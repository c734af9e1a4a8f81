//! What is read beside the RFC: each tolerance on (`LENIENT`) and off (`STRICT`), with the
//! deviations that are reported. They run over the store in memory, or that which
//! `SCIMWIRE_TEST_STORE` asks for: `sqlite` or `postgres`.

use std::fs;
use std::path::Path;

use http::request::Builder;
use http::{Request, Response};
use scimwire::auth::RequestContext;
use scimwire::dispatch::{Bytes, RequestReport};
use scimwire::message::{BULK_REQUEST, PATCH_OP};
use scimwire::quirks::EmptyPatch;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::{Dispatcher, Quirks, ResourceType};
use serde::Deserialize;
use serde_json::{Value, json};

use support::databases::{LazyDirectory, kind_asked_for};

mod quirks {
    mod keys_as_paths;
    mod loose_messages;
    mod loose_values;
    mod strict_bodies;
}

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    id: String,
    /// The type of the resource that is there before; `User` where none is given.
    resource_type: Option<String>,
    /// Its attributes besides the required ones.
    #[serde(default)]
    stored: Value,
    content_type: Option<String>,
    /// Method, path, body; `{id}`, `{User}`, `{Enterprise}` stand for what they say.
    request: Vec<Value>,
    lenient: Expected,
    strict: Expected,
    /// The rules that LENIENT reports.
    deviations: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    status: u16,
    #[serde(default)]
    body: Value,
    #[serde(default)]
    absent: Vec<String>,
}

struct Answer {
    status: u16,
    body: Value,
    rules: Vec<&'static str>,
    shown: Vec<String>,
}

/// Attributes are read in the order in which their schemas came to be.
fn sorted<R: AsRef<str>>(rules: &[R]) -> Vec<&str> {
    let mut rules: Vec<&str> = rules.iter().map(AsRef::as_ref).collect();
    rules.sort_unstable();
    rules
}

#[tokio::test]
async fn tolerances_are_on_and_off() {
    let (in_lenient, in_strict) = (Provider::new(Quirks::LENIENT), Provider::new(Quirks::STRICT));
    for case in cases() {
        let lenient = in_lenient.answer(&case).await;
        check(&format!("{}, lenient", case.id), &case.lenient, &lenient);
        assert_eq!(sorted(&lenient.rules), sorted(&case.deviations), "{}", case.id);
        assert!(lenient.shown.iter().all(|text| !text.is_empty()));
        let strict = in_strict.answer(&case).await;
        check(&format!("{}, strict", case.id), &case.strict, &strict);
    }
}

#[tokio::test]
async fn tolerances_are_the_same_in_bulk_requests() {
    let cases: Vec<Case> = cases().into_iter().filter(Case::can_stand_in_bulk).collect();
    assert!(cases.len() > 30, "{}", cases.len());
    let (in_lenient, in_strict) = (Provider::new(Quirks::LENIENT), Provider::new(Quirks::STRICT));
    for case in cases {
        let lenient = in_lenient.answer_in_bulk(&case).await;
        check(&format!("{}, lenient, in bulk", case.id), &case.lenient, &lenient);
        assert_eq!(sorted(&lenient.rules), sorted(&case.deviations), "{}, in bulk", case.id);
        let strict = in_strict.answer_in_bulk(&case).await;
        check(&format!("{}, strict, in bulk", case.id), &case.strict, &strict);
    }
}

#[tokio::test]
async fn switches_that_are_off_can_be_put_on() {
    let case = |id: &str| cases().into_iter().find(|case| case.id == id).expect("the table has it");
    let mut quirks = Quirks::LENIENT;
    quirks.unquoted_strings = true;
    quirks.empty_patch = EmptyPatch::Nothing;
    quirks.ignore_unknown_paths = true;
    let provider = Provider::new(quirks);
    let words = provider.answer(&case("T18 is off")).await;
    assert_eq!((words.status, words.body["totalResults"].as_u64()), (200, Some(1)));
    assert_eq!(words.rules, ["unquoted_strings"]);
    let nothing = provider.answer(&case("T24")).await;
    assert_eq!((nothing.status, nothing.rules), (200, vec!["empty_patch", "unchanged"]));
    let unknown = provider.answer(&case("T14 unknown attribute in a path")).await;
    assert_eq!((unknown.status, unknown.rules), (200, vec!["ignore_unknown_paths", "unchanged"]));
}

/// What a switch is not on for is not reported of it; with it, there is a case that is.
#[tokio::test]
async fn each_switch_is_put_on_and_off() {
    // One needs a resource type that leaves attributes out, one a body that is no JSON.
    let elsewhere = ["left_out_attributes", "byte_order_mark"];
    for name in Quirks::SWITCHES.iter().filter(|name| !elsewhere.contains(name)) {
        let put = |on| Provider::new(Quirks::LENIENT.with_switch(name, on).expect(name));
        let (on, off) = (put(true), put(false));
        let (named, others): (Vec<Case>, Vec<Case>) =
            cases().into_iter().partition(|case| case.deviations.iter().any(|rule| rule == name));
        let mut works = false;
        for case in if named.is_empty() { others } else { named } {
            let (with, without) = (on.answer(&case).await, off.answer(&case).await);
            assert!(!without.rules.contains(name), "{}: {:?}", case.id, without.rules);
            works |= with.rules.contains(name);
        }
        assert!(works, "no case of {name}");
    }
}

#[test]
fn every_tolerance_has_a_case() {
    let cases = cases();
    for number in 1..=26 {
        let id = format!("T{number}");
        assert!(cases.iter().any(|case| case.id.split(' ').next() == Some(&id)), "{id}");
    }
}

fn cases() -> Vec<Case> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/quirks.json");
    serde_json::from_str(&fs::read_to_string(file).expect("the table can be read"))
        .expect("the table has its form")
}

impl Case {
    /// Returns `true` if the request changes one resource, so that it can be an operation of a bulk
    /// request.
    fn can_stand_in_bulk(&self) -> bool {
        let path = self.request[1].as_str().expect("a path");
        let plain = matches!(path, "/Users" | "/Users/{id}" | "/Groups" | "/Groups/{id}");
        plain
            && self.content_type.is_none()
            && matches!(self.request[0].as_str(), Some("POST" | "PUT" | "PATCH"))
    }

    /// A text of the request, with what stands for something else filled in.
    fn filled(text: &str, id: &str) -> String {
        text.replace("{id}", id).replace("{User}", USER).replace("{Enterprise}", ENTERPRISE)
    }
}

/// A service provider that has a tenant for each case.
struct Provider(Dispatcher);

impl Provider {
    fn new(quirks: Quirks) -> Self {
        let directory = LazyDirectory::new(kind_asked_for(), false);
        let (users, groups) =
            (ResourceType::user().with_extension(ENTERPRISE_USER), ResourceType::group());
        let builder = Dispatcher::builder("https://example.com/scim/v2")
            .store(directory.store(users))
            .store(directory.store(groups))
            .unauthenticated()
            .quirks(quirks);
        Self(builder.build().expect("a provider"))
    }

    async fn answer(&self, case: &Case) -> Answer {
        let id = self.store(case).await;
        let fill = |text: &str| Case::filled(text, &id);
        let method = case.request[0].as_str().expect("a method");
        let mut request =
            Request::builder().method(method).uri(fill(case.request[1].as_str().expect("a path")));
        let mut body = String::new();
        if let Some(message) = case.request.get(2) {
            let mut message = message.clone();
            if method == "PATCH" {
                message["schemas"] = json!([PATCH_OP]);
            }
            body = fill(&message.to_string());
            let content_type = case.content_type.as_deref().unwrap_or("application/scim+json");
            if !content_type.is_empty() {
                request = request.header("content-type", content_type);
            }
        }
        self.send(case, request, body).await
    }

    /// The answer to the request as the only operation of a bulk request, with the resource as it
    /// is then.
    async fn answer_in_bulk(&self, case: &Case) -> Answer {
        let id = self.store(case).await;
        let (method, mut data) = (&case.request[0], case.request[2].clone());
        if method == "PATCH" {
            data["schemas"] = json!([PATCH_OP]);
        }
        let operation =
            json!({ "method": method, "path": case.request[1], "bulkId": "1", "data": data });
        let body = Case::filled(
            &json!({ "schemas": [BULK_REQUEST], "Operations": [operation] }).to_string(),
            &id,
        );
        let request = Request::post("/Bulk").header("content-type", "application/scim+json");
        let mut answer = self.send(case, request, body).await;
        assert_eq!(answer.status, 200, "{}: {}", case.id, answer.body);
        let outcome = answer.body["Operations"][0].take();
        answer.status =
            outcome["status"].as_str().and_then(|status| status.parse().ok()).expect("a status");
        answer.body = outcome["response"].clone();
        if answer.status < 300 {
            let path = outcome["location"].as_str().expect("a location");
            answer.body = self.send(case, Request::get(path), String::new()).await.body;
        }
        answer
    }

    /// Makes the resource that is there before, and returns its id.
    async fn store(&self, case: &Case) -> String {
        let is_group = case.resource_type.as_deref() == Some("Group");
        let (path, schema, name) =
            if is_group { ("/Groups", GROUP, "displayName") } else { ("/Users", USER, "userName") };
        let mut body = json!({ "schemas": [schema], name: "bjensen" });
        let attributes = case.stored.as_object().cloned().unwrap_or_default();
        if attributes.contains_key("{Enterprise}") {
            body["schemas"] = json!([schema, ENTERPRISE]);
        }
        body.as_object_mut().expect("an object").extend(attributes);
        let body = body.to_string().replace("{Enterprise}", ENTERPRISE);
        let made = self.send(case, Request::post(path), body).await.body;
        made["id"].as_str().expect("it has an id").to_owned()
    }

    async fn send(&self, case: &Case, request: Builder, body: String) -> Answer {
        let request = request.extension(RequestContext::new(case.id.as_str()));
        Answer::of(&self.0.dispatch(request.body(body).expect("a request")).await)
    }
}

impl Answer {
    fn of(response: &Response<Bytes>) -> Self {
        let report = response.extensions().get::<RequestReport>().expect("a response has a report");
        Self {
            status: response.status().as_u16(),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
            rules: report.deviations.iter().map(|deviation| deviation.rule()).collect(),
            shown: report.deviations.iter().map(ToString::to_string).collect(),
        }
    }
}

#[track_caller]
fn check(name: &str, expected: &Expected, answer: &Answer) {
    assert_eq!(answer.status, expected.status, "{name}: {}", answer.body);
    let body =
        expected.body.to_string().replace("{User}", USER).replace("{Enterprise}", ENTERPRISE);
    let body: Value = serde_json::from_str(&body).expect("JSON stays JSON");
    assert!(holds(&answer.body, &body), "{name}: {}", answer.body);
    for attribute in &expected.absent {
        assert_eq!(answer.body.get(attribute), None, "{name}");
    }
}

/// Returns `true` if `actual` has all that `expected` says; arrays have just as many elements.
fn holds(actual: &Value, expected: &Value) -> bool {
    match (actual, expected) {
        (_, Value::Null) => true,
        (Value::Object(actual), Value::Object(expected)) => expected
            .iter()
            .all(|(name, value)| actual.get(name).is_some_and(|actual| holds(actual, value))),
        (Value::Array(actual), Value::Array(expected)) => {
            actual.len() == expected.len()
                && actual.iter().zip(expected).all(|(actual, expected)| holds(actual, expected))
        }
        (actual, expected) => actual == expected,
    }
}

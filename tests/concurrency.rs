//! Many clients change one group at once: nothing acknowledged is lost, and nothing happens twice.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

use http::{Request, StatusCode};
use scimwire::resource::Version;
use scimwire::{Dispatcher, MemoryDirectory, ResourceType};
use serde_json::{Value, json};

const THREADS: usize = 8;
const CHANGES: usize = 1000;

struct Provider {
    scim: Dispatcher,
    runtime: tokio::runtime::Runtime,
}

struct Answer {
    status: StatusCode,
    version: Option<u64>,
    body: Value,
}

impl Provider {
    fn new() -> Self {
        let directory = MemoryDirectory::new();
        let groups = Arc::new(ResourceType::group());
        let scim = Dispatcher::builder("https://example.com/scim/v2")
            .store(directory.store(groups))
            .unauthenticated()
            .build()
            .expect("a provider");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { scim, runtime }
    }

    fn send(&self, request: Request<String>) -> Answer {
        let response = self.runtime.handle().block_on(self.scim.dispatch(request));
        let version = response
            .headers()
            .get("etag")
            .and_then(|tag| tag.to_str().ok())
            .map(Version::unchecked);
        Answer {
            status: response.status(),
            version: version.and_then(|version| version.opaque_tag().parse().ok()),
            body: serde_json::from_slice(response.body()).unwrap_or_default(),
        }
    }

    fn create_group(&self, members: &[Value]) -> String {
        let body = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "G", "members": members });
        let made = self.send(Request::post("/Groups").body(body.to_string()).expect("a request"));
        made.body["id"].as_str().expect("a new group has an id").to_owned()
    }

    fn patch(&self, id: &str, if_match: Option<u64>, operation: &Value) -> Answer {
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] });
        let mut request = Request::patch(format!("/Groups/{id}"));
        if let Some(version) = if_match {
            request = request.header("if-match", format!("W/\"{version}\""));
        }
        self.send(request.body(body.to_string()).expect("a request"))
    }
}

/// The change that one client makes at one step: half of them add a member of their own, half
/// remove one that was there.
fn operation(thread: usize, step: usize) -> Value {
    match step {
        _ if step % 100 == 99 => {
            json!({ "op": "replace", "path": "displayName", "value": format!("{thread}-{step}") })
        }
        _ if step.is_multiple_of(2) => {
            json!({ "op": "add", "path": "members", "value": [{ "value": format!("new-{thread}-{step}") }] })
        }
        _ => {
            json!({ "op": "remove", "path": format!("members[value eq \"old-{thread}-{step}\"]") })
        }
    }
}

#[test]
fn the_final_state_is_the_sum_of_the_acknowledged_changes() {
    // P-3.5.2-14, P-3.14-07
    let provider = Provider::new();
    let steps = || (0..THREADS).flat_map(|thread| (0..CHANGES).map(move |step| (thread, step)));
    let old = steps()
        .filter(|(_, step)| !step.is_multiple_of(2) && step % 100 != 99)
        .map(|(thread, step)| format!("old-{thread}-{step}"));
    let kept = json!({ "value": "kept" });
    let members: Vec<Value> = old.map(|id| json!({ "value": id })).chain([kept]).collect();
    let id = provider.create_group(&members);

    let versions: Vec<Vec<u64>> = thread::scope(|scope| {
        let (provider, id) = (&provider, id.as_str());
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                scope.spawn(move || {
                    let answers =
                        (0..CHANGES).map(|step| provider.patch(id, None, &operation(thread, step)));
                    let acknowledged = answers
                        .inspect(|answer| assert!(answer.status.is_success(), "{}", answer.body));
                    acknowledged
                        .map(|answer| answer.version.expect("an answer has a version"))
                        .collect()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends well")).collect()
    });

    // Each change made a version of its own, and each client saw them rise.
    assert!(versions.iter().all(|seen| seen.is_sorted_by(|one, other| one < other)));
    let all: BTreeSet<u64> = versions.into_iter().flatten().collect();
    assert_eq!(all, (2..=(THREADS * CHANGES) as u64 + 1).collect());

    let group = provider
        .send(Request::get(format!("/Groups/{id}")).body(String::new()).expect("a request"))
        .body;
    let members: BTreeSet<&str> = group["members"]
        .as_array()
        .expect("members")
        .iter()
        .filter_map(|member| member["value"].as_str())
        .collect();
    let new: Vec<String> = steps()
        .filter(|(_, step)| step.is_multiple_of(2))
        .map(|(thread, step)| format!("new-{thread}-{step}"))
        .collect();
    let expected: BTreeSet<&str> = new.iter().map(String::as_str).chain(["kept"]).collect();
    assert_eq!(members, expected);
}

#[test]
fn of_several_who_expect_one_version_one_wins() {
    // P-3.14-05, P-3.14-07, A-46
    let provider = Provider::new();
    let id = provider.create_group(&[]);
    for version in 1..=50 {
        let answers: Vec<Answer> = thread::scope(|scope| {
            let (provider, id) = (&provider, id.as_str());
            let change = move |thread: usize| {
                let operation = json!({ "op": "add", "path": "members", "value": [{ "value": format!("{version}-{thread}") }] });
                provider.patch(id, Some(version), &operation)
            };
            let threads: Vec<_> =
                (0..THREADS).map(|thread| scope.spawn(move || change(thread))).collect();
            threads.into_iter().map(|thread| thread.join().expect("the thread ends well")).collect()
        });
        let won = answers.iter().filter(|answer| answer.status.is_success()).count();
        let lost = answers
            .iter()
            .filter(|answer| answer.status == StatusCode::PRECONDITION_FAILED)
            .count();
        assert_eq!((won, lost), (1, THREADS - 1));
    }
    let group = provider
        .send(Request::get(format!("/Groups/{id}")).body(String::new()).expect("a request"))
        .body;
    assert_eq!(group["members"].as_array().map(Vec::len), Some(50));
}

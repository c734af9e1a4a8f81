use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::tests::{Fixture, fixture, now, update_of};
use super::AHEAD;
use crate::budget::EvalBudget;
use crate::error::{Error, ScimType};
use crate::filter::{Filter, FilterBinder};
use crate::query::{Page, Projection};
use crate::resource::Resource;
use crate::store::update::UpdateHook;
use crate::store::{MemoryStore, Precondition, ResourceStore, StoreQuery};

/// Only a test that fails waits so long.
const LONG: Duration = Duration::from_secs(20);

/// A hook that waits for `done` before it says yes.
fn waiting(done: Receiver<()>) -> (UpdateHook, Receiver<()>) {
    let (begun, has_begun) = channel();
    let done = Mutex::new(done);
    let refused = || Error::scim(ScimType::InvalidValue, "nobody came");
    let hook = move |_: &_, _: &mut _| {
        // Nobody listens any more when it is called again.
        let _ = begun.send(());
        done.lock().expect("no panic").recv_timeout(LONG).map_err(|_| refused())
    };
    (Box::new(hook), has_begun)
}

#[test]
fn nobody_waits_for_what_is_worked_out() {
    let title = |title: &str| json!([{ "op": "replace", "path": "title", "value": title }]);
    type Other<'o> = &'o dyn Fn(&Fixture, &str, &str);
    let others: [(&str, Other<'_>); 5] = [
        ("reads", &|fixture, id, _| drop(fixture.get(&fixture.users, id))),
        ("searches", &|fixture, _, _| {
            let users = &fixture.users.resource_type;
            let filter: Filter = "title pr".parse().expect("a filter");
            let filter = FilterBinder::new(users).bind(&filter).expect("it binds");
            let (page, projection) = (Page::Index { start: 1, count: 9 }, Projection::default());
            let selection = StoreQuery {
                filter: Some(&filter),
                sort: None,
                page: Some(&page),
                projection: &projection,
                budget: &EvalBudget::unlimited(),
                memory: usize::MAX,
            };
            now(fixture.users.select(selection, &fixture.cx)).expect("an answer");
        }),
        ("creates", &|fixture, _, _| drop(fixture.user("third"))),
        ("changes", &|fixture, _, other| {
            drop(fixture.patch(&fixture.users, other, title("other")).expect("a change"))
        }),
        ("deletes", &|fixture, _, other| {
            let any = Precondition::default();
            now(fixture.users.delete(other, &any, &fixture.cx)).expect("it is deleted");
        }),
    ];
    for (what, others) in others {
        let fixture = fixture();
        let (id, other) = (fixture.user("first"), fixture.user("second"));
        let (done, is_done) = channel();
        let (hook, has_begun) = waiting(is_done);
        let update = update_of(&fixture.users, title("new")).hooked(hook);
        let (users, cx) = (&fixture.users, &fixture.cx);
        let change = thread::scope(|scope| {
            let change = scope.spawn(|| now(users.update(&id, &update, cx)));
            has_begun.recv_timeout(LONG).expect("the change begins");
            others(&fixture, &id, &other);
            done.send(()).expect("the change waits");
            change.join().expect("no panic")
        });
        assert!(change.is_ok(), "who {what} waits: {change:?}");
        assert_eq!(fixture.get(users, &id)["title"], "new", "{what}");
    }
}

#[test]
fn who_was_overtaken_sees_what_the_change_is_made_to() {
    let user = |fixture: &Fixture| (fixture.users.clone(), fixture.user("bjensen"));
    let group = |fixture: &Fixture| {
        let group = fixture.create(&fixture.groups, json!({ "displayName": "Tour Guides" }));
        (fixture.groups.clone(), group.expect("a group"))
    };
    let replace =
        |path: &str, value: &str| json!([{ "op": "replace", "path": path, "value": value }]);
    let add = |id: String| json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]);
    type Made<'m> = &'m dyn Fn(&Fixture) -> (MemoryStore, String);
    type Rival = fn(u32) -> Value;
    let rival_title: Rival =
        |n| json!([{ "op": "replace", "path": "nickName", "value": format!("rival{n}") }]);
    let rival_member: Rival = |n| json!([{ "op": "add", "path": "members", "value": [{ "value": format!("rival{n}") }] }]);
    let cases: [(Made<'_>, Value, Rival); 3] = [
        (&user, replace("title", "new"), rival_title),
        (&group, replace("displayName", "new"), rival_member),
        (&group, add("new".to_owned()), rival_member),
    ];
    for (made, operations, rival) in cases {
        for rivals in 0..=AHEAD {
            let fixture = Arc::new(fixture());
            let (store, id) = made(&fixture);
            let seen = Arc::new(Mutex::new(Vec::new()));
            let hook = {
                let (fixture, store, id) = (Arc::clone(&fixture), store.clone(), id.clone());
                let seen = Arc::clone(&seen);
                move |before: &Resource, _: &mut Resource| {
                    let mut seen = seen.lock().expect("no panic");
                    seen.push(before.version());
                    let number = u32::try_from(seen.len()).expect("few");
                    if number <= rivals {
                        fixture.patch(&store, &id, rival(number)).expect("it is faster");
                    }
                    Ok(())
                }
            };
            let update = update_of(&store, operations.clone()).hooked(Box::new(hook));
            let change = now(store.update(&id, &update, &fixture.cx)).expect("a change");
            let seen = seen.lock().expect("no panic");
            assert_eq!(seen.len(), usize::try_from(rivals).expect("few") + 1, "{operations}");
            assert_eq!(change.before.and_then(|before| before.version()), seen[seen.len() - 1]);
            let after = fixture.get(&store, &id).to_string();
            assert!(after.contains("new"), "{after}");
            assert!(rivals == 0 || after.contains(&format!("rival{rivals}")), "{after}");
        }
    }
}

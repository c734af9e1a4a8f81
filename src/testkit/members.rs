//! Members of groups.

use std::collections::BTreeSet;

use serde_json::json;

use super::crud::made;
use super::fixtures::Samples;
use super::harness::{Subject, json, operation, told};
use super::stores::{StoreFactory, Stores};
use crate::message::PatchOperation;
use crate::resource::Resource;
use crate::store::Update;
use crate::value::{List, Value};

/// The number of concurrent writers.
const WRITERS: usize = 8;

/// The number of changes by each.
const CHANGES: usize = 6;

/// A change of members that can be said as a delta (see [`Update::member_delta`]) does what the
/// whole operations do: on what is there, with the version, and with what the change tells.
pub async fn member_delta_equals_full_update(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for Groups { subject, name, candidates } in groups(&stores, 6).await {
        let mut samples = stores.samples();
        let mut group = samples.plain_resource(&subject);
        group.set(&*name, samples.members(&subject, &candidates));
        let id = subject.create(group).await.id().to_owned();
        for _ in 0..150 {
            let before = subject.get(&id).await;
            let update = change(&subject, &mut samples, &name, &candidates, &before);
            let outcome = subject.try_update(&id, &update).await;
            let after = subject.get(&id).await;
            let Ok(expected) = update.apply(before.clone().into()) else {
                assert!(
                    outcome.is_err(),
                    "{}: a change of members that must fail {}",
                    subject.name(),
                    told(&outcome)
                );
                subject.assert_same(&before, &after, "a change of members that failed");
                continue;
            };
            let outcome = match outcome {
                Ok(change) => change,
                Err(err) => panic!(
                    "{}: a change of members failed with {err:?}; it must be made",
                    subject.name()
                ),
            };
            let what = format_args!(
                "a change of members, {:?}, of {}",
                update.member_delta(),
                json(&before)
            )
            .to_string();
            subject.assert_same(&expected.after.unwrap_or_default(), &after, &what);
            let (old, new) = (listed(&before, &name), listed(&after, &name));
            let added: BTreeSet<String> = outcome.members.added.into_iter().collect();
            let removed: BTreeSet<String> = outcome.members.removed.into_iter().collect();
            let told = (added, removed);
            let made =
                (new.difference(&old).cloned().collect(), old.difference(&new).cloned().collect());
            assert_eq!(
                told,
                made,
                "{}: the change tells of other members added and removed (left) than were (right), by {what}",
                subject.name()
            );
            let (same, kept) = (
                subject.differences(&before, &after).is_empty(),
                before.version() == after.version(),
            );
            assert_eq!(
                same,
                kept,
                "{}: a version is made when members change, and only then; not so by {what}",
                subject.name()
            );
        }
    }
}

/// Concurrent additions and removals of members lose nothing, restore nothing, and keep other
/// changes of the group.
pub async fn no_member_change_is_lost(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for Groups { subject, name, candidates } in groups(&stores, WRITERS * CHANGES * 2).await {
        let mut samples = stores.samples();
        let (old, new) = candidates.split_at(WRITERS * CHANGES);
        let mut group = samples.plain_resource(&subject);
        group.set(&*name, old.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>());
        let id = subject.create(group).await.id().to_owned();
        let lanes = old.chunks(CHANGES).zip(new.chunks(CHANGES));
        let writing = lanes.map(|(old, new)| {
            let updates: Vec<Update> = old
                .iter()
                .zip(new)
                .flat_map(|(old, new)| {
                    let add = operation("add", &*name, json!([{ "value": new }]).into());
                    [subject.patch(vec![add]), subject.patch(vec![removal(&name, old)])]
                })
                .collect();
            let (subject, id) = (subject.clone(), id.clone());
            async move {
                for update in &updates {
                    subject.update(&id, update).await;
                }
            }
        });
        subject.race(writing).await;
        let (left, expected) =
            (listed(&subject.get(&id).await, &name), new.iter().cloned().collect());
        let lost: Vec<&String> = BTreeSet::difference(&expected, &left).collect();
        let back: Vec<&String> = left.difference(&expected).collect();
        assert!(
            lost.is_empty() && back.is_empty(),
            "{}: after {WRITERS} writers changed members at once, {} that were added are missing and {} that were removed are there; \
             each change must be made to what the others left behind",
            subject.name(),
            lost.len(),
            back.len(),
        );
    }
}

/// A resource shows the groups that it is in, as long as it is in them.
pub async fn membership_is_seen_from_both_sides(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for Groups { subject, name, candidates } in groups(&stores, 2).await {
        let Some((members, view)) = stores
            .candidates_for(&subject)
            .and_then(|members| Some((members.clone(), members.membership_view?)))
        else {
            continue;
        };
        let mut samples = stores.samples();
        let mut group = samples.plain_resource(&subject);
        group.set(&*name, candidates.iter().map(|id| json!({ "value": id })).collect::<Vec<_>>());
        let [staying, leaving] = candidates.as_slice() else { continue };
        let id = subject.create(group).await.id().to_owned();
        let in_group = BTreeSet::from([id.clone()]);
        let shown = async |member: &String| listed(&members.get(member).await, view.name());
        for member in [staying, leaving] {
            let found = shown(member).await;
            assert_eq!(
                found,
                in_group,
                "{}: `{}` of a member (left) must show its group (right)",
                members.name(),
                view.name()
            );
        }
        subject.update(&id, &subject.patch(vec![removal(&name, leaving)])).await;
        let (kept, gone) = (shown(staying).await, shown(leaving).await);
        assert_eq!(
            kept,
            in_group,
            "{}: `{}` of a member must show its group when others leave",
            members.name(),
            view.name()
        );
        assert!(
            gone.is_empty(),
            "{}: `{}` of one who was taken out still shows the group",
            members.name(),
            view.name()
        );
        subject.delete(&id).await;
        let gone = shown(staying).await;
        assert!(
            gone.is_empty(),
            "{}: `{}` still shows a group that was deleted",
            members.name(),
            view.name()
        );
    }
}

/// A type with members, and what its members can be.
struct Groups {
    subject: Subject,
    /// The attribute that lists members.
    name: String,
    candidates: Vec<String>,
}

async fn groups(stores: &Stores, count: usize) -> Vec<Groups> {
    let mut groups = Vec::new();
    for subject in stores.subjects() {
        let Some(name) = subject.membership().map(|membership| membership.name().to_owned()) else {
            continue;
        };
        let members = stores.candidates_for(&subject).unwrap_or_else(|| subject.clone());
        let candidates = made(&members, &mut stores.samples(), count).await;
        groups.push(Groups { subject, name, candidates });
    }
    groups
}

/// One to three changes of members, and of the name of the group now and then; or all of the group.
fn change(
    subject: &Subject,
    samples: &mut Samples,
    name: &str,
    candidates: &[String],
    before: &Resource,
) -> Update {
    if samples.random.once_in(8) {
        let mut wanted = before.clone();
        wanted.set(name, samples.members(subject, candidates));
        return subject.put(wanted);
    }
    let mut operations: Vec<PatchOperation> = Vec::new();
    for _ in 0..=samples.random.below(3) {
        let some = samples.members(subject, candidates);
        let one = samples.random.pick(candidates).cloned().unwrap_or_default();
        operations.push(match samples.random.below(8) {
            0 | 1 => operation("add", name, some.into()),
            2 => removal(name, &one),
            3 => operation("remove", name, some.into()),
            4 => operation("replace", name, some.into()),
            5 => operation("remove", format_args!("{name}[value ne \"{one}\"]"), Value::Null),
            6 => operation("remove", name, Value::Null),
            _ => match subject.note() {
                Some(note) => operation("replace", &note, samples.fresh_text().into()),
                None => removal(name, &one),
            },
        });
    }
    operations.retain(|operation| {
        operation.op != "add" || operation.value != Some(Value::Array(List::new()))
    });
    if operations.is_empty() {
        subject.patch(vec![removal(name, "nosuch")])
    } else {
        subject.patch(operations)
    }
}

fn removal(name: &str, id: &str) -> PatchOperation {
    operation("remove", format_args!("{name}[value eq {}]", Value::from(id)), Value::Null)
}

/// The ids that an attribute lists.
pub(super) fn listed(resource: &Resource, name: &str) -> BTreeSet<String> {
    let elements =
        resource.get(name).and_then(Value::as_array).map(List::as_slice).unwrap_or_default();
    elements
        .iter()
        .filter_map(|element| element.get("value")?.as_str().map(str::to_owned))
        .collect()
}

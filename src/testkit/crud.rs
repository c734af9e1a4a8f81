//! Create, read, replace, change, delete.

use std::collections::HashSet;

use http::StatusCode;

use super::fixtures::{Samples, TEXTS};
use super::harness::{Subject, ids, json, operation, set, text, told};
use super::stores::{StoreFactory, Stores};
use crate::store::{ChangeKind, Precondition, StoreError};
use crate::value::Value;

/// The length of a text that a column may be too short for, in bytes.
const LONG: usize = 1_500;

/// A created resource can be read, with an id of its own, its metadata and all values.
pub async fn create_then_get(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples().referring_to(references(&stores, &subject).await);
        let mut known = HashSet::new();
        for _ in 0..60 {
            let sent = samples.resource(&subject);
            let created = subject.create(sent.clone()).await;
            assert!(
                !created.id().is_empty(),
                "{}: `create` gave no id; it must give one of its choosing",
                subject.name()
            );
            let (id, fresh) = (created.id().to_owned(), known.insert(created.id().to_owned()));
            assert!(
                fresh,
                "{}: `create` gave the id `{id}` twice; each resource must have one of its own",
                subject.name()
            );
            let read = subject.get(&id).await;
            assert_eq!(
                read.id(),
                id,
                "{}: `get` read another resource than it was asked for",
                subject.name()
            );
            subject.assert_same(
                &created,
                &read,
                "`create`, what it returned being compared with what `get` reads",
            );
            // A store may fill in what the client left out.
            let mut without_additions = read.clone();
            for name in read.attributes().keys().filter(|name| sent.get(name).is_none()) {
                without_additions.remove(name);
            }
            subject.assert_same(&sent, &without_additions, "`create`");
            let (returned, read) = (created.version(), read.version());
            assert!(
                read.is_some(),
                "{}: `get` read no `meta.version`; it must keep `meta`",
                subject.name()
            );
            assert_eq!(
                read,
                returned,
                "{}: `get` reads another version than `create` returned",
                subject.name()
            );
        }
    }
}

/// Text comes back as it went in, whatever is in it, and is found by what it is.
///
/// A store may reject long text with 400, as a column of limited length does.
pub async fn text_round_trips(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let Some(note) = subject.note() else { continue };
        let mut samples = stores.samples();
        let long = "long ".repeat(LONG / 5);
        for (number, sample) in
            TEXTS.iter().copied().chain([long.as_str()]).filter(|text| !text.is_empty()).enumerate()
        {
            let sample = if note.leaf().is_unique() {
                format!("{sample}{number}")
            } else {
                sample.to_owned()
            };
            let mut resource = samples.plain_resource(&subject);
            set(&mut resource, &note, sample.as_str().into());
            let id = if sample.len() < LONG {
                subject.create(resource).await.id().to_owned()
            } else {
                match subject.try_create(resource).await {
                    Ok(created) => created.id().to_owned(),
                    // A column may be of limited length; what does not fit is never cut.
                    Err(StoreError::Rejected(err)) if err.status() == StatusCode::BAD_REQUEST => {
                        continue;
                    }
                    outcome => panic!(
                        "{}: `create` {}; it must store a text of {} bytes, or reject it with 400",
                        subject.name(),
                        told(&outcome),
                        sample.len()
                    ),
                }
            };
            let kept = text(&subject.get(&id).await, &note);
            assert_eq!(
                kept,
                sample,
                "{}: `{note}` came back as other text than was stored",
                subject.name()
            );
            let found = subject.find(Some(subject.equals(&note, &sample))).await;
            assert!(
                found.contains(&id),
                "{}: `{note} eq {sample:?}` does not find the resource that has it",
                subject.name()
            );
        }
    }
}

/// PUT and PATCH leave behind just what [`Update::apply`](crate::store::Update::apply) makes of the
/// state before.
pub async fn update_then_get(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let references = references(&stores, &subject).await;
        let mut samples = stores.samples().referring_to(references);
        let bystander = subject.create(samples.resource(&subject)).await;
        let created = subject.create(samples.resource(&subject)).await;
        let id = created.id().to_owned();
        for round in 0..120 {
            let before = subject.get(&id).await;
            let wanted = samples.resource(&subject);
            let update = if round % 3 == 0 {
                subject.put(wanted)
            } else {
                random_patch(&subject, &mut samples, &wanted)
            };
            match update.apply(before.clone().into()) {
                Ok(expected) => {
                    subject.update(&id, &update).await;
                    let expected = expected.after.unwrap_or_default();
                    subject.assert_same(
                        &expected,
                        &subject.get(&id).await,
                        format_args!("`update` number {round}"),
                    );
                }
                Err(_) => {
                    let outcome = subject.try_update(&id, &update).await;
                    let told = told(&outcome);
                    assert!(
                        outcome.is_err(),
                        "{}: `update` {told}; it must fail as `apply` does",
                        subject.name()
                    );
                    subject.assert_same(
                        &before,
                        &subject.get(&id).await,
                        "an `update` that failed",
                    );
                }
            }
        }
        let other = subject.get(bystander.id()).await;
        subject.assert_same(&bystander, &other, "changes of another resource");
    }
}

/// A deleted resource is gone from reads, changes, lists and filters; other resources stay.
pub async fn delete_then_get(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples();
        let (one, other) = (samples.plain_resource(&subject), samples.plain_resource(&subject));
        let (one, other) = (subject.create(one).await, subject.create(other).await);
        let change = subject.delete(one.id()).await;
        assert_eq!(
            (change.operation, change.id.as_str()),
            (ChangeKind::Delete, one.id()),
            "{}: `delete` told of another change than the deletion of `{}`",
            subject.name(),
            one.id()
        );
        assert_unknown(&subject, one.id()).await;
        let left = subject.find(None).await;
        assert_eq!(
            left,
            [other.id()],
            "{}: after the deletion of `{}`, a list must hold the others only",
            subject.name(),
            one.id()
        );
        subject.assert_same(
            &other,
            &subject.get(other.id()).await,
            "the deletion of another resource",
        );
    }
}

/// An id that was never given is not found, whatever it looks like: no other failure, and nothing
/// of another resource.
pub async fn unknown_id_is_not_found(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples();
        let known = subject.create(samples.plain_resource(&subject)).await;
        let strange = [
            "nosuch",
            "0",
            "-1",
            "99999999999999999999",
            "00000000-0000-0000-0000-000000000000",
            "%",
            "'",
            "a b",
            "é\u{1f600}",
        ];
        let long = "9".repeat(3_000);
        let related = [
            format!("{}0", known.id()),
            format!(" {}", known.id()),
            format!("{} ", known.id()),
            format!("{}\u{0}", known.id()),
            long,
            String::new(),
        ];
        for id in strange
            .into_iter()
            .chain(related.iter().map(String::as_str))
            .filter(|id| *id != known.id())
        {
            assert_unknown(&subject, id).await;
        }
        assert_eq!(
            ids(&subject.select(&subject.query(None)).await.resources),
            [known.id()],
            "{}: what is there stays",
            subject.name()
        );
    }
}

/// An update that a hook rejects fails with the hook's error, and changes nothing.
pub async fn rejected_update_changes_nothing(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let Some(note) = subject.note() else { continue };
        let mut samples = stores.samples();
        let before = subject.create(samples.resource(&subject)).await;
        let before = subject.get(before.id()).await;
        let refusal = crate::error::Error::new(http::StatusCode::FORBIDDEN, "not on a Sunday");
        let answer = refusal.clone();
        let update =
            subject.setting(&note, samples.fresh_text()).with_hook(move |_, _| Err(answer.clone()));
        let outcome = subject.try_update(before.id(), &update).await;
        let told = told(&outcome);
        assert!(
            matches!(outcome, Err(StoreError::Rejected(ref found)) if *found == refusal),
            "{}: an `update` that the host refuses {told}; it must fail with what `Update::apply` failed with",
            subject.name(),
        );
        let after = subject.get(before.id()).await;
        subject.assert_same(&before, &after, "an `update` that the host refused");
        assert_eq!(
            after.version(),
            before.version(),
            "{}: a refused `update` made a version",
            subject.name()
        );
    }
}

/// The id of a deleted resource is never reused: a client that still has it would take one resource
/// for another.
pub async fn ids_are_never_reused(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples();
        let (mut given, mut left) = (HashSet::new(), Vec::new());
        for round in 0..12 {
            let id = subject.create(samples.plain_resource(&subject)).await.id().to_owned();
            assert!(
                given.insert(id.clone()),
                "{}: `create` gave the id `{id}`, which a deleted resource had",
                subject.name()
            );
            left.push(id);
            // The last one, the first one, all of them.
            match round % 4 {
                0 | 2 => drop(subject.delete(&left.pop().unwrap_or_default()).await),
                1 if left.len() > 1 => drop(subject.delete(&left.remove(0)).await),
                3 => {
                    for id in left.drain(..) {
                        subject.delete(&id).await;
                    }
                }
                _ => {}
            }
        }
    }
}

/// A PATCH that replaces, adds or removes some of what `wanted` has.
fn random_patch(
    subject: &Subject,
    samples: &mut Samples,
    wanted: &crate::resource::Resource,
) -> crate::store::Update {
    let mut operations = Vec::new();
    for field in
        samples.random.some(&subject.fields).into_iter().filter(|field| field.is_changeable())
    {
        let path = field.path(None);
        let value = wanted.value(&path).cloned();
        operations.push(match (value, samples.random.below(4)) {
            (Some(value), 0) => operation("add", &path, value),
            (None, _) if !field.demanded => operation("remove", &path, Value::Null),
            (Some(value), _) => operation("replace", &path, value),
            (None, _) => continue,
        });
    }
    if operations.is_empty()
        && let Some(note) = subject.note()
    {
        operations.push(operation("replace", &note, samples.fresh_text().into()));
    }
    if operations.is_empty() { subject.put(wanted.clone()) } else { subject.patch(operations) }
}

/// The ids of resources that those of `subject` can refer to.
pub(super) async fn references(stores: &Stores, subject: &Subject) -> Vec<String> {
    let other = stores.candidates_for(subject).filter(|_| subject.membership().is_some());
    let referred = other.unwrap_or_else(|| subject.clone());
    let refers = subject.fields.iter().any(|field| field.attribute.is_resource_reference());
    let count = if refers { 6 } else { 0 };
    made(&referred, &mut stores.samples(), count).await
}

/// Makes resources with no more than they have to have.
pub(super) async fn made(subject: &Subject, samples: &mut Samples, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(subject.create(samples.plain_resource(subject)).await.id().to_owned());
    }
    ids
}

async fn assert_unknown(subject: &Subject, id: &str) {
    let name = subject.name();
    let read = subject.try_get(id).await;
    let found = read.as_ref().map(|resource| json(resource));
    assert!(
        matches!(read, Err(StoreError::NotFound)),
        "{name}: `get` of the unknown id {id:?} gave {found:?}; it must fail with `NotFound`"
    );
    let outcome = subject.try_delete(id, &Precondition::default()).await;
    let told = told(&outcome);
    assert!(
        matches!(outcome, Err(StoreError::NotFound)),
        "{name}: `delete` of the unknown id {id:?} {told}; it must fail with `NotFound`"
    );
    let Some(note) = subject.note() else { return };
    let outcome = subject.try_update(id, &subject.setting(&note, "a")).await;
    let told = super::harness::told(&outcome);
    assert!(
        matches!(outcome, Err(StoreError::NotFound)),
        "{name}: `update` of the unknown id {id:?} {told}; it must fail with `NotFound`"
    );
}

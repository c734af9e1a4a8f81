//! Versions and preconditions, and what a change tells.

use std::sync::Arc;

use serde_json::json;

use super::crud::{made, references};
use super::fixtures::Samples;
use super::harness::{Subject, if_match, json as shown, operation, set, text, told};
use super::stores::{StoreFactory, Stores};
use crate::resource::{Resource, Version};
use crate::schema::ResolvedPath;
use crate::store::{ChangeKind, EntityTags, Precondition, StoreError, Update};

/// Each change makes a version that the resource never had, and moves `meta.lastModified` on.
pub async fn change_makes_new_version(factory: &dyn StoreFactory) {
    for (subject, note, mut samples, created) in changeable(factory).await {
        let (id, mut before, mut known) = (created.id().to_owned(), created, Vec::new());
        for _ in 0..5 {
            known.extend(before.version());
            subject.update(&id, &subject.setting(&note, samples.fresh_text())).await;
            let after = subject.get(&id).await;
            let name = subject.name();
            let is_new = after.version().is_some_and(|version| !known.contains(&version));
            assert!(
                is_new,
                "{name}: after an `update` the version is {:?}; it must be another than {known:?}",
                after.version()
            );
            let modified = |resource: &Resource| {
                resource.meta().map(|meta| (meta.created, meta.last_modified))
            };
            let ((made, old), (kept, new)) = (modified(&before).unzip(), modified(&after).unzip());
            assert_eq!(made, kept, "{name}: an `update` must leave `meta.created` as it is");
            assert!(
                new > old,
                "{name}: after an `update` `meta.lastModified` is {new:?}; it must be later than {old:?}"
            );
            before = Arc::new(after);
        }
    }
}

/// An update that changes nothing creates no version.
pub async fn no_op_keeps_version(factory: &dyn StoreFactory) {
    for (subject, note, _, created) in changeable(factory).await {
        let before = subject.get(created.id()).await;
        for update in [subject.setting(&note, text(&before, &note)), subject.put(before.clone())] {
            let change = subject.update(before.id(), &update).await;
            let name = subject.name();
            assert!(
                change.is_unchanged(),
                "{name}: `update` to what the resource is already told of a change: {change:?}"
            );
            let after = subject.get(before.id()).await;
            assert_eq!(
                after.version(),
                before.version(),
                "{name}: `update` to what the resource is already must make no version"
            );
        }
    }
}

/// `update` and `delete` that expect a version from before, or one that never was, fail, and
/// nothing happens.
pub async fn stale_version_is_rejected(factory: &dyn StoreFactory) {
    for (subject, note, mut samples, created) in changeable(factory).await {
        let id = created.id();
        let Some(stale) = subject.get(id).await.version() else {
            panic!("{}: `get` read no version", subject.name())
        };
        subject.update(id, &subject.setting(&note, samples.fresh_text())).await;
        let current = subject.get(id).await;
        let none = |tags| Precondition { if_match: None, if_none_match: Some(tags) };
        let fresh = current.version().into_iter().collect::<Vec<_>>();
        let refused = [
            ("If-Match with the version before", if_match(&[stale])),
            (
                "If-Match with a version that never was",
                if_match(&[Version::unchecked("W/\"nosuch\"")]),
            ),
            ("If-Match with no version", if_match(&[])),
            ("If-None-Match with the current version", none(EntityTags::List(fresh))),
            ("If-None-Match: *", none(EntityTags::Any)),
        ];
        for (what, precondition) in refused {
            let name = subject.name();
            let update = subject
                .setting(&note, samples.fresh_text())
                .with_precondition(precondition.clone());
            let outcome = subject.try_update(id, &update).await;
            let told_of = told(&outcome);
            let mismatch = matches!(outcome, Err(StoreError::VersionMismatch));
            assert!(
                mismatch,
                "{name}: `update` under {what} {told_of}; it must fail with `VersionMismatch`"
            );
            let outcome = subject.try_delete(id, &precondition).await;
            let told = told(&outcome);
            let mismatch = matches!(outcome, Err(StoreError::VersionMismatch));
            assert!(
                mismatch,
                "{name}: `delete` under {what} {told}; it must fail with `VersionMismatch`"
            );
            subject.assert_same(
                &current,
                &subject.get(id).await,
                format_args!("calls under {what}"),
            );
        }
    }
}

/// `update` and `delete` that expect the current version, among others perhaps, or any, go ahead.
pub async fn matching_version_is_accepted(factory: &dyn StoreFactory) {
    for (subject, note, mut samples, _) in changeable(factory).await {
        for (number, id) in made(&subject, &mut samples, 3).await.into_iter().enumerate() {
            for call in ["update", "delete"] {
                let Some(version) = subject.get(&id).await.version() else {
                    panic!("{}: `get` read no version", subject.name())
                };
                let precondition = holding(number, &version);
                let outcome = if call == "update" {
                    let update = subject
                        .setting(&note, samples.fresh_text())
                        .with_precondition(precondition.clone());
                    subject.try_update(&id, &update).await
                } else {
                    subject.try_delete(&id, &precondition).await
                };
                let told = told(&outcome);
                assert!(
                    outcome.is_ok(),
                    "{}: `{call}` under {precondition:?}, which holds, {told}; it must succeed",
                    subject.name()
                );
            }
        }
    }
}

/// One of several preconditions that hold for a version.
fn holding(number: usize, version: &Version) -> Precondition {
    let other = Version::unchecked("W/\"nosuch\"");
    // SCIM compares weak tags: how the client writes it does not count.
    let strong = Version::unchecked(format!("\"{}\"", version.opaque_tag()));
    match number {
        0 => Precondition { if_match: None, if_none_match: Some(EntityTags::List(vec![other])) },
        1 => Precondition { if_match: Some(EntityTags::Any), if_none_match: None },
        _ => if_match(&[other, strong]),
    }
}

/// The [`Change`](crate::store::Change) that a store returns tells what was committed: what `get`
/// reads afterwards.
pub async fn change_reports_what_was_committed(factory: &dyn StoreFactory) {
    for (subject, note, mut samples, created) in changeable(factory).await {
        let before = subject.get(created.id()).await;
        let change =
            subject.update(before.id(), &subject.setting(&note, samples.fresh_text())).await;
        let after = subject.get(before.id()).await;
        let name = subject.name();
        assert_eq!(
            change.operation,
            ChangeKind::Update,
            "{name}: `update` told of another operation"
        );
        assert_eq!(
            change.id,
            before.id(),
            "{name}: `update` told of another resource than it changed"
        );
        assert_eq!(
            &change.tenant,
            subject.cx.tenant(),
            "{name}: `update` told of another tenant than it was asked for"
        );
        assert_eq!(
            change.version,
            after.version(),
            "{name}: `update` told of another version than `get` reads"
        );
        let paths: Vec<String> = change.paths.iter().map(ToString::to_string).collect();
        assert_eq!(
            paths,
            [note.to_string()],
            "{name}: `update` told of other changes than were made"
        );
        let change = subject.delete(before.id()).await;
        assert_eq!(
            change.version,
            after.version(),
            "{name}: `delete` told of another version than the last"
        );
    }
}

/// The state that a [`Change`](crate::store::Change) tells, where it tells one, is the whole that
/// `get` reads: with the members that a store keeps apart, and also where nothing changed.
pub async fn change_equals_what_is_read(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let references = references(&stores, &subject).await;
        let mut samples = stores.samples().referring_to(references.clone());
        for _ in 0..10 {
            let mut resource = samples.resource(&subject);
            if let Some(membership) = subject.membership() {
                let members = references.iter().skip(1).map(|id| json!({ "value": id }));
                resource.set(membership.name(), members.collect::<Vec<_>>());
            }
            let id = subject.create(resource).await.id().to_owned();
            for (what, update) in
                fill_report(&subject, &mut samples, &subject.get(&id).await, &references)
            {
                let change = subject.update(&id, &update).await;
                let Some(said) = &change.after else { continue };
                let read = subject.get(&id).await;
                let differing = subject.differences(&read, said);
                assert!(
                    differing.is_empty() && said.version() == read.version(),
                    "{}: after {what}, `Change::after` and what `get` reads differ in {differing:?}; \
                     it must be the whole state, members and all, or `None`.\n  it is:      {}\n  `get` reads: {}",
                    subject.name(),
                    shown(said),
                    shown(&read),
                );
            }
        }
    }
}

/// Changes of an attribute and of members, in this order, and such that change nothing.
fn fill_report(
    subject: &Subject,
    samples: &mut Samples,
    before: &Resource,
    ids: &[String],
) -> Vec<(&'static str, Update)> {
    let mut updates = vec![("an `update` that changes nothing", subject.put(before.clone()))];
    if let Some(note) = subject.note() {
        let changed = samples.fresh_text();
        updates.push(("an `update` of one attribute", subject.setting(&note, changed.as_str())));
        updates.push(("an `update` to what is there already", subject.setting(&note, changed)));
    }
    if let (Some(membership), Some(id)) = (subject.membership(), ids.first()) {
        let adding = || {
            subject.patch(vec![operation(
                "add",
                membership.name(),
                json!([{ "value": id }]).into(),
            )])
        };
        updates.push(("a member was added", adding()));
        updates.push(("a member was added who is one already", adding()));
    }
    updates
}

/// Each type with a text that can be changed, in an empty store, and a resource that has such a
/// text.
async fn changeable(
    factory: &dyn StoreFactory,
) -> Vec<(Subject, ResolvedPath, Samples, Arc<Resource>)> {
    let stores = Stores::made_by(factory).await;
    let mut all = Vec::new();
    for subject in stores.subjects() {
        let Some(note) = subject.note() else { continue };
        let mut samples = stores.samples();
        let mut resource = samples.plain_resource(&subject);
        set(&mut resource, &note, samples.fresh_text().into());
        let created = subject.create(resource).await;
        all.push((subject, note, samples, created));
    }
    all
}

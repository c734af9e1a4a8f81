//! Unique values are taken once.

use super::fixtures::{Samples, respelled};
use super::harness::{Subject, if_match, set, told};
use super::stores::{StoreFactory, Stores};
use crate::resource::Resource;
use crate::schema::ResolvedPath;
use crate::store::{Precondition, StoreError};
use crate::value::Value;

/// The number of callers with the same value.
const RIVALS: usize = 8;

/// The number of rounds.
const ROUNDS: usize = 12;

/// A unique value that another resource has is refused, in any spelling that means the same, by
/// `create` and `update`; the conflict names the attribute, and nothing is stored.
pub async fn duplicate_value_is_rejected(factory: &dyn StoreFactory) {
    for (subject, path, mut samples) in unique_attributes(factory).await {
        let value = samples.unique_value(path.leaf());
        let holder = subject.create(with(&subject, &mut samples, &path, &value)).await;
        let rival = subject.create(samples.plain_resource(&subject)).await;
        for spelling in [Some(value.clone()), respelled(&path, &value)].into_iter().flatten() {
            let outcome = subject.try_create(with(&subject, &mut samples, &path, &spelling)).await;
            assert_conflict(&subject, &path, "create", &spelling, &outcome);
            let wanted = with(&subject, &mut samples, &path, &spelling);
            let outcome = subject.try_update(rival.id(), &subject.put(wanted)).await;
            assert_conflict(&subject, &path, "update", &spelling, &outcome);
            subject.assert_same(
                &rival,
                &subject.get(rival.id()).await,
                "an `update` that ended in a conflict",
            );
        }
        let mut expected = [holder.id().to_owned(), rival.id().to_owned()];
        expected.sort_unstable();
        assert_eq!(
            subject.find(None).await,
            expected,
            "{}: what ended in a conflict must not be stored",
            subject.name()
        );
    }
}

/// A resource may keep its own unique value, and spell it anew.
pub async fn update_may_keep_unique_value(factory: &dyn StoreFactory) {
    for (subject, path, mut samples) in unique_attributes(factory).await {
        let value = samples.unique_value(path.leaf());
        let resource = with(&subject, &mut samples, &path, &value);
        let id = subject.create(resource.clone()).await.id().to_owned();
        for spelling in [Some(value.clone()), respelled(&path, &value)].into_iter().flatten() {
            let mut wanted = resource.clone();
            set(&mut wanted, &path, spelling.clone());
            // Alone, another spelling is no change; beside one it is stored.
            let note = subject.note().filter(|note| *note != path);
            note.iter().for_each(|note| set(&mut wanted, note, samples.fresh_text().into()));
            let outcome = subject.try_update(&id, &subject.put(wanted)).await;
            let told = told(&outcome);
            assert!(
                outcome.is_ok(),
                "{}: `update` to the resource's own `{path}`, {spelling}, {told}; it must succeed",
                subject.name()
            );
            let kept = subject.get(&id).await.values(&path).next().cloned();
            let expected = if note.is_some() { Some(spelling) } else { kept.clone() };
            assert_eq!(
                kept,
                expected,
                "{}: `update` of the spelling of `{path}` must be stored",
                subject.name()
            );
        }
    }
}

/// A value that its holder gave up, or was deleted with, can be taken.
pub async fn freed_value_may_be_reused(factory: &dyn StoreFactory) {
    for (subject, path, mut samples) in unique_attributes(factory).await {
        let value = samples.unique_value(path.leaf());
        for way in ["given up", "deleted with its holder"] {
            let holder = subject.create(with(&subject, &mut samples, &path, &value)).await;
            if way == "given up" {
                let renamed = samples.plain_resource(&subject);
                subject.update(holder.id(), &subject.put(renamed)).await;
            } else {
                subject.delete(holder.id()).await;
            }
            let outcome = subject.try_create(with(&subject, &mut samples, &path, &value)).await;
            let told = told(&outcome);
            let Ok(next) = outcome else {
                panic!(
                    "{}: `create` with a `{path}` that was {way} {told}; it must succeed",
                    subject.name()
                )
            };
            subject.delete(next.id()).await;
        }
    }
}

/// Concurrent callers with the same unique value: exactly one succeeds, by `create` and by
/// `update`.
pub async fn uniqueness_holds_under_races(factory: &dyn StoreFactory) {
    for (subject, path, mut samples) in unique_attributes(factory).await {
        for _ in 0..ROUNDS {
            let value = samples.unique_value(path.leaf());
            let rivals: Vec<Resource> =
                (0..RIVALS).map(|_| with(&subject, &mut samples, &path, &value)).collect();
            let creating = rivals.into_iter().map(|resource| {
                let subject = subject.clone();
                async move { subject.try_create(resource).await.map(drop) }
            });
            assert_one_won(&subject, &path, "create", &subject.race(creating).await);

            let value = samples.unique_value(path.leaf());
            let mut renaming = Vec::new();
            for _ in 0..RIVALS {
                let id = subject.create(samples.plain_resource(&subject)).await.id().to_owned();
                let update = subject.put(with(&subject, &mut samples, &path, &value));
                let subject = subject.clone();
                renaming.push(async move { subject.try_update(&id, &update).await.map(drop) });
            }
            assert_one_won(&subject, &path, "update", &subject.race(renaming).await);
        }
    }
}

/// Concurrent deletions of a resource: exactly one succeeds, the others get `NotFound`.
pub async fn concurrent_deletes_have_one_winner(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples();
        for _ in 0..ROUNDS {
            let created = subject.create(samples.plain_resource(&subject)).await;
            let version = created.version().unwrap_or_else(crate::resource::Version::first);
            let deleting = (0..RIVALS).map(|rival| {
                let (subject, id) = (subject.clone(), created.id().to_owned());
                let expected = if rival % 2 == 0 {
                    Precondition::default()
                } else {
                    if_match(std::slice::from_ref(&version))
                };
                async move { subject.try_delete(&id, &expected).await.map(drop) }
            });
            let outcomes = subject.race(deleting).await;
            let won = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            let name = subject.name();
            assert_eq!(
                won, 1,
                "{name}: of {RIVALS} concurrent calls of `delete` {won} succeeded; just one must"
            );
            for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
                let told = told(outcome);
                assert!(
                    matches!(outcome, Err(StoreError::NotFound)),
                    "{name}: `delete` came too late and {told}; it must fail with `NotFound`"
                );
            }
        }
    }
}

/// Each unique attribute of each type, with an empty store.
async fn unique_attributes(factory: &dyn StoreFactory) -> Vec<(Subject, ResolvedPath, Samples)> {
    let mut attributes = Vec::new();
    for (index, subject) in Stores::made_by(factory).await.subjects().into_iter().enumerate() {
        for path in subject.unique_paths() {
            let stores = Stores::made_by(factory).await;
            let fresh = stores.subjects().into_iter().nth(index);
            attributes.extend(fresh.map(|fresh| (fresh, path, stores.samples())));
        }
    }
    attributes
}

fn with(subject: &Subject, samples: &mut Samples, path: &ResolvedPath, value: &Value) -> Resource {
    let mut resource = samples.plain_resource(subject);
    set(&mut resource, path, value.clone());
    subject.resource_type.conform(&mut resource);
    resource
}

fn assert_conflict<T>(
    subject: &Subject,
    path: &ResolvedPath,
    call: &str,
    value: &Value,
    outcome: &Result<T, StoreError>,
) {
    let (name, told, expected) = (subject.name(), told(outcome), path.to_string());
    assert!(
        matches!(outcome, Err(StoreError::Conflict { attribute }) if *attribute == expected),
        "{name}: `{call}` with the `{path}` {value}, which another resource has, {told}; it must fail with `Conflict` of `{path}`",
    );
}

fn assert_one_won(
    subject: &Subject,
    path: &ResolvedPath,
    call: &str,
    outcomes: &[Result<(), StoreError>],
) {
    let (name, won) = (subject.name(), outcomes.iter().filter(|outcome| outcome.is_ok()).count());
    assert_eq!(
        won, 1,
        "{name}: of {RIVALS} concurrent calls of `{call}` with the same `{path}` {won} succeeded; just one must"
    );
    for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
        let told = told(outcome);
        let conflict = matches!(outcome, Err(StoreError::Conflict { .. }));
        assert!(
            conflict,
            "{name}: `{call}` with a `{path}` that was just taken {told}; it must fail with `Conflict`"
        );
    }
}

//! Many who write one resource at once, and some who hang up.

use std::collections::BTreeSet;

use super::concurrency::abandoned;
use super::harness::{Subject, if_match, set, text, told};
use super::stores::{StoreFactory, Stores};
use crate::resource::Resource;
use crate::schema::ResolvedPath;
use crate::store::{StoreError, Update};

/// The number of concurrent writers.
const WRITERS: usize = 8;

/// The number of changes by each.
const CHANGES: usize = 12;

/// Concurrent changes are all applied, one after the other, each with its own version.
pub async fn no_update_is_lost(factory: &dyn StoreFactory) {
    for (subject, note, id) in contended(factory).await {
        let writing = (0..WRITERS).map(|_| {
            let (subject, note, id) = (subject.clone(), note.clone(), id.clone());
            async move {
                let mut versions = Vec::new();
                for _ in 0..CHANGES {
                    versions.extend(subject.update(&id, &appending(&subject, &note)).await.version);
                }
                versions
            }
        });
        let versions = subject.race(writing).await.concat();
        let (name, all) = (subject.name(), WRITERS * CHANGES);
        let left = text(&subject.get(&id).await, &note).matches('+').count();
        assert_eq!(
            left, all,
            "{name}: {WRITERS} writers made {all} changes by `update`, and {left} of them are there; none may be lost"
        );
        let distinct: BTreeSet<&str> =
            versions.iter().map(|version| version.opaque_tag()).collect();
        assert_eq!(
            distinct.len(),
            all,
            "{name}: {all} changes made {} versions; each must make one of its own",
            distinct.len()
        );
    }
}

/// Concurrent changes with the same `If-Match`: one succeeds, the others fail with
/// `VersionMismatch`.
pub async fn concurrent_if_match_has_one_winner(factory: &dyn StoreFactory) {
    for (subject, note, id) in contended(factory).await {
        for _ in 0..CHANGES {
            let version = subject.get(&id).await.version().into_iter().collect::<Vec<_>>();
            let writing = (0..WRITERS).map(|_| {
                let (subject, id) = (subject.clone(), id.clone());
                let update = appending(&subject, &note).with_precondition(if_match(&version));
                async move { subject.try_update(&id, &update).await.map(drop) }
            });
            let outcomes = subject.race(writing).await;
            let (name, won) =
                (subject.name(), outcomes.iter().filter(|outcome| outcome.is_ok()).count());
            assert_eq!(
                won, 1,
                "{name}: of {WRITERS} concurrent calls of `update` with the same If-Match {won} succeeded; just one must"
            );
            for outcome in outcomes.iter().filter(|outcome| outcome.is_err()) {
                let told = told(outcome);
                let mismatch = matches!(outcome, Err(StoreError::VersionMismatch));
                assert!(
                    mismatch,
                    "{name}: `update` came too late for its If-Match and {told}; it must fail with `VersionMismatch`"
                );
            }
        }
    }
}

/// A call that is given up while the store waits leaves all of the change behind, or nothing; and
/// the store goes on.
pub async fn cancelled_call_is_atomic(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let Some(note) = subject.note() else { continue };
        let mut samples =
            stores.samples().referring_to(super::crud::references(&stores, &subject).await);
        let mut abandoned_ones = Vec::new();
        for polls in 0..24 {
            let before = subject.create(samples.resource(&subject)).await;
            let before = subject.get(before.id()).await;
            let mut wanted = samples.resource(&subject);
            set(&mut wanted, &note, samples.fresh_text().into());
            let update = subject.put(wanted);
            let Ok(expected) = update.apply(before.clone().into()) else { continue };
            let expected = expected.after.unwrap_or_default();
            drop(abandoned(subject.store.update(before.id(), &update, &subject.cx), polls).await);
            let after = subject.get(before.id()).await;
            let (is_old, is_new) =
                (subject.differences(&before, &after), subject.differences(&expected, &after));
            assert!(
                is_old.is_empty() || is_new.is_empty(),
                "{}: an `update` that was dropped after it had waited {polls} times left a state that is neither the one before \
                 (it differs in {is_old:?}) nor the one after (it differs in {is_new:?}); it must be made as a whole or not at all",
                subject.name(),
            );
            let version_rose = after.version() != before.version();
            assert_eq!(
                version_rose,
                !is_old.is_empty(),
                "{}: an abandoned `update` parted state and version",
                subject.name()
            );
            let resource = samples.resource(&subject);
            assert_creation_is_whole(&subject, resource, polls, &mut abandoned_ones).await;
        }
    }
}

/// Abandons a creation. A database may complete an earlier one meanwhile, of which each makes one
/// resource at most.
async fn assert_creation_is_whole(
    subject: &Subject,
    resource: Resource,
    polls: usize,
    abandoned_ones: &mut Vec<Resource>,
) {
    let known: BTreeSet<String> = subject.find(None).await.into_iter().collect();
    abandoned_ones.push(resource.clone());
    drop(abandoned(subject.store.create(resource.clone(), &subject.cx), polls).await);
    for id in subject.find(None).await.into_iter().filter(|id| !known.contains(id)) {
        let made = subject.get(&id).await;
        let found = abandoned_ones
            .iter()
            .position(|abandoned| subject.differences(abandoned, &made).is_empty());
        match found {
            Some(place) => drop(abandoned_ones.remove(place)),
            None => subject.assert_same(
                &resource,
                &made,
                "a `create` that was dropped while it waited, or that made a second resource",
            ),
        }
    }
}

/// Each type with a text that can be changed, and a resource whose text will be.
async fn contended(factory: &dyn StoreFactory) -> Vec<(Subject, ResolvedPath, String)> {
    let stores = Stores::made_by(factory).await;
    let mut all = Vec::new();
    for subject in stores.subjects() {
        let Some(note) = subject.note() else { continue };
        let mut resource = stores.samples().plain_resource(&subject);
        set(&mut resource, &note, "sum".into());
        let id = subject.create(resource).await.id().to_owned();
        all.push((subject, note, id));
    }
    all
}

/// A change that depends on the state before: it appends to a text.
fn appending(subject: &Subject, note: &ResolvedPath) -> Update {
    let at = note.clone();
    subject.setting(note, "+").with_hook(move |before, after| {
        set(after, &at, format!("{}+", text(before, &at)).into());
        Ok(())
    })
}

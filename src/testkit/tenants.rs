//! Tenants never see each other.

use super::life::made;
use super::stores::{StoreFactory, Stores};
use super::subject::{Subject, told};
use crate::store::{Precondition, StoreError};

/// What another tenant has is not there: for reads, changes and deletions by its id.
pub async fn another_tenants_resource_is_not_found(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for (subject, other) in neighbours(&stores) {
        let mut samples = stores.samples();
        let resource = subject.create(samples.resource(&subject)).await;
        let (name, id) = (subject.name(), resource.id());
        let read = other.try_get(id).await;
        let seen = matches!(read, Err(StoreError::NotFound));
        assert!(seen, "{name}: `get` of what another tenant has {}; it must fail with `NotFound`", told(&read));
        if let Some(note) = subject.note() {
            let outcome = other.try_update(id, &other.setting(&note, samples.fresh_text())).await;
            let missed = matches!(outcome, Err(StoreError::NotFound));
            assert!(missed, "{name}: `update` of what another tenant has {}; it must fail with `NotFound`", told(&outcome));
        }
        let outcome = other.try_delete(id, &Precondition::default()).await;
        let missed = matches!(outcome, Err(StoreError::NotFound));
        assert!(missed, "{name}: `delete` of what another tenant has {}; it must fail with `NotFound`", told(&outcome));
        subject.assert_same(&resource, &subject.get(id).await, "calls of another tenant");
    }
}

/// Lists, searches and totals are about one tenant only.
pub async fn lists_hold_one_tenant_only(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for (subject, other) in neighbours(&stores) {
        let (mut samples, mut others) = (stores.samples(), stores.samples());
        made(&subject, &mut samples, 5).await;
        let mut expected = made(&other, &mut others, 3).await;
        expected.sort_unstable();
        let name = subject.name();
        let selected = other.select(&other.query(None)).await;
        assert_eq!(other.find(None).await, expected, "{name}: a list holds other resources than those of the tenant");
        assert!(selected.total.is_none_or(|total| total == 3), "{name}: a total counts what other tenants have");
        for path in subject.unique_paths() {
            let resource = subject.create(samples.plain_resource(&subject)).await;
            let Some(text) = resource.values(&path).next().and_then(serde_json::Value::as_str) else { continue };
            let found = other.find(Some(other.equals(&path, text))).await;
            assert!(found.is_empty(), "{name}: a search for `{path}` finds what another tenant has");
        }
    }
}

/// What one tenant has taken is free for another: a conflict would tell that it is there.
pub async fn unique_values_are_taken_within_a_tenant_only(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for (subject, other) in neighbours(&stores) {
        if subject.unique_paths().is_empty() {
            continue;
        }
        let resource = stores.samples().plain_resource(&subject);
        subject.create(resource.clone()).await;
        let outcome = other.try_create(resource).await;
        let told = told(&outcome);
        assert!(
            outcome.is_ok(),
            "{}: `create` with unique values that another tenant has {told}; it must succeed",
            subject.name()
        );
    }
}

/// Each type, for two tenants.
fn neighbours(stores: &Stores) -> Vec<(Subject, Subject)> {
    stores.subjects().into_iter().zip(stores.subjects_of_another_tenant()).collect()
}

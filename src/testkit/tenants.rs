//! Tenants never see each other.

use std::sync::Arc;

use serde_json::json;

use super::crud::made;
use super::harness::{Subject, json as whole, told};
use super::members::listed;
use super::stores::{StoreFactory, Stores};
use crate::resource::Resource;
use crate::store::{Precondition, StoreError};
use crate::value::{Name, Object, Value};

/// A resource of another tenant is not found: by reads, changes and deletions of its id.
pub async fn another_tenants_resource_is_not_found(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for (subject, other) in neighbours(&stores) {
        let mut samples = stores.samples();
        let resource = subject.create(samples.resource(&subject)).await;
        let (name, id) = (subject.name(), resource.id());
        let read = other.try_get(id).await;
        let seen = matches!(read, Err(StoreError::NotFound));
        assert!(
            seen,
            "{name}: `get` of what another tenant has {}; it must fail with `NotFound`",
            told(&read)
        );
        if let Some(note) = subject.note() {
            let outcome = other.try_update(id, &other.setting(&note, samples.fresh_text())).await;
            let missed = matches!(outcome, Err(StoreError::NotFound));
            assert!(
                missed,
                "{name}: `update` of what another tenant has {}; it must fail with `NotFound`",
                told(&outcome)
            );
        }
        let outcome = other.try_delete(id, &Precondition::default()).await;
        let missed = matches!(outcome, Err(StoreError::NotFound));
        assert!(
            missed,
            "{name}: `delete` of what another tenant has {}; it must fail with `NotFound`",
            told(&outcome)
        );
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
        assert_eq!(
            other.find(None).await,
            expected,
            "{name}: a list holds other resources than those of the tenant"
        );
        assert!(
            selected.total.is_none_or(|total| total == 3),
            "{name}: a total counts what other tenants have"
        );
        for path in subject.unique_paths() {
            let resource = subject.create(samples.plain_resource(&subject)).await;
            let Some(text) = resource.values(&path).next().and_then(Value::as_str) else {
                continue;
            };
            let found = other.find(Some(other.equals(&path, text))).await;
            assert!(
                found.is_empty(),
                "{name}: a search for `{path}` finds what another tenant has"
            );
        }
    }
}

/// A unique value of one tenant is free for another; a conflict would reveal it.
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

/// Memberships are isolated: a group that lists the id of another tenant's resource is not shown by
/// that resource.
pub async fn groups_are_shown_within_a_tenant_only(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for Foreign { listed: (subject, resource), group: (groups, group) } in
        foreign_groups(&stores).await
    {
        let (name, id) = (subject.name(), resource.id());
        if let Some(view) = subject.resource_type.membership().groups() {
            let listing = subject.select(&subject.query(None)).await.resources;
            let in_list = listing
                .iter()
                .find(|resource| resource.id() == id)
                .map(|resource| Resource::clone(resource));
            for (call, read) in [("get", Some(subject.get(id).await)), ("select", in_list)] {
                let shown = read.map(|read| listed(&read, view.name())).unwrap_or_default();
                assert!(
                    shown.is_empty(),
                    "{name}: `{call}` shows in `{}` a group of another tenant, {shown:?}, which lists the id `{id}`; \
                     the query over groups needs the tenant too",
                    view.name()
                );
            }
        }
        let read = groups.get(group.id()).await;
        let members =
            groups.membership().and_then(|membership| read.get(membership.name())?.as_array());
        let told =
            members.into_iter().flatten().filter_map(Value::as_object).flat_map(Object::keys);
        let told: Vec<&Name> =
            told.filter(|name| !["value", "type", "$ref"].contains(&name.as_str())).collect();
        assert!(
            told.is_empty(),
            "{}: a group that lists an id of another tenant's {name} tells its {told:?}: {}; it was given the id only",
            groups.name(),
            whole(&read),
        );
    }
}

/// The deletion of a resource takes it out of the groups of its tenant, not out of those of another
/// that list the same id.
pub async fn a_deletion_stays_within_a_tenant(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for Foreign { listed: (subject, resource), group: (groups, group) } in
        foreign_groups(&stores).await
    {
        let before = groups.get(group.id()).await;
        subject.delete(resource.id()).await;
        let after = groups.get(group.id()).await;
        groups.assert_same(
            &before,
            &after,
            format_args!("the deletion of another tenant's {}", subject.name()),
        );
        let kept = before.version() == after.version();
        assert!(
            kept,
            "{}: the deletion of another tenant's {} made a version",
            groups.name(),
            subject.name()
        );
    }
}

/// A resource of one tenant, and a group of another that lists its id.
struct Foreign {
    listed: (Subject, Arc<Resource>),
    group: (Subject, Arc<Resource>),
}

async fn foreign_groups(stores: &Stores) -> Vec<Foreign> {
    let mut all = Vec::new();
    for (own, groups) in neighbours(stores) {
        let Some(membership) = groups.membership().map(|membership| membership.name().to_owned())
        else {
            continue;
        };
        let subject = stores.candidates_for(&own).unwrap_or(own);
        let mut samples = stores.samples();
        let resource = subject.create(samples.resource(&subject)).await;
        let mut group = samples.plain_resource(&groups);
        group.set(membership, json!([{ "value": resource.id() }]));
        // A store may refuse members that it does not know.
        if let Ok(group) = groups.try_create(group).await {
            all.push(Foreign { listed: (subject, resource), group: (groups, group) });
        }
    }
    all
}

/// Each type, for two tenants.
fn neighbours(stores: &Stores) -> Vec<(Subject, Subject)> {
    stores.subjects().into_iter().zip(stores.subjects_of_another_tenant()).collect()
}

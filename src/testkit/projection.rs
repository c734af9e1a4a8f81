//! Checks of projections and secrets.

use super::crud::references;
use super::harness::{Subject, operation, set};
use super::paging::read_all;
use super::queries::Questions;
use super::stores::{StoreFactory, Stores};
use crate::query::{Page, ProjectedResource, Projection, Query};
use crate::resource::Resource;
use crate::schema::{AttributeType, ResolvedPath, ResourceUrls};
use crate::value::Value;

/// A text that nobody may ever see again.
const SECRET: &str = "t1meMa$heen";

/// A store that loads less for a [`Projection`] still loads everything that the projection
/// includes.
pub async fn projection_is_loaded(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples().referring_to(references(&stores, &subject).await);
        for _ in 0..12 {
            subject.create(samples.resource(&subject)).await;
        }
    }
    for subject in stores.subjects() {
        let (all, mut questions) =
            (read_all(&subject).await, Questions::new(&subject, stores.seed));
        for _ in 0..60 {
            let projection = questions.projection(&subject);
            let (filter, sort) = (questions.filter(&subject, &all).1, questions.sort());
            let page = Page::Index { start: 1, count: 100 };
            let query = Query { filter: Some(filter), sort, page, projection: projection.clone() };
            let listed = subject.select(&query).await.resources;
            for whole in &all {
                let read = subject.store.get(whole.id(), &projection, &subject.cx).await;
                let Ok(read) = read else {
                    panic!("{}: `get` under {projection:?} failed; it must read", subject.name())
                };
                assert_shown(&subject, "get", &projection, whole, &read);
                let in_list = listed.iter().find(|resource| resource.id() == whole.id());
                if let Some(read) = in_list {
                    assert_shown(&subject, "select", &projection, whole, read);
                }
            }
        }
    }
}

/// Values that are never returned, such as passwords, are not returned in clear by any call (RFC
/// 7643, Section 9.2).
pub async fn secrets_are_not_loaded(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let secrets = secrets(&subject);
        if secrets.is_empty() {
            continue;
        }
        let mut samples = stores.samples();
        let mut resource = samples.plain_resource(&subject);
        for path in &secrets {
            set(&mut resource, path, SECRET.into());
        }
        let created = subject.create(resource.clone()).await;
        assert_secret(&subject, "create", &created);
        assert_read_without(&subject, created.id()).await;
        let mut wanted = samples.plain_resource(&subject);
        for path in &secrets {
            set(&mut wanted, path, SECRET.into());
        }
        let setting = secrets.iter().filter(|path| path.sub_attribute().is_none());
        let setting =
            setting.map(|path| operation("replace", path, SECRET.into())).collect::<Vec<_>>();
        let updates = [subject.put(wanted)]
            .into_iter()
            .chain((!setting.is_empty()).then(|| subject.patch(setting)));
        for update in updates {
            let change = subject.update(created.id(), &update).await;
            if let Some(after) = &change.after {
                assert_secret(&subject, "update", after);
            }
            assert_read_without(&subject, created.id()).await;
        }
    }
}

async fn assert_read_without(subject: &Subject, id: &str) {
    assert_secret(subject, "get", &subject.get(id).await);
    for resource in subject.select(&subject.query(None)).await.resources {
        assert_secret(subject, "select", &resource);
    }
}

fn assert_secret(subject: &Subject, call: &str, resource: &Resource) {
    let text = Value::Object(resource.attributes().clone()).to_string();
    let hidden = !text.contains(SECRET);
    assert!(
        hidden,
        "{}: `{call}` hands out a secret in clear; it must not be kept so: keep a hash, elsewhere, or nothing, and \
         call `Resource::redact` on what you keep and return",
        subject.name()
    );
}

/// Each text that is never returned.
fn secrets(subject: &Subject) -> Vec<ResolvedPath> {
    let core =
        subject.resource_type.schema().attributes().iter().map(|attribute| (None, attribute));
    let extended = subject.resource_type.extensions().iter().flat_map(|extension| {
        let schema = &extension.schema;
        schema.attributes().iter().map(move |attribute| (Some(schema), attribute))
    });
    let mut secrets = Vec::new();
    for (extension, attribute) in core.chain(extended) {
        let path =
            |sub| ResolvedPath::new(extension.cloned(), std::sync::Arc::clone(attribute), sub);
        let whole = (!attribute.is_readable()
            && attribute.attribute_type() == AttributeType::String)
            .then(|| path(None));
        let parts = attribute
            .sub_attributes()
            .iter()
            .filter(|sub| !sub.is_readable() && sub.attribute_type() == AttributeType::String);
        secrets.extend(whole.into_iter().chain(parts.map(|sub| path(Some(sub.clone())))));
    }
    secrets
}

/// Asserts that a client sees what it would see of the whole resource.
fn assert_shown(
    subject: &Subject,
    call: &str,
    projection: &Projection,
    whole: &Resource,
    read: &Resource,
) {
    let (expected, shown) = (shown(subject, projection, whole), shown(subject, projection, read));
    assert_eq!(
        shown,
        expected,
        "{}: what `{call}` reads shows a client less (left) than it must (right), under {projection:?}",
        subject.name()
    );
}

fn shown(subject: &Subject, projection: &Projection, resource: &Resource) -> Value {
    let locations = ResourceUrls::default();
    let shown = ProjectedResource::new(resource, projection, &subject.resource_type, &locations);
    serde_json::to_value(shown).unwrap_or_default().into()
}

//! `schemas` follow from what a resource holds, whatever its store keeps (RFC 7643, Section 3).

use std::sync::Arc;

use scimwire::auth::RequestContext;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::store::ResourceStore;
use scimwire::{Dispatcher, Resource, ResourceType};
use serde_json::{Value, json};

use support::databases::{LazyDirectory, kind_asked_for};
use support::writes::provider::{BASE, Provider, replace};
use support::writes::samples::{ENTERPRISE, USER};

#[tokio::test]
async fn what_a_store_forgot_is_made() {
    let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    let directory = LazyDirectory::new(kind_asked_for(), false);
    let store = Arc::new(directory.store(users.clone()));
    let mut ids = Vec::new();
    for (name, schemas, department) in [
        ("ann", Value::Null, false),
        ("bob", json!([]), true),
        ("cid", json!([USER, ENTERPRISE]), true),
        ("dan", Value::Null, true),
        ("eve", json!([USER]), true),
        ("fay", json!([USER, ENTERPRISE]), false),
    ] {
        let mut user = Resource::default();
        user.set("userName", name);
        user.set("schemas", schemas);
        if department {
            user.set(ENTERPRISE, json!({ "department": "Tours" }));
        }
        let made = store.create(user, &RequestContext::new("example")).await.expect("a user");
        ids.push((
            made.id().to_owned(),
            if department { json!([USER, ENTERPRISE]) } else { json!([USER]) },
        ));
    }
    let dispatcher = Dispatcher::builder(BASE).unauthenticated().store(store);
    let provider = Provider::of(dispatcher.build().expect("the type is consistent"));
    let filter = format!("schemas%20eq%20%22{ENTERPRISE}%22");
    let found = provider.get(&format!("/Users?filter={filter}")).await.ok();
    let with_extension = ids.iter().filter(|(_, schemas)| schemas[1] == ENTERPRISE).count();
    assert_eq!(found["totalResults"], with_extension);
    for (id, schemas) in ids {
        for query in [
            "",
            "?attributes=userName",
            "?excludedAttributes=schemas,userName",
            "?attributes=schemas",
        ] {
            assert_eq!(
                provider.get(&format!("/Users/{id}{query}")).await.ok()["schemas"],
                schemas,
                "{query}"
            );
        }
        let listed = provider.get(&format!("/Users?filter=id%20eq%20%22{id}%22")).await;
        assert_eq!(listed.ok()["Resources"][0]["schemas"], schemas);
        let patched = provider.patch(&format!("/Users/{id}"), &replace("title", json!("x"))).await;
        assert_eq!(patched.ok()["schemas"], schemas);
    }
}

//! Resource types that a setter could not change as asked: whatever is done with one fails.

use std::error::Error;

use scimwire::auth::RequestContext;
use scimwire::filter::{BindErrorKind, Filter, FilterBinder};
use scimwire::message::{PatchOp, SearchRequest};
use scimwire::patch::{PatchBinder, PatchErrorKind};
use scimwire::resource::{Resource, ResourceDecoder, User, ValueErrorKind};
use scimwire::schema::{SchemaError, SchemaRegistry};
use scimwire::service::Resources;
use scimwire::{Dispatcher, MemoryStore, ResourceType, StoreError};
use serde_json::{Map, json};

fn inconsistent() -> Vec<(ResourceType, &'static str)> {
    let users = ResourceType::user;
    vec![
        (users().with_unique("badge"), "`User`: `badge` is not defined"),
        (users().with_required("name.badge"), "`User`: `badge` is not defined"),
        (users().with_index("badge"), "`User`: `badge` is not defined"),
        (users().with_endpoint("/Me"), "`User`: `Me` is reserved: use another name"),
        (users().with_endpoint("Users"), "`User`: an endpoint must be `/` followed by a name"),
    ]
}

#[test]
fn validation_says_what_is_wrong() {
    for (users, expected) in inconsistent() {
        let err = users.validate().expect_err(expected);
        assert_eq!(err.to_string(), expected);
        let built = SchemaRegistry::new([users.into()]);
        assert_eq!(built.map(drop), Err(err));
    }
    // What is asked once is not remembered through a change.
    let users = ResourceType::user();
    assert_eq!(users.validate(), Ok(()));
    assert!(users.clone().with_endpoint("/Me").validate().is_err());
    let moved = users.with_endpoint("/Me");
    assert!(moved.validate().is_err());
    assert_eq!(moved.with_endpoint("/People").validate(), Ok(()));
    let before = ResourceType::user();
    assert_eq!(before.validate(), Ok(()));
    assert!(before.with_unique("badge").validate().is_err());
}

#[test]
fn binders_and_decoders_fail() {
    let has_source = |err: &dyn Error, expected: &SchemaError| {
        let source = err.source().and_then(|source| source.downcast_ref::<SchemaError>());
        assert_eq!(source, Some(expected));
    };
    for (users, _) in inconsistent() {
        let expected = users.validate().expect_err("it is inconsistent");
        let filter: Filter = "active eq true".parse().expect("a filter");
        let err = FilterBinder::new(&users).bind(&filter).expect_err("it cannot be bound");
        assert_eq!(err.kind(), BindErrorKind::ResourceType);
        has_source(&err, &expected);
        assert_eq!(scimwire::Error::from(err).status(), 500);

        let message = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": "active", "value": true }]
        });
        let message: PatchOp = serde_json::from_value(message).expect("a message");
        let err = PatchBinder::new(users.clone()).bind(message).expect_err("it cannot be bound");
        assert!(matches!(err.kind, PatchErrorKind::ResourceType(_)));
        has_source(&err, &expected);
        assert_eq!(scimwire::Error::from(err).status(), 500);

        let err = ResourceDecoder::new(&users).resource(Map::new()).expect_err("it cannot be read");
        assert_eq!(err.kind(), ValueErrorKind::ResourceType);
        has_source(&err, &expected);
        assert_eq!(scimwire::Error::from(err).status(), 500);

        let err = users.encode(&User::new("bjensen")).expect_err("it cannot be encoded");
        assert_eq!(err.kind(), ValueErrorKind::ResourceType);

        assert!(Dispatcher::builder("/scim/v2").store(MemoryStore::new(users)).build().is_err());
    }
}

#[tokio::test]
async fn every_operation_of_resources_fails() {
    let cx = RequestContext::new("example");
    for (resource_type, expected) in inconsistent() {
        let users = Resources::new(MemoryStore::new(resource_type));
        let mut user = Resource::default();
        user.set("userName", "bjensen");
        let filter: Filter = "active eq true".parse().expect("a filter");
        let outcomes = [
            ("get", users.get("1", &cx).await.map(drop)),
            ("represent", users.represent("1", SearchRequest::default(), &cx).await.map(drop)),
            ("query", users.query(SearchRequest::default(), &cx).await.map(drop)),
            ("find_by", users.find_by("userName", "bjensen", &cx).await.map(drop)),
            ("search", users.search(&filter, &cx).await.map(drop)),
            ("list", users.list(&cx).await.map(drop)),
            ("create", users.create(user, &cx).await.map(drop)),
            ("patch", users.patch("1", Vec::new(), &cx).await.map(drop)),
            ("set_attribute", users.set_attribute("1", "active", true, &cx).await.map(drop)),
            ("add_value", users.add_value("1", "roles", json!({}), &cx).await.map(drop)),
            ("delete", users.delete("1", &cx).await.map(drop)),
        ];
        for (name, outcome) in outcomes {
            match outcome {
                Err(StoreError::Other(err)) => assert_eq!(err.to_string(), expected, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

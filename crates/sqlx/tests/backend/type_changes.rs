//! Resource types that change between two starts: their rows of unique and indexed values follow.

use std::sync::Arc;

use scimwire::StoreError;
use scimwire::schema::{ENTERPRISE_USER, ResourceType, Schema};
use scimwire::service::Resources;
use serde_json::json;

use super::stored::{Fixture, beside};
use crate::databases::kinds;

#[tokio::test]
async fn a_type_that_changes_is_made_anew() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        fixture
            .create(&fixture.users, json!({ "userName": "ann", "displayName": "Ann" }))
            .await
            .expect("a user");
        let unique = fixture.directory.store(ResourceType::user().with_unique("displayName"));
        let taken =
            fixture.create(&unique, json!({ "userName": "bob", "displayName": "ANN" })).await;
        assert!(
            matches!(taken, Err(StoreError::Conflict { attribute }) if attribute == "displayName"),
            "{kind:?}"
        );
        let extended = json!({ "id": "urn:example:Desk", "name": "Desk", "attributes": [{ "name": "floor", "type": "integer" }] });
        let desk = Schema::try_from(extended).expect("a schema");
        let store = fixture.directory.store(ResourceType::user().with_extension(desk));
        fixture
            .create(&store, json!({ "userName": "bob", "displayName": "ANN" }))
            .await
            .expect("it is free again");
        // Two share a value by now: nobody can say which of them is to have it.
        let unique = fixture.directory.store(ResourceType::user().with_unique("displayName"));
        let failed = fixture.create(&unique, json!({ "userName": "cid" })).await;
        assert!(
            matches!(failed, Err(StoreError::Other(source)) if source.to_string().contains("displayName")),
            "{kind:?}"
        );
    }
}

#[tokio::test]
async fn what_is_indexed_has_rows_of_its_own_from_before_too() {
    for kind in kinds() {
        let fixture = Fixture::new(kind).await;
        let user_type = ResourceType::user().with_extension(ENTERPRISE_USER);
        fixture
            .create(&fixture.users, json!({ "userName": "ann", "title": "Engineer" }))
            .await
            .expect("a user");
        let rows = "SELECT CAST(count(*) AS TEXT) FROM scim_key WHERE attribute = 'title'";
        assert_eq!(beside(&fixture.directory, rows).await.as_deref(), Some("0"), "{kind:?}");

        let indexed = fixture.directory.store(user_type.clone().with_index("title"));
        let users = Resources::new(Arc::clone(&indexed));
        let bob = fixture
            .create(&indexed, json!({ "userName": "bob", "title": "ENGINEER" }))
            .await
            .expect("a user");
        let found = async |title: &'static str| {
            users.find_by("title", title, &fixture.cx).await.expect("a title").len()
        };
        assert_eq!((found("engineer").await, found("clerk").await), (2, 0), "{kind:?}");
        assert_eq!(beside(&fixture.directory, rows).await.as_deref(), Some("2"), "{kind:?}");
        users.set_attribute(&bob, "title", "Clerk", &fixture.cx).await.expect("a user");
        assert_eq!((found("engineer").await, found("clerk").await), (1, 1), "{kind:?}");
        users.delete(&bob, &fixture.cx).await.expect("a user");
        assert_eq!(found("clerk").await, 0, "{kind:?}");
        assert_eq!(beside(&fixture.directory, rows).await.as_deref(), Some("1"), "{kind:?}");
    }
}

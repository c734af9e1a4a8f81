//! What is read-only for clients, and the host's to set (RFC 7643, Section 7).

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks};
use scimwire::message::PatchOperation;
use scimwire::schema::{Schema, SchemaExtension};
use scimwire::service::Resources;
use scimwire::{Dispatcher, Error, MemoryDirectory, Quirks, ResourceType, ScimType, StoreError};
use serde_json::{Value, json};

use support::writes::provider::{BASE, Provider, at, id};
use support::writes::samples::{USER, user};

const BADGE: &str = "urn:example:schemas:Badge";

/// Users with an extension of which clients and the host have a part each.
fn badged(required: bool) -> ResourceType {
    let badge = json!({ "id": BADGE, "attributes": [
        { "name": "badge", "mutability": "readOnly" },
        { "name": "costCentre", "required": true },
        { "name": "place", "type": "complex", "subAttributes": [
            { "name": "room" }, { "name": "building", "mutability": "readOnly" } ] },
        { "name": "doors", "type": "complex", "multiValued": true, "mutability": "readOnly",
            "subAttributes": [{ "name": "value" }] }
    ]});
    let badge = SchemaExtension::new(Schema::try_from(badge).expect("it is sound"));
    ResourceType::user().with_extension(badge.with_required(required))
}

/// A host that gives everybody a badge.
struct Badges;

#[async_trait]
impl Hooks for Badges {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        let mut extension = resource.get(BADGE).cloned().unwrap_or_default();
        extension["badge"] = "A1".into();
        resource.set(BADGE, extension);
        Ok(CreateDecision::Create)
    }
}

/// A service provider, and the host's own hand on its users.
fn provider(required: bool, quirks: Quirks) -> (Provider, Resources) {
    let users = badged(required);
    let store = MemoryDirectory::new().store(users);
    let builder = Dispatcher::builder(BASE).unauthenticated().store(store.clone());
    let dispatcher = builder.hooks(Badges).quirks(quirks).build().expect("the type is consistent");
    (Provider::of(dispatcher), Resources::new(store))
}

fn cx() -> RequestContext {
    RequestContext::new("example")
}

#[tokio::test]
async fn an_extension_of_the_host_alone_asks_clients_for_nothing() {
    // S-6-08, S-7-09
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let (provider, _) = provider(false, quirks);
        let made = provider.create("/Users", &user("bjensen")).await;
        let path = at(&made);
        assert_eq!(
            (&made[BADGE], &made["schemas"]),
            (&json!({ "badge": "A1" }), &json!([USER, BADGE]))
        );
        assert_eq!(provider.put(&path, &user("bjensen")).await.ok()[BADGE], made[BADGE]);
        let detail = provider
            .refuses(
                &path,
                json!([{ "op": "add", "path": format!("{BADGE}:place.room"), "value": "12" }]),
                "invalidValue",
            )
            .await;
        assert_eq!(detail, format!("attribute `{BADGE}:costCentre` is required"));
        let mut whole = user("bjensen");
        whole["schemas"] = json!([USER, BADGE]);
        whole[BADGE] = json!({ "costCentre": "4130", "place": { "room": "12" } });
        let put = provider.put(&path, &whole).await.ok();
        assert_eq!(
            put[BADGE],
            json!({ "badge": "A1", "costCentre": "4130", "place": { "room": "12" } })
        );
        let removed = provider.patched(&path, json!([{ "op": "remove", "path": BADGE }])).await;
        assert_eq!(removed[BADGE], json!({ "badge": "A1" }), "clients take away what is theirs");
    }
}

#[tokio::test]
async fn an_extension_that_everybody_has_to_have_asks_for_it_all() {
    // S-6-07
    let (provider, _) = provider(true, Quirks::STRICT);
    let detail = provider.post("/Users", &user("bjensen")).await.refused("invalidValue");
    assert_eq!(detail, format!("attribute `{BADGE}:costCentre` is required"));
}

#[tokio::test]
async fn the_host_sets_what_clients_may_not() {
    // S-7-09
    let (provider, users) = provider(false, Quirks::STRICT);
    let made = provider.create("/Users", &user("bjensen")).await;
    let path = at(&made);
    let named = |name: &str| format!("{BADGE}:{name}");
    for (name, value) in [
        ("badge", json!("B2")),
        ("doors", json!([{ "value": "north" }])),
        ("doors[value eq \"north\"].value", json!("south")),
        ("place.building", json!("Main")),
        ("place", json!({ "room": "12", "building": "Annex" })),
    ] {
        let operation = json!([{ "op": "replace", "path": named(name), "value": value }]);
        if name != "place" {
            provider.refuses(&path, operation, "mutability").await;
        }
        let change = match name {
            "place" => {
                // What clients have a part in, they are asked for.
                let centre = json!({ BADGE: { "costCentre": "4130", "place": value } });
                let operation = PatchOperation::new("add", None, Some(centre.into()));
                users.patch(id(&made), vec![operation], &cx()).await
            }
            _ => users.set_attribute(id(&made), &named(name), value.clone(), &cx()).await,
        };
        match name {
            "place.building" => {
                assert!(matches!(change, Err(StoreError::Rejected(_))), "{change:?}")
            }
            _ => assert!(!change.expect(name).is_unchanged(), "{name}"),
        }
    }
    let read = provider.read(&path).await;
    let expected = json!({
        "badge": "B2", "costCentre": "4130", "doors": [{ "value": "south" }],
        "place": { "room": "12", "building": "Annex" }
    });
    assert_eq!(read[BADGE], expected);
    // What a client puts in the place of its parts leaves that of the host.
    for (sent, shown) in [
        (json!({ "room": "13" }), json!({ "room": "13", "building": "Annex" })),
        (json!({ "room": "14", "building": "Main" }), json!({ "room": "14", "building": "Annex" })),
    ] {
        let mut body = user("bjensen");
        body["schemas"] = json!([USER, BADGE]);
        body[BADGE] = json!({ "costCentre": "4130", "place": sent });
        assert_eq!(provider.put(&path, &body).await.ok()[BADGE]["place"], shown);
    }
    users.set_attribute(id(&made), &named("badge"), Value::Null, &cx()).await.expect("the host's");
    assert_eq!(provider.read(&path).await[BADGE].get("badge"), None);
}

#[tokio::test]
async fn the_host_does_not_set_what_is_worked_out() {
    let (provider, users) = provider(false, Quirks::STRICT);
    let made = provider.create("/Users", &user("bjensen")).await;
    for (path, value) in [
        ("id", json!("2")),
        ("meta.created", json!("2011-05-13T04:42:34Z")),
        ("meta", json!({ "version": "W/\"2\"" })),
        ("groups", json!([{ "value": "1" }])),
        ("groups.display", json!("x")),
    ] {
        let refused = users.set_attribute(id(&made), path, value, &cx()).await.expect_err(path);
        let StoreError::Rejected(refused) = refused else { panic!("{path}: {refused}") };
        assert_eq!(refused.scim_type(), Some(ScimType::Mutability), "{path}");
    }
    assert_eq!(provider.read(&at(&made)).await, made);
}

//! A POST that a user takes over who is there already: what it leaves out stays, or goes.

use std::sync::Arc;

use async_trait::async_trait;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks, LinkMode};
use scimwire::{Error, Quirks, ScimType};
use serde_json::{Value, json};

use support::writes::provider::{Kept, Provider, Setup, at, id, members, version};
use support::writes::recorder::Recorder;
use support::writes::samples::{ENTERPRISE, bjensen, group, user};
use support::writes::whole_store::WholeStore;

/// Has whoever names an id in `externalId` adopted by that, in a mode.
struct Links(LinkMode);

#[async_trait]
impl Hooks for Links {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        let Some(id) =
            resource.external_id().and_then(|id| id.strip_prefix("link ")).map(str::to_owned)
        else {
            return Ok(CreateDecision::Create);
        };
        if id.is_empty() {
            return Err(Error::scim(ScimType::InvalidValue, "nobody to link".to_owned()));
        }
        resource.set("externalId", "linked");
        let creating = CreateDecision::link(id);
        Ok(if self.0 == LinkMode::Merge { creating } else { creating.with_mode(self.0) })
    }
}

fn providers(mode: LinkMode) -> Vec<(Provider, Recorder)> {
    let settings = [
        (Quirks::STRICT, Kept::Apart),
        (Quirks::LENIENT, Kept::Apart),
        (Quirks::LENIENT, Kept::Whole(WholeStore::default())),
    ];
    let provider = |(quirks, kept)| {
        let recorder = Recorder::default();
        let hooks: Vec<Arc<dyn Hooks>> = vec![Arc::new(Links(mode)), Arc::new(recorder.clone())];
        let setup = Setup { quirks, kept, hooks: Some(Arc::new(hooks)), ..Setup::default() };
        (Provider::new(setup), recorder)
    };
    settings.into_iter().map(provider).collect()
}

/// What a client sends to create whoever is there already.
fn linking(there: &Value, mut body: Value) -> Value {
    body["externalId"] = json!(format!("link {}", id(there)));
    body
}

async fn linked(provider: &Provider, body: &Value) -> Value {
    let answer = provider.post("/Users", body).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.body, provider.read(&at(&answer.body)).await);
    answer.body
}

#[tokio::test]
async fn what_is_left_out_stays() {
    for (provider, recorder) in providers(LinkMode::Merge) {
        let there = provider.create("/Users", &bjensen()).await;
        recorder.all();
        let mut body = user("babs");
        body["name"] = json!({ "givenName": "Babs" });
        body["emails"] = json!([{ "value": "babs@example.com", "type": "work" }]);
        let merged = linked(&provider, &linking(&there, body)).await;
        let mut expected = there.clone();
        expected["userName"] = json!("babs");
        expected["externalId"] = json!("linked");
        expected["name"]["givenName"] = json!("Babs");
        expected["emails"] = json!([{ "value": "babs@example.com", "type": "work" }]);
        expected["meta"] = merged["meta"].clone();
        assert_eq!(merged, expected);
        assert_eq!(recorder.one().paths, ["emails", "externalId", "name.givenName", "userName"]);
        // An extension is merged attribute by attribute, and what is unassigned in so many words
        // goes.
        let mut body = user("babs");
        body["schemas"] = there["schemas"].clone();
        body["title"] = json!(null);
        body["addresses"] = json!([]);
        body[ENTERPRISE] = json!({ "department": "Sales" });
        let merged = linked(&provider, &linking(&there, body)).await;
        assert_eq!((merged.get("title"), merged.get("addresses")), (None, None));
        let mut enterprise = there[ENTERPRISE].clone();
        enterprise["department"] = json!("Sales");
        assert_eq!((&merged[ENTERPRISE], &merged["emails"]), (&enterprise, &expected["emails"]));
        // The same once more changes nothing.
        recorder.all();
        let again = linked(&provider, &linking(&there, user("babs"))).await;
        assert_eq!(version(&again), version(&merged));
        recorder.none();
    }
}

#[tokio::test]
async fn what_is_left_out_goes_where_the_host_says_so() {
    for (provider, _) in providers(LinkMode::Replace) {
        let there = provider.create("/Users", &bjensen()).await;
        let replaced = linked(&provider, &linking(&there, user("babs"))).await;
        for name in ["title", "emails", "addresses", "name", ENTERPRISE] {
            assert_eq!(replaced.get(name), None, "{name}");
        }
        assert_eq!(
            (&replaced["id"], &replaced["userName"], &replaced["externalId"]),
            (&there["id"], &json!("babs"), &json!("linked"))
        );
    }
}

#[tokio::test]
async fn nobody_is_activated_by_what_is_left_out() {
    for mode in [LinkMode::Merge, LinkMode::Replace] {
        for (provider, recorder) in providers(mode) {
            let mut body = user("bjensen");
            body["active"] = json!(false);
            let there = provider.create("/Users", &body).await;
            recorder.all();
            let mut unassigned = user("bjensen");
            unassigned["active"] = json!(null);
            for (body, shown) in [(user("bjensen"), Some(&json!(false))), (unassigned, None)] {
                let linked = linked(&provider, &linking(&there, body)).await;
                assert_eq!(linked.get("active"), shown, "{mode:?}");
            }
            let off = provider.read("/Users?filter=active%20eq%20false").await;
            assert_eq!(off["totalResults"], 1, "{mode:?}");
            assert!(recorder.all().iter().all(|change| !change.is_activation()));
            body["active"] = json!(true);
            assert_eq!(linked(&provider, &linking(&there, body)).await["active"], true, "{mode:?}");
            assert!(recorder.one().activated);
        }
    }
}

#[tokio::test]
async fn members_stay_where_none_are_sent() {
    for (mode, left) in [(LinkMode::Merge, vec!["a", "b"]), (LinkMode::Replace, vec![])] {
        for (provider, _) in providers(mode) {
            let path = provider.group("Tours", &["a", "b"]).await;
            let there = provider.read(&path).await;
            let mut body = linking(&there, group("Guides", &[]));
            body.as_object_mut().expect("a group").remove("members");
            assert_eq!(provider.post("/Groups", &body).await.status, 201);
            let adopted = provider.read(&path).await;
            assert_eq!(
                (members(&adopted), &adopted["displayName"]),
                (left.clone(), &json!("Guides")),
                "{mode:?}"
            );
            let body = linking(&there, group("Guides", &["c"]));
            assert_eq!(provider.post("/Groups", &body).await.status, 201);
            assert_eq!(members(&provider.read(&path).await), ["c"]);
        }
    }
}

#[tokio::test]
async fn a_link_that_fails_changes_nothing() {
    for (provider, recorder) in providers(LinkMode::Merge) {
        let there = provider.create("/Users", &bjensen()).await;
        recorder.all();
        let mut body = user("x");
        body["externalId"] = json!("link ");
        provider.post("/Users", &body).await.refused("invalidValue");
        body["externalId"] = json!("link nobody");
        provider.post("/Users", &body).await.failed(404, None);
        recorder.none();
        assert_eq!(provider.read(&at(&there)).await, there);
        assert_eq!(provider.total("/Users").await, 1);
    }
}

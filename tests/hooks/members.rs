//! Members whom the host does not know.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use async_trait::async_trait;
use scimwire::hooks::{AddMembersEvent, Hooks, MemberDecision};
use scimwire::quirks::OmittedAttributes;
use scimwire::{Error, Quirks};
use serde_json::json;

use support::writes::hooks::Knows;
use support::writes::provider::{Kept, Provider, Setup, members, replace};
use support::writes::recorder::Recorder;
use support::writes::samples::{bjensen, group};
use support::writes::whole_store::WholeStore;

#[tokio::test]
async fn the_host_refuses_members_that_it_does_not_know() {
    let knows = Knows::default();
    let provider = Provider::under(vec![
        Arc::new(Recorder::default()) as Arc<dyn Hooks>,
        Arc::new(knows.clone()),
    ]);
    let asked = || knows.0.swap(0, Ordering::Relaxed);
    provider.post("/Groups", &group("Tours", &["a", "x1"])).await.refused("invalidValue");
    assert_eq!(provider.total("/Groups").await, 0);
    let path = provider.group("Tours", &["a"]).await;
    assert_eq!(asked(), 2);
    let before = provider.read(&path).await;
    let detail = provider.put(&path, &group("Tours", &["a", "x2"])).await.refused("invalidValue");
    assert_eq!(detail, "nobody has the id `x2`");
    let stranger = json!([{ "value": "b" }, { "value": "x3" }]);
    for operations in [
        json!([{ "op": "add", "path": "members", "value": stranger }]),
        json!([{ "op": "replace", "path": "members", "value": stranger }]),
        json!([{ "op": "add", "value": { "members": stranger } }]),
        json!([{ "op": "replace", "value": { "members": stranger, "displayName": "x" } }]),
        json!([{ "op": "add", "path": "members", "value": stranger }, { "op": "remove", "path": "members[value eq \"x3\"]" }]),
        json!([{ "op": "replace", "path": "members[value eq \"a\"]", "value": { "value": "x4" } }]),
    ] {
        let answer = provider.patch(&path, &operations).await;
        assert_eq!(answer.status, 400, "{operations}");
        assert_eq!(provider.read(&path).await, before, "{operations}");
    }
    assert!(asked() >= 6);
    provider
        .patched(&path, json!([{ "op": "add", "path": "members", "value": [{ "value": "b" }] }]))
        .await;
    assert_eq!(asked(), 1);
    // Who leaves need not be known, and what is not about members asks nobody.
    provider.patched(&path, json!([{ "op": "remove", "path": "members[value eq \"x5\"]" }])).await;
    provider.patched(&path, replace("displayName", json!("x6"))).await;
    provider.patched(&path, replace("members[value eq \"a\"].display", json!("x7"))).await;
    provider.put(&path, &group("Tours", &[])).await.ok();
    provider.create("/Users", &bjensen()).await;
    assert_eq!(asked(), 0);
}

/// Leaves out those whose id begins with this.
struct LeavesOut(&'static str);

#[async_trait]
impl Hooks for LeavesOut {
    async fn before_add_members(
        &self,
        event: &AddMembersEvent<'_>,
    ) -> Result<MemberDecision, Error> {
        let AddMembersEvent { members, .. } = event;
        let unknown: HashSet<String> =
            members.iter().filter(|id| id.starts_with(self.0)).cloned().collect();
        Ok(if unknown.is_empty() {
            MemberDecision::Accept
        } else {
            MemberDecision::Ignore(unknown)
        })
    }
}

#[tokio::test]
async fn the_host_leaves_out_members_that_it_does_not_know() {
    for (kept, quirks) in
        [(Kept::Apart, Quirks::STRICT), (Kept::Whole(WholeStore::default()), Quirks::LENIENT)]
    {
        let recorder = Recorder::default();
        let hooks: Vec<Arc<dyn Hooks>> =
            vec![Arc::new(recorder.clone()), Arc::new(LeavesOut("x")), Arc::new(LeavesOut("y"))];
        let provider =
            Provider::new(Setup { hooks: Some(Arc::new(hooks)), kept, quirks, ..Setup::default() });
        let path = provider.group("Tours", &["x1", "a", "y1"]).await;
        assert_eq!(recorder.one().added, ["a"]);
        let of_nobody = provider.group("Nobody", &["x1"]).await;
        assert_eq!(provider.read(&of_nobody).await.get("members"), None);
        recorder.all();
        let two = json!([{ "value": "x2" }, { "value": "b" }]);
        let strangers = json!([{ "value": "x2" }, { "value": "y2" }]);
        for (operations, left) in [
            (json!([{ "op": "add", "path": "members", "value": strangers }]), &["a"][..]),
            (json!([{ "op": "add", "value": { "members": two } }]), &["a", "b"]),
            (
                json!([{ "op": "remove", "path": "members[value eq \"a\"]" }, { "op": "add", "path": "members", "value": two }]),
                &["b"],
            ),
            (json!([{ "op": "replace", "path": "members", "value": two }]), &["b"]),
            (json!([{ "op": "replace", "value": { "members": strangers } }]), &[]),
        ] {
            provider.patched(&path, operations.clone()).await;
            assert_eq!(members(&provider.read(&path).await), left, "{operations}");
        }
        assert_eq!(provider.read(&path).await.get("members"), None);
        let told: Vec<_> = recorder
            .all()
            .into_iter()
            .map(|heard| (heard.members.added, heard.members.removed))
            .collect();
        let ids = |ids: &[&str]| -> Vec<String> { ids.iter().map(|id| (*id).to_owned()).collect() };
        assert_eq!(told, [(ids(&["b"]), vec![]), (vec![], ids(&["a"])), (vec![], ids(&["b"]))]);
        for (sent, left) in
            [(&["x1", "a"][..], &["a"][..]), (&["y1"], &[]), (&["a"], &["a"]), (&[], &[])]
        {
            provider.put(&path, &group("Tours", sent)).await.ok();
            assert_eq!(members(&provider.read(&path).await), left, "{sent:?}");
        }
    }
}

#[tokio::test]
async fn members_of_whom_the_host_knows_nobody_are_nobody() {
    // P-3.5.1-03, P-3.5.1-04: that is not the same as no word about members, where omission keeps
    // them.
    let mut quirks = Quirks::STRICT;
    quirks.put_omitted = OmittedAttributes::Keep;
    for kept in [Kept::Apart, Kept::Whole(WholeStore::default())] {
        let hooks: Option<Arc<dyn Hooks>> = Some(Arc::new(LeavesOut("x")));
        let provider = Provider::new(Setup { hooks, kept, quirks, ..Setup::default() });
        let path = provider.group("Tours", &["a", "b"]).await;
        let mut silent = group("Tours", &[]);
        silent.as_object_mut().expect("an object").remove("members");
        assert_eq!(members(&provider.put(&path, &silent).await.ok()), ["a", "b"]);
        assert_eq!(provider.put(&path, &group("Tours", &["x1"])).await.ok().get("members"), None);
        assert_eq!(provider.read(&path).await.get("members"), None);
    }
}

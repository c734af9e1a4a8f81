//! DELETE (RFC 7644, Section 3.6).

use serde_json::{Value, json};

use support::writes::hooks::Deactivating;
use support::writes::provider::{Kept, Provider, Setup, at, id, members, replace, version};
use support::writes::samples::{asset, bjensen, group, locker, user};

#[tokio::test]
async fn a_deleted_resource_is_gone() {
    // P-3.6-01, P-3.6-02, P-3.6-03
    let provider = Provider::strict();
    let all = [
        ("/Users", bjensen()),
        ("/Groups", group("G", &[])),
        ("/Assets", asset("A1")),
        ("/Lockers", locker(1)),
    ];
    for (endpoint, resource) in all {
        let made = provider.create(endpoint, &resource).await;
        let path = at(&made);
        let answer = provider.delete(&path).await;
        assert_eq!((answer.status, &answer.body), (204, &Value::Null));
        provider.get(&path).await.failed(404, None);
        provider.send("HEAD", &path, &[], "").await;
        provider.put(&path, &resource).await.failed(404, None);
        provider.patch(&path, &replace("externalId", json!("x"))).await.failed(404, None);
        provider.delete(&path).await.failed(404, None);
        assert_eq!(provider.total(endpoint).await, 0);
        for query in [
            format!("{endpoint}?filter=id%20eq%20%22{}%22", id(&made)),
            format!("{endpoint}?cursor="),
            "/".to_owned(),
        ] {
            let page = provider.read(&query).await;
            let found = page["Resources"]
                .as_array()
                .expect("resources")
                .iter()
                .any(|one| one["id"] == made["id"]);
            assert!(!found, "{query}: {page}");
        }
    }
}

#[tokio::test]
async fn an_unknown_id_is_not_found() {
    // P-3.6-06
    let provider = Provider::strict();
    for path in ["/Users/2819c223", "/Groups/2819c223", "/Assets/x"] {
        provider.delete(path).await.failed(404, None);
    }
    // One of another type is unknown, too.
    let made = provider.create("/Users", &user("bjensen")).await;
    provider.delete(&format!("/Groups/{}", id(&made))).await.failed(404, None);
    assert_eq!(provider.read(&at(&made)).await, made);
}

#[tokio::test]
async fn a_deleted_name_is_free() {
    // P-3.6-05
    let provider = Provider::strict();
    let first = provider.create("/Users", &bjensen()).await;
    provider.delete(&at(&first)).await;
    let second = provider.create("/Users", &bjensen()).await;
    assert_ne!(first["id"], second["id"]);
    let other = provider.made("/Users", &user("jsmith")).await;
    provider.delete(&at(&second)).await;
    assert_eq!(
        provider.patched(&other, replace("userName", json!("bjensen"))).await["userName"],
        "bjensen"
    );
}

#[tokio::test]
async fn a_soft_deletion_keeps_the_resource() {
    // P-3.6-04
    let provider = Provider::under(Deactivating);
    let path = provider.made("/Users", &bjensen()).await;
    let answer = provider.delete(&path).await;
    let read = provider.read(&path).await;
    assert_eq!((answer.no_content(), &read["active"]), (version(&read), &json!(false)));
    // What is switched off already stays as it is.
    provider.delete(&path).await.no_content();
    assert_eq!(provider.read(&path).await, read);
    provider.delete("/Users/2819c223").await.failed(404, None);
    // its hook deletes what cannot be switched off.
    let group = provider.group("Tour Guides", &[]).await;
    provider.delete(&group).await;
    provider.get(&group).await.failed(404, None);
}

#[tokio::test]
async fn members_go_with_what_they_name_or_dangle() {
    // P-3.6-07
    for (kept, left) in [(Kept::Apart, vec!["b"]), (Kept::Dangling, vec!["a", "b"])] {
        let provider = Provider::new(Setup { kept, ..Setup::default() });
        let (ann, bob) = (provider.user("ann").await, provider.user("bob").await);
        let path = provider.group("Tour Guides", &[&ann, &bob]).await;
        provider.delete(&format!("/Users/{ann}")).await;
        let group = provider.read(&path).await;
        let names: Vec<&str> =
            members(&group).into_iter().map(|id| if id == ann { "a" } else { "b" }).collect();
        assert_eq!(names, left);
    }
}

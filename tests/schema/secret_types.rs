//! Passwords that are none: of another type, stored or not; and names that say nothing.

use scimwire::dispatch::Features;
use scimwire::schema::ENTERPRISE_USER;
use scimwire::{Dispatcher, MemoryStore, Quirks, ResourceType};
use serde_json::{Map, Value, json};

use support::writes::provider::{Provider, Setup, replace};
use support::writes::samples::{USER, asset, bjensen, locker, user};
use support::writes::ways::{Way, each_way};

/// What is no password, and must not be repeated.
fn no_passwords() -> Vec<Value> {
    vec![
        json!(90_210),
        json!(true),
        json!(["Hidden90210"]),
        json!(["Hidden90210", "b"]),
        json!([{ "value": "Hidden90210" }]),
        json!({ "value": "Hidden90210" }),
        json!({ "Hidden90210": 1 }),
    ]
}

/// A service provider that keeps passwords, one that does not want them, and one whose tables have
/// no place for them.
fn providers(quirks: Quirks) -> Vec<Provider> {
    let mut wants = Features::default();
    wants.change_password = true;
    let of_table = |features: Features| {
        let users = ResourceType::user()
            .with_extension(ENTERPRISE_USER)
            .retain_attributes(["userName", "name", "active"]);
        let builder = Dispatcher::builder(support::writes::provider::BASE)
            .unauthenticated()
            .quirks(quirks)
            .features(features);
        let built = builder.store(MemoryStore::new(users)).build();
        Provider::of(built.expect("the type is consistent"))
    };
    vec![
        Provider::new(Setup { quirks, ..Setup::default() }),
        Provider::new(Setup { quirks, features: wants, ..Setup::default() }),
        of_table(Features::default()),
        of_table(wants),
    ]
}

#[tokio::test]
async fn a_password_is_of_its_type_whether_it_is_kept_or_not() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        for (number, provider) in providers(quirks).into_iter().enumerate() {
            // Where the type does not have it, only LENIENT knows the path.
            let ways = if number > 1 && quirks == Quirks::STRICT {
                vec![Way::Post, Way::Put, Way::AddWithoutPath, Way::ReplaceWithoutPath]
            } else {
                Way::ALL.to_vec()
            };
            for value in no_passwords() {
                for name in ["password", "PassWord"] {
                    let attributes =
                        Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
                    let base = user("bjensen");
                    let outcomes =
                        each_way(&provider, &ways, ("/Users", &base, &json!({})), &attributes)
                            .await;
                    assert!(!outcomes.is_empty());
                    for outcome in outcomes {
                        assert_eq!(
                            (outcome.status, &outcome.scim_type),
                            (400, &json!("invalidValue")),
                            "{number} {value}: {outcome:?}"
                        );
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn no_message_repeats_it() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        for provider in providers(quirks) {
            let path = provider.made("/Users", &user("bjensen")).await;
            for value in no_passwords() {
                let mut body = user("jsmith");
                body["password"] = value.clone();
                for answer in [
                    provider.post("/Users", &body).await,
                    provider.put(&path, &body).await,
                    provider.patch(&path, &replace("password", value.clone())).await,
                    provider.patch(&path, &json!([{ "op": "add", "value": { "password": value } }])).await,
                    provider.patch(&path, &json!([{ "op": "add", "value": { format!("{USER}:password"): value } }])).await,
                ] {
                    let text = format!("{} {:?}", answer.body, answer.rules);
                    assert_eq!(answer.status, 400, "{text}");
                    assert!(!text.contains("90210") && !text.contains("Hidden"), "{text}");
                }
            }
            assert_eq!(provider.total("/Users").await, 1);
        }
    }
}

#[tokio::test]
async fn other_secrets_are_of_their_type_too() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = Provider::new(Setup { quirks, ..Setup::default() });
        let stored = json!({ "badge": { "number": 7 } });
        for attributes in [
            json!({ "pin": 7 }),
            json!({ "pin": ["a"] }),
            json!({ "badge": { "secret": 7 } }),
            json!({ "badge": { "secret": ["a"] } }),
        ] {
            for outcome in
                each_way(&provider, &Way::ALL, ("/Assets", &asset("A1"), &stored), &attributes)
                    .await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidValue")),
                    "{attributes}: {outcome:?}"
                );
            }
        }
        // What is right is left out.
        for outcome in each_way(
            &provider,
            &Way::ALL,
            ("/Assets", &asset("A1"), &stored),
            &json!({ "pin": "7" }),
        )
        .await
        {
            assert!(matches!(outcome.status, 200 | 201), "{outcome:?}");
            assert_eq!(outcome.resource.get("pin"), None);
        }
    }
}

#[tokio::test]
async fn a_required_text_is_not_of_white_space_alone() {
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let provider = Provider::new(Setup { quirks, ..Setup::default() });
        for blank in [" ", " \t\n", "\u{a0}\u{3000}"] {
            for outcome in each_way(
                &provider,
                &Way::ALL,
                ("/Users", &bjensen(), &json!({})),
                &json!({ "userName": blank }),
            )
            .await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidValue")),
                    "{blank:?}: {outcome:?}"
                );
            }
            for outcome in each_way(
                &provider,
                &Way::ALL,
                ("/Assets", &asset("A1"), &json!({})),
                &json!({ "name": blank }),
            )
            .await
            {
                assert_eq!(
                    (outcome.status, &outcome.scim_type),
                    (400, &json!("invalidValue")),
                    "{blank:?}: {outcome:?}"
                );
            }
            // What nobody asks for may be so.
            let mut body = locker(1);
            body["urn:example:schemas:Place"]["room"] = json!(blank);
            let made = provider.create("/Lockers", &body).await;
            assert_eq!(made["urn:example:schemas:Place"]["room"], blank);
            assert_eq!(provider.delete(&support::writes::provider::at(&made)).await.status, 204);
        }
        assert_eq!(provider.create("/Users", &user(" a b ")).await["userName"], " a b ");
    }
}

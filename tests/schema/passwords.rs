//! Passwords: ignored unless the host wants them, handed to it once, and seen by nobody after that.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::dispatch::Features;
use scimwire::hooks::{CreateDecision, CreateEvent, Hooks, UpdateEvent};
use scimwire::query::Projection;
use scimwire::schema::Schema;
use scimwire::store::Change;
use scimwire::{Dispatcher, Error, Quirks, Resource, ResourceStore, ResourceType, ScimType};
use serde_json::{Value, json};

use support::databases::{LazyDirectory, LazyStore, kind_asked_for};
use support::writes::provider::{Answer, BASE, Kept, PATCH_OP, Provider, Setup, at, id, message};
use support::writes::samples::{USER, user};
use support::writes::whole_store::WholeStore;

const SECRET: &str = "t1meMa$heen";

/// What stands in for the hash of a password, before its salt.
const HASH: &str = "a hash";

/// A host that puts a hash in the place of each password, and writes down what it saw.
#[derive(Clone, Default)]
struct Host {
    /// What was handed over, in order.
    passwords: Arc<Mutex<Vec<String>>>,
    /// How many hashes were made.
    hashes: Arc<AtomicUsize>,
    /// What was heard of changes, with all that is in them.
    events: Arc<Mutex<Vec<String>>>,
}

impl Host {
    fn hash(&self, before: &Resource, after: &mut Resource) -> Result<(), Error> {
        let Some(password) = after.changed_password(before) else {
            return Ok(());
        };
        if password.expose().len() < 4 {
            return Err(Error::scim(ScimType::InvalidValue, "the password is too short"));
        }
        let mut passwords = self.passwords.lock().expect("no panic while it is held");
        passwords.push(password.expose().to_owned());
        let salt = self.hashes.fetch_add(1, Ordering::Relaxed);
        after.set("password", format!("{HASH} {salt}"));
        Ok(())
    }

    /// The passwords that were handed over since this was last asked.
    fn handed_over(&self) -> Vec<String> {
        std::mem::take(&mut *self.passwords.lock().expect("no panic while it is held"))
    }

    fn heard(&self) -> String {
        self.events.lock().expect("no panic while it is held").join("\n")
    }
}

#[async_trait]
impl Hooks for Host {
    async fn before_create(&self, event: &mut CreateEvent<'_>) -> Result<CreateDecision, Error> {
        let CreateEvent { resource, .. } = event;
        self.hash(&Resource::default(), resource).map(|()| CreateDecision::Create)
    }

    fn before_update(&self, event: &mut UpdateEvent<'_>) -> Result<(), Error> {
        let UpdateEvent { before, after, .. } = event;
        self.hash(before, after)
    }

    async fn after_commit(&self, change: &Change, _: &RequestContext) {
        let states = [&change.before, &change.after];
        let states: Vec<Value> =
            states.map(|state| serde_json::to_value(state.as_deref()).expect("JSON")).to_vec();
        assert!(!format!("{change:?}").contains(SECRET));
        let paths: Vec<String> = change.paths.iter().map(ToString::to_string).collect();
        let event = format!("{states:?} {paths:?}");
        self.events.lock().expect("no panic while it is held").push(event);
    }
}

/// A provider of either kind, its store, and its host if that hashes passwords.
fn provider(quirks: Quirks, change_password: bool, host: Option<Host>) -> (Provider, WholeStore) {
    let (store, mut features) = (WholeStore::default(), Features::default());
    features.change_password = change_password;
    let hooks = host.map(|host| Arc::new(host) as Arc<dyn Hooks>);
    (
        Provider::new(Setup {
            quirks,
            features,
            hooks,
            kept: Kept::Whole(store.clone()),
            ..Setup::default()
        }),
        store,
    )
}

fn with_passwords() -> Features {
    let mut features = Features::default();
    features.change_password = true;
    features
}

fn with_password(name: &str) -> Value {
    let mut user = user(name);
    user["password"] = json!(SECRET);
    user
}

/// Each way to set a password by PATCH.
fn patches() -> [Value; 8] {
    let key = format!("{USER}:password");
    [
        json!([{ "op": "replace", "path": "password", "value": SECRET }]),
        json!([{ "op": "add", "path": "PassWord", "value": SECRET }]),
        json!([{ "op": "add", "path": key, "value": SECRET }]),
        json!([{ "op": "replace", "value": { "password": SECRET } }]),
        json!([{ "op": "add", "value": { "PASSWORD": SECRET } }]),
        json!([{ "op": "replace", "value": { key: SECRET } }]),
        json!([{ "op": "replace", "path": USER, "value": { "password": SECRET } }]),
        json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "replace", "path": "password", "value": SECRET }]),
    ]
}

#[track_caller]
fn shows_nothing(answer: &Answer) {
    let text = format!("{} {:?} {:?}", answer.body, answer.headers, answer.rules);
    assert!(
        !text.contains(SECRET)
            && !text.contains(HASH)
            && !answer.body.to_string().contains("\"password\":"),
        "{text}"
    );
}

#[tokio::test]
async fn passwords_are_ignored_unless_the_host_wants_them() {
    // S-4.1.1-09, S-9.2-01
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let host = Host::default();
        let (provider, store) = provider(quirks, false, Some(host.clone()));
        let made = provider.post("/Users", &with_password("bjensen")).await;
        assert_eq!(made.status, 201);
        shows_nothing(&made);
        let path = at(&made.body);
        let version = provider.read(&path).await["meta"]["version"].clone();
        let put = provider.put(&path, &with_password("bjensen")).await;
        shows_nothing(&put);
        assert_eq!(put.ok()["meta"]["version"], version, "nothing changed");
        for operations in patches() {
            let answer = provider.patch(&path, &operations).await;
            assert!(matches!(answer.status, 200 | 204), "{operations}: {}", answer.body);
            shows_nothing(&answer);
        }
        provider.patch(&path, &json!([{ "op": "remove", "path": "password" }])).await.ok();
        assert_eq!(host.handed_over(), [""; 0]);
        assert!(!store.kept(id(&made.body)).to_string().contains(SECRET));
        assert!(!host.heard().contains("password"), "{}", host.heard());
        let config = provider.read("/ServiceProviderConfig").await;
        assert_eq!(config["changePassword"], json!({ "supported": false }));
    }
}

#[tokio::test]
async fn passwords_are_handed_to_the_host_once_and_kept_as_hashes() {
    // S-4.1.1-09, S-4.1.1-10, S-9.2-01
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let host = Host::default();
        let (provider, store) = provider(quirks, true, Some(host.clone()));
        let made = provider.post("/Users", &with_password("bjensen")).await;
        assert_eq!(made.status, 201);
        shows_nothing(&made);
        assert_eq!(host.handed_over(), [SECRET]);
        let path = at(&made.body);
        shows_nothing(&provider.put(&path, &with_password("bjensen")).await);
        assert_eq!(host.handed_over(), [SECRET]);
        for operations in patches() {
            let answer = provider.patch(&path, &operations).await;
            assert!(matches!(answer.status, 200 | 204), "{operations}: {}", answer.body);
            shows_nothing(&answer);
            assert_eq!(host.handed_over(), [SECRET], "{operations}");
        }
        // The hash is no new password, whatever else changes.
        let kept = |name: &str| store.kept(id(&made.body))[name].clone();
        assert_eq!(kept("password"), format!("{HASH} {}", 1 + patches().len()));
        shows_nothing(
            &provider
                .patch(&path, &json!([{ "op": "replace", "path": "title", "value": "y" }]))
                .await,
        );
        shows_nothing(&provider.put(&path, &user("bjensen")).await);
        assert_eq!(
            (host.handed_over(), kept("password")),
            (Vec::new(), json!(format!("{HASH} {}", 1 + patches().len())))
        );
        shows_nothing(
            &provider.patch(&path, &json!([{ "op": "remove", "path": "password" }])).await,
        );
        assert_eq!((host.handed_over(), kept("password")), (Vec::new(), Value::Null));
        let heard = host.heard();
        assert!(
            heard.contains("[\"password\"]") && !heard.contains(SECRET) && !heard.contains(HASH),
            "{heard}"
        );
        assert_eq!(
            provider.read("/ServiceProviderConfig").await["changePassword"],
            json!({ "supported": true })
        );
    }
}

#[tokio::test]
async fn passwords_are_prepared_and_case_counts() {
    // P-5-01, S-4.1.1-10, A-66
    let host = Host::default();
    let (provider, _) = provider(Quirks::STRICT, true, Some(host.clone()));
    let passwords = [
        ("pa\u{73}\u{301}word", "pa\u{15b}word"),
        ("a\u{a0}b\u{2003}c", "a b c"),
        ("PassWord", "PassWord"),
        ("ＦＵＬＬ", "ＦＵＬＬ"),
    ];
    for (index, (sent, prepared)) in passwords.into_iter().enumerate() {
        let mut body = user(&format!("user{index}"));
        body["password"] = json!(sent);
        provider.create("/Users", &body).await;
        assert_eq!(host.handed_over(), [prepared]);
    }
}

#[tokio::test]
async fn a_password_that_the_host_refuses_changes_nothing() {
    // S-4.1.1-10
    let host = Host::default();
    let (provider, _) = provider(Quirks::STRICT, true, Some(host.clone()));
    let mut weak = user("bjensen");
    weak["password"] = json!("abc");
    let refused = provider.post("/Users", &weak).await;
    assert_eq!(refused.refused("invalidValue"), "the password is too short");
    assert_eq!(provider.total("/Users").await, 0);
    let path = provider.made("/Users", &user("bjensen")).await;
    provider.put(&path, &weak).await.refused("invalidValue");
    let both = json!([{ "op": "add", "path": "title", "value": "x" }, { "op": "add", "path": "password", "value": "abc" }]);
    provider.refuses(&path, both, "invalidValue").await;
    assert_eq!((host.handed_over(), host.heard().contains("title")), (Vec::new(), false));
}

#[tokio::test]
async fn a_store_that_keeps_all_still_shows_no_password() {
    // S-4.1.1-09: a host that takes no password away has it in its store, and neither answers nor
    // events have it.
    let host = Host::default();
    let (store, features) = (WholeStore::default(), with_passwords());

    /// Hears of changes only.
    struct Hearing(Host);

    #[async_trait]
    impl Hooks for Hearing {
        async fn after_commit(&self, change: &Change, cx: &RequestContext) {
            self.0.after_commit(change, cx).await;
        }
    }

    let hooks: Option<Arc<dyn Hooks>> = Some(Arc::new(Hearing(host.clone())));
    let provider = Provider::new(Setup {
        features,
        hooks,
        kept: Kept::Whole(store.clone()),
        ..Setup::default()
    });
    let made = provider.create("/Users", &with_password("bjensen")).await;
    let path = at(&made);
    assert_eq!(store.kept(id(&made))["password"], SECRET);
    shows_nothing(&provider.put(&path, &with_password("babs")).await);
    for operations in patches() {
        shows_nothing(&provider.patch(&path, &operations).await);
    }
    let queries = [
        path.clone(),
        format!("{path}?attributes=password"),
        format!("{path}?attributes=PASSWORD,userName"),
        format!("{path}?attributes={USER}:password"),
        format!("{path}?excludedAttributes=title"),
        "/Users".into(),
        "/Users?attributes=password".into(),
        "/Users?filter=userName+pr&attributes=password&sortBy=userName".into(),
        "/?attributes=password".into(),
    ];
    for query in queries {
        let answer = provider.get(&query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        shows_nothing(&answer);
    }
    assert_eq!(provider.delete(&path).await.status, 204);
    let heard = host.heard();
    assert!(
        heard.contains("bjensen") && heard.lines().count() >= 4 && !heard.contains(SECRET),
        "{heard}"
    );
}

#[tokio::test]
async fn nobody_can_ask_about_a_password() {
    // S-4.1.1-11, A-77: whether it is right or wrong, the answer is the same.
    for change_password in [false, true] {
        let (provider, _) = provider(Quirks::LENIENT, change_password, None);
        let path = provider.made("/Users", &with_password("bjensen")).await;
        let names =
            ["password", "PassWord", &format!("{USER}:password"), &format!("{USER}:PASSWORD")];
        for name in names {
            for (condition, wrong) in [
                (format!("eq \"{SECRET}\""), "eq \"wrong\"".to_owned()),
                ("sw \"t\"".into(), "sw \"x\"".into()),
                ("co \"1me\"".into(), "co \"xyz\"".into()),
                ("gt \"a\"".into(), "gt \"z\"".into()),
                ("pr".into(), "eq null".into()),
            ] {
                for around in [
                    "{}",
                    "not ({})",
                    "userName pr and {}",
                    "userName eq \"nobody\" or {}",
                    "(({}))",
                ] {
                    let mut answers = Vec::new();
                    for condition in [&condition, &wrong] {
                        let filter = around.replace("{}", &format!("{name} {condition}"));
                        let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter });
                        for endpoint in ["/Users/.search", "/.search"] {
                            let answer = provider.post(endpoint, &search).await;
                            shows_nothing(&answer);
                            answers.push(answer.refused("invalidFilter"));
                        }
                    }
                    answers.dedup();
                    assert_eq!(answers.len(), 1, "{name} {condition}: {answers:?}");
                }
            }
            for order in ["ascending", "descending"] {
                let sorted = provider.get(&format!("/Users?sortBy={name}&sortOrder={order}")).await;
                assert_eq!(sorted.status, 400, "{}", sorted.body);
            }
        }
        for filter in [
            "emails[password eq \"x\"]",
            "password[value eq \"x\"]",
            "password.value eq \"x\"",
            "name.password pr",
        ] {
            let filter = filter
                .replace(' ', "+")
                .replace('"', "%22")
                .replace('[', "%5B")
                .replace(']', "%5D");
            let answer = provider.get(&format!("/Users?filter={filter}")).await;
            answer.refused("invalidFilter");
        }
        for path_of in
            ["emails[password eq \"x\"].value", "password[value eq \"x\"]", "password.value"]
        {
            let operations = json!([{ "op": "replace", "path": path_of, "value": SECRET }]);
            let answer = provider.patch(&path, &operations).await;
            assert_eq!(answer.status, 400, "{path_of}: {}", answer.body);
            shows_nothing(&answer);
        }
    }
}

#[tokio::test]
async fn no_error_repeats_a_password() {
    // S-4.1.1-09
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let (provider, _) = provider(quirks, true, None);
        let path = provider.made("/Users", &user("bjensen")).await;
        let wrong = [
            json!({ "value": SECRET }),
            json!([SECRET, SECRET]),
            json!([{ "value": SECRET }]),
            json!({ SECRET: 1 }),
            json!(7),
            json!(true),
        ];
        for value in wrong {
            let mut body = user("jsmith");
            body["password"] = value.clone();
            let operations = [
                json!([{ "op": "add", "path": "password", "value": value }]),
                json!([{ "op": "replace", "value": { "password": value } }]),
                json!([{ "op": "remove", "path": "password", "value": value }]),
            ];
            let mut answers =
                vec![provider.post("/Users", &body).await, provider.put(&path, &body).await];
            for operations in &operations {
                answers.push(provider.patch(&path, operations).await);
            }
            assert!(answers.iter().any(|answer| answer.status == 400), "{value}");
            answers.iter().for_each(shows_nothing);
        }
        // Along with other mistakes, and in bodies that are no JSON.
        let mut other = with_password("jsmith");
        other["active"] = json!("neither");
        shows_nothing(&provider.post("/Users", &other).await);
        other["PASSWORD"] = json!(SECRET);
        other["active"] = json!(true);
        let twice = provider.post("/Users", &other).await;
        twice.refused("invalidSyntax");
        shows_nothing(&twice);
        let texts = [
            format!("{{\"password\": \"{SECRET}\""),
            format!("{{\"password\": \"{SECRET}\" \"x\"}}"),
            format!("{{\"password\": \"{SECRET}\\x\"}}"),
            format!("{{\"userName\": \"a\", \"password\": {SECRET}}}"),
            format!("\"{SECRET}\""),
        ];
        for text in texts {
            for (method, path) in
                [("POST", "/Users"), ("PUT", path.as_str()), ("PATCH", path.as_str())]
            {
                let answer = provider.send(method, path, &[], &text).await;
                assert_eq!(answer.status, 400, "{text}");
                shows_nothing(&answer);
            }
        }
        let read_only = json!([{ "op": "add", "path": "password", "value": SECRET }, { "op": "add", "path": "id", "value": "x" }]);
        shows_nothing(&provider.patch(&path, &read_only).await);
        shows_nothing(
            &provider
                .send("PATCH", &path, &[("if-match", "W/\"0\"")], message(&patches()[0]))
                .await,
        );
        let provider =
            Provider::new(Setup { quirks, features: with_passwords(), ..Setup::default() });
        provider.create("/Users", &user("bjensen")).await;
        let conflict = provider.post("/Users", &with_password("BJENSEN")).await;
        assert_eq!(conflict.status, 409);
        shows_nothing(&conflict);
    }
}

#[tokio::test]
async fn a_bulk_request_hides_passwords_like_single_ones() {
    // S-4.1.1-09, P-3.7-16
    let wrong = json!({ "value": SECRET });
    for (change_password, handed_over) in [(true, &[SECRET; 3][..]), (false, &[])] {
        let host = Host::default();
        let (provider, _) = provider(Quirks::LENIENT, change_password, Some(host.clone()));
        let path = provider.made("/Users", &user("bjensen")).await;
        let mut broken = user("broken");
        broken["password"] = wrong.clone();
        broken["active"] = json!("neither");
        let message =
            |operations: &Value| json!({ "schemas": [PATCH_OP], "Operations": operations });
        let operations = json!([
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": with_password("jsmith") },
            { "method": "PUT", "path": path, "data": with_password("bjensen") },
            { "method": "PATCH", "path": path, "data": message(&patches()[3]) },
            { "method": "POST", "path": "/Users", "bulkId": "b", "data": broken },
            { "method": "PATCH", "path": path, "data": message(&json!([{ "op": "add", "path": "password.x", "value": SECRET }])) },
            { "method": "PATCH", "path": path, "data": with_password("x") }
        ]);
        let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
        let answer = provider.post("/Bulk", &body).await;
        shows_nothing(&answer);
        let results = answer.ok();
        let results = results["Operations"].as_array().expect("results");
        let statuses: Vec<&str> =
            results.iter().filter_map(|result| result["status"].as_str()).collect();
        assert_eq!(statuses[..1], ["201"], "{results:?}");
        assert_eq!(statuses[3..], ["400", "400", "400"], "{results:?}");
        assert_eq!(host.handed_over(), handed_over, "{results:?}");
        assert!(!host.heard().contains(SECRET) && !host.heard().contains(HASH));
    }
}

/// What a ready-made store has of a resource, secrets among it.
async fn kept(store: &LazyStore, id: &str) -> Value {
    let resource = store
        .get(id, &Projection::default(), &RequestContext::new("example"))
        .await
        .expect("it is there");
    serde_json::to_value(&*resource).expect("JSON")
}

#[tokio::test]
async fn the_ready_made_stores_keep_no_password_however_it_comes() {
    // S-4.1.1-09, S-9.2-01: they have no way to keep but in clear.
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let users = ResourceType::user();
        let store = LazyDirectory::new(kind_asked_for(), false).store(users.clone());
        let builder = Dispatcher::builder(BASE).store(store.clone()).unauthenticated();
        let scim = builder.features(with_passwords()).quirks(quirks).build().expect("all is there");
        let provider = Provider::of(scim);
        let made = provider.create("/Users", &with_password("bjensen")).await;
        let (path, id) = (at(&made), id(&made));
        let has_none = async |way: &str| {
            let kept = kept(&store, id).await;
            assert!(
                kept["userName"].is_string() && kept.get("password").is_none(),
                "{way}: {kept}"
            );
            assert!(!kept.to_string().contains(SECRET), "{way}: {kept}");
        };
        has_none("POST").await;
        for name in ["bjensen", "BJensen"] {
            shows_nothing(&provider.put(&path, &with_password(name)).await);
            has_none("PUT").await;
        }
        for operations in patches() {
            shows_nothing(&provider.patch(&path, &operations).await);
            has_none(&operations.to_string()).await;
        }
        let patch = json!({ "schemas": [PATCH_OP], "Operations": patches()[7] });
        let operations = json!([
            { "method": "PUT", "path": path, "data": with_password("bjensen") },
            { "method": "PATCH", "path": path, "data": patch }
        ]);
        let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
        let results = provider.post("/Bulk", &bulk).await;
        shows_nothing(&results);
        assert!(
            results.body["Operations"]
                .as_array()
                .expect("results")
                .iter()
                .all(|result| result["status"] == "200")
        );
        has_none("Bulk").await;
    }
}

/// A type with members and a secret, so that a change may come with members, without them, or look
/// at them.
fn vaults() -> ResourceType {
    let schema = json!({ "id": "urn:example:schemas:Vault", "name": "Vault", "attributes": [
        { "name": "displayName", "type": "string", "required": true },
        { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" },
        { "name": "codes", "type": "string", "multiValued": true, "mutability": "writeOnly", "returned": "never" },
        { "name": "door", "type": "complex", "subAttributes": [
            { "name": "color", "type": "string" },
            { "name": "hint", "type": "string", "mutability": "writeOnly" },
            { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" }
        ] },
        { "name": "keys", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "color", "type": "string" },
            { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" }
        ] },
        { "name": "members", "type": "complex", "multiValued": true, "subAttributes": [
            { "name": "value", "type": "string", "caseExact": true, "mutability": "immutable" },
            { "name": "$ref", "type": "reference", "referenceTypes": ["Vault"], "mutability": "immutable" },
            { "name": "display", "type": "string", "mutability": "immutable" }
        ] }
    ] });
    let alarm = json!({ "id": "urn:example:schemas:Alarm", "name": "Alarm", "attributes": [
        { "name": "pin", "type": "string", "mutability": "writeOnly", "returned": "never" }
    ] });
    let read = |document| Schema::try_from(document).expect("a schema");
    ResourceType::new("Vault", read(schema)).with_extension(read(alarm))
}

#[tokio::test]
async fn the_ready_made_stores_keep_no_secret_of_what_has_members() {
    // S-7-11, S-9.2-01
    let store = LazyDirectory::new(kind_asked_for(), false).store(vaults());
    let builder = Dispatcher::builder(BASE).store(store.clone()).unauthenticated();
    let provider = Provider::of(builder.features(with_passwords()).build().expect("all is there"));
    let secrets = json!({
        "pin": SECRET,
        "codes": [SECRET],
        "door": { "color": "red", "hint": "as ever", "pin": SECRET },
        "keys": [{ "pin": SECRET }, { "color": "blue", "pin": SECRET }],
        "urn:example:schemas:Alarm": { "pin": SECRET }
    });
    let vault = |name: &str, members: Value| {
        let mut vault = secrets.clone();
        vault["schemas"] = json!(["urn:example:schemas:Vault", "urn:example:schemas:Alarm"]);
        (vault["displayName"], vault["members"]) = (json!(name), members);
        vault
    };
    let made =
        provider.create("/Vaults", &vault("a", json!([{ "value": "1", "display": "x" }]))).await;
    let (path, id) = (at(&made), id(&made));
    let has_none = async |way: &str| {
        let kept = kept(&store, id).await;
        assert!(
            kept["displayName"].is_string() && kept["door"]["color"].is_string(),
            "{way}: {kept}"
        );
        assert!(
            !kept.to_string().contains(SECRET) && !kept.to_string().contains("\"pin\""),
            "{way}: {kept}"
        );
        // Nor the shell of one.
        let left = (&kept["keys"], kept.get("urn:example:schemas:Alarm"));
        assert_eq!(left, (&json!([{ "color": "blue" }]), None), "{way}");
        let shown = provider.read(&path).await;
        assert_eq!(shown["schemas"], json!(["urn:example:schemas:Vault"]), "{way}");
        // What is write-only, and no secret, is kept and shown to nobody.
        assert_eq!(kept["door"]["hint"], "as ever", "{way}");
        for query in ["", "?attributes=door", "?attributes=door.hint", "?excludedAttributes=keys"] {
            let shown = provider.read(&format!("{path}{query}")).await;
            assert_eq!(shown["door"].get("hint"), None, "{way}: {shown}");
        }
    };
    has_none("POST").await;
    provider.put(&path, &vault("b", json!([{ "value": "2", "display": "y" }]))).await.ok();
    has_none("PUT").await;
    for beside in [
        json!({ "op": "replace", "path": "displayName", "value": "c" }),
        json!({ "op": "add", "path": "members", "value": [{ "value": "3", "display": "z" }] }),
        json!({ "op": "remove", "path": "members[display eq \"z\"]" }),
    ] {
        let set = json!({ "op": "replace", "value": secrets });
        provider.patched(&path, json!([set, beside])).await;
        has_none(&beside.to_string()).await;
    }
}

#[tokio::test]
async fn no_path_asks_about_a_secret() {
    // S-4.1.1-11, S-7-13: whether it is there or not, the answer is the same.
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let store = LazyDirectory::new(kind_asked_for(), false).store(vaults());
        let builder = Dispatcher::builder(BASE).store(store).unauthenticated();
        let provider = Provider::of(
            builder.features(with_passwords()).quirks(quirks).build().expect("all is there"),
        );
        let body = json!({ "schemas": ["urn:example:schemas:Vault"], "displayName": "a", "keys": [{ "color": "blue" }] });
        let path = provider.made("/Vaults", &body).await;
        for filter in
            ["codes[value eq \"1\"]", "codes[value pr]", "keys[pin eq \"1\"]", "keys[pin pr].color"]
        {
            for op in ["add", "replace", "remove"] {
                let operations = json!([{ "op": op, "path": filter, "value": "x" }]);
                provider.refuses(&path, operations, "invalidFilter").await;
            }
        }
    }
}

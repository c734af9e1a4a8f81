//! Nothing that is never returned leaves, whatever a client names.

use http::{Method, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::Quirks;
use scimwire::filter::{BindErrorKind, Filter, FilterBinder};
use scimwire::query::{ProjectedResource, Projection, Sort};
use scimwire::schema::ResourceUrls;
use serde_json::{Map, Value, json};

use super::samples::{BADGE, ENTERPRISE, SECRET, USER, USERS, body, config, decoded};
use super::served::Served;
use super::typed::ATTRIBUTES;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_secret_is_shown(body in body(), names in vec(name(), 0..4), excluded in any::<bool>(), requested in any::<bool>()) {
        let user = decoded(with_secrets(body));
        let (attributes, without) = if excluded { (Vec::new(), names) } else { (names, Vec::new()) };
        let mut projection = Projection::bind(&attributes, &without, &USERS).expect("one of the lists is empty");
        if requested {
            let paths = SECRETS.iter().chain(&["userName", "active"]).filter_map(|path| USERS.resolve(&path.parse().ok()?));
            projection = projection.with_requested(paths);
        }
        let locations = ResourceUrls::default();
        let shown = serde_json::to_string(&ProjectedResource::new(&user, &projection, &USERS, &locations)).expect("it is JSON");
        prop_assert!(!shown.contains(SECRET), "{}", shown);
        let debugged = format!("{user:?}");
        prop_assert!(!debugged.contains(SECRET));
    }

    #[test]
    fn nothing_secret_is_answered(body in body(), names in vec(name(), 0..4), parameter in select(vec!["attributes", "excludedAttributes"])) {
        let served = Served::new(Quirks::LENIENT);
        let query = format!("?{parameter}={}", names.join(","));
        let body = Value::Object(with_secrets(body));
        let created = served.send(Method::POST, &format!("/Users{query}"), &body);
        prop_assert_eq!(created.status(), StatusCode::CREATED);
        let answers = [
            created,
            served.get(&format!("/Users{query}")),
            served.get(&format!("/{query}")),
        ];
        for answer in answers {
            let text = String::from_utf8_lossy(answer.body());
            prop_assert!(answer.status().is_success(), "{}", text);
            prop_assert!(!text.contains(SECRET), "{}", text);
        }
    }

    #[test]
    fn nothing_secret_is_kept_in_memory(body in body()) {
        let (served, ids) = Served::with_users(Quirks::LENIENT, vec![with_secrets(body)]);
        let kept = served.stored_user(&ids[0]).to_string();
        prop_assert!(!kept.contains(SECRET), "{}", kept);
    }

    #[test]
    fn what_is_secret_cannot_be_asked_about(path in select(SECRETS), condition in select(vec!["pr", "eq \"a\"", "sw \"a\"", "eq null"])) {
        let filter: Filter = format!("{path} {condition}").parse().expect("a filter");
        let error = FilterBinder::new(&USERS).bind(&filter).expect_err("it is hidden");
        prop_assert_eq!(error.kind(), BindErrorKind::Hidden);
        prop_assert!(Sort::bind(path, None, &USERS).is_err());
    }
}

/// The attributes that are never returned.
const SECRETS: &[&str] = &[
    "password",
    "urn:example:schemas:2.0:Badge:pin",
    "urn:example:schemas:2.0:Badge:locks.secret",
];

/// Something that a client may name: an attribute, a whole extension, or what does not exist; in
/// any case.
fn name() -> BoxedStrategy<String> {
    let mut names: Vec<String> = ATTRIBUTES.iter().map(|known| known.text()).collect();
    names.extend(
        [SECRETS, &[BADGE, ENTERPRISE, USER, "nosuch", "urn:example:schemas:2.0:Badge:hint"]]
            .concat()
            .into_iter()
            .map(str::to_owned),
    );
    let secret = select(SECRETS).prop_map(str::to_owned);
    let name = prop_oneof![3 => select(names), 1 => secret];
    (name, any::<bool>())
        .prop_map(|(name, upper)| if upper { name.to_ascii_uppercase() } else { name })
        .boxed()
}

fn with_secrets(mut body: Map<String, Value>) -> Map<String, Value> {
    body.insert("userName".to_owned(), json!("bjensen"));
    body.insert("password".to_owned(), json!(SECRET));
    let badge = json!({ "pin": SECRET, "locks": [{ "value": "a", "secret": SECRET }, { "secret": SECRET }] });
    match body.get_mut(BADGE) {
        Some(Value::Object(known)) => known.extend(badge.as_object().cloned().unwrap_or_default()),
        _ => drop(body.insert(BADGE.to_owned(), badge)),
    }
    body
}

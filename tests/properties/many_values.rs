//! Operations on one attribute with many values: what is known of them from one operation to the
//! next changes nothing about what comes of these.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::Quirks;
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::resource::Resource;
use serde_json::{Value, json};

use super::samples::{BADGE, USERS, config};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn operations_of_one_message_come_to_what_they_do_one_by_one(
        emails in vec(email(), 0..40), tags in vec(tag(), 0..40), operations in vec(operation(), 1..12), makes in any::<bool>(),
    ) {
        let mut user = Resource::default();
        user.set("emails", emails);
        user.set(BADGE, json!({ "tags": tags }));
        let mut quirks = Quirks::STRICT;
        quirks.create_on_no_match = makes;
        let together = apply(user.clone(), operations.clone(), quirks);
        let one_by_one = operations.into_iter().try_fold(user, |user, operation| apply(user, vec![operation], quirks));
        prop_assert_eq!(together.map(shown), one_by_one.map(shown));
    }
}

fn shown(user: Resource) -> Value {
    Value::from(user.into_object())
}

fn apply(user: Resource, operations: Vec<PatchOperation>, quirks: Quirks) -> Result<Resource, ()> {
    let plan = PatchBinder::new(Arc::clone(&USERS))
        .with_quirks(quirks)
        .bind(PatchOp::new(operations))
        .map_err(drop)?;
    plan.apply(user).map_err(drop)
}

/// Few enough texts that they meet again, more than are looked at one by one.
fn text() -> impl Strategy<Value = String> {
    (0..24, select(vec!["", "É", "é", "E\u{301}"]), any::<bool>()).prop_map(
        |(number, accent, upper)| {
            let text = format!("v{number}{accent}");
            if upper { text.to_uppercase() } else { text }
        },
    )
}

fn tag() -> impl Strategy<Value = Value> {
    text().prop_map(Value::from)
}

fn email() -> impl Strategy<Value = Value> {
    let kind = select(vec![None, Some("work"), Some("home")]);
    let primary = select(vec![None, None, None, None, Some(false), Some(true)]);
    (text(), kind, primary).prop_map(|(value, kind, primary)| {
        let mut email = json!({ "value": value });
        if let Some(kind) = kind {
            email["type"] = kind.into();
        }
        if let Some(primary) = primary {
            email["primary"] = primary.into();
        }
        email
    })
}

fn operation() -> impl Strategy<Value = PatchOperation> {
    let of_emails = prop_oneof![
        email().prop_map(|email| ("add", "emails".to_owned(), Some(email))),
        vec(email(), 1..4).prop_map(|emails| ("add", "emails".to_owned(), Some(emails.into()))),
        vec(email(), 17..20).prop_map(|emails| ("add", "emails".to_owned(), Some(emails.into()))),
        vec(email(), 1..3).prop_map(|emails| ("remove", "emails".to_owned(), Some(emails.into()))),
        text().prop_map(|text| ("remove", "emails".to_owned(), Some(json!([{ "value": text }])))),
        text().prop_map(|text| ("remove", format!("emails[value eq \"{text}\"]"), None)),
        (text(), text()).prop_map(|(a, b)| (
            "remove",
            format!("emails[value eq \"{a}\" or value eq \"{b}\"]"),
            None
        )),
        text().prop_map(|text| ("remove", format!("emails[value eq \"{text}\"].type"), None)),
        (text(), text()).prop_map(|(a, b)| (
            "replace",
            format!("emails[value eq \"{a}\"].value"),
            Some(b.into())
        )),
        (text(), email()).prop_map(|(a, b)| (
            "replace",
            format!("emails[type eq \"work\" and value eq \"{a}\"]"),
            Some(b)
        )),
        (text(), email()).prop_map(|(a, b)| ("add", format!("emails[value eq \"{a}\"]"), Some(b))),
        text().prop_map(|text| (
            "replace",
            format!("emails[value eq \"{text}\"].primary"),
            Some(true.into())
        )),
        Just(("replace", "emails.type".to_owned(), Some("other".into()))),
        Just(("remove", "emails[not (type eq \"home\")]".to_owned(), None)),
        Just(("remove", "emails".to_owned(), None)),
        vec(email(), 0..30).prop_map(|emails| (
            "replace",
            "emails".to_owned(),
            Some(emails.into())
        )),
    ];
    let of_tags = prop_oneof![
        vec(tag(), 1..4).prop_map(|tags| ("add", format!("{BADGE}:tags"), Some(tags.into()))),
        vec(tag(), 1..3).prop_map(|tags| ("remove", format!("{BADGE}:tags"), Some(tags.into()))),
        text().prop_map(|text| ("remove", format!("{BADGE}:tags[value eq \"{text}\"]"), None)),
        (text(), tag()).prop_map(|(a, b)| (
            "replace",
            format!("{BADGE}:tags[value eq \"{a}\"]"),
            Some(b)
        )),
        Just(("remove", BADGE.to_owned(), None)),
    ];
    prop_oneof![3 => of_emails, 1 => of_tags]
        .prop_map(|(op, path, value)| PatchOperation::new(op, Some(path), value.map(Into::into)))
}

//! A resource that was made to fit its type fits it: making it fit again changes nothing.

use std::sync::LazyLock;

use proptest::prelude::*;
use scimwire::resource::validate;
use scimwire::schema::{ElementSlot, ResourceType};

use super::samples::{BADGE, USERS, config, user};

static FITTING: LazyLock<ResourceType> = LazyLock::new(|| {
    ResourceType::clone(&USERS)
        .with_default("title", "none")
        .with_default("name.givenName", "-")
        .with_default(&format!("{BADGE}:number"), 7)
        .with_elements("emails", [ElementSlot::new("work").primary(), ElementSlot::untyped()])
        .with_elements("addresses", [ElementSlot::new("home")])
        .with_elements("photos", [ElementSlot::untyped(), ElementSlot::untyped()])
        .with_elements(&format!("{BADGE}:tags"), [ElementSlot::untyped()])
        .with_elements("x509Certificates", [ElementSlot::untyped().primary()])
});

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_fits_stays(mut user in user()) {
        let before = user.clone();
        let left_out = FITTING.conform(&mut user);
        prop_assert_eq!(validate(&user, &FITTING), validate(&before, &USERS));
        for (name, most) in [("emails", 2), ("addresses", 1), ("photos", 2), ("x509Certificates", 1)] {
            let count = |value: Option<&scimwire::value::Value>| {
                value.and_then(|value| value.as_array()).map_or(0, |elements| elements.len())
            };
            let (had, has) = (count(before.get(name)), count(user.get(name)));
            prop_assert!(has <= most && (has < had) == left_out.iter().any(|path| path.to_string() == name));
        }
        let once = user.clone();
        prop_assert!(FITTING.conform(&mut user).is_empty());
        prop_assert_eq!(user, once);
    }
}

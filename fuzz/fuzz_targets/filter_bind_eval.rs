//! Whatever binds can be run on whatever is stored: no panic, `not` is the negation, and a budget
//! ends the work or leaves the answer as it is. The input is a filter, a line break, and the JSON
//! of a user.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use scimwire::filter::{EvalBudget, Filter, FilterBinder};
use scimwire::message::{JsonLimits, parse_object};
use scimwire::resource::{Resource, ResourceDecoder};
use scimwire::schema::{ENTERPRISE_USER, ResourceType};

static USERS: LazyLock<ResourceType> =
    LazyLock::new(|| ResourceType::user().with_extension(ENTERPRISE_USER));

static BJENSEN: LazyLock<Resource> = LazyLock::new(|| {
    let body = br#"{"id":"2819c223","externalId":"701984","userName":"bjensen","name":{"familyName":"Jensen"},"active":true,
        "schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"title":"Stra\u00dfe",
        "emails":[{"type":"work","value":"bjensen@example.com","primary":true},{"value":"babs@example.org"}],
        "x509Certificates":[{"value":"AAEC"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":{"value":"26118915"}}}"#;
    let mut user = read(body).expect("a user");
    user.set_id("2819c223");
    user
});

fuzz_target!(|input: &str| {
    let (text, body) = input.split_once('\n').unwrap_or((input, ""));
    let Ok(filter) = text.parse::<Filter>() else { return };
    let Ok(bound) = FilterBinder::new(&USERS).bind(&filter) else { return };
    let negated =
        FilterBinder::new(&USERS).bind(&Filter::Not(Box::new(filter))).expect("the filter binds");
    for user in [read(body.as_bytes()).as_ref(), Some(&*BJENSEN)].into_iter().flatten() {
        let matches = bound.matches(user);
        assert_ne!(negated.matches(user), matches, "{text}");
        if let Ok(within) = bound.matches_within(user, &EvalBudget::new(3)) {
            assert_eq!(within, matches, "{text}");
        }
    }
});

fn read(body: &[u8]) -> Option<Resource> {
    let body = parse_object(body, JsonLimits::default()).ok()?;
    ResourceDecoder::new(&USERS).resource(body).ok()
}

use serde_json::json;

use super::*;
use crate::context::RequestContext;
use crate::message::PatchOperation;
use crate::patch::PatchRepair;
use crate::resource::{Repair, Resource};
use crate::schema::ResourceType;

#[test]
fn operations_are_read_in_any_case() {
    let mut operation = PatchOperation { op: "Replace".into(), path: None, value: None };
    assert_eq!(rewrite::lower_op(3, &mut operation), Some(Deviation::OpCase { operation: 3 }));
    assert_eq!(operation.op, "replace");
    assert_eq!(rewrite::lower_op(3, &mut operation), None);
}

#[test]
fn new_resources_are_active_where_their_type_can_be() {
    let mut new = Resource::default();
    assert_eq!(rewrite::activate(&ResourceType::group(), &mut new), None);
    assert_eq!(
        rewrite::activate(&ResourceType::user(), &mut new),
        Some(Deviation::ActiveByDefault)
    );
    assert_eq!(new.get("active"), Some(&json!(true)));
    for given in [true, false] {
        new.set("active", given);
        assert_eq!(rewrite::activate(&ResourceType::user(), &mut new), None);
        assert_eq!(new.get("active"), Some(&json!(given)));
    }
}

#[test]
fn a_tenant_can_have_its_own() {
    let cx = RequestContext::new("example");
    assert_eq!(cx.quirks, None);
    assert_eq!(cx.with_quirks(Quirks::STRICT).quirks, Some(Quirks::STRICT));
}

#[test]
fn the_list_has_every_switch() {
    let list = include_str!("../docs/quirks.md");
    let shown = format!("{:#?}", Quirks::STRICT);
    let switches: Vec<&str> = shown
        .lines()
        .filter_map(|line| Some(line.strip_prefix("    ")?.split_once(": ")?.0))
        .collect();
    assert!(switches.contains(&"omitted"), "{shown}");
    for switch in switches {
        assert!(list.contains(&format!("`{switch}`")), "{switch}");
    }
}

#[test]
fn deviations_name_rule_and_place() {
    let repair = Repair::BooleanString("active".into());
    let cases = [
        (
            Deviation::Value(repair.clone()),
            "boolean_strings",
            "`active`: a string was read as a boolean",
        ),
        (
            Deviation::Patch(PatchRepair::Value(1, repair)),
            "boolean_strings",
            "operation 1: `active`: a string was read as a boolean",
        ),
        (
            Deviation::Patch(PatchRepair::KeyAsPath(0, "name.givenName".into())),
            "key_as_path",
            "operation 0: the key `name.givenName` was read as a path",
        ),
        (Deviation::ActiveByDefault, "active_by_default", "`active` was missing and taken as true"),
    ];
    for (deviation, rule, text) in cases {
        assert_eq!((deviation.rule(), deviation.to_string().as_str()), (rule, text));
    }
}

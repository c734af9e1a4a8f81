use super::*;
use crate::context::RequestContext;
use crate::patch::PatchRepair;
use crate::resource::Repair;

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

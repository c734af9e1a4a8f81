use serde_json::json;

use super::*;

#[test]
fn operations_are_read_in_any_case() {
    let mut operation = PatchOperation { op: "Replace".into(), path: None, value: None };
    assert_eq!(lower_op(3, &mut operation), Some(Deviation::OpCase { operation: 3 }));
    assert_eq!(operation.op, "replace");
    assert_eq!(lower_op(3, &mut operation), None);
}

#[test]
fn new_resources_are_active_where_their_type_can_be() {
    let mut new = Resource::default();
    assert_eq!(activate(&ResourceType::group(), &mut new), None);
    assert_eq!(activate(&ResourceType::user(), &mut new), Some(Deviation::ActiveByDefault));
    assert_eq!(new.get("active"), Some(&json!(true)));
    for given in [true, false] {
        new.set("active", given);
        assert_eq!(activate(&ResourceType::user(), &mut new), None);
        assert_eq!(new.get("active"), Some(&json!(given)));
    }
}

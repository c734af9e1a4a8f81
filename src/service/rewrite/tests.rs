use super::*;

#[test]
fn operations_are_read_in_any_case() {
    let mut operation = PatchOperation { op: "Replace".into(), path: None, value: None };
    for _ in 0..2 {
        let mut deviations = Deviations::default();
        let read_before = operation.op == "replace";
        lower_op(&mut operation, &mut deviations);
        assert_eq!(operation.op, "replace");
        let expected = if read_before { vec![] } else { vec![Deviation::OpCase] };
        assert_eq!(deviations.into_vec(), expected);
    }
}

#[test]
fn new_resources_are_active_where_their_type_can_be() {
    let assumed = |resource_type: ResourceType, new: &mut Resource| {
        let mut deviations = Deviations::default();
        let assumed = activate(&resource_type, new, &mut deviations);
        let expected = if assumed { vec![Deviation::ActiveByDefault] } else { vec![] };
        assert_eq!(deviations.into_vec(), expected);
        assumed
    };
    let mut new = Resource::default();
    assert!(!assumed(ResourceType::group(), &mut new));
    assert!(assumed(ResourceType::user(), &mut new));
    assert_eq!(new.get("active"), Some(&true.into()));
    for given in [true, false] {
        new.set("active", given);
        assert!(!assumed(ResourceType::user(), &mut new));
        assert_eq!(new.get("active"), Some(&given.into()));
    }
}

use super::*;
use crate::context::RequestContext;

#[test]
fn a_tenant_can_have_its_own() {
    let cx = RequestContext::new("example");
    assert_eq!(cx.quirks, None);
    assert_eq!(cx.with_quirks(Quirks::STRICT).quirks, Some(Quirks::STRICT));
}

/// A row of the page says the number of a tolerance first and its rules last, those that are always
/// so and those that are off in a group of their own.
#[test]
fn the_page_has_each_entry_of_the_table_and_no_other() {
    let page = include_str!("../docs/quirks.md");
    let mut written = Vec::new();
    let mut number = "";
    for row in page.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let (first, last) = (cells.first().expect("a cell"), cells.last().expect("a cell"));
        // Another table lists clients, with the numbers of what they need.
        if !first.is_empty() && !first.starts_with('T') {
            continue;
        }
        number = if first.is_empty() { number } else { first };
        for group in last.split(';') {
            let names = group.split('`').skip(1).step_by(2);
            let standing = group.rsplit(", ").next().expect("a part");
            written.extend(names.map(|name| (name, number, standing.trim())));
        }
    }
    for (rule, number, default) in table::TABLE {
        let its: Vec<_> = written.iter().filter(|(name, ..)| name == rule).collect();
        assert!(!its.is_empty(), "`{rule}` is not on the page");
        let has_number = |(_, written, _): &&(&str, &str, &str)| number == written;
        assert!(number.is_empty() || its.iter().any(has_number), "{rule} is {number}");
        for (.., standing) in its {
            let has_standing = |word| *standing == word;
            match *default {
                "on" => assert!(!has_standing("always") && !has_standing("off"), "{rule}"),
                "off" | "always" => assert!(has_standing(default), "{rule} is {default}"),
                _ => {}
            }
        }
    }
    for (name, number, _) in written {
        let is_known = table::TABLE.iter().any(|(rule, ..)| *rule == name);
        assert!(is_known, "{number}: there is no `{name}`");
    }
}

#[test]
fn switches_have_names() {
    for name in Quirks::SWITCHES {
        let on = Quirks::STRICT.with_switch(name, true).expect(name);
        assert_ne!(on, Quirks::STRICT, "{name}");
        assert_eq!(on.with_switch(name, false), Some(Quirks::STRICT), "{name}");
    }
    assert_eq!(Quirks::STRICT.with_switch("put_omitted", true), None);
}

#[test]
fn deviations_name_rule_and_place() {
    let boolean = Deviation::BooleanString("active".into());
    let in_patch = |deviation| Deviation::Patch { operation: 1, deviation: Box::new(deviation) };
    let cases = [
        (boolean.clone(), "boolean_strings", "`active`: string interpreted as a boolean"),
        (
            in_patch(boolean),
            "boolean_strings",
            "operation 1: `active`: string interpreted as a boolean",
        ),
        (
            in_patch(Deviation::KeyAsPath("name.givenName".into())),
            "key_as_path",
            "operation 1: key `name.givenName` interpreted as a path",
        ),
        (Deviation::ActiveByDefault, "active_by_default", "`active`: missing, assumed to be true"),
    ];
    for (deviation, rule, text) in cases {
        assert_eq!((deviation.rule(), deviation.to_string().as_str()), (rule, text));
    }
}

#[test]
fn a_sink_keeps_a_hundred_and_counts_the_rest() {
    let mut sink = Deviations::default();
    sink.extend((0..60).map(|_| Deviation::RedundantSlashes));
    let refused: Result<(), ()> = sink.unless_refused(|sink| {
        sink.extend((0..60).map(|_| Deviation::MethodCase));
        Err(())
    });
    assert_eq!((refused, sink.clone().into_vec().len()), (Err(()), 60));
    let mut other = Deviations::default();
    other.in_operation(7, |other| {
        other.extend((0..103).map(|_| Deviation::OpCase));
        other.push_once(Mark::default(), Deviation::OpCase);
    });
    sink.append_bulk(2, other);
    let told = sink.into_vec();
    assert_eq!(told.len(), 101);
    assert_eq!(
        told[99].to_string(),
        "bulk operation 2: operation 7: `op`: accepted in another case"
    );
    assert_eq!(told[100], Deviation::More { count: 63 });
}

/// What one operation of a PATCH departed in is noted of another one too.
#[test]
fn what_each_of_many_members_has_is_noted_once() {
    let mut sink = Deviations::default();
    for operation in 0..2 {
        sink.in_operation(operation, |sink| {
            (0..1_000).for_each(|_| {
                sink.push_once(Mark::default(), Deviation::Reference("members".into()))
            });
        });
    }
    assert_eq!(sink.into_vec().len(), 2);
}

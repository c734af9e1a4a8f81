//! Events and resources of the admin view, compared with what is asked for.

use serde_json::Value;

use super::{Event, HostExpect};
use crate::support::json_path::same;
use crate::support::transcript::{Miss, clip};

/// Whether these are the events asked for: exactly so many, or each of some once.
pub(super) fn check_events(wanted: &HostExpect, events: &[Event]) -> Result<(), Miss> {
    let events: Vec<_> = events.iter().collect();
    if let Some(exactly) = &wanted.events {
        let exactly: Vec<_> = exactly.iter().collect();
        if exactly.len() != events.len() || !pairs(&exactly, &events, event_fits) {
            return Err(Miss::new(format!("exactly {}", list(&exactly)), list(&events)));
        }
    }
    for want in wanted.events_include.iter().flatten() {
        let fitting = events.iter().filter(|event| event_fits(want, event));
        let alike = events.iter().filter(|event| is_alike(want, event));
        if fitting.count() != 1 || alike.count() != 1 {
            return Err(Miss::new(format!("once {}", list(&[want])), list(&events)));
        }
    }
    Ok(())
}

/// Whether `have` shows everything that `want` names. Objects may show more; an array holds exactly
/// as many elements as are asked for, in any order.
pub(super) fn shows(want: &Value, have: &Value, place: &str) -> Result<(), Miss> {
    let holds = match (want, have) {
        (Value::Object(wants), Value::Object(haves)) => {
            for (key, value) in wants {
                let place = format!("{place}.{key}");
                match haves.get(key) {
                    Some(have) => shows(value, have, &place)?,
                    None => return Err(Miss::new(format!("{place} {value}"), "no such key")),
                }
            }
            true
        }
        (Value::Array(wants), Value::Array(haves)) => {
            let wants: Vec<_> = wants.iter().collect();
            let haves: Vec<_> = haves.iter().collect();
            let fits = |want: &Value, have: &Value| shows(want, have, place).is_ok();
            wants.len() == haves.len() && pairs(&wants, &haves, fits)
        }
        _ => same(want, have),
    };
    if holds {
        return Ok(());
    }
    let expected = format!("{place} {}", clip(&want.to_string()));
    Err(Miss::new(expected, clip(&have.to_string())))
}

/// Returns `true` if every want can be given a have of its own.
fn pairs<T>(wants: &[&T], haves: &[&T], fits: impl Fn(&T, &T) -> bool + Copy) -> bool {
    let Some((want, others)) = wants.split_first() else {
        return true;
    };
    haves.iter().enumerate().any(|(index, have)| {
        fits(want, have) && {
            let mut rest = haves.to_vec();
            rest.remove(index);
            pairs(others, &rest, fits)
        }
    })
}

/// Returns `true` if the event has what is named, its lists compared as sets.
fn event_fits(want: &Event, have: &Event) -> bool {
    want.iter().all(|(key, value)| match key.as_str() {
        "paths" | "added" | "removed" => names(Some(value)) == names(have.get(key)),
        _ => same(value, have.get(key).unwrap_or(&Value::Null)),
    })
}

/// Returns `true` if the event has the kind that is wanted and, where one is named, the resource.
fn is_alike(want: &Event, have: &Event) -> bool {
    let resource = want.get("resourceId");
    want.get("event") == have.get("event")
        && resource.is_none_or(|resource| have.get("resourceId") == Some(resource))
}

/// The sorted elements of a list, empty where there is no list; none where it is something else.
fn names(list: Option<&Value>) -> Option<Vec<String>> {
    let mut names: Vec<_> = match list {
        None | Some(Value::Null) => Vec::new(),
        Some(list) => list.as_array()?.iter().map(Value::to_string).collect(),
    };
    names.sort();
    Some(names)
}

fn list(events: &[&Event]) -> String {
    let shown: Vec<_> = events.iter().map(|event| brief(event)).collect();
    match shown.as_slice() {
        [] => "no event".to_owned(),
        shown => shown.join(", "),
    }
}

/// The parts of an event that tell it from others.
fn brief(event: &Event) -> String {
    let mut shown = event.clone();
    shown.retain(|key, value| {
        let change = ["event", "resourceId", "paths", "added", "removed"].contains(&key.as_str());
        change && !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty())
    });
    clip(&Value::Object(shown).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn events_hold(wanted: &Value, events: &Value) -> bool {
        let wanted = serde_json::from_value(wanted.clone()).expect("an expectation");
        let events: Vec<Event> = serde_json::from_value(events.clone()).expect("events");
        check_events(&wanted, &events).is_ok()
    }

    #[test]
    fn exact_events_can_hold_and_can_fail() {
        let updated = json!({"event": "user.updated", "resourceId": "1", "paths": ["a", "b"]});
        let other = json!({"event": "user.updated", "resourceId": "1", "paths": ["a"]});
        let seen = json!({"seq": 1, "event": "user.updated", "resourceId": "1", "paths": ["b", "a"], "added": []});
        for (wanted, events, expected) in [
            (json!([]), json!([]), true),
            (json!([]), json!([seen]), false),
            (json!([updated]), json!([]), false),
            (json!([updated]), json!([seen]), true),
            (json!([updated]), json!([seen, seen]), false),
            (json!([updated]), json!([other]), false),
            (json!([{"event": "user.updated"}, other]), json!([other, updated]), true),
            (json!([{"event": "user.updated"}, other]), json!([updated, updated]), false),
            (json!([{"event": "user.updated", "added": []}]), json!([updated]), true),
            (json!([{"event": "user.updated", "added": ["2"]}]), json!([updated]), false),
            (json!([{"event": "user.updated", "resourceId": "2"}]), json!([updated]), false),
        ] {
            let holds = events_hold(&json!({"events": wanted}), &events);
            assert_eq!(holds, expected, "{wanted} {events}");
        }
    }

    #[test]
    fn included_events_can_hold_and_can_fail() {
        let deleted = json!({"event": "user.deleted", "resourceId": "1"});
        let changed =
            json!({"event": "group.members_changed", "resourceId": "2", "removed": ["1"]});
        let more = json!({"event": "group.members_changed", "resourceId": "2", "removed": ["3"]});
        for (events, expected) in [
            (json!([deleted, changed]), true),
            (json!([deleted]), false),
            (json!([deleted, more]), false),
            (json!([changed, changed]), false),
            (json!([changed, more]), false),
        ] {
            let holds = events_hold(&json!({"events_include": [changed]}), &events);
            assert_eq!(holds, expected, "{events}");
        }
    }

    #[test]
    fn resources_can_hold_and_can_fail() {
        let have = json!({"id": "1", "active": true, "groups": [{"id": "2", "origin": "IDP"}, {"id": "3"}]});
        for (want, expected) in [
            (json!({"id": "1"}), true),
            (json!({"id": 1}), false),
            (json!({"active": "true"}), false),
            (json!({"quotaGb": null}), false),
            (json!({"groups": [{"id": "3"}, {"id": "2"}]}), true),
            (json!({"groups": [{"id": "2"}]}), false),
            (json!({"groups": [{"id": "2"}, {"id": "2"}]}), false),
            (json!({"groups": [{}, {"id": "2"}]}), true),
            (json!({"groups": {}}), false),
        ] {
            assert_eq!(shows(&want, &have, "user").is_ok(), expected, "{want}");
        }
    }
}

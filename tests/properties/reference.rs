//! The table of operators (RFC 7644, Section 3.4.2.2, with the resolutions of its open questions),
//! as plainly as it can be said: slow, and by itself.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use scimwire::filter::{CompValue, CompareOp, Filter};
use scimwire::schema::{case_fold, prepare_username};
use serde_json::Value;

use super::samples::{BADGE, ENTERPRISE, USER};
use super::typed::{Kind, Known, known, known_inside};

/// Returns `true` if a user, as JSON, satisfies a filter.
pub(crate) fn satisfies(user: &Value, filter: &Filter) -> bool {
    holds(
        filter,
        &|path, condition| {
            let known = known(path);
            let container = match known.extension {
                Some(extension) => user.get(extension).unwrap_or(&Value::Null),
                None => user,
            };
            let steps: Vec<&str> = known.path.split('.').collect();
            condition.of(known.kind, container, &steps)
        },
        &|path, inside| {
            let parent = known(path);
            let container = parent.extension.map_or(Some(user), |extension| user.get(extension));
            let elements = container
                .and_then(|container| container.get(parent.path))
                .and_then(Value::as_array);
            elements
                .into_iter()
                .flatten()
                .any(|element| element_satisfies(element, &parent, inside))
        },
    )
}

/// Whether one value of a multi-valued attribute satisfies the filter in brackets.
/// What `schemas` says: the base schema, and each extension with something in it.
pub(crate) fn schemas(user: &Value) -> Value {
    let extensions = [ENTERPRISE, BADGE];
    let named = extensions.into_iter().filter(|uri| user.get(uri).is_some_and(is_present));
    [USER].into_iter().chain(named).collect()
}

fn element_satisfies(element: &Value, parent: &Known, filter: &Filter) -> bool {
    let condition = |name: &str, condition: Condition<'_>| {
        let kind = known_inside(parent, name);
        // The value of a simple attribute is the element itself.
        if element.is_object() {
            condition.of(kind, element, &[&canonical(name)])
        } else {
            condition.of(kind, element, &[])
        }
    };
    holds(filter, &condition, &|_, _| unreachable!("brackets do not nest"))
}

/// The names inside brackets that the filters of these tests have are in lower case.
fn canonical(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// The logical operators; what a condition or a value path means is said by the caller.
fn holds(
    filter: &Filter,
    condition: &dyn Fn(&str, Condition<'_>) -> bool,
    value_path: &dyn Fn(&str, &Filter) -> bool,
) -> bool {
    match filter {
        Filter::And(terms) => terms.iter().all(|term| holds(term, condition, value_path)),
        Filter::Or(terms) => terms.iter().any(|term| holds(term, condition, value_path)),
        Filter::Not(term) => !holds(term, condition, value_path),
        Filter::Present(path) => condition(&path.to_string(), Condition::Present),
        Filter::Compare { path, op: CompareOp::Eq, value: CompValue::Null } => {
            !condition(&path.to_string(), Condition::Present)
        }
        Filter::Compare { path, op: CompareOp::Ne, value: CompValue::Null } => {
            condition(&path.to_string(), Condition::Present)
        }
        Filter::Compare { path, op: CompareOp::Ne, value } => {
            !condition(&path.to_string(), Condition::Compare(CompareOp::Eq, value))
        }
        Filter::Compare { path, op, value } => {
            condition(&path.to_string(), Condition::Compare(*op, value))
        }
        Filter::ValuePath { path, filter } => value_path(&path.to_string(), filter),
    }
}

/// A question about an attribute.
#[derive(Clone, Copy)]
enum Condition<'f> {
    Present,
    Compare(CompareOp, &'f CompValue),
}

impl Condition<'_> {
    fn of(self, kind: Kind, container: &Value, steps: &[&str]) -> bool {
        match self {
            Condition::Present => values(container, steps).into_iter().any(is_present),
            Condition::Compare(op, operand) => compared(container, steps)
                .into_iter()
                .any(|value| compares(kind, op, value, operand)),
        }
    }
}

/// All values at the end of the steps, however many there are at each.
fn values<'v>(value: &'v Value, steps: &[&str]) -> Vec<&'v Value> {
    match (value, steps) {
        (Value::Array(elements), _) => {
            elements.iter().flat_map(|element| values(element, steps)).collect()
        }
        (value, []) => vec![value],
        (value, [step, rest @ ..]) => {
            value.get(step).map(|value| values(value, rest)).unwrap_or_default()
        }
    }
}

/// The values to compare: of a complex one its `value`, and for an absent `primary` false (RFC
/// 7643, Section 2.4).
fn compared<'v>(container: &'v Value, steps: &[&str]) -> Vec<&'v Value> {
    if let [parents @ .., "primary"] = steps {
        return values(container, parents)
            .into_iter()
            .map(|element| element.get("primary").unwrap_or(&Value::Bool(false)))
            .collect();
    }
    let found = values(container, steps).into_iter();
    found
        .filter_map(|value| if value.is_object() { value.get("value") } else { Some(value) })
        .collect()
}

/// "has a non-empty or non-null value, or if it contains a non-empty node for complex attributes"
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_present),
        Value::Object(object) => object.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compares(kind: Kind, op: CompareOp, value: &Value, operand: &CompValue) -> bool {
    match (kind, value, operand) {
        (Kind::Identifier, Value::String(value), CompValue::String(operand))
            if op == CompareOp::Eq =>
        {
            prepare_username(value) == prepare_username(operand)
        }
        (Kind::Text | Kind::Identifier, Value::String(value), CompValue::String(operand)) => {
            texts(op, &case_fold(value), &case_fold(operand))
        }
        (Kind::Exact, Value::String(value), CompValue::String(operand)) => {
            texts(op, value, operand)
        }
        (Kind::Boolean, Value::Bool(value), CompValue::Boolean(operand)) => {
            ordered(op, value.cmp(operand))
        }
        (Kind::Number, Value::Number(value), CompValue::Number(operand)) => {
            ordered(op, numbers(&value.to_string(), &operand.to_string()))
        }
        (Kind::Instant, Value::String(value), CompValue::String(operand)) => {
            ordered(op, instant(value).cmp(&instant(operand)))
        }
        (Kind::Binary, Value::String(value), CompValue::String(operand)) => {
            value.trim_end_matches('=') == operand.trim_end_matches('=')
        }
        _ => panic!("{value} and {operand} do not compare"),
    }
}

fn texts(op: CompareOp, value: &str, operand: &str) -> bool {
    match op {
        CompareOp::Co => value.contains(operand),
        CompareOp::Sw => value.starts_with(operand),
        CompareOp::Ew => value.ends_with(operand),
        _ => ordered(op, value.cmp(operand)),
    }
}

fn ordered(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering == Ordering::Equal,
        CompareOp::Gt => ordering == Ordering::Greater,
        CompareOp::Ge => ordering != Ordering::Less,
        CompareOp::Lt => ordering == Ordering::Less,
        CompareOp::Le => ordering != Ordering::Greater,
        CompareOp::Ne | CompareOp::Co | CompareOp::Sw | CompareOp::Ew => {
            panic!("{op} is no question of order")
        }
    }
}

/// Whole numbers exactly, others as far as a float goes; the numbers of these tests are that
/// different.
fn numbers(value: &str, operand: &str) -> Ordering {
    match (value.parse::<i128>(), operand.parse::<i128>()) {
        (Ok(value), Ok(operand)) => value.cmp(&operand),
        _ => {
            let float = |text: &str| text.parse::<f64>().expect("a number");
            float(value).partial_cmp(&float(operand)).expect("JSON has no NaN")
        }
    }
}

fn instant(text: &str) -> DateTime<Utc> {
    let zoned = if text.ends_with('Z') || text.contains('+') {
        text.to_owned()
    } else {
        format!("{text}Z")
    };
    DateTime::parse_from_rfc3339(&zoned).expect("an instant").with_timezone(&Utc)
}

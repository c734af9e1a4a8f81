//! Making a resource one that the application can store: defaults, and elements in their slots.

use super::Resource;
use super::decode::is_primary;
use crate::schema::{ElementSlot, ResolvedPath, ResourceType};
use crate::value::{List, Name, Object, Value};

const TYPE: &str = "type";
const PRIMARY: &str = "primary";

impl ResourceType {
    /// Makes a resource one that the application can store, according to
    /// [`with_default`](Self::with_default) and [`with_elements`](Self::with_elements), and returns
    /// the paths of the values that were left out: `emails` for an element, `emails.type` and
    /// `emails.primary` for a part of one.
    ///
    /// You need not call it for what is written through a dispatcher or
    /// [`Resources`](crate::service::Resources). A resource that conforms does not change. A list
    /// with two primary elements is invalid, and stays as it is.
    pub fn conform(&self, resource: &mut Resource) -> Vec<ResolvedPath> {
        let conformity = self.conformity();
        let mut left_out = Vec::new();
        for (path, slots) in &conformity.slots {
            fit(resource, path, slots, &mut left_out);
        }
        for (path, value) in &conformity.defaults {
            match resource.value(path) {
                None if *value != "" => set(resource, path, value.clone()),
                // Empty text stands for no value.
                Some(found) if *value == "" && *found == "" => remove(resource, path),
                None | Some(_) => {}
            }
        }
        if self.activity().is_some_and(|active| conformity.has_default(active)) {
            resource.show_activity(true);
        }
        left_out
    }
}

/// Sets a value of a single-valued attribute, or the whole list of a multi-valued one.
fn set(resource: &mut Resource, path: &ResolvedPath, value: Value) {
    let attribute = path.attribute().key().clone();
    let object = resource.object_mut();
    let object = match path.extension() {
        Some(extension) => object_in(object, extension.key().clone()),
        None => Some(object),
    };
    let object = match (object, path.sub_attribute()) {
        (Some(object), Some(sub)) => {
            object_in(object, attribute).map(|object| (object, sub.key().clone()))
        }
        (object, _) => object.map(|object| (object, attribute)),
    };
    if let Some((object, name)) = object {
        object.insert(name, value);
    }
}

fn object_in(object: &mut Object, name: Name) -> Option<&mut Object> {
    object.entry(name).or_insert_with(|| Object::new().into()).as_object_mut()
}

/// Puts the elements into their slots.
fn fit(
    resource: &mut Resource,
    path: &ResolvedPath,
    slots: &[ElementSlot],
    left_out: &mut Vec<ResolvedPath>,
) {
    let Some(Value::Array(elements)) = resource.value(path) else { return };
    if fits(elements, slots) || elements.iter().filter(|element| is_primary(element)).count() > 1 {
        return;
    }
    let mut note = |sub: Option<&str>| {
        let sub = sub.and_then(|sub| path.attribute().sub_attribute(sub));
        let extension = path.extension().cloned();
        let noted = ResolvedPath::new(extension, path.attribute().clone(), sub.cloned());
        if !left_out.contains(&noted) {
            left_out.push(noted);
        }
    };
    let mut fitted = List::new();
    for (slot, place) in slots.iter().zip(taken(elements, slots)) {
        let element = place.and_then(|place| elements.get(place)).cloned();
        fitted.extend(element.map(|element| in_slot(element, slot, &mut note)));
    }
    if fitted.len() < elements.len() {
        note(None);
    }
    if fitted.is_empty() {
        remove(resource, path);
    } else {
        set(resource, path, fitted.into());
    }
}

/// Returns `true` if the elements are in their slots already.
fn fits(elements: &[Value], slots: &[ElementSlot]) -> bool {
    let mut slots = slots.iter();
    elements.iter().all(|element| {
        let kind = element_type(element);
        let slot = slots.find(|slot| slot.element_type() == kind);
        let primary = element.get(PRIMARY);
        says_something(element)
            && slot.is_some_and(|slot| match primary {
                Some(primary) => slot.is_primary() && *primary == true,
                None => !slot.is_primary(),
            })
    })
}

/// The place of the element that each slot takes.
fn taken(elements: &[Value], slots: &[ElementSlot]) -> Vec<Option<usize>> {
    let mut taken: Vec<Option<usize>> = vec![None; slots.len()];
    let candidates = || elements.iter().enumerate().filter(|(_, element)| says_something(element));
    for (place, element) in candidates() {
        let kind = element_type(element);
        let is_its = |slot: &ElementSlot| slot.fits(kind);
        let mut its = slots.iter().zip(&mut taken).filter(|(slot, _)| is_its(slot));
        let Some((_, first)) = its.next() else { continue };
        let empty = if first.is_none() { None } else { its.find(|(_, taken)| taken.is_none()) };
        match empty {
            Some((_, empty)) => *empty = Some(place),
            None if first.is_none() || is_primary(element) => *first = Some(place),
            None => {}
        }
    }
    for (place, _) in candidates().filter(|(_, element)| element_type(element).is_none()) {
        if taken.contains(&Some(place)) {
            continue;
        }
        let Some(empty) = taken.iter_mut().find(|taken| taken.is_none()) else { break };
        *empty = Some(place);
    }
    if let [only @ None] = taken.as_mut_slice() {
        let primary = candidates().find(|(_, element)| is_primary(element));
        *only = primary.or_else(|| candidates().next()).map(|(place, _)| place);
    }
    taken
}

/// Gives an element what the slot says of it.
fn in_slot(mut element: Value, slot: &ElementSlot, note: &mut impl FnMut(Option<&str>)) -> Value {
    let Some(object) = element.as_object_mut() else { return element };
    let kind = match slot.element_type() {
        Some(kind) => object.insert(TYPE, kind.into()),
        None => object.remove(TYPE),
    };
    if kind.is_some_and(|kind| !slot.fits(kind.as_str())) {
        note(Some(TYPE));
    }
    if slot.is_primary() {
        object.insert(PRIMARY, true.into());
    } else if object.remove(PRIMARY).is_some_and(|primary| primary == true) {
        note(Some(PRIMARY));
    }
    element
}

fn element_type(element: &Value) -> Option<&str> {
    element.get(TYPE).and_then(Value::as_str)
}

/// Returns `true` if an element has a value that tells it from a missing one.
fn says_something(element: &Value) -> bool {
    element.as_object().is_none_or(|object| object.get("value").is_some_and(|value| *value != ""))
}

/// Takes a value away, and the containers that have nothing else.
fn remove(resource: &mut Resource, path: &ResolvedPath) {
    let names = [
        path.extension().map(|extension| extension.uri().as_str()),
        Some(path.attribute().name()),
        path.sub_attribute().map(|sub| sub.name()),
    ];
    let names: Vec<&str> = names.into_iter().flatten().collect();
    remove_in(resource.object_mut(), &names);
}

/// Takes the value away that a path of names leads to; it has at most three.
fn remove_in(object: &mut Object, names: &[&str]) {
    match names {
        [] => {}
        [name] => drop(object.remove(name)),
        [name, rest @ ..] => {
            if let Some(container) = object.get_mut(name).and_then(Value::as_object_mut) {
                remove_in(container, rest);
                if container.is_empty() {
                    object.remove(name);
                }
            }
        }
    }
}

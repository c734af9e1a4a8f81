//! Bodies of POST and PUT in which a key is a path (RFC 7644, Section 3.10): what stands there is
//! put where the path leads, as PATCH does with a value without a path.

mod place;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::bind::PatchBinder;
use super::error::{PatchError, PatchErrorKind};
use super::path::Path;
use crate::filter::Filter;
use crate::quirks::Deviations;
use crate::schema::{Container, ResolvedPath, ResourceType, Schema};
use crate::value::{Name, Object, Value};

use place::Made;

/// The target of a key that is a path.
struct Lead {
    key: String,
    path: ResolvedPath,
    filter: Option<Filter>,
    /// `true` if it names an attribute of an extension without its URN.
    bare: bool,
    /// `true` if a dot stood behind a URN.
    joined: bool,
}

/// A body while what its keys lead to is put in place.
struct Unfolding<'b> {
    binder: &'b PatchBinder,
    /// The members under the name of an attribute, or the URN of an extension.
    named: Object,
    /// The members that no path leads to.
    rest: Object,
    leads: Vec<(Lead, Value)>,
    /// The values of multi-valued attributes that paths describe.
    made: BTreeMap<String, Made>,
    deviations: &'b mut Deviations,
}

impl PatchBinder {
    /// Puts what stands under a path in the body of a POST or PUT where that leads:
    /// `name.givenName`, an attribute behind the URN of its schema, and what the rules let clients
    /// write besides. Takes note of the keys that were read so.
    ///
    /// # Errors
    ///
    /// - an attribute is given twice, by two spellings;
    /// - a path leads to a value of a multi-valued attribute that nothing describes.
    pub(crate) fn unfold(
        &self,
        body: &mut Object,
        deviations: &mut Deviations,
    ) -> Result<(), PatchError> {
        if is_unfolded(&self.resource_type, body) {
            return Ok(());
        }
        let unfolded = deviations.unless_refused(|deviations| self.unfold_keys(body, deviations));
        unfolded.map_err(|kind| PatchError { operation: None, kind })
    }

    fn unfold_keys(
        &self,
        body: &mut Object,
        deviations: &mut Deviations,
    ) -> Result<(), PatchErrorKind> {
        let (named, rest) = (Object::new(), Object::new());
        let mut unfolding = Unfolding {
            binder: self,
            named,
            rest,
            leads: Vec::new(),
            made: BTreeMap::new(),
            deviations,
        };
        for (key, value) in std::mem::take(body) {
            unfolding.read(key, value);
        }
        unfolding.place_all()?;
        *body = unfolding.named;
        body.extend(unfolding.rest);
        Ok(())
    }
}

/// Returns `true` if no key of a body can be a path: each is the name of an attribute, or the URN
/// of an extension that holds such names.
fn is_unfolded(resource_type: &ResourceType, body: &Object) -> bool {
    let is_known = |schema: &Schema, key: &Name| {
        schema.by_key(key).or_else(|| schema.attribute(key)).is_some()
    };
    body.iter().all(|(key, value)| {
        match resource_type.by_key(key).or_else(|| resource_type.container(key)) {
            Some(Container::Attribute(_)) => true,
            Some(Container::Extension(schema)) => {
                value.as_object().is_none_or(|parts| parts.keys().all(|key| is_known(schema, key)))
            }
            None => false,
        }
    })
}

impl Unfolding<'_> {
    fn read(&mut self, key: Name, value: Value) {
        let resource_type = Arc::clone(&self.binder.resource_type);
        match (resource_type.container(&key), value) {
            (Some(Container::Attribute(_)), value) => drop(self.named.insert(key, value)),
            (Some(Container::Extension(schema)), Value::Object(parts)) => {
                let parts = self.read_parts(schema, parts);
                self.named.insert(key, Value::Object(parts));
            }
            (Some(Container::Extension(_)), value) => drop(self.named.insert(key, value)),
            (None, Value::Object(parts)) if resource_type.schema().uri().is(&key) => {
                let others = self.read_parts(resource_type.schema(), parts);
                for (name, value) in others {
                    self.follow(format!("{}:{name}", resource_type.schema().uri()), value);
                }
            }
            (None, value) => self.follow(key.into(), value),
        }
    }

    /// Takes the members that are attributes of a schema; others may be paths within it.
    fn read_parts(&mut self, schema: &Schema, parts: Object) -> Object {
        let mut named = Object::new();
        for (key, value) in parts {
            if schema.attribute(&key).is_some() {
                named.insert(key, value);
                continue;
            }
            match self.lead(format!("{}:{key}", schema.uri())) {
                Ok(lead) => self.leads.push((lead, value)),
                Err(_) => drop(named.insert(key, value)),
            }
        }
        named
    }

    fn follow(&mut self, key: String, value: Value) {
        match self.lead(key) {
            Ok(lead) => self.leads.push((lead, value)),
            Err(key) => drop(self.rest.insert(key, value)),
        }
    }

    /// Returns the target of a key; the key itself if there is none.
    fn lead(&mut self, key: String) -> Result<Lead, String> {
        let joined = if self.binder.options.quirks.joined_urns {
            self.binder.resource_type.with_colon(&key)
        } else {
            None
        };
        let (read, joined) = (joined.as_deref().unwrap_or(&key), joined.is_some());
        match self.resolve(read) {
            Some((path, filter, bare)) => {
                Ok(Lead { key: read.to_owned(), path, filter, bare, joined })
            }
            None => Err(key),
        }
    }

    fn resolve(&mut self, key: &str) -> Option<(ResolvedPath, Option<Filter>, bool)> {
        let PatchBinder { resource_type, options, .. } = self.binder;
        let path = Path::parse_with(key, options, self.deviations).ok()?;
        let known = resource_type.resolve(&path.attribute);
        let bare = known.is_none();
        let found = match known {
            None if options.quirks.unqualified_extension_attributes => {
                resource_type.resolve_in_extensions(&path.attribute)?
            }
            known => known?,
        };
        let sub = match &path.sub {
            Some(name) => Some(Arc::clone(found.attribute().sub_attribute(name.as_str())?)),
            None => found.sub_attribute().cloned(),
        };
        let path_of_it =
            ResolvedPath::new(found.extension().cloned(), Arc::clone(found.attribute()), sub);
        Some((path_of_it, path.filter, bare))
    }
}

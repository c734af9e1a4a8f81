//! A resource as rows: its document, and what stands beside it to be searched.

use std::collections::BTreeSet;
use std::sync::Arc;

use scimwire::message::{JsonLimits, parse_object};
use scimwire::resource::{Resource, ValueError, ValueErrorKind, must_be_sent};
use scimwire::schema::{Attribute, AttributeType, ResolvedPath, ResourceType, Schema};
use scimwire::sql::{lookup_key, sort_key};
use scimwire::store::{StoreError, reject_long_key, reject_nul};
use scimwire::value::{Object, Value};

/// The attribute by which people call a resource; the first that the resource type has.
const NAMES: &[&str] = &["userName", "displayName"];

/// The suffix of the path of an identifier that is prepared where that differs from folding.
pub(super) const PREPARED: &str = "~";

/// The columns of a resource type.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) resource_type: Arc<ResourceType>,
    /// The attribute in the column `name`.
    pub(super) name: Option<ResolvedPath>,
    /// The attributes with rows in the table of values, by path, and whether they are unique.
    pub(super) keys: Vec<(ResolvedPath, bool)>,
}

/// A resource as it is written.
pub(super) struct Stored {
    pub(super) document: String,
    pub(super) search: String,
    pub(super) name: Option<String>,
}

/// A value that is unique, or looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) attribute: String,
    pub(super) value: String,
    pub(super) unique: bool,
}

impl Layout {
    pub(super) fn new(resource_type: Arc<ResourceType>) -> Self {
        let resolve = |path: &&str| path.parse().ok().and_then(|path| resource_type.resolve(&path));
        let name = NAMES.iter().find_map(&resolve).filter(is_plain_text);
        let readable =
            |path: &&ResolvedPath| path.attribute().is_readable() && path.leaf().is_readable();
        let mut keys: Vec<_> = resource_type
            .unique_paths()
            .iter()
            .filter(readable)
            .map(|path| (path.clone(), true))
            .collect();
        keys.extend(
            resource_type.indexed_paths().iter().filter(readable).map(|path| (path.clone(), false)),
        );
        // The id is a column, and the service provider's.
        keys.retain(|(path, _)| path.extension().is_some() || path.attribute().name() != "id");
        Self { resource_type, name, keys }
    }

    /// A description of the index columns; another text means that they have to be rebuilt.
    pub(super) fn fingerprint(&self) -> String {
        let mut lines = Vec::new();
        self.for_each_attribute(&mut |prefix, attribute| {
            let parts = attribute.sub_attributes().iter();
            for (sub, last) in std::iter::once((None, attribute))
                .chain(parts.map(|sub| (Some(sub.name()), &**sub)))
            {
                let (name, sub) =
                    (attribute.name(), sub.map(|sub| format!(".{sub}")).unwrap_or_default());
                let traits = (
                    last.attribute_type().as_str(),
                    last.is_multi_valued(),
                    last.is_case_exact(),
                    last.is_unique(),
                );
                lines.push(format!("{prefix}{name}{sub} {traits:?}"));
            }
        });
        // Those that are always there need no mention: which they are follows from the attributes.
        lines.extend(self.resource_type.declared_indexes().map(|path| format!("indexed {path}")));
        lines.join("\n")
    }

    pub(super) fn write(&self, resource: &Resource) -> Result<Stored, StoreError> {
        let document = resource.attributes().to_string();
        if has_nul(&document) {
            return Err(reject_nul());
        }
        let name = self.name_of(resource)?;
        Ok(Stored { document, search: self.search(resource), name })
    }

    fn name_of(&self, resource: &Resource) -> Result<Option<String>, StoreError> {
        let Some(path) = &self.name else {
            return Ok(None);
        };
        let value = resource.value(path);
        value.map_or(Ok(()), |value| reject_long_key(path, value))?;
        match value.and_then(|value| sort_key(path.leaf(), value)) {
            // What the host sets is not asked of clients (RFC 7643, Section 7).
            None if must_be_sent(path.leaf()) => {
                Err(ValueError::new(path, ValueErrorKind::Required).into())
            }
            name => Ok(name),
        }
    }

    pub(super) fn keys_of(&self, resource: &Resource) -> Result<BTreeSet<Key>, StoreError> {
        let mut keys = BTreeSet::new();
        for (path, unique) in &self.keys {
            for value in resource.values(path) {
                reject_long_key(path, value)?;
                let value = lookup_key(path.leaf(), value);
                keys.extend(value.map(|value| Key {
                    attribute: path.to_string(),
                    value,
                    unique: *unique,
                }));
            }
        }
        Ok(keys)
    }

    /// Returns `true` if two states have the same lookup values.
    pub(super) fn same_keys(&self, before: &Resource, after: &Resource) -> bool {
        self.keys.iter().all(|(path, _)| before.values(path).eq(after.values(path)))
    }

    /// Every value as it compares: by its path, or in the elements of an array.
    fn search(&self, resource: &Resource) -> String {
        let mut search = Object::new();
        self.for_each_attribute(&mut |prefix, attribute| {
            let container = match prefix.strip_suffix(':') {
                Some(uri) => resource.get(uri).and_then(Value::as_object),
                None => Some(resource.attributes()),
            };
            if let Some(value) = container.and_then(|container| container.get(attribute.name())) {
                add(&mut search, &format!("{prefix}{}", attribute.name()), attribute, value);
            }
        });
        Value::Object(search).to_string()
    }

    fn for_each_attribute(&self, visit: &mut dyn FnMut(&str, &Attribute)) {
        let own = self.resource_type.schema().attributes().iter();
        // Members and groups are in a table of their own.
        let apart = self.resource_type.membership();
        let own = own.filter(|attribute| {
            Schema::common().attribute(attribute.name()).is_none() && !apart.contains(attribute)
        });
        let common =
            Schema::common().attributes().iter().filter(|attribute| attribute.name() != "id");
        for attribute in common.chain(own).filter(|attribute| attribute.is_readable()) {
            visit("", attribute);
        }
        for extension in self.resource_type.extensions() {
            let prefix = format!("{}:", extension.schema.uri());
            for attribute in
                extension.schema.attributes().iter().filter(|attribute| attribute.is_readable())
            {
                visit(&prefix, attribute);
            }
        }
    }
}

/// Parses a document. A damaged one is an error for the operator of the database.
pub(super) fn read(document: &str) -> Result<Resource, StoreError> {
    match parse_object(document.as_bytes(), JsonLimits::unlimited()) {
        Ok(object) => Ok(Resource::from_object(object)),
        Err(err) => Err(StoreError::other(format!("a stored document is damaged: {err}"))),
    }
}

/// Values that are not of their attribute's type, which only a host can bring about, are not found
/// by any comparison.
fn add(search: &mut Object, path: &str, attribute: &Attribute, value: &Value) {
    match (attribute.is_multi_valued(), attribute.attribute_type(), value) {
        (true, AttributeType::Complex, Value::Array(elements)) => {
            let elements = elements.iter().map(|element| {
                let mut object = Object::new();
                add_parts(&mut object, "", attribute, element);
                Value::Object(object)
            });
            search.insert(path.to_owned(), elements.collect());
        }
        (true, _, Value::Array(elements)) => {
            let elements = elements.iter().map(|element| Value::from(sort_key(attribute, element)));
            search.insert(path.to_owned(), elements.collect());
        }
        (false, AttributeType::Complex, value) => {
            add_parts(search, &format!("{path}."), attribute, value)
        }
        (false, _, value) => add_text(search, path.to_owned(), attribute, value),
        (true, _, _) => {}
    }
}

fn add_parts(search: &mut Object, prefix: &str, attribute: &Attribute, value: &Value) {
    for sub in
        attribute.sub_attributes().iter().filter(|sub| sub.is_readable() && !sub.is_multi_valued())
    {
        if let Some(value) = value.get(sub.name()) {
            add_text(search, format!("{prefix}{}", sub.name()), sub, value);
        }
    }
}

fn add_text(search: &mut Object, path: String, attribute: &Attribute, value: &Value) {
    let (Some(text), Some(prepared)) = (sort_key(attribute, value), lookup_key(attribute, value))
    else {
        return;
    };
    if prepared != text {
        search.insert(format!("{path}{PREPARED}"), prepared.into());
    }
    search.insert(path, text.into());
}

fn is_plain_text(path: &ResolvedPath) -> bool {
    let attribute = path.leaf();
    attribute.attribute_type() == AttributeType::String
        && !attribute.is_multi_valued()
        && attribute.is_readable()
}

/// Returns `true` if JSON text has U+0000 in a string: an escape whose backslash is not itself
/// escaped.
pub(super) fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let before = json.get(..at).unwrap_or_default();
        before.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0
    })
}

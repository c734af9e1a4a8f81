//! Rows as resources.

use std::fmt::Display;

use chrono::{DateTime, TimeDelta, Utc};

use super::cell::Unfit;
use super::column::{Format, SqlColumn};
use super::elements::Element;
use super::layout::{Field, Layout, RowsField, Slots};
use super::select::META;
use crate::database::Row;
use scimwire::resource::{Meta, Resource, Version};
use scimwire::schema::{ResolvedPath, parse_date_time};
use scimwire::store::StoreError;
use scimwire::value::{List, Object, Value};

/// A row that breaks the schema.
#[derive(Debug, thiserror::Error)]
#[error("row `{id}` of table `{table}`: {problem}")]
pub(super) struct RowError {
    table: String,
    id: String,
    problem: String,
}

impl From<RowError> for StoreError {
    fn from(err: RowError) -> Self {
        Self::other(err)
    }
}

impl RowError {
    /// Reports the row to the operator; others are shown.
    pub(super) fn report(&self) {
        #[cfg(feature = "tracing")]
        tracing::warn!(error = %self, "a row is left out");
    }
}

impl Layout {
    /// A row of [`Layout::select`] as a resource.
    pub(super) fn decode(&self, row: Row, with_members: bool) -> Result<Resource, RowError> {
        let Row(mut texts) = row;
        let members = (with_members && self.members.is_some()).then(|| texts.pop().flatten());
        let version = self.version_of(&texts);
        let attributes = texts.split_off(META.min(texts.len()));
        let mut meta = texts.into_iter();
        let mut next = || meta.next().flatten();
        let id = next().unwrap_or_default();
        let failed =
            |problem: String| RowError { table: self.table.clone(), id: id.clone(), problem };
        let (created, modified) = (next(), next());
        let created = self.time(created, self.created.as_ref());
        let modified = self.time(modified, self.modified.as_ref());
        let created = created.map_err(|Unfit| failed(unreadable("meta.created")))?;
        let modified = modified.map_err(|Unfit| failed(unreadable("meta.lastModified")))?;
        drop(next());
        let mut object = self.attributes(attributes.into_iter()).map_err(failed)?;
        let external_id = match &self.external_id {
            Some(column) => column.read(next()).unwrap_or_default(),
            None => next().map(Value::from),
        };
        external_id.into_iter().for_each(|value| drop(object.insert("externalId", value)));
        if let Some(members) = members {
            self.put_members_of(&mut object, members)
                .map_err(|Unfit| failed(unreadable("members")))?;
        }
        let mut resource = Resource::from_object(object);
        if self.fields.iter().any(|field| matches!(field.column.format, Format::Json)) {
            let checked = self.resource_type.encode(resource.attributes());
            resource = checked.map_err(|err| failed(err.to_string()))?;
        }
        resource.set_id(id.as_str());
        let created = created.or(modified).unwrap_or_default();
        let mut meta = Meta::new(self.resource_type.name(), created);
        meta.last_modified = modified.unwrap_or(created);
        meta.version = version;
        resource.set_meta(&meta);
        Ok(resource)
    }

    /// The attributes in columns and in tables of their own; fails with the problem of the row.
    fn attributes(
        &self,
        mut texts: impl Iterator<Item = Option<String>>,
    ) -> Result<Object, String> {
        let mut object = Object::new();
        for Field { path, column } in &self.fields {
            let read = column.read(texts.next().flatten());
            match read.map_err(|Unfit| unreadable(path))? {
                Some(value) => put(&mut object, path, value),
                None if path.leaf().is_required() => {
                    return Err(format!("`{path}` is required and has no value"));
                }
                None => {}
            }
        }
        for (path, text) in &self.fixed {
            put(&mut object, path, text.as_str().into());
        }
        for Slots { path, elements } in &self.slots {
            let mut list = List::new();
            for element in elements {
                let read = in_row(element, &mut texts).map_err(|Unfit| unreadable(path))?;
                list.extend(read.map(Value::from));
            }
            put_list(&mut object, path, list);
        }
        for rows in &self.rows {
            let list = gathered_elements(rows, texts.next().flatten());
            put_list(&mut object, &rows.path, list.map_err(|Unfit| unreadable(&rows.path))?);
        }
        Ok(object)
    }

    /// The version: the number in its column, or a checksum of all texts.
    fn version_of(&self, texts: &[Option<String>]) -> Version {
        let counted = texts.get(3).and_then(|text| text.as_deref()?.parse::<u64>().ok());
        match (&self.version, counted) {
            (Some(_), counted) => Version::numbered(counted.unwrap_or(1)),
            (None, _) => Version::numbered(checksum(texts)),
        }
    }

    fn time(
        &self,
        text: Option<String>,
        column: Option<&SqlColumn>,
    ) -> Result<Option<DateTime<Utc>>, Unfit> {
        match column {
            Some(column) => {
                let value = column.read(text)?;
                value.map(|value| value.as_str().and_then(parse_date_time).ok_or(Unfit)).transpose()
            }
            None => {
                let micros = text.map(|text| text.parse::<i64>().map_err(|_| Unfit)).transpose()?;
                Ok(micros.map(|micros| DateTime::UNIX_EPOCH + TimeDelta::microseconds(micros)))
            }
        }
    }

    fn put_members_of(&self, object: &mut Object, gathered: Option<String>) -> Result<(), Unfit> {
        let (Some(gathered), Some(rows)) = (gathered, &self.members) else { return Ok(()) };
        let ids: Vec<String> = serde_json::from_str(&gathered).map_err(|_| Unfit)?;
        let list: List = ids.into_iter().map(|id| member(&id, &rows.member_type)).collect();
        if let Some(members) =
            self.resource_type.membership().members().filter(|_| !list.is_empty())
        {
            object.insert(members.name(), Value::Array(list));
        }
        Ok(())
    }
}

/// A member as clients see it.
pub(super) fn member(id: &str, kind: &str) -> Value {
    Object::from([("value", id.into()), ("type", kind.into())]).into()
}

fn unreadable(path: impl Display) -> String {
    format!("the column of `{path}` has a value that the attribute cannot have")
}

/// An element in columns of the row, unless it has no value.
fn in_row(
    element: &Element,
    texts: &mut impl Iterator<Item = Option<String>>,
) -> Result<Option<Object>, Unfit> {
    let mut object = Object::new();
    for (sub, column) in element.all() {
        object.extend(column.read(texts.next().flatten())?.map(|value| (sub, value)));
    }
    if !object.get("value").is_some_and(|value| *value != "") {
        return Ok(None);
    }
    object.extend(element.element_type.as_deref().map(|kind| ("type", kind.into())));
    object.extend(element.is_primary.then(|| ("primary", true.into())));
    Ok(Some(object))
}

/// The rows of an attribute in a table of its own.
fn gathered_elements(field: &RowsField, gathered: Option<String>) -> Result<List, Unfit> {
    let Some(gathered) = gathered else { return Ok(List::new()) };
    let rows: Vec<Vec<Option<String>>> = serde_json::from_str(&gathered).map_err(|_| Unfit)?;
    let is_simple = field.path.attribute().sub_attributes().is_empty();
    let mut list = List::new();
    for row in rows {
        let mut element = Object::new();
        for ((sub, column), text) in field.rows.columns.iter().zip(row) {
            element.extend(column.read_element(text)?.map(|value| (sub.as_str(), value)));
        }
        if element.is_empty() {
            continue;
        }
        match element.remove("value") {
            Some(value) if is_simple => list.push(value),
            value => {
                value.into_iter().for_each(|value| drop(element.insert("value", value)));
                list.push(element.into());
            }
        }
    }
    Ok(list)
}

fn put_list(object: &mut Object, path: &ResolvedPath, list: List) {
    if !list.is_empty() {
        put(object, path, Value::Array(list));
    }
}

/// Sets the value at a path of single values.
fn put(object: &mut Object, path: &ResolvedPath, value: Value) {
    let container = match path.extension() {
        Some(extension) => inner(object, extension.uri().as_str()),
        None => Some(object),
    };
    let Some(container) = container else { return };
    let name = path.attribute().name();
    match path.sub_attribute() {
        None => drop(container.insert(name, value)),
        Some(sub) => {
            if let Some(parts) = inner(container, name) {
                parts.insert(sub.name(), value);
            }
        }
    }
}

fn inner<'o>(object: &'o mut Object, name: &str) -> Option<&'o mut Object> {
    object.entry(name).or_insert_with(|| Value::Object(Object::new())).as_object_mut()
}

/// A checksum that is the same in every process: FNV-1a of 64 bits.
fn checksum(texts: &[Option<String>]) -> u64 {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add = |byte: u8| sum = (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    for text in texts {
        match text {
            Some(text) => text.bytes().chain([0xff]).for_each(&mut add),
            None => add(0xfe),
        }
    }
    sum
}

//! The values that columns get from a resource.

use super::column::{Format, SqlColumn};
use super::elements::Element;
use super::layout::{Layout, Limit, Slots};
use crate::row::has_nul;
use scimwire::error::{Error, ScimType};
use scimwire::resource::Resource;
use scimwire::sql::Sql;
use scimwire::store::{StoreError, reject_long_key, reject_nul};
use scimwire::value::{Object, Value};

impl Layout {
    /// The columns of attributes with their values.
    pub(super) fn values<'l>(
        &'l self,
        resource: &Resource,
    ) -> Result<Vec<(&'l str, Sql)>, StoreError> {
        if has_nul(&resource.attributes().to_string()) {
            return Err(reject_nul());
        }
        let mut values = Vec::new();
        for field in &self.fields {
            let path = field.path.to_string();
            let value = resource.value(&field.path);
            values.push((field.column.name.as_str(), self.value(&path, &field.column, value)?));
        }
        for slots in &self.slots {
            let array = resource.value(&slots.path).and_then(Value::as_array);
            let mut untyped = 0;
            for element in &slots.elements {
                // Those without a type come one after the other.
                let place = if element.element_type.is_none() { untyped } else { 0 };
                untyped += usize::from(element.element_type.is_none());
                let found =
                    array.and_then(|array| array.iter().filter(|it| is_of(it, element)).nth(place));
                let found = found.and_then(Value::as_object);
                values.extend(self.values_of(slots, element, found)?);
            }
        }
        if let Some(column) = &self.external_id {
            let value = resource.external_id().map(Value::from);
            values.push((&column.name, self.value("externalId", column, value.as_ref())?));
        }
        Ok(values)
    }

    /// The columns of attributes whose elements change. Elements without a type may have been in
    /// others of them: all are written.
    pub(super) fn columns_of_changed_elements<'l>(
        &'l self,
        before: &Resource,
        after: &Resource,
    ) -> Vec<&'l str> {
        let changed =
            self.slots.iter().filter(|slots| before.value(&slots.path) != after.value(&slots.path));
        let elements = changed.flat_map(|slots| &slots.elements);
        elements.flat_map(|element| element.all().map(|(_, column)| &*column.name)).collect()
    }

    fn values_of<'l>(
        &'l self,
        slots: &'l Slots,
        element: &'l Element,
        found: Option<&Object>,
    ) -> Result<Vec<(&'l str, Sql)>, StoreError> {
        let columns = element.all().map(|(sub, column)| {
            let path = format!("{}.{sub}", slots.path);
            let value = found.and_then(|found| found.get(sub));
            Ok((column.name.as_str(), self.value(&path, column, value)?))
        });
        columns.collect()
    }

    /// Converts a value into that of a column; a value that does not fit is the client's error.
    pub(super) fn value(
        &self,
        path: &str,
        column: &SqlColumn,
        value: Option<&Value>,
    ) -> Result<Sql, StoreError> {
        if let Some(value) = value {
            self.check_limit(path, column, value)?;
        }
        column.write(value, self.dialect).map_err(|_| unfit(path, "cannot be stored"))
    }

    fn check_limit(&self, path: &str, column: &SqlColumn, value: &Value) -> Result<(), StoreError> {
        let limit = self.limits.get().and_then(|limits| limits.get(&column.name));
        match (limit, value, &column.format) {
            (Some(Limit::Characters(most)), Value::String(text), Format::Text | Format::Ascii)
                if text.chars().count() > *most =>
            {
                Err(unfit(path, &format!("is too long: at most {most} characters are allowed")))
            }
            (Some(Limit::Bits(bits)), Value::Number(_), _) => match value.as_i64() {
                Some(number) if fits(number, *bits) => Ok(()),
                _ => Err(unfit(path, "is out of range")),
            },
            _ => Ok(()),
        }
    }

    /// Refuses identifiers that are too long for an index.
    pub(super) fn check_keys(&self, resource: &Resource) -> Result<(), StoreError> {
        let paths = self.resource_type.unique_paths().iter();
        for path in paths.chain(self.resource_type.indexed_paths()) {
            for value in resource.values(path) {
                reject_long_key(path, value)?;
            }
        }
        Ok(())
    }
}

fn fits(number: i64, bits: u32) -> bool {
    let most = i64::MAX >> (64 - bits.clamp(1, 64));
    (-most - 1..=most).contains(&number)
}

/// Returns `true` if the element belongs into these columns.
fn is_of(value: &Value, element: &Element) -> bool {
    let kind = value.get("type").and_then(Value::as_str);
    match (&element.element_type, kind) {
        (Some(expected), Some(kind)) => kind.eq_ignore_ascii_case(expected),
        (None, None) => true,
        _ => false,
    }
}

/// The error of a value that the database cannot hold.
pub(super) fn unfit(path: &str, problem: &str) -> StoreError {
    Error::scim(ScimType::InvalidValue, format!("the value of `{path}` {problem}")).into()
}

//! The length limit of indexed values in the built-in stores.

use super::StoreError;
use crate::error::{Error, ScimType};
use crate::resource::Resource;
use crate::schema::{ResolvedPath, ResourceType, compared};
use crate::value::Value;

/// The longest text in an index, in bytes; databases have a limit, and this is below it.
const LONGEST: usize = 2_000;

/// The maximum ratio of the lengths of a text and of its comparison key, either way.
const CHANGE: usize = 4;

/// Refuses text that is too long to be found by. What is longer than any text that becomes short
/// enough is not prepared for comparison first: that takes as long as the text is.
///
/// # Errors
///
/// - the text is too long.
pub fn reject_long_key(path: &ResolvedPath, value: &Value) -> Result<(), StoreError> {
    let text = value.as_str().unwrap_or_default();
    let is_long = text.len() > LONGEST * CHANGE
        || text.len() > LONGEST / CHANGE && compared(path.leaf(), text).len() > LONGEST;
    if !is_long {
        return Ok(());
    }
    let detail = format!("the value of `{path}` is too long: at most {LONGEST} bytes are allowed");
    Err(Error::scim(ScimType::InvalidValue, detail).into())
}

/// Refuses a resource that could not be found by one of its values.
pub(crate) fn refuse_long_keys(
    resource_type: &ResourceType,
    resource: &Resource,
) -> Result<(), StoreError> {
    for path in resource_type.unique_paths().iter().chain(resource_type.indexed_paths()) {
        resource.values(path).try_for_each(|value| reject_long_key(path, value))?;
    }
    Ok(())
}

//! Sorting (RFC 7644, Section 3.4.2.3).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id_order::IdOrder;
use super::page::Position;
use crate::attr::AttrPath;
use crate::error::{Error, ScimType};
use crate::resource::Resource;
use crate::schema::{AttributeType, ResolvedPath, ResourceType, case_fold, parse_date_time};
use crate::shown::Shown;
use crate::value::{Number, Value};

/// The order of results: by an attribute, then by id.
#[derive(Clone, Debug, PartialEq)]
pub struct Sort {
    /// None where the resource type lacks the attribute that others are sorted by.
    path: Option<ResolvedPath>,
    order: SortOrder,
}

/// The direction of a sort.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SortOrder {
    /// The least first, and resources without a value last.
    #[default]
    Ascending,
    /// The greatest first, and so resources without a value first.
    Descending,
}

impl SortOrder {
    /// Returns the value of `sortOrder`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ascending => "ascending",
            Self::Descending => "descending",
        }
    }
}

impl fmt::Display for SortOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SortOrder {
    type Err = SortError;

    /// Reads the value of `sortOrder`, in any case.
    fn from_str(text: &str) -> Result<Self, SortError> {
        let mut orders = [Self::Ascending, Self::Descending].into_iter();
        orders.find(|order| text.eq_ignore_ascii_case(order.as_str())).ok_or(SortError::Order)
    }
}

impl TryFrom<String> for SortOrder {
    type Error = SortError;

    fn try_from(text: String) -> Result<Self, SortError> {
        text.parse()
    }
}

/// The sort key of a resource: a value of the attribute's type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "KeyText", try_from = "KeyText")]
#[non_exhaustive]
pub enum SortKey {
    /// The value of a boolean attribute.
    Boolean(bool),
    /// The value of an integer or decimal attribute.
    Number(Number),
    /// The value of a dateTime attribute.
    Instant(DateTime<Utc>),
    /// The value of any other attribute, case-folded unless case matters.
    Text(String),
}

/// A sort key as it is kept in a cursor.
#[derive(Serialize, Deserialize)]
enum KeyText {
    #[serde(rename = "b")]
    Boolean(bool),
    #[serde(rename = "n")]
    Number(String),
    #[serde(rename = "i")]
    Instant(i64, u32),
    #[serde(rename = "t")]
    Text(String),
}

/// An order that cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SortError {
    /// The attribute does not exist, or has no order.
    #[error("`sortBy`: cannot sort by attribute `{}`", Shown(.0))]
    Attribute(String),
    /// `sortOrder` is neither of the two.
    #[error("`sortOrder` must be `ascending` or `descending`")]
    Order,
}

impl From<SortError> for Error {
    fn from(err: SortError) -> Self {
        Self::scim(ScimType::InvalidValue, err.to_string())
    }
}

impl Sort {
    /// Binds the parameters of a request.
    ///
    /// # Errors
    ///
    /// - the attribute does not exist, is never returned, or is complex without a `value`;
    /// - the order is neither `ascending` nor `descending`.
    pub fn bind(
        by: &str,
        order: Option<&str>,
        resource_type: &ResourceType,
    ) -> Result<Self, SortError> {
        let order = order.map(str::parse).transpose()?.unwrap_or_default();
        let path: Option<AttrPath> = by.trim().parse().ok();
        let path = path.and_then(|path| resource_type.resolve(&path)).and_then(sortable);
        let path = path.ok_or_else(|| SortError::Attribute(by.to_owned()))?;
        // The first of them is the base schema, which all resources of the type have in common.
        let tells_apart = path.extension().is_some() || path.attribute().name() != "schemas";
        Ok(Self { path: tells_apart.then_some(path), order })
    }

    /// Binds the parameters of a request that sorts by an attribute which the resource type left
    /// out.
    ///
    /// # Errors
    ///
    /// - the attribute was not left out, or could not be sorted by if it were kept;
    /// - the order is neither `ascending` nor `descending`.
    pub(crate) fn bind_left_out(
        by: &str,
        order: Option<&str>,
        resource_type: &ResourceType,
    ) -> Result<Self, SortError> {
        let order = order.map(str::parse).transpose()?.unwrap_or_default();
        let path: Option<AttrPath> = by.trim().parse().ok();
        let left_out =
            path.and_then(|path| resource_type.left_out(&path, false)).and_then(sortable);
        if left_out.is_some() {
            Ok(Self::unassigned(order))
        } else {
            Err(SortError::Attribute(by.to_owned()))
        }
    }

    /// The order among resources that all lack the attribute, in a query over several types.
    #[must_use]
    pub fn unassigned(order: SortOrder) -> Self {
        Self { path: None, order }
    }

    /// Returns the attribute to sort by; `None` if the resource type lacks it.
    #[must_use]
    pub fn path(&self) -> Option<&ResolvedPath> {
        self.path.as_ref()
    }

    /// Returns the direction.
    #[must_use]
    pub fn order(&self) -> SortOrder {
        self.order
    }

    /// Returns the sort key of a resource: its primary value, otherwise its first.
    #[must_use]
    pub fn key(&self, resource: &Resource) -> Option<SortKey> {
        let path = self.path.as_ref()?;
        let attribute = path.attribute();
        if attribute.name() == "meta" && path.leaf().name() == "location" {
            // Base URL and endpoint are those of all.
            return Some(SortKey::Text(resource.id().to_owned()));
        }
        let value = match resource.value(path)? {
            Value::Array(elements) if attribute.is_multi_valued() => {
                let is_primary =
                    |element: &&Value| element.get("primary") == Some(&Value::Bool(true));
                let element = elements.iter().find(is_primary).or_else(|| elements.first())?;
                match path.sub_attribute() {
                    Some(sub) => element.get(sub.name())?,
                    None => element,
                }
            }
            value => value,
        };
        let value = value.as_array().map_or(Some(value), |values| values.first())?;
        match (path.leaf().attribute_type(), value) {
            (_, Value::Bool(value)) => Some(SortKey::Boolean(*value)),
            (_, Value::Number(number)) => Some(SortKey::Number(number.into())),
            (AttributeType::DateTime, Value::String(text)) => {
                Some(SortKey::Instant(parse_date_time(text)?))
            }
            (_, Value::String(text)) if path.leaf().is_case_exact() => {
                Some(SortKey::Text(text.to_string()))
            }
            (_, Value::String(text)) => Some(SortKey::Text(case_fold(text).into_owned())),
            _ => None,
        }
    }

    /// Compares two keys.
    #[must_use]
    pub fn compare(&self, one: Option<&SortKey>, other: Option<&SortKey>) -> Ordering {
        let ascending = match (one, other) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(one), Some(other)) => one.cmp(other),
        };
        match self.order {
            SortOrder::Ascending => ascending,
            SortOrder::Descending => ascending.reverse(),
        }
    }

    /// Compares two positions; without a sort, by id alone.
    #[must_use]
    pub fn compare_positions(sort: Option<&Self>, one: &Position, other: &Position) -> Ordering {
        IdOrder::Text.compare_positions(sort, one, other)
    }
}

/// The path with the `value` of a complex attribute; what is made of an id is sorted by that.
fn sortable(path: ResolvedPath) -> Option<ResolvedPath> {
    let attribute = path.attribute();
    let hidden = !attribute.is_readable() || !path.leaf().is_readable();
    let derived = attribute.is_resource_reference() && path.leaf().name() == "$ref";
    match path.leaf().attribute_type() {
        _ if hidden => None,
        AttributeType::Complex if !attribute.is_multi_valued() => None,
        kind if kind == AttributeType::Complex || derived => {
            let value = attribute.sub_attribute("value")?;
            Some(ResolvedPath::new(
                path.extension().cloned(),
                Arc::clone(attribute),
                Some(Arc::clone(value)),
            ))
        }
        _ => Some(path),
    }
}

impl From<SortKey> for KeyText {
    fn from(key: SortKey) -> Self {
        match key {
            SortKey::Boolean(value) => Self::Boolean(value),
            SortKey::Number(number) => Self::Number(number.to_string()),
            SortKey::Instant(instant) => {
                Self::Instant(instant.timestamp(), instant.timestamp_subsec_nanos())
            }
            SortKey::Text(text) => Self::Text(text),
        }
    }
}

impl TryFrom<KeyText> for SortKey {
    type Error = &'static str;

    fn try_from(text: KeyText) -> Result<Self, &'static str> {
        Ok(match text {
            KeyText::Boolean(value) => Self::Boolean(value),
            KeyText::Number(number) => Self::Number(number.parse().map_err(|_| "not a number")?),
            KeyText::Instant(seconds, nanos) => Self::Instant(
                DateTime::from_timestamp(seconds, nanos).ok_or("not a valid date and time")?,
            ),
            KeyText::Text(text) => Self::Text(text),
        })
    }
}

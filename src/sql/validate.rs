//! Validation of mappings.

use std::collections::HashMap;

use super::column::{Column, ColumnFormat};
use super::elements::{ElementTable, Source};
use super::mapping::ColumnMapping;
use crate::attr::AttrPath;
use crate::schema::{Attribute, AttributeType, ResolvedPath, ResourceType};

/// An entry of a [`ColumnMapping`] that no query would ever find, or that could not answer one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// `id` has no column.
    #[error("`id` has no column: add one, because it is the last sort key of every page")]
    NoId,
    /// The resource type has no such attribute.
    #[error(
        "`{path}` is not an attribute of `{resource_type}`; prefix attributes of extensions with their URN"
    )]
    Unknown {
        /// The entry.
        path: String,
        /// The name of the resource type.
        resource_type: String,
    },
    /// Two entries are of the same attribute, in different spellings.
    #[error("`{path}` is mapped twice: remove one mapping")]
    Twice {
        /// The attribute.
        path: String,
    },
    /// A column of a complex attribute.
    #[error("`{path}` is complex: map its sub-attributes")]
    Complex {
        /// The attribute.
        path: String,
    },
    /// A column of an attribute that can have several values.
    #[error("`{path}` is multi-valued: map it with `elements`")]
    Several {
        /// The attribute.
        path: String,
    },
    /// A column of a sub-attribute that can have several values.
    #[error("`{path}` is a multi-valued sub-attribute and cannot be mapped: remove it")]
    Nested {
        /// The attribute.
        path: String,
    },
    /// Elements of an attribute that has one value.
    #[error("`{path}` is single-valued: map it with `column`")]
    One {
        /// The attribute.
        path: String,
    },
    /// Elements of a sub-attribute.
    #[error(
        "`{path}` is a sub-attribute: map its attribute with `elements`, and give those a column"
    )]
    Part {
        /// The entry.
        path: String,
    },
    /// The column is of a form that values of the attribute do not have.
    #[error("`{path}` is {what}, which `ColumnFormat::{form:?}` cannot represent")]
    ColumnFormat {
        /// The attribute.
        path: String,
        /// The kind of its values.
        what: String,
        /// The form of the column.
        form: ColumnFormat,
    },
    /// There is an expression for prepared values where none is looked at.
    #[error(
        "`{path}`: `with_prepared` requires a unique, case-insensitive string in a column of `ColumnFormat::Folded` or `ColumnFormat::Key`"
    )]
    Prepared {
        /// The attribute.
        path: String,
    },
}

impl ColumnMapping {
    /// Checks that the mapping fits the resource type, and returns it. Without this, a misspelled
    /// attribute is one without a column, and the store returns all of its resources for each query
    /// on it. Names are compared ignoring case.
    ///
    /// ```
    /// use scimwire::ResourceType;
    /// use scimwire::sql::{Column, Dialect, ColumnMapping};
    ///
    /// let ids = ColumnMapping::new(Dialect::Sqlite).column("id", Column::text("users.id"));
    /// let misspelled = ids.clone().column("usernme", Column::ascii("users.email"));
    /// let err =
    ///     misspelled.check(&ResourceType::user()).expect_err("users have no such attribute");
    /// assert_eq!(
    ///     err.to_string(),
    ///     "`usernme` is not an attribute of `User`; prefix attributes of extensions with their URN"
    /// );
    /// let mapping =
    ///     ids.column("username", Column::ascii("users.email")).check(&ResourceType::user())?;
    /// # Ok::<(), scimwire::sql::MappingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - `id` has no column;
    /// - an entry is of no attribute, of the same as another, or of one that has another number of
    ///   values;
    /// - a column is of a form that values of its attribute do not have.
    pub fn check(self, resource_type: &ResourceType) -> Result<Self, MappingError> {
        let mut checked = Self::new(self.dialect);
        for (path, column) in sorted(self.columns) {
            let resolved = resolve(&path, resource_type)?;
            check_column(&resolved, &column)?;
            let path = resolved.to_string();
            if checked.columns.insert(path.clone(), column).is_some() {
                return Err(MappingError::Twice { path });
            }
        }
        for (path, elements) in sorted(self.elements) {
            let resolved = resolve(&path, resource_type)?;
            let elements = elements.check(&resolved, resource_type)?;
            let path = resolved.to_string();
            if checked.elements.insert(path.clone(), elements).is_some() {
                return Err(MappingError::Twice { path });
            }
        }
        if checked.columns.contains_key("id") { Ok(checked) } else { Err(MappingError::NoId) }
    }
}

impl ElementTable {
    fn check(
        self,
        path: &ResolvedPath,
        resource_type: &ResourceType,
    ) -> Result<Self, MappingError> {
        if path.sub_attribute().is_some() {
            return Err(MappingError::Part { path: path.to_string() });
        }
        if !path.attribute().is_multi_valued() {
            return Err(MappingError::One { path: path.to_string() });
        }
        if let Source::Several(parts) = self.source {
            let parts = parts.into_iter().map(|part| part.check(path, resource_type));
            return Ok(Self::any_of(parts.collect::<Result<Vec<_>, _>>()?));
        }
        let mut columns = HashMap::new();
        for (name, column) in sorted(self.columns) {
            let of_element = format!("{path}.{name}");
            // The value of a simple attribute has a name here, and none in paths.
            let is_simple = path.attribute().attribute_type() != AttributeType::Complex;
            let canonical = if is_simple && name == "value" {
                check_form(path.to_string(), path.attribute(), &column)?;
                name
            } else {
                let resolved = resolve(&of_element, resource_type)?;
                check_sub(&resolved, &column)?;
                resolved.leaf().name().to_owned()
            };
            if columns.insert(canonical, column).is_some() {
                return Err(MappingError::Twice { path: of_element });
            }
        }
        Ok(Self { columns, ..self })
    }
}

/// In the order of their names, so that of several mistakes it is always the same that is told.
fn sorted<T>(entries: HashMap<String, T>) -> Vec<(String, T)> {
    let mut entries: Vec<(String, T)> = entries.into_iter().collect();
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries
}

fn resolve(path: &str, resource_type: &ResourceType) -> Result<ResolvedPath, MappingError> {
    let parsed: Option<AttrPath> = path.parse().ok();
    let resolved = parsed.and_then(|parsed| resource_type.resolve(&parsed));
    resolved.ok_or_else(|| MappingError::Unknown {
        path: path.to_owned(),
        resource_type: resource_type.name().to_owned(),
    })
}

fn check_column(path: &ResolvedPath, column: &Column) -> Result<(), MappingError> {
    if path.attribute().is_multi_valued() {
        return Err(MappingError::Several { path: path.to_string() });
    }
    check_sub(path, column)
}

fn check_sub(path: &ResolvedPath, column: &Column) -> Result<(), MappingError> {
    if path.sub_attribute().is_some_and(|sub| sub.is_multi_valued()) {
        return Err(MappingError::Nested { path: path.to_string() });
    }
    check_form(path.to_string(), path.leaf(), column)
}

fn check_form(path: String, attribute: &Attribute, column: &Column) -> Result<(), MappingError> {
    if attribute.attribute_type() == AttributeType::Complex {
        return Err(MappingError::Complex { path });
    }
    if !fits(column.form, attribute) {
        let exact = if attribute.is_case_exact() && column.form == ColumnFormat::Folded {
            " and case-exact"
        } else {
            ""
        };
        let what = format!("of type {}{exact}", attribute.attribute_type().as_str());
        return Err(MappingError::ColumnFormat { path, what, form: column.form });
    }
    let is_compared_prepared = attribute.is_identifier()
        && matches!(column.form, ColumnFormat::Folded | ColumnFormat::Key);
    if column.prepared.is_some() && !is_compared_prepared {
        return Err(MappingError::Prepared { path });
    }
    Ok(())
}

/// Returns `true` if values of the attribute can be in a column of that form, and compared there.
fn fits(form: ColumnFormat, attribute: &Attribute) -> bool {
    let kind = attribute.attribute_type();
    let is_text = matches!(kind, AttributeType::String | AttributeType::Reference);
    match form {
        ColumnFormat::Text
        | ColumnFormat::Ascii
        | ColumnFormat::IntegerKey
        | ColumnFormat::Uuid => is_text,
        ColumnFormat::Folded => is_text && !attribute.is_case_exact(),
        ColumnFormat::Key => kind != AttributeType::Complex,
        ColumnFormat::Boolean => kind == AttributeType::Boolean,
        ColumnFormat::Number => matches!(kind, AttributeType::Integer | AttributeType::Decimal),
        ColumnFormat::Instant(_) => kind == AttributeType::DateTime,
        ColumnFormat::Binary => kind == AttributeType::Binary,
    }
}

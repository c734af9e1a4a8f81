//! Orders and pages: the sort key, then the id.

use std::cmp::Ordering;

use super::column::{Column, ColumnFormat};
use super::compare::without_nul;
use super::dialect::Dialect;
use super::elements::{ElementTable, Source};
use super::mapping::ColumnSource;
use super::statement::Sql;
use super::translate::UnmappedAttribute;
use crate::filter::CompareOp;
use crate::query::{IdOrder, Position, Sort, SortKey, SortOrder};
use crate::schema::{AttributeType, ResolvedPath, Schema};

/// Returns the ORDER BY expression: the sort key, with missing values where [`Sort`] places them,
/// then the id.
///
/// # Errors
///
/// - the attribute has no column, or none in its order.
pub fn order_by(
    sort: Option<&Sort>,
    columns: &impl ColumnSource,
) -> Result<Sql, UnmappedAttribute> {
    let id = id_column(columns)?.in_order_of_ids(columns.dialect());
    let Some((path, order)) = sort.and_then(|sort| Some((sort.path()?, sort.order()))) else {
        return Ok(Sql::new(id));
    };
    let key = Key::of(path, columns)?;
    let direction = match (order, key.column.not_null) {
        (SortOrder::Ascending, true) => "",
        (SortOrder::Ascending, false) => " NULLS LAST",
        (SortOrder::Descending, true) => " DESC",
        (SortOrder::Descending, false) => " DESC NULLS FIRST",
    };
    Ok(Sql::new(format!("{}{direction}, {id}", key.ordered)))
}

/// Returns the condition that a resource comes after `position` (keyset paging); `None` if all do.
///
/// # Errors
///
/// - the attribute has no column, or none in its order.
pub fn keyset_condition(
    sort: Option<&Sort>,
    position: &Position,
    columns: &impl ColumnSource,
) -> Result<Option<Sql>, UnmappedAttribute> {
    let id = id_column(columns)?;
    let behind_id = || id.behind_id(columns.dialect(), &position.id);
    let Some(sort) = sort else {
        return Ok(Some(behind_id()));
    };
    let Some(path) = sort.path() else {
        // These have no key at all, and so come last, or first in descending order.
        return Ok(match (&position.key, sort.order()) {
            (None, _) => Some(behind_id()),
            (Some(_), SortOrder::Ascending) => None,
            (Some(_), SortOrder::Descending) => Some(Sql::new("FALSE")),
        });
    };
    let key = Key::of(path, columns)?;
    let (ordered, not_null) = (&key.ordered, key.column.not_null);
    let Some(position_key) = &position.key else {
        return Ok(match (sort.order(), not_null) {
            (SortOrder::Ascending, true) => Some(Sql::new("FALSE")),
            (SortOrder::Ascending, false) => {
                Some(Sql::new(format!("({ordered} IS NULL AND ")).push_sql(behind_id()).push(")"))
            }
            (SortOrder::Descending, true) => None,
            (SortOrder::Descending, false) => Some(
                Sql::new(format!("({ordered} IS NOT NULL OR ")).push_sql(behind_id()).push(")"),
            ),
        });
    };
    let behind_key = key
        .behind(columns, sort.order(), position_key, behind_id())
        .ok_or_else(|| UnmappedAttribute::new(path))?;
    Ok(match (sort.order(), not_null) {
        (SortOrder::Ascending, false) => {
            Some(Sql::new("(").push_sql(behind_key).push(format!(" OR {ordered} IS NULL)")))
        }
        _ => Some(behind_key),
    })
}

/// Returns the order of ids in these columns, for a store's
/// [`id_order`](crate::store::ResourceStore::id_order).
#[must_use]
pub fn id_order(columns: &impl ColumnSource) -> IdOrder {
    match columns.column(&id_path()) {
        Some(column) if column.form == ColumnFormat::IntegerKey => IdOrder::Numbers,
        _ => IdOrder::Text,
    }
}

pub(super) fn id_column(
    columns: &(impl ColumnSource + ?Sized),
) -> Result<Column, UnmappedAttribute> {
    let path = id_path();
    columns.column(&path).ok_or_else(|| UnmappedAttribute::new(&path))
}

#[expect(clippy::expect_used, reason = "RFC 7643, Section 3.1 defines it")]
fn id_path() -> ResolvedPath {
    let id = Schema::common().attribute("id").expect("a common attribute");
    ResolvedPath::new(None, id.clone(), None)
}

/// A sort key.
struct Key {
    column: Column,
    ordered: String,
    /// The rank of this type of key among others.
    rank: u8,
}

impl Key {
    fn of(path: &ResolvedPath, columns: &impl ColumnSource) -> Result<Self, UnmappedAttribute> {
        let (attribute, last) = (path.attribute(), path.leaf());
        let unmapped = || UnmappedAttribute::new(path);
        if attribute.name() == "meta" && last.name() == "location" {
            return Self::of(&id_path(), columns);
        }
        if last.attribute_type() == AttributeType::Binary
            || path.sub_attribute().is_some_and(|sub| sub.is_multi_valued())
        {
            return Err(unmapped());
        }
        let dialect = columns.dialect();
        let rank = match last.attribute_type() {
            AttributeType::Boolean => 0,
            AttributeType::Integer | AttributeType::Decimal => 1,
            AttributeType::DateTime => 2,
            _ => 3,
        };
        if !attribute.is_multi_valued() {
            let column = columns.column(path).ok_or_else(unmapped)?;
            let ordered = column.ordered(dialect, last.is_case_exact()).ok_or_else(unmapped)?;
            return Ok(Self { column, ordered, rank });
        }
        let elements = columns.elements(path).ok_or_else(unmapped)?;
        let ChosenValue { column, sql } = chosen(&elements, path, dialect).ok_or_else(unmapped)?;
        let ordered =
            if column.is_text(dialect) { dialect.collate_bytes(&sql) } else { sql.clone() };
        // A resource may have no elements, even if each element has a value.
        Ok(Self { column: Column { sql, not_null: false, ..column }, ordered, rank })
    }

    /// The condition that a key there is comes behind the position.
    fn behind(
        &self,
        columns: &impl ColumnSource,
        order: SortOrder,
        key: &SortKey,
        behind_id: Sql,
    ) -> Option<Sql> {
        let (or_equal, beyond) = match order {
            SortOrder::Ascending => (CompareOp::Ge, CompareOp::Gt),
            SortOrder::Descending => (CompareOp::Le, CompareOp::Lt),
        };
        let key_rank = match key {
            SortKey::Boolean(_) => 0,
            SortKey::Number(_) => 1,
            SortKey::Instant(_) => 2,
            SortKey::Text(_) => 3,
        };
        // Condition a query is over several types, their keys may be of several types too.
        match (self.rank.cmp(&key_rank), order) {
            (Ordering::Equal, _) => {}
            (Ordering::Greater, SortOrder::Ascending) | (Ordering::Less, SortOrder::Descending) => {
                return Some(Sql::new(format!("{} IS NOT NULL", self.ordered)));
            }
            _ => return Some(Sql::new("FALSE")),
        }
        let key = &match key {
            SortKey::Text(text) => SortKey::Text(without_nul(text).to_owned()),
            key => key.clone(),
        };
        let compare = |op| self.column.compare_key(columns.dialect(), &self.ordered, op, key);
        let beyond =
            Sql::new("(").push_sql(compare(beyond)?).push(" OR ").push_sql(behind_id).push(")");
        Some(Sql::new("(").push_sql(compare(or_equal)?).push(" AND ").push_sql(beyond).push(")"))
    }
}

/// The value that resources are ordered by: of several elements that of the primary one, or else of
/// the first.
struct ChosenValue {
    /// A column of the elements, for its format.
    column: Column,
    sql: String,
}

/// `None` if SQL cannot choose an element, or has no order of these values.
fn chosen(elements: &ElementTable, path: &ResolvedPath, dialect: Dialect) -> Option<ChosenValue> {
    let is_exact = path.leaf().is_case_exact();
    let first = elements.parts().first()?;
    let column = first.of(path)?.clone();
    if let (Source::Rows { from, condition, .. }, [_]) = (&first.source, elements.parts()) {
        let (value, position) = (column.ordered(dialect, is_exact)?, first.position.as_ref()?);
        let whose = condition.as_ref().map(|condition| format!(" WHERE {condition}"));
        let whose = whose.unwrap_or_default();
        let primary = primary(first).map(|primary| format!("{primary} DESC, ")).unwrap_or_default();
        let sql =
            format!("(SELECT {value} FROM {from}{whose} ORDER BY {primary}{position} LIMIT 1)");
        return Some(ChosenValue { column, sql });
    }
    let (mut of_primary, mut of_others) = (String::new(), String::new());
    for part in elements.parts() {
        let Source::Row { present } = &part.source else { return None };
        let other = part.of(path).filter(|other| other.form == column.form)?;
        let value = other.ordered(dialect, is_exact)?;
        if let (Some(primary), [_, _, ..]) = (primary(part), elements.parts()) {
            of_primary += &format!(" WHEN ({present}) AND {primary} THEN {value}");
        }
        of_others += &format!(" WHEN {present} THEN {value}");
    }
    Some(ChosenValue { column, sql: format!("CASE{of_primary}{of_others} END") })
}

/// The condition that an element is the primary one.
fn primary(elements: &ElementTable) -> Option<String> {
    elements.columns.get("primary").map(|primary| match primary.form {
        ColumnFormat::Key => format!("coalesce({} = '1', FALSE)", primary.sql),
        _ => format!("coalesce({}, FALSE)", primary.sql),
    })
}

//! Comparisons with the URL of a resource, which is made when it is asked for.

use super::column::Column;
use super::order::id_column;
use super::statement::Sql;
use super::translate::{Place, Side, Translation, UnmappedAttribute};
use crate::filter::{CompareOp, Comparison};
use crate::schema::{ResolvedPath, ResourceUrls};

impl Translation<'_> {
    /// The URL says the id; whether it says the type too is left to the crate.
    pub(super) fn location(
        &self,
        place: &Place<'_>,
        side: Side,
        comparison: &Comparison,
        (url, locations): (&str, &ResourceUrls),
    ) -> Result<Sql, UnmappedAttribute> {
        let path = &comparison.path;
        let id = Some(locations)
            .filter(|_| comparison.op == CompareOp::Eq)
            .and_then(|locations| locations.id_in(url));
        let id = id.ok_or_else(|| UnmappedAttribute::new(path))?;
        self.approximate();
        let is_id = |column: &Column| match (&id, side) {
            (Some(id), Side::Above) => column.is_exactly(self.columns.dialect(), id),
            (None, _) | (Some(_), Side::Below) => Sql::new("FALSE"),
        };
        let attribute = path.attribute();
        if path.extension().is_none() && attribute.name() == "meta" {
            return Ok(is_id(&id_column(self.columns)?));
        }
        let value = attribute.sub_attribute("value").ok_or_else(|| UnmappedAttribute::new(path))?;
        let value =
            ResolvedPath::new(path.extension().cloned(), attribute.clone(), Some(value.clone()));
        self.of_values(place, &value, true, |column| Ok(is_id(column)))
    }
}

//! The columns of a table as filters and sorts see them.

use super::column::{Format, Null, SqlColumn};
use super::description::Scope;
use super::elements::{Element, ElementRows, MemberRows};
use super::key::Key;
use super::layout::{Field, Layout, ROW, RowsField, Slots, as_side_id};
use scimwire::auth::Tenant;
use scimwire::filter::{CompareOp, Comparison, Operand};
use scimwire::schema::{AttributeType, ResolvedPath};
use scimwire::sql::{
    Column, ColumnFormat, ColumnMapping, ColumnSource, Dialect, ElementTable, Parameter, Sql,
    TimestampFormat,
};

/// The tables that a mapping is made of.
pub(super) struct Parts<'l> {
    pub(super) layout: &'l Layout,
    /// The membership table of groups, and the key of the members.
    pub(super) members: Option<(&'l MemberRows, &'l Key)>,
    /// The groups that list the resource.
    pub(super) groups: Option<Groups<'l>>,
}

/// The table of groups, and of their members.
pub(super) struct Groups<'l> {
    pub(super) members: &'l MemberRows,
    pub(super) table: &'l str,
    pub(super) key: &'l Key,
    pub(super) name: Option<&'l SqlColumn>,
    /// The column with the tenant.
    pub(super) tenant: Option<&'l str>,
    pub(super) constants: &'l [(String, Parameter)],
    pub(super) deleted: Option<&'l str>,
}

impl Groups<'_> {
    /// The condition that a listed group `n` is visible; `None` if all rows are.
    fn visible(&self, own_tenant: Option<&str>) -> Option<String> {
        if self.constants.is_empty() && self.deleted.is_none() {
            return None;
        }
        let of = |column: &str| format!("n.{}", Dialect::quote(column));
        let tenants = self.tenant.zip(own_tenant);
        let tenant =
            tenants.map(|(column, own)| format!("{} = {}", of(column), Layout::of_row(own)));
        let constant = |(column, value): &(String, Parameter)| {
            let value = match value {
                Parameter::Text(text) | Parameter::OptionalText(Some(text)) => {
                    Dialect::literal(text)
                }
                Parameter::Integer(number) => number.to_string(),
                Parameter::Boolean(true) => "TRUE".to_owned(),
                Parameter::Boolean(false) => "FALSE".to_owned(),
                // No row has NULL as its constant, and bytes and fractions mark none.
                _ => return None,
            };
            Some(format!("{} = {value}", of(column)))
        };
        let deleted = self.deleted.map(|column| format!("{} IS NULL", of(column)));
        let constants = self.constants.iter().filter_map(constant);
        let all: Vec<String> = tenant.into_iter().chain(constants).chain(deleted).collect();
        Some(all.join(" AND "))
    }
}

impl Parts<'_> {
    pub(super) fn mapping(&self) -> ColumnMapping {
        let key =
            self.layout.key.format.column(&format!("{ROW}.{}", self.layout.key.column)).not_null();
        let mut mapping = ColumnMapping::new(self.layout.dialect).column("id", key);
        for Field { path, column } in &self.layout.fields {
            mapping = self.field(mapping, path, column);
        }
        for (path, text) in &self.layout.fixed {
            mapping = mapping.column(&path.to_string(), Column::constant(text).not_null());
        }
        for Slots { path, elements } in &self.layout.slots {
            let slots = elements.iter().map(|element| slot(element, elements));
            mapping = mapping.elements(&path.to_string(), ElementTable::any_of(slots));
        }
        for RowsField { path, rows } in &self.layout.rows {
            mapping = mapping.elements(&path.to_string(), self.rows_of(rows));
        }
        mapping = self.meta(mapping);
        if let Some((members, key)) = self.members {
            let rows = self
                .listed(members, &members.group, None)
                .column("value", key.format.column(&of(&members.table, &members.member)))
                .column("type", Column::constant(&members.member_type));
            mapping = mapping.elements("members", rows);
        }
        match &self.groups {
            Some(groups) => mapping.elements("groups", self.groups_of(groups)),
            None => mapping,
        }
    }

    fn row_key(&self) -> String {
        format!("{ROW}.{}", self.layout.key.column)
    }

    fn field(
        &self,
        mapping: ColumnMapping,
        path: &ResolvedPath,
        column: &SqlColumn,
    ) -> ColumnMapping {
        let name = path.to_string();
        match &column.format {
            Format::Json if path.attribute().is_multi_valued() => {
                mapping.elements(&name, self.json(path, column))
            }
            _ => match of_column(ROW, column, path.leaf().is_required()) {
                Some(column) => mapping.column(&name, column),
                None => mapping,
            },
        }
    }

    /// The elements of a JSON array; those with sub-attributes that SQL cannot compare stay the
    /// crate's.
    fn json(&self, path: &ResolvedPath, column: &SqlColumn) -> ElementTable {
        let name = Layout::of_row(&column.name);
        let array = match self.layout.dialect {
            Dialect::Sqlite => format!("nullif({name}, '')"),
            Dialect::Postgres => format!("CAST({name} AS jsonb)"),
        };
        let elements = ElementTable::json(self.layout.dialect, &array);
        let attribute = path.attribute();
        if attribute.attribute_type() != AttributeType::Complex {
            return match format_of(attribute.attribute_type()) {
                Some(ColumnFormat::Text) => elements.texts(ColumnFormat::Text),
                _ => elements,
            };
        }
        let subs = attribute.sub_attributes().iter();
        subs.fold(elements, |elements, sub| match format_of(sub.attribute_type()) {
            Some(format) => elements.member(sub.name(), format),
            None => elements,
        })
    }

    fn rows_of(&self, rows: &ElementRows) -> ElementTable {
        let table = ElementTable::table(&rows.table, &rows.foreign_key, &self.row_key());
        rows.columns.iter().fold(table, |table, (sub, column)| {
            match of_column(&rows.table, column, false) {
                Some(column) => table.column(sub, column),
                None => table,
            }
        })
    }

    fn meta(&self, mut mapping: ColumnMapping) -> ColumnMapping {
        for (path, column, side) in [
            ("meta.created", &self.layout.created, "created"),
            ("meta.lastModified", &self.layout.modified, "last_modified"),
        ] {
            let column = match column {
                Some(column) => of_column(ROW, column, false),
                None => Some(Column::expression(
                    self.of_side(side),
                    ColumnFormat::Instant(TimestampFormat::UnixMicros),
                )),
            };
            mapping =
                column.into_iter().fold(mapping, |mapping, column| mapping.column(path, column));
        }
        let external_id = match &self.layout.external_id {
            Some(column) => of_column(ROW, column, false),
            None => Some(Column::expression(self.of_side("external_id"), ColumnFormat::Text)),
        };
        external_id
            .into_iter()
            .fold(mapping, |mapping, column| mapping.column("externalId", column))
    }

    /// A column of the row in `scim_meta`.
    fn of_side(&self, column: &str) -> String {
        let tenant = match &self.layout.scope {
            Scope::Single(tenant) => Dialect::literal(tenant.as_str()),
            Scope::Column(column) => format!("CAST({} AS TEXT)", Layout::of_row(&column.name)),
        };
        let table = Dialect::literal(&self.layout.table);
        let id = as_side_id(&Layout::of_row(&self.layout.key.column), self.layout.dialect);
        format!(
            "(SELECT s.{column} FROM scim_meta s WHERE s.tenant = {tenant} AND s.table_name = {table} AND s.id = {id})"
        )
    }

    /// The rows of members that name the row in a column; of its tenant, where they say so.
    fn listed(&self, members: &MemberRows, column: &str, also: Option<String>) -> ElementTable {
        let table = Dialect::quote(&members.table);
        let of_tenant = members.tenant.as_ref().zip(self.own_tenant()).map(|(tenant, own)| {
            format!("{table}.{} = {}", Dialect::quote(&tenant.name), Layout::of_row(own))
        });
        let more: Vec<String> = of_tenant.into_iter().chain(also).collect();
        if more.is_empty() {
            return ElementTable::table(&members.table, column, &self.row_key());
        }
        let link = format!(
            "{table}.{} = {}",
            Dialect::quote(column),
            Layout::of_row(&self.layout.key.column)
        );
        ElementTable::rows(table, Some(format!("{link} AND {}", more.join(" AND "))))
    }

    fn own_tenant(&self) -> Option<&str> {
        match &self.layout.scope {
            Scope::Single(_) => None,
            Scope::Column(column) => Some(&column.name),
        }
    }

    fn groups_of(&self, groups: &Groups<'_>) -> ElementTable {
        let Groups { members, table, key, name, .. } = groups;
        let group = of(&members.table, &members.group);
        let visible = groups.visible(self.own_tenant()).map(|visible| {
            let (table, key) = (Dialect::quote(table), Dialect::quote(&key.column));
            let group = Dialect::quote(&group);
            format!("EXISTS (SELECT 1 FROM {table} AS n WHERE n.{key} = {group} AND {visible})")
        });
        let rows = self
            .listed(members, &members.member, visible)
            .column("value", key.format.column(&group))
            .column("type", Column::constant("direct"));
        // Columns with conversion functions are compared by the crate.
        let is_text = |name: &&SqlColumn| matches!(name.format, Format::Text | Format::Ascii);
        let Some(name) = name.filter(is_text) else { return rows };
        let display = format!(
            "(SELECT n.{} FROM {} AS n WHERE n.{} = {})",
            Dialect::quote(&name.name),
            Dialect::quote(table),
            Dialect::quote(&key.column),
            Dialect::quote(&group)
        );
        rows.column("display", Column::expression(display, ColumnFormat::Text))
    }
}

fn of(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

/// An element in columns of the row, one of several.
fn slot(element: &Element, all: &[Element]) -> ElementTable {
    let value = Layout::of_row(&element.value.name);
    let present = match element.value.format {
        Format::Text | Format::Ascii => format!("{value} <> ''"),
        _ => format!("{value} IS NOT NULL"),
    };
    let mut slot = ElementTable::of_row(present);
    for (sub, column) in element.all() {
        slot = of_column(ROW, column, true).into_iter().fold(slot, |slot, it| slot.column(sub, it));
    }
    slot = match &element.element_type {
        Some(kind) => slot.column("type", Column::constant(kind)),
        None if all.iter().any(|other| other.element_type.is_some()) => {
            slot.column("type", Column::null(ColumnFormat::Text))
        }
        None => slot,
    };
    if element.is_primary {
        return slot.column("primary", Column::expression("TRUE", ColumnFormat::Boolean));
    }
    match all.iter().any(|other| other.is_primary) {
        true => slot.column("primary", Column::null(ColumnFormat::Boolean)),
        false => slot,
    }
}

/// A column as filters see it; `None` if the crate evaluates them.
fn of_column(table: &str, column: &SqlColumn, is_assigned: bool) -> Option<Column> {
    let name = of(table, &column.name);
    // Empty text is not a value, and must not be ordered among values.
    let text = |format| {
        if column.is_empty_for_null() && !is_assigned {
            Column::expression(format!("nullif({}, '')", Dialect::quote(&name)), format)
        } else {
            Column::new(&name, format)
        }
    };
    let found = match &column.format {
        Format::Text => text(ColumnFormat::Text),
        Format::Ascii => text(ColumnFormat::Ascii),
        Format::Boolean => Column::boolean(&name),
        Format::Integer | Format::Decimal => Column::number(&name),
        Format::Instant(format) => Column::instant(&name, *format),
        Format::Uuid => Column::uuid(&name),
        Format::Reference(format) => format.column(&name),
        Format::Json | Format::Custom(_) | Format::OfDriver => return None,
    };
    let is_full = column.null != Null::Allowed && (is_assigned || !column.is_empty_for_null());
    Some(if is_full { found.not_null() } else { found })
}

fn format_of(kind: AttributeType) -> Option<ColumnFormat> {
    match kind {
        AttributeType::String | AttributeType::Reference => Some(ColumnFormat::Text),
        AttributeType::Boolean => Some(ColumnFormat::Boolean),
        AttributeType::Integer | AttributeType::Decimal => Some(ColumnFormat::Number),
        _ => None,
    }
}

/// The columns of a table, for a request.
pub(super) struct TableColumns<'l> {
    pub(super) layout: &'l Layout,
    pub(super) tenant: &'l Tenant,
}

impl ColumnSource for TableColumns<'_> {
    fn dialect(&self) -> Dialect {
        self.layout.dialect
    }

    fn column(&self, path: &ResolvedPath) -> Option<Column> {
        ColumnSource::column(&self.layout.mapping, path)
    }

    fn elements(&self, path: &ResolvedPath) -> Option<ElementTable> {
        ColumnSource::elements(&self.layout.mapping, path)
    }

    /// An `externalId` in `scim_meta` is found by the index there.
    fn lookup(&self, comparison: &Comparison) -> Option<Sql> {
        let Operand::Exact(text) = &comparison.operand else { return None };
        let path = &comparison.path;
        let is_kept_aside = self.layout.external_id.is_none()
            && path.extension().is_none()
            && path.attribute().name() == "externalId";
        if !is_kept_aside || comparison.op != CompareOp::Eq {
            return None;
        }
        if text.contains('\0') {
            return Some(Sql::new("FALSE"));
        }
        let id = self.layout.key.format.of_text("s.id", self.layout.dialect);
        let found = format!(
            "{} IN (SELECT {id} FROM scim_meta s WHERE s.tenant = {{}} AND s.table_name = {{}} AND s.external_id = {{}})",
            self.layout.row_key()
        );
        let parameters = [self.tenant.as_str(), &self.layout.table, text];
        Some(Sql::from_template(&found, parameters.map(Into::into)))
    }
}

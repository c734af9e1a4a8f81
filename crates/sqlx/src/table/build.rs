//! Descriptions worked out: what does not fit the resource type, or the other tables, is refused.

use std::sync::{Arc, OnceLock};

use super::column::{Format, KeyFormat, Null, SqlColumn};
use super::description::{Elements, Scope, SqlTable};
use super::elements::{Element, MemberRows};
use super::error::{TableError, TableProblem};
use super::key::{Key, KeySource};
use super::layout::{Field, Layout, RowsField, Slots};
use super::mapping::{Groups, Parts};
use super::problems::problems_of;
use scimwire::schema::{Attribute, ENTERPRISE_USER, ElementSlot, ResolvedPath, ResourceType};
use scimwire::sql::{ColumnMapping, Dialect, TimestampFormat};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// The attributes of `meta` and their like, which have a place of their own.
const COMMON: [&str; 3] = ["externalId", "meta.created", "meta.lastModified"];

/// Works out descriptions.
///
/// # Errors
///
/// - some cannot work.
pub(super) fn layouts(
    tables: &[SqlTable],
    dialect: Dialect,
) -> Result<Vec<Arc<Layout>>, TableError> {
    let mut problems = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        problems.extend(problems_of(table, tables));
        let name = table.resource_type.name();
        if tables.iter().take(at).any(|other| other.resource_type.name() == name) {
            let message = format!("resource type `{name}` has two tables");
            problems.push(TableProblem::new(&table.table, message, "describe one"));
        }
    }
    TableError::unless_empty(problems)?;
    tables.iter().map(|table| layout(table, tables, dialect).map(Arc::new)).collect()
}

/// The table of groups that lists resources of a type.
fn groups_of<'t>(table: &SqlTable, tables: &'t [SqlTable]) -> Option<&'t SqlTable> {
    let lists = |other: &&SqlTable| {
        other.members.as_ref().is_some_and(|rows| rows.member_type == table.resource_type.name())
    };
    tables.iter().find(lists)
}

/// The type with what the table has.
fn resource_type(table: &SqlTable, tables: &[SqlTable]) -> ResourceType {
    let mut kept: Vec<String> = Vec::new();
    let is_own = |path: &&str| !COMMON.contains(path);
    kept.extend(table.columns.iter().map(|(path, _)| path.as_str()).filter(is_own).map(Into::into));
    for (path, elements) in &table.elements {
        kept.extend(subs_of(path, elements));
    }
    if table.members.is_some() {
        kept.extend(["members.value", "members.type"].map(String::from));
    }
    if groups_of(table, tables).is_some() && table.resource_type.membership().groups().is_some() {
        kept.push("groups".to_owned());
    }
    kept.extend(table.fixed.iter().map(|(path, _)| path.clone()));
    let mut whole = table.resource_type.clone();
    if whole.schema().uri() == ResourceType::user().schema().uri()
        && whole.extension(ENTERPRISE).is_none()
    {
        // Clients send it whether there are columns for it or not; then it is ignored.
        whole = whole.with_extension(ENTERPRISE_USER);
    }
    let mut resource_type = whole.retain_attributes(kept);
    for (path, text) in &table.fixed {
        resource_type = resource_type
            .with_canonical_values(path, [text.as_str()])
            .enforce_canonical_values(path)
            .with_default(path, text.as_str());
    }
    for (path, column) in &table.columns {
        let resolved = path.parse().ok().and_then(|path| table.resource_type.resolve(&path));
        let is = |trait_of: fn(&Attribute) -> bool| {
            resolved.as_ref().is_some_and(|path| trait_of(path.leaf()))
        };
        resource_type = match &column.null {
            _ if COMMON.contains(&path.as_str()) => resource_type,
            Null::Default(value) => resource_type.with_default(path, value.clone()),
            Null::Refused if column.requires_value() || is(Attribute::is_unique) => {
                resource_type.with_required(path)
            }
            // Empty text is what stands there instead.
            Null::Refused if is_plain_text(column) && !is(Attribute::is_required) => {
                resource_type.with_default(path, "")
            }
            Null::Allowed | Null::Refused | Null::Empty(_) => resource_type,
        };
    }
    for (path, elements) in &table.elements {
        if let Elements::InRow(elements) = elements {
            resource_type = resource_type.with_elements(path, elements.iter().map(slot_of));
        }
    }
    resource_type
}

fn is_plain_text(column: &SqlColumn) -> bool {
    matches!(column.format, Format::Text | Format::Ascii)
}

fn slot_of(element: &Element) -> ElementSlot {
    let slot = match &element.element_type {
        Some(kind) => ElementSlot::new(kind.as_str()),
        None => ElementSlot::untyped(),
    };
    if element.is_primary { slot.primary() } else { slot }
}

/// The sub-attributes that elements have.
fn subs_of(path: &str, elements: &Elements) -> Vec<String> {
    let names: Vec<&str> = match elements {
        Elements::InRow(elements) => {
            let mut names: Vec<&str> =
                elements.iter().flat_map(Element::all).map(|it| it.0).collect();
            let is_typed = elements.iter().any(|element| element.element_type.is_some());
            names.extend(is_typed.then_some("type"));
            names.extend(elements.iter().any(|element| element.is_primary).then_some("primary"));
            names
        }
        Elements::Rows(rows) => rows.columns.iter().map(|(sub, _)| sub.as_str()).collect(),
    };
    names.into_iter().map(|sub| format!("{path}.{sub}")).collect()
}

fn problem_of_type(table: &SqlTable, err: &dyn std::fmt::Display) -> TableProblem {
    let remedy = "correct the description, or the resource type";
    TableProblem::new(&table.table, err.to_string(), remedy)
}

fn layout(table: &SqlTable, tables: &[SqlTable], dialect: Dialect) -> Result<Layout, TableError> {
    let resource_type = resource_type(table, tables);
    resource_type.validate().map_err(|err| problem_of_type(table, &err))?;
    let (Some(scope), Some(key)) = (table.scope.clone(), table.key.clone()) else {
        return Err(TableProblem::new(&table.table, "no key or tenant", "set both").into());
    };
    let common = |path: &str| Some(settled(table.column_of(path)?, key.format, dialect));
    let [external_id, created, modified] = COMMON.map(common);
    let has_side_row = external_id.is_none()
        || created.is_none()
        || modified.is_none()
        || table.members.is_some() && table.version.is_none();
    let mut layout = Layout {
        fields: Vec::new(),
        slots: Vec::new(),
        rows: Vec::new(),
        fixed: Vec::new(),
        references: Vec::new(),
        mapping: ColumnMapping::new(dialect),
        dialect,
        table: table.table.clone(),
        scope,
        key,
        counted: counted(tables),
        created,
        modified,
        external_id,
        version: table.version.clone(),
        constants: table.constants.clone(),
        initial: table.initial.clone(),
        deleted: table.deleted.clone(),
        members: table.members.clone(),
        has_side_row,
        limits: OnceLock::new(),
        resource_type: Arc::new(resource_type),
    };
    layout.resolve(table)?;
    let parts = Parts {
        layout: &layout,
        members: members_of(table, tables),
        groups: groups_of(table, tables).and_then(groups),
    };
    let mapping = parts.mapping().check(&layout.resource_type).map_err(|err| {
        TableProblem::new(
            &table.table,
            err.to_string(),
            "correct the mapping, or use a column of another format",
        )
    })?;
    Ok(Layout { mapping, ..layout })
}

/// The tables whose keys come from one sequence: no two resources have the same.
fn counted(tables: &[SqlTable]) -> Vec<(String, String)> {
    let key = |table: &SqlTable| {
        let key = table.key.as_ref().filter(|key| key.source == KeySource::Sequence)?;
        Some((table.table.clone(), key.column.clone()))
    };
    tables.iter().filter_map(key).collect()
}

impl Layout {
    /// Finds the attributes of the columns.
    fn resolve(&mut self, table: &SqlTable) -> Result<(), TableError> {
        let resource_type = Arc::clone(&self.resource_type);
        let resolve = |path: &str| {
            path.parse().ok().and_then(|path| resource_type.resolve(&path)).ok_or_else(|| {
                TableProblem::new(&table.table, "unknown attribute", "use its name in the schema")
                    .of_attribute(path)
            })
        };
        for (path, column) in &table.columns {
            if !COMMON.contains(&path.as_str()) {
                let path = resolve(path)?;
                let mut column = settled(column, self.key.format, self.dialect);
                if matches!(column.format, Format::Json) && column.null == Null::Refused {
                    let is_list = path.attribute().is_multi_valued();
                    column.null = Null::Empty(if is_list { "[]" } else { "{}" });
                }
                self.fields.push(Field { path, column });
            }
        }
        for (path, elements) in &table.elements {
            let path = resolve(path)?;
            match elements {
                Elements::InRow(elements) => {
                    self.slots.push(Slots { path, elements: elements.clone() });
                }
                Elements::Rows(rows) => self.rows.push(RowsField { path, rows: rows.clone() }),
            }
        }
        for (path, text) in &table.fixed {
            self.fixed.push((resolve(path)?, text.clone()));
        }
        self.references = references(table, &self.fields);
        Ok(())
    }
}

/// A column whose format follows from the key of the table, or from the database.
fn settled(column: &SqlColumn, key: KeyFormat, dialect: Dialect) -> SqlColumn {
    let format = match (&column.format, dialect) {
        (Format::Reference(_), _) => Format::Reference(key),
        (Format::OfDriver, Dialect::Sqlite) => Format::Instant(TimestampFormat::Rfc3339Micros),
        (Format::OfDriver, Dialect::Postgres) => Format::Instant(TimestampFormat::Timestamptz),
        (format, _) => format.clone(),
    };
    SqlColumn { format, ..column.clone() }
}

fn references(table: &SqlTable, fields: &[Field]) -> Vec<(ResolvedPath, String)> {
    let is_reference = |field: &&Field| matches!(field.column.format, Format::Reference(_));
    let found = fields.iter().filter(is_reference);
    let named = found.filter(|field| table.references.contains(&field.path.to_string()));
    named.map(|field| (field.path.clone(), field.column.name.clone())).collect()
}

/// The membership table of groups, and the key of the members.
fn members_of<'t>(
    table: &'t SqlTable,
    tables: &'t [SqlTable],
) -> Option<(&'t MemberRows, &'t Key)> {
    let rows = table.members.as_ref()?;
    let members = tables.iter().find(|other| other.resource_type.name() == rows.member_type)?;
    Some((rows, members.key.as_ref()?))
}

fn groups(groups: &SqlTable) -> Option<Groups<'_>> {
    Some(Groups {
        members: groups.members.as_ref()?,
        table: &groups.table,
        key: groups.key.as_ref()?,
        name: groups.column_of("displayName"),
        tenant: match &groups.scope {
            Some(Scope::Column(column)) => Some(&column.name),
            Some(Scope::Single(_)) | None => None,
        },
        constants: &groups.constants,
        deleted: groups.deleted.as_ref().map(|(column, _)| column.as_str()),
    })
}

//! The columns of attributes in the tables of this crate.

use scimwire::filter::{BoundFilter, CompareOp, Comparison, Operand};
use scimwire::schema::{AttributeType, Membership, ResolvedPath};
use scimwire::sql::{
    Column, ColumnFormat, ColumnSource, Dialect, ElementTable, Parameter, Sql, operand_key,
};

use crate::row::{Layout, PREPARED};
use crate::statements::by_key;

/// The columns of a resource type, for one tenant. The resource is `r`.
pub(super) struct StoredColumns<'l> {
    pub(super) layout: &'l Layout,
    pub(super) dialect: Dialect,
    pub(super) tenant: &'l str,
}

impl ColumnSource for StoredColumns<'_> {
    fn dialect(&self) -> Dialect {
        self.dialect
    }

    fn column(&self, path: &ResolvedPath) -> Option<Column> {
        if path.extension().is_none() && path.attribute().name() == "id" {
            return Some(Column::text("r.id").not_null());
        }
        if path.attribute().is_multi_valued() {
            return None;
        }
        let name = path.to_string();
        if self.layout.name.as_ref() == Some(path) {
            let column = Column::key("r.name").with_prepared(self.prepared("r.search", &name));
            return Some(if path.leaf().is_required() { column.not_null() } else { column });
        }
        Some(self.searched("r.search", &name))
    }

    fn elements(&self, path: &ResolvedPath) -> Option<ElementTable> {
        let attribute = path.attribute();
        let membership = self.layout.resource_type.membership();
        if membership.is_members(path) {
            return Some(self.members(membership));
        }
        if membership.is_groups(path) || !attribute.is_multi_valued() {
            return None;
        }
        let name = Dialect::literal(&path.without_sub().to_string());
        let elements = ElementTable::json(self.dialect, &format!("(r.search -> {name})"));
        if attribute.attribute_type() != AttributeType::Complex {
            return Some(elements.texts(ColumnFormat::Key));
        }
        let subs = attribute.sub_attributes().iter();
        Some(subs.fold(elements, |elements, sub| {
            elements.column(sub.name(), self.searched("\"element\".\"value\"", sub.name()))
        }))
    }

    fn lookup(&self, comparison: &Comparison) -> Option<Sql> {
        if comparison.op != CompareOp::Eq {
            return None;
        }
        let path = &comparison.path;
        let resource_type = &self.layout.resource_type;
        let membership = resource_type.membership();
        let value = operand_key(&comparison.operand).filter(|value| !value.contains('\0'));
        if membership.is_member_id(path) {
            return Some(self.groups_with(&value?));
        }
        if membership.is_group_id(path) && membership.members().is_none() {
            return Some(self.within_group(&value?));
        }
        self.layout.keys.iter().find(|(known, _)| known == path)?;
        let is_text = matches!(
            comparison.operand,
            Operand::Exact(_) | Operand::Folded { .. } | Operand::Identifier { .. }
        );
        let value = value.filter(|_| is_text)?;
        let sql = Sql::new("r.id IN (SELECT k.resource_id FROM scim_key k WHERE k.tenant = ")
            .push_bind_text(self.tenant);
        let sql = sql.push(" AND k.resource_type = ").push_bind_text(resource_type.name());
        let sql = sql.push(" AND k.attribute = ").push_bind_text(path.to_string());
        Some(sql.push(" AND k.value = ").push_bind_text(value).push(")"))
    }
}

impl StoredColumns<'_> {
    /// Returns `true` if an index of values, or that of ids, says which resources can satisfy a
    /// filter: as a rule one, or none.
    pub(super) fn looks_up(&self, filter: &BoundFilter) -> bool {
        match filter {
            BoundFilter::And(terms) => terms.iter().any(|term| self.looks_up(term)),
            BoundFilter::Element { filter, .. } => self.looks_up(filter),
            BoundFilter::Compare(comparison) => {
                let path = &comparison.path;
                let is_id = path.extension().is_none() && path.attribute().name() == "id";
                let is_key = || {
                    self.layout.keys.iter().any(|(known, _)| known == path)
                        && self.lookup(comparison).is_some()
                };
                comparison.op == CompareOp::Eq && (is_id || is_key())
            }
            BoundFilter::Or(_)
            | BoundFilter::Not(_)
            | BoundFilter::Present(_)
            | BoundFilter::Never => false,
        }
    }

    /// The members of a group, as rows. What a client said of them is kept as it came.
    fn members(&self, membership: Membership<'_>) -> ElementTable {
        let condition = "m.tenant = r.tenant AND m.group_id = r.id".to_owned();
        let rest = match self.dialect {
            Dialect::Sqlite => "m.rest",
            Dialect::Postgres => "CAST(m.rest AS json)",
        };
        let elements = ElementTable::rows("scim_member m".to_owned(), Some(condition));
        let subs = membership.members().map(|members| members.sub_attributes());
        subs.unwrap_or_default().iter().fold(elements, |elements, sub| {
            match (sub.name(), sub.attribute_type()) {
                ("value", _) => elements.column("value", Column::text("m.member_id")),
                ("type", AttributeType::String) => {
                    let said = self.dialect.json_text(rest, "type");
                    let sql =
                        format!("coalesce({said}, {})", member_type(self.dialect, membership));
                    elements.column("type", Column::expression(sql, ColumnFormat::Text))
                }
                (name, AttributeType::String | AttributeType::Reference) if name != "$ref" => {
                    elements.column(
                        name,
                        Column::expression(self.dialect.json_text(rest, name), ColumnFormat::Text),
                    )
                }
                _ => elements,
            }
        })
    }

    /// A value as it compares, in an object of such values.
    fn searched(&self, object: &str, name: &str) -> Column {
        Column::expression(self.dialect.json_text(object, name), ColumnFormat::Key)
            .with_prepared(self.prepared(object, name))
    }

    fn prepared(&self, object: &str, name: &str) -> String {
        let other = self.dialect.json_text(object, &format!("{name}{PREPARED}"));
        format!("coalesce({other}, {})", self.dialect.json_text(object, name))
    }

    fn groups_with(&self, member: &str) -> Sql {
        let sql = Sql::new("r.id IN (SELECT m.group_id FROM scim_member m WHERE m.tenant = ")
            .push_bind_text(self.tenant);
        sql.push(" AND m.member_id = ").push_bind_text(member).push(")")
    }

    /// The members of a group, and of the groups in it, and so on. No plan reads all members for
    /// each that is found: SQLite keeps to the order of a cross join, and PostgreSQL to a limit.
    fn within_group(&self, group: &str) -> Sql {
        let (behind, end) = match self.dialect {
            Dialect::Sqlite => ("m.member_id FROM down CROSS JOIN scim_member m", ""),
            Dialect::Postgres => (
                "g.member_id FROM down CROSS JOIN LATERAL (SELECT m.member_id FROM scim_member m",
                " OFFSET 0) g",
            ),
        };
        let template = format!(
            "r.id IN (WITH RECURSIVE down(id) AS (SELECT m.member_id FROM scim_member m \
             WHERE m.tenant = {{}} AND m.group_id = {{}} UNION SELECT {behind} \
             WHERE m.tenant = {{}} AND m.group_id = down.id{end}) SELECT down.id FROM down)"
        );
        Sql::from_template(&template, [self.tenant, group, self.tenant].map(Parameter::from))
    }
}

/// The type of a member `m`, where it is a resource of this database.
pub(super) fn member_type(dialect: Dialect, membership: Membership<'_>) -> String {
    let types = membership.member_types().iter();
    let types: Vec<String> = types.map(|name| Dialect::literal(name)).collect();
    if types.is_empty() {
        return "NULL".to_owned();
    }
    let of_member = "SELECT t.resource_type FROM scim_resource t WHERE t.tenant = m.tenant";
    let id = by_key(dialect, "t.id", "m.member_id");
    let of = |types: &str| format!("({of_member} AND t.resource_type {types} AND {id})");
    match dialect {
        Dialect::Sqlite => of(&format!("IN ({})", types.join(", "))),
        Dialect::Postgres => {
            let each: Vec<String> = types.iter().map(|name| of(&format!("= {name}"))).collect();
            format!("coalesce({})", each.join(", "))
        }
    }
}

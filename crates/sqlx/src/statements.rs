//! The statements, for both dialects. The resource is `r`.

use std::collections::BTreeSet;

use scimwire::value::Value;
use serde_json::json;

use crate::reading::OF_GROUP;
use crate::row::{Key, Stored};
use scimwire::schema::{Membership, ResourceType};
use scimwire::sql::{Dialect, Parameter, Sql};
use scimwire::store::CARRIED_MEMBERS;

/// Statements on the resources of a type and a tenant.
#[derive(Clone, Copy)]
pub(super) struct Statements<'s> {
    pub(super) dialect: Dialect,
    pub(super) resource_type: &'s ResourceType,
    pub(super) tenant: &'s str,
}

impl Statements<'_> {
    pub(super) fn parameters(&self, more: impl IntoIterator<Item = Parameter>) -> Vec<Parameter> {
        let own = [self.tenant.into(), self.resource_type.name().into()];
        own.into_iter().chain(more).collect()
    }

    /// An id, as often as [`by_key`] has it.
    pub(super) fn keys(&self, id: &str) -> Vec<Parameter> {
        let times = if self.dialect == Dialect::Postgres { 2 } else { 1 };
        vec![id.into(); times]
    }

    /// Counts the resources that satisfy a condition, which follows.
    pub(super) fn count(&self) -> Sql {
        let template = "SELECT CAST(count(*) AS text) FROM scim_resource r WHERE r.tenant = {} AND r.resource_type = {}";
        Sql::from_template(template, self.parameters([]))
    }

    /// Reads the number of all resources, which triggers maintain.
    pub(super) fn total(&self) -> Sql {
        let template = "SELECT CAST(coalesce(sum(c.resources), 0) AS text) FROM scim_count c \
                        WHERE c.tenant = {} AND c.resource_type = {}";
        Sql::from_template(template, self.parameters([]))
    }

    /// The document, with a lock on the resource until the transaction ends.
    pub(super) fn lock(&self, id: &str) -> Sql {
        self.lock_of(self.resource_type.name(), id)
    }

    /// Locks a resource of any type.
    pub(super) fn lock_of(&self, resource_type: &str, id: &str) -> Sql {
        let lock = match self.dialect {
            // The whole database is locked.
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE",
        };
        let (document, found) = (self.text_of("r.document"), by_key(self.dialect, "r.id", "{}"));
        let template = format!(
            "SELECT {document} FROM scim_resource r WHERE r.tenant = {{}} AND r.resource_type = {{}} AND {found}{lock}"
        );
        let of_type = [self.tenant, resource_type].map(Parameter::from);
        Sql::from_template(&template, of_type.into_iter().chain(self.keys(id)))
    }

    /// The members of a group, if there are few.
    pub(super) fn few_members(&self, group: &str, membership: Membership<'_>) -> Sql {
        let most = CARRIED_MEMBERS;
        // In the order of the primary key, so that no plan can think of looking at the members of
        // other groups.
        let first = format!("(SELECT m.* {OF_GROUP} ORDER BY m.member_id LIMIT {})", most + 1);
        let few = format!("(SELECT count(*) FROM {first} f)");
        let members = self.members(membership, &format!("FROM {first} m"));
        let found = by_key(self.dialect, "r.id", "{}");
        let template = format!(
            "SELECT CASE WHEN {few} <= {most} THEN coalesce({members}, '[]') END FROM scim_resource r \
             WHERE r.tenant = {{}} AND r.resource_type = {{}} AND {found}"
        );
        Sql::from_template(&template, self.parameters(self.keys(group)))
    }

    pub(super) fn insert(&self, id: &str, stored: &Stored) -> Sql {
        let (document, search) = self.json_columns();
        let template = format!(
            "INSERT INTO scim_resource (tenant, resource_type, id, name, document, search) \
             VALUES ({{}}, {{}}, {{}}, {{}}, {document}, {search})"
        );
        let name = Parameter::OptionalText(stored.name.clone());
        let values =
            [id.into(), name, stored.document.as_str().into(), stored.search.as_str().into()];
        Sql::from_template(&template, self.parameters(values))
    }

    pub(super) fn replace(&self, id: &str, stored: &Stored) -> Sql {
        let (document, search) = self.json_columns();
        let template = format!(
            "UPDATE scim_resource SET name = {{}}, document = {document}, search = {search} \
             WHERE tenant = {{}} AND resource_type = {{}} AND id = {{}}"
        );
        let name = Parameter::OptionalText(stored.name.clone());
        let values = [name, stored.document.as_str().into(), stored.search.as_str().into()];
        Sql::from_template(&template, values.into_iter().chain(self.parameters([id.into()])))
    }

    pub(super) fn delete(&self, id: &str) -> Sql {
        let template =
            "DELETE FROM scim_resource WHERE tenant = {} AND resource_type = {} AND id = {}";
        Sql::from_template(template, self.parameters([id.into()]))
    }

    /// Notes values, and answers with those that were free.
    pub(super) fn insert_keys<'k>(&self, id: &str, keys: impl IntoIterator<Item = &'k Key>) -> Sql {
        let rows = self.rows();
        let template = format!(
            "INSERT INTO scim_key (tenant, resource_type, attribute, value, slot, resource_id) \
             SELECT {{}}, {{}}, j.value ->> 0, j.value ->> 1, j.value ->> 2, {{}} FROM {rows} WHERE TRUE \
             ON CONFLICT DO NOTHING RETURNING attribute, value"
        );
        Sql::from_template(&template, self.parameters([id.into(), listed(id, keys)]))
    }

    /// Forgets values. Each is named by its whole key, so that no plan can think of looking at
    /// others.
    pub(super) fn delete_keys(&self, id: &str, keys: &[&Key]) -> Sql {
        let conditions = keys.iter().map(|key| {
            let template =
                "(tenant = {} AND resource_type = {} AND attribute = {} AND value = {} AND slot = {} AND resource_id = {})";
            let texts = [key.attribute.as_str(), key.value.as_str(), slot(id, key), id];
            Sql::from_template(template, self.parameters(texts.map(Parameter::from)))
        });
        Sql::new("DELETE FROM scim_key WHERE ").push_sql(Sql::join(conditions.collect(), " OR "))
    }

    /// Members by their ids, with what the client said of them.
    pub(super) fn members_among(&self, group: &str, ids: &BTreeSet<&str>) -> Sql {
        let among = self.among();
        let template = format!(
            "SELECT m.member_id, m.rest FROM scim_member m WHERE m.tenant = {{}} AND m.group_id = {{}} AND m.member_id {among}"
        );
        Sql::from_template(
            &template,
            [self.tenant.into(), group.into(), json!(ids).to_string().into()],
        )
    }

    pub(super) fn all_members(&self, group: &str) -> Sql {
        let template = "SELECT m.member_id, m.rest FROM scim_member m WHERE m.tenant = {} AND m.group_id = {} ORDER BY m.place";
        Sql::from_template(template, [self.tenant.into(), group.into()])
    }

    /// Puts members in, each with its place and what is said of it; of those that are there, only
    /// that is replaced.
    pub(super) fn put_members(
        &self,
        group: &str,
        members: &[(String, i64, Option<String>)],
    ) -> Sql {
        let rows = self.rows();
        let template = format!(
            "INSERT INTO scim_member (tenant, group_id, group_type, member_id, place, rest) \
             SELECT {{}}, {{}}, {{}}, j.value ->> 0, CAST(j.value ->> 1 AS bigint), j.value ->> 2 FROM {rows} WHERE TRUE \
             ON CONFLICT (tenant, group_id, member_id) DO UPDATE SET rest = excluded.rest"
        );
        let listed = json!(members).to_string();
        let own = [self.tenant.into(), group.into(), self.resource_type.name().into()];
        Sql::from_template(&template, own.into_iter().chain([listed.into()]))
    }

    pub(super) fn take_members(&self, group: &str, ids: &[String]) -> Sql {
        let among = self.among();
        let template = format!(
            "DELETE FROM scim_member WHERE tenant = {{}} AND group_id = {{}} AND member_id {among}"
        );
        Sql::from_template(
            &template,
            [self.tenant.into(), group.into(), json!(ids).to_string().into()],
        )
    }

    pub(super) fn delete_members(&self, group: &str) -> Sql {
        let template =
            "DELETE FROM scim_member WHERE tenant = {} AND group_id = {} RETURNING member_id";
        Sql::from_template(template, [self.tenant.into(), group.into()])
    }

    /// The groups that list a resource, with their types.
    pub(super) fn groups_of(&self, member: &str) -> Sql {
        let template = "SELECT m.group_id, m.group_type FROM scim_member m WHERE m.tenant = {} AND m.member_id = {} \
                        ORDER BY m.group_id";
        Sql::from_template(template, [self.tenant.into(), member.into()])
    }

    pub(super) fn leave_group(&self, group: &str, member: &str) -> Sql {
        let template =
            "DELETE FROM scim_member WHERE tenant = {} AND group_id = {} AND member_id = {}";
        Sql::from_template(template, [self.tenant.into(), group.into(), member.into()])
    }

    /// Replaces a document of any type, and some of what is beside it.
    pub(super) fn touch(
        &self,
        resource_type: &str,
        id: &str,
        document: String,
        search: &Value,
    ) -> Sql {
        let (json, _) = self.json_columns();
        let search_column = match self.dialect {
            Dialect::Sqlite => "jsonb_patch(search, {})",
            Dialect::Postgres => "search || CAST({} AS jsonb)",
        };
        let template = format!(
            "UPDATE scim_resource SET document = {json}, search = {search_column} \
             WHERE tenant = {{}} AND resource_type = {{}} AND id = {{}}"
        );
        let values = [
            document,
            search.to_string(),
            self.tenant.to_owned(),
            resource_type.to_owned(),
            id.to_owned(),
        ];
        Sql::from_template(&template, values.map(Parameter::Text))
    }

    pub(super) fn text_of(&self, column: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => column.to_owned(),
            Dialect::Postgres => format!("CAST({column} AS text)"),
        }
    }

    /// A parameter for a document, and one for what is searched.
    fn json_columns(&self) -> (&'static str, &'static str) {
        match self.dialect {
            Dialect::Sqlite => ("{}", "jsonb({})"),
            Dialect::Postgres => ("CAST({} AS json)", "CAST({} AS jsonb)"),
        }
    }

    /// The elements of a JSON array of arrays, as rows.
    fn rows(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "json_each({}) j",
            Dialect::Postgres => "json_array_elements(CAST({} AS json)) j(value)",
        }
    }

    /// That a column is one of the texts in a JSON array; each is looked up in an index, whatever a
    /// plan thinks of the rest.
    fn among(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "IN (SELECT j.value FROM json_each({}) j)",
            Dialect::Postgres => "= ANY(ARRAY(SELECT json_array_elements_text(CAST({} AS json))))",
        }
    }
}

/// That a resource has an id, as the last condition of a statement or sub-select.
///
/// Without statistics PostgreSQL takes the index of names for as good as the primary key, though
/// the name comes before the id there, and all of a tenant would be looked at. Only the primary key
/// is in the order of ids, and what is said to be equal needs no order.
pub(super) fn by_key(dialect: Dialect, column: &str, id: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("{column} = {id}"),
        Dialect::Postgres => {
            format!("{column} >= {id} AND {column} <= {id} ORDER BY {column} LIMIT 1")
        }
    }
}

/// Keys as a JSON array of arrays: attribute, value, slot.
fn listed<'k>(id: &str, keys: impl IntoIterator<Item = &'k Key>) -> Parameter {
    let rows = keys.into_iter().map(|key| {
        Value::from([Value::from(&key.attribute), key.value.as_str().into(), slot(id, key).into()])
    });
    Value::Array(rows.collect()).to_string().into()
}

fn slot<'s>(id: &'s str, key: &Key) -> &'s str {
    if key.unique { "" } else { id }
}

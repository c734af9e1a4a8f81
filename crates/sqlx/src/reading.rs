//! The statements that read resources: first which they are, by an index if there is one, then what
//! there is of them.
//!
//! Whatever is looked up for each of them is a sub-select of its own, since a join of many with
//! many may be planned as a scan: statistics go out of date, and what they say of one group is not
//! so of another.

use std::sync::Arc;

use crate::columns::member_type;
use crate::database::Row;
use crate::statements::{Statements, by_key};
use scimwire::query::{MaxGroups, Projection};
use scimwire::schema::{Membership, ResourceType};
use scimwire::sql::{Dialect, Parameter, Sql};
use scimwire::store::{StoreError, Update};

/// The members of the group `r`.
pub(super) const OF_GROUP: &str =
    "FROM scim_member m WHERE m.tenant = r.tenant AND m.group_id = r.id";

/// The tables to read beside documents.
#[derive(Clone, Copy)]
pub(super) struct Beside<'t> {
    pub(super) membership: Membership<'t>,
    /// The most groups of each resource.
    pub(super) most: MaxGroups,
}

/// A row of these statements.
pub(super) enum Read {
    /// A resource, where it stands among the others, and which groups list it where that comes with
    /// it.
    Resource { place: usize, document: String, members: Option<String>, links: Vec<Link> },
    /// Resources and groups, each with the groups that list it, and its name if it is a group.
    Listed(Vec<Listed>),
}

/// An id, the id of a group that lists it, and what that group is called.
pub(super) type Link = (String, Arc<str>, Option<String>);

/// An id, the ids of the groups that list it, and a name.
pub(super) type Listed = (String, Option<Vec<Arc<str>>>, Option<String>);

impl<'t> Beside<'t> {
    /// The part that `projection` reads.
    pub(super) fn of(resource_type: &'t ResourceType, projection: &Projection) -> Self {
        let membership = projection.membership(resource_type);
        Self { membership, most: projection.max_groups() }
    }

    /// The part that a change has to see.
    pub(super) fn to_change(update: &'t Update) -> Self {
        let most = Projection::default().max_groups();
        Self { membership: update.reads_membership(), most }
    }

    pub(super) fn has_groups(&self) -> bool {
        self.membership.groups().is_some()
    }
}

impl Read {
    pub(super) fn from_row(mut row: Row) -> Result<Self, StoreError> {
        let (place, text) = (row.text(0), row.needed(1)?);
        match place.map(|place| place.parse()) {
            Some(Ok(place)) => {
                let (members, links) = (row.text(2), row.text(3));
                let links =
                    links.map_or_else(|| Ok(Vec::new()), |links| serde_json::from_str(&links));
                Ok(Self::Resource {
                    place,
                    document: text,
                    members,
                    links: links.map_err(StoreError::other)?,
                })
            }
            Some(Err(err)) => Err(StoreError::other(err)),
            None => Ok(Self::Listed(serde_json::from_str(&text).map_err(StoreError::other)?)),
        }
    }
}

impl Statements<'_> {
    /// One by its id.
    pub(super) fn get(&self, id: &str, beside: Beside<'_>) -> Sql {
        if self.dialect == Dialect::Postgres && beside.has_groups() {
            let page =
                "WITH RECURSIVE page(id, place) AS (SELECT CAST({} AS text) COLLATE \"C\", 0)";
            let page = Sql::from_template(page, [id.into()]);
            return page
                .push_sql(self.above())
                .push_sql(self.listed())
                .push_sql(self.documents(beside));
        }
        let conditions = format!(" AND {}", by_key(self.dialect, "r.id", "{}"));
        self.select_each(Sql::from_template(&conditions, self.keys(id)), beside)
    }

    /// A lookup of one match, and whether there are more: at most two rows, unordered. `None` if
    /// [`Statements::select_page`] is as fast.
    pub(super) fn look_up(&self, conditions: Sql, beside: Beside<'_>) -> Option<Sql> {
        match self.dialect {
            Dialect::Sqlite => Some(self.select_each(conditions, beside).push(" LIMIT 2")),
            Dialect::Postgres => None,
        }
    }

    /// Each by itself, in no order, with the groups above it beside it. Of many, these would be
    /// read again and again; for one, each table that SQLite makes for a page takes longer than all
    /// this.
    fn select_each(&self, conditions: Sql, beside: Beside<'_>) -> Sql {
        let shown = self.shown(beside);
        let links = if beside.has_groups() { self.links() } else { "NULL".to_owned() };
        let template = format!("SELECT '0', {shown}, {links} FROM scim_resource r WHERE {OF_TYPE}");
        Sql::from_template(&template, self.parameters([])).push_sql(conditions)
    }

    /// The groups above `r`, as SQLite gathers them.
    fn links(&self) -> String {
        let link = "SELECT m.member_id, m.group_id, m.group_type";
        let above = format!(
            "WITH RECURSIVE up(member, id, type) AS ({link} FROM scim_member m WHERE m.tenant = r.tenant AND m.member_id = r.id \
             UNION {link} FROM up CROSS JOIN scim_member m ON m.tenant = r.tenant AND m.member_id = up.id)"
        );
        format!(
            "({above} SELECT json_group_array(json_array(up.member, up.id, n.document ->> 'displayName')) FROM up \
             CROSS JOIN scim_resource n ON n.tenant = r.tenant AND n.resource_type = up.type AND n.id = up.id)"
        )
    }

    /// All that satisfy the conditions, in no order.
    pub(super) fn select_all(&self, conditions: Sql, beside: Beside<'_>) -> Sql {
        if beside.has_groups() {
            return self.select_page(conditions, beside);
        }
        self.select_each(conditions, beside)
    }

    /// A page: the ids come first, so that nothing is read of those that are passed over.
    /// `conditions` end with the order and the limit.
    pub(super) fn select_page(&self, conditions: Sql, beside: Beside<'_>) -> Sql {
        let ids = format!(
            "WITH RECURSIVE page(id, place) AS MATERIALIZED (SELECT p.id, row_number() OVER () FROM \
             (SELECT r.id FROM scim_resource r WHERE {OF_TYPE}"
        );
        let page = Sql::from_template(&ids, self.parameters([])).push_sql(conditions).push(") p)");
        if beside.has_groups() {
            page.push_sql(self.above()).push_sql(self.listed()).push_sql(self.documents(beside))
        } else {
            page.push_sql(self.documents(beside))
        }
    }

    /// The documents of the page.
    fn documents(&self, beside: Beside<'_>) -> Sql {
        let shown = self.shown(beside);
        let template = match self.dialect {
            Dialect::Sqlite => {
                format!(
                    " SELECT CAST(p.place AS text), {shown} FROM page p CROSS JOIN scim_resource r ON {OF_TYPE} AND r.id = p.id"
                )
            }
            Dialect::Postgres => format!(
                " SELECT CAST(p.place AS text), d.* FROM page p CROSS JOIN LATERAL \
                 (SELECT {shown} FROM scim_resource r WHERE {OF_TYPE} AND {}) d",
                by_key(self.dialect, "r.id", "p.id")
            ),
        };
        Sql::from_template(&template, self.parameters([]))
    }

    /// Those of the page, and the groups that list any of them, and so on: each once. A cycle ends.
    fn above(&self) -> Sql {
        let template = match self.dialect {
            Dialect::Sqlite => {
                ", up(id, type) AS (SELECT p.id, NULL FROM page p UNION SELECT m.group_id, m.group_type FROM up \
                 CROSS JOIN scim_member m ON m.tenant = {} AND m.member_id = up.id)"
            }
            Dialect::Postgres => {
                ", up(id, type) AS (SELECT p.id, CAST(NULL AS text) COLLATE \"C\" FROM page p \
                 UNION SELECT g.group_id, g.group_type FROM up CROSS JOIN LATERAL (SELECT m.group_id, m.group_type \
                 FROM scim_member m WHERE m.tenant = {} AND m.member_id = up.id OFFSET 0) g)"
            }
        };
        Sql::from_template(template, [self.tenant.into()])
    }

    /// Which groups list each of them, and what those that are groups are called: one row, a JSON
    /// array of arrays. It comes before the documents, each of which is complete then.
    fn listed(&self) -> Sql {
        let of_each = "SELECT {ids} FROM scim_member m WHERE m.tenant = {} AND m.member_id = up.id";
        let name = format!(
            "(SELECT n.document ->> 'displayName' FROM scim_resource n \
             WHERE n.tenant = {{}} AND n.resource_type = up.type AND {})",
            by_key(self.dialect, "n.id", "up.id")
        );
        let gathered = match self.dialect {
            Dialect::Sqlite => {
                let groups = of_each.replace("{ids}", "json_group_array(m.group_id)");
                format!("json_group_array(json_array(up.id, json(({groups})), {name}))")
            }
            Dialect::Postgres => {
                let groups = of_each.replace("{ids}", "json_agg(m.group_id)");
                format!(
                    "coalesce(CAST(json_agg(json_build_array(up.id, ({groups}), {name})) AS text), '[]')"
                )
            }
        };
        let template = format!(" SELECT NULL, {gathered}, NULL FROM up UNION ALL");
        Sql::from_template(&template, [self.tenant, self.tenant].map(Parameter::from))
    }

    /// The document `r` and its members.
    fn shown(&self, beside: Beside<'_>) -> String {
        let document = self.text_of("r.document");
        let members = match beside.membership.members() {
            Some(_) => self.members(beside.membership, OF_GROUP),
            None => "NULL".to_owned(),
        };
        format!("{document}, {members}")
    }

    /// Members as a JSON array of arrays: id, what the client said, type.
    pub(super) fn members(&self, membership: Membership<'_>, from: &str) -> String {
        let member_type = if membership.shows_types() {
            member_type(self.dialect, membership)
        } else {
            "NULL".to_owned()
        };
        match self.dialect {
            Dialect::Sqlite => format!(
                "(SELECT json_group_array(json_array(l.member_id, l.rest, l.member_type)) FROM \
                 (SELECT m.member_id, m.rest, {member_type} AS member_type {from} ORDER BY m.place, m.member_id) l)"
            ),
            Dialect::Postgres => format!(
                "(SELECT CAST(json_agg(json_build_array(m.member_id, m.rest, {member_type}) ORDER BY m.place, m.member_id) \
                 AS text) {from})"
            ),
        }
    }
}

/// That a resource `r` is of the tenant and of the type.
const OF_TYPE: &str = "r.tenant = {} AND r.resource_type = {}";

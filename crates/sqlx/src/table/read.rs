//! Rows of a page, and the groups that list them.

use std::collections::HashMap;

use super::column::SqlColumn;
use super::description::Scope;
use super::layout::{Field, Layout, ROW};
use super::select::member_rows;
use super::tables::Inner;
use crate::database::{Failure, Row, Rows};
use scimwire::auth::RequestContext;
use scimwire::query::{MaxGroups, Page as Asked};
use scimwire::resource::Resource;
use scimwire::schema::Membership;
use scimwire::sql::{Dialect, Sql};
use scimwire::store::StoreQuery;
use scimwire::store::execute::Room;
use scimwire::value::{List, Value};

/// A page that is put together row by row, as long as there is memory for it.
pub(super) struct Page<'l> {
    layout: &'l Layout,
    with_members: bool,
    most: usize,
    /// The rows so far, with those that are left out.
    seen: usize,
    room: Room,
    resources: Vec<Resource>,
    has_more: bool,
}

impl<'l> Page<'l> {
    pub(super) fn new(layout: &'l Layout, with_members: bool, selection: &StoreQuery<'_>) -> Self {
        Self {
            layout,
            with_members,
            most: selection.page.map_or(usize::MAX, Asked::count),
            seen: 0,
            room: Room::new(selection.memory),
            resources: Vec::new(),
            has_more: false,
        }
    }

    /// Takes the next row, and says whether others are wanted. A row that breaks the schema is
    /// reported, and left out.
    pub(super) fn take(&mut self, row: Row) -> bool {
        if self.seen >= self.most {
            self.has_more = true;
            return false;
        }
        self.seen += 1;
        match self.layout.decode(row, self.with_members) {
            Ok(resource) if self.room.takes(&resource) => self.resources.push(resource),
            Ok(_) => {
                self.has_more = true;
                return false;
            }
            Err(err) => err.report(),
        }
        true
    }

    pub(super) fn finish(self) -> (Vec<Resource>, bool) {
        (self.resources, self.has_more)
    }
}

/// Returns the page of a selection by cursor with more rows, where all that it has were left out: the
/// next page begins after the last resource.
pub(super) fn wider(page: Option<&Asked>, found: usize, has_more: bool) -> Option<Asked> {
    match page? {
        Asked::Cursor { after, count: count @ 1.. } if has_more && found == 0 => {
            Some(Asked::Cursor { after: after.clone(), count: count.saturating_mul(4) })
        }
        _ => None,
    }
}

/// The total, where a page says it, or where nobody asks for it; `None` if it has to be counted.
pub(super) fn known_total(
    page: Option<&Asked>,
    found: usize,
    has_more: bool,
) -> Option<Option<usize>> {
    match page {
        None => Some(None),
        Some(Asked::Index { start: ..=1, .. } | Asked::Cursor { after: None, .. }) if !has_more => {
            Some(Some(found))
        }
        // A client that asks for no resources asks how many there are.
        Some(Asked::Cursor { count: 1.., .. }) => Some(None),
        Some(Asked::Index { start, .. }) if !has_more && found > 0 => Some(Some(start - 1 + found)),
        Some(_) => None,
    }
}

/// Sets the groups of resources: at most so many of each, in the order of their ids.
pub(super) async fn groups_of_page<D>(
    inner: &Inner<D>,
    layout: &Layout,
    rows: &mut dyn Rows,
    resources: &mut [Resource],
    most: MaxGroups,
    cx: &RequestContext,
) -> Result<(), Failure> {
    let Some(name) = layout.resource_type.membership().groups().map(|view| view.name()) else {
        return Ok(());
    };
    if resources.is_empty() {
        return Ok(());
    }
    let ids: Vec<&str> = resources.iter().map(Resource::id).collect();
    let mut listing: HashMap<String, List> = HashMap::new();
    for groups in inner.groups_of(layout) {
        let Some(sql) = groups.listing(layout, &ids, most.all, cx) else { continue };
        for mut row in rows.rows(&sql).await? {
            let (Some(member), Some(group)) = (row.text(0), row.text(1)) else { continue };
            let name = groups.shown_name(row.text(2));
            let shown = Membership::group(&group, true, name.as_ref().and_then(Value::as_str));
            listing.entry(member).or_default().push(shown);
        }
    }
    for resource in resources {
        if let Some(groups) = listing.remove(resource.id()) {
            resource.put(name, Value::Array(groups));
        }
    }
    Ok(())
}

impl Layout {
    /// The column with the name of a group.
    fn name(&self) -> Option<&SqlColumn> {
        let is_name = |field: &&Field| field.path.to_string() == "displayName";
        self.fields.iter().find(is_name).map(|field| &field.column)
    }

    /// The name of a group, from the text of its column.
    fn shown_name(&self, text: Option<String>) -> Option<Value> {
        self.name()?.read(text).ok().flatten()
    }

    /// Selects the groups of this table that list the members with these ids.
    fn listing(
        &self,
        member: &Self,
        ids: &[&str],
        most: usize,
        cx: &RequestContext,
    ) -> Option<Sql> {
        let rows = self.members.as_ref()?;
        let (member_column, group) = (
            format!("m.{}", Dialect::quote(&rows.member)),
            format!("m.{}", Dialect::quote(&rows.group)),
        );
        let name = self.name();
        let name =
            name.map_or_else(|| "NULL".to_owned(), |column| column.select(ROW, self.dialect));
        let head = format!(
            "SELECT l.member, l.id, l.name FROM (SELECT CAST({member_column} AS TEXT) AS member, CAST({group} AS TEXT) AS id, \
             {name} AS name, row_number() OVER (PARTITION BY {member_column} ORDER BY {group}) AS place \
             FROM {} JOIN {} ON {} = {group} WHERE ",
            member_rows(rows),
            self.from(),
            self.row_key()
        );
        let keys = member.key.format.of_list(ids, self.dialect);
        let same_tenant = match (&rows.tenant, &self.scope) {
            (Some(tenant), Scope::Column(own)) => {
                format!(" AND m.{} = {}", Dialect::quote(&tenant.name), Self::of_row(&own.name))
            }
            _ => String::new(),
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        Some(
            Sql::new(head)
                .push_sql(self.of_tenant(cx.tenant()))
                .push(format!("{same_tenant} AND {member_column} IN "))
                .push_sql(keys)
                .push(") l WHERE l.place <= ")
                .push_bind(most.into())
                .push(" ORDER BY l.member, l.place"),
        )
    }
}

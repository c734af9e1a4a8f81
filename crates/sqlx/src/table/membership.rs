//! Members of groups, in a table of their own.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::elements::{MemberRows, UnknownMembers};
use super::layout::Layout;
use super::select::member_rows;
use super::store::TableStore;
use super::values::unfit;
use crate::database::{Database, Failure, Rows};
use scimwire::auth::RequestContext;
use scimwire::patch::MemberDelta;
use scimwire::resource::Resource;
use scimwire::schema::Membership;
use scimwire::sql::{Dialect, Sql};
use scimwire::store::{MemberChange, StoreError};
use scimwire::value::Value;

impl<D: Database> TableStore<D> {
    /// Computes the effect of a delta on the existing members, at a cost that grows with the delta.
    pub(super) async fn plan_members(
        &self,
        rows: &mut dyn Rows,
        group: &str,
        delta: &MemberDelta,
        cx: &RequestContext,
    ) -> Result<MemberChange, Failure> {
        let Some((of, members)) = self.members() else {
            return Ok(MemberChange::default());
        };
        let named: BTreeSet<&str> = delta
            .add
            .iter()
            .filter_map(Membership::id)
            .chain(delta.remove.iter().map(String::as_str))
            .collect();
        let named: Vec<&str> = named.into_iter().collect();
        let among = (!delta.replace).then_some(named.as_slice());
        let existing = self.layout.existing_members(of, members, group, among, cx.tenant());
        let existing: Vec<String> = match existing {
            Some(sql) => first_texts(rows, &sql).await?,
            None => Vec::new(),
        };
        let mut change = delta.resolve(existing.iter().map(String::as_str));
        self.keep_known(rows, &mut change, cx).await?;
        Ok(change)
    }

    /// Leaves out or refuses added members that do not belong to the tenant.
    pub(super) async fn keep_known(
        &self,
        rows: &mut dyn Rows,
        change: &mut MemberChange,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        let Some((of, members)) = self.members() else { return Ok(()) };
        if change.added.is_empty() {
            return Ok(());
        }
        if of.unknown == UnknownMembers::Keep {
            let has_nul = change.added.iter().any(|id| id.contains('\0'));
            return if has_nul { Err(scimwire::store::reject_nul().into()) } else { Ok(()) };
        }
        let added: Vec<&str> = change.added.iter().map(String::as_str).collect();
        let known: HashSet<String> =
            first_texts(rows, &members.among(&added, cx.tenant())).await?.into_iter().collect();
        let unknown = change.added.iter().find(|id| !known.contains(*id));
        match unknown {
            Some(id) if of.unknown == UnknownMembers::Reject => {
                let problem = format!("is no {}: `{}`", of.member_type, brief(id));
                Err(unfit("members.value", &problem).into())
            }
            _ => {
                change.added.retain(|id| known.contains(id));
                Ok(())
            }
        }
    }

    /// The members of a new group.
    pub(super) async fn insert_first_members(
        &self,
        rows: &mut dyn Rows,
        group: &str,
        members: &[Value],
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        if members.is_empty() {
            return Ok(());
        }
        let mut seen = HashSet::new();
        let ids = members.iter().filter_map(Membership::id).filter(|id| seen.insert(*id));
        let mut change = MemberChange::new(ids.map(str::to_owned).collect(), Vec::new());
        self.keep_known(rows, &mut change, cx).await?;
        self.write_members(rows, group, &change, cx).await
    }

    pub(super) async fn write_members(
        &self,
        rows: &mut dyn Rows,
        group: &str,
        change: &MemberChange,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        let Some((of, members)) = self.members() else { return Ok(()) };
        if !change.removed.is_empty() {
            let removed: Vec<&str> = change.removed.iter().map(String::as_str).collect();
            let taken = self.layout.take_members(of, members, group, &removed, cx.tenant());
            rows.rows(&taken.ok_or(StoreError::NotFound)?).await?;
        }
        if !change.added.is_empty() {
            let added: Vec<&str> = change.added.iter().map(String::as_str).collect();
            let put = self.layout.put_members(of, members, group, &added, cx.tenant());
            rows.rows(&put.ok_or(StoreError::NotFound)?).await?;
        }
        Ok(())
    }

    /// Takes a resource out of the groups that list it; they get another version.
    pub(super) async fn leave_groups(
        &self,
        rows: &mut dyn Rows,
        id: &str,
        cx: &RequestContext,
        now: DateTime<Utc>,
    ) -> Result<(), Failure> {
        for groups in self.inner.groups_of(&self.layout) {
            let Some(of) = &groups.members else { continue };
            let Some(key) = self.layout.key.format.bind(id, self.layout.dialect) else { continue };
            let listing = groups.listing_ids(of, key.clone(), cx.tenant());
            let listing = first_texts(rows, &listing).await?;
            if listing.is_empty() {
                continue;
            }
            let (member, group) = (Dialect::quote(&of.member), Dialect::quote(&of.group));
            let ids: Vec<&str> = listing.iter().map(String::as_str).collect();
            let leave = Sql::new(format!("DELETE FROM {} WHERE m.{member} = ", member_rows(of)))
                .push_sql(key)
                .push_sql(groups.of_own_tenant(of, cx.tenant()))
                .push(format!(" AND m.{group} IN "))
                .push_sql(groups.key.format.of_list(&ids, groups.dialect));
            rows.rows(&leave).await?;
            for sql in groups.touch_each(&listing, cx.tenant(), now) {
                rows.rows(&sql).await?;
            }
        }
        Ok(())
    }

    /// The membership table, and the table of members.
    fn members(&self) -> Option<(&MemberRows, &Layout)> {
        let rows = self.layout.members.as_ref()?;
        Some((rows, self.inner.layout(&rows.member_type)?))
    }

    /// Refuses references to rows that the tenant does not have.
    pub(super) async fn check_references(
        &self,
        rows: &mut dyn Rows,
        before: Option<&Resource>,
        after: &Resource,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        for (path, _) in &self.layout.references {
            let value = after
                .value(path)
                .filter(|value| before.is_none_or(|before| before.value(path) != Some(value)));
            let Some(id) = value.and_then(Value::as_str) else { continue };
            if first_texts(rows, &self.layout.among(&[id], cx.tenant())).await?.is_empty() {
                let problem =
                    format!("is no {}: `{}`", self.layout.resource_type.name(), brief(id));
                return Err(unfit(&path.to_string(), &problem).into());
            }
        }
        Ok(())
    }
}

/// An id in a message.
fn brief(id: &str) -> String {
    id.chars().take(100).filter(|character| !character.is_control()).collect()
}

async fn first_texts(rows: &mut dyn Rows, sql: &Sql) -> Result<Vec<String>, Failure> {
    Ok(rows.rows(sql).await?.into_iter().filter_map(|mut row| row.text(0)).collect())
}

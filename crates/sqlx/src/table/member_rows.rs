//! The statements that read and change members of groups.

use chrono::{DateTime, Utc};

use super::column::KeyFormat;
use super::elements::MemberRows;
use super::layout::{Layout, ROW};
use super::select::member_rows;
use scimwire::auth::Tenant;
use scimwire::sql::{Dialect, Sql};

impl Layout {
    /// The ids among these that rows of the tenant have; nobody deletes these before the transaction
    /// ends.
    pub(super) fn among(&self, ids: &[&str], tenant: &Tenant) -> Sql {
        let head = format!("SELECT {} FROM {} WHERE ", self.row_id(), self.from());
        let among = Sql::new(head)
            .push_sql(self.of_tenant(tenant))
            .push(format!(" AND {} IN ", self.row_key()))
            .push_sql(self.key.format.of_list(ids, self.dialect));
        match self.dialect {
            Dialect::Sqlite => among,
            Dialect::Postgres => among.push(format!(" FOR KEY SHARE OF {ROW}")),
        }
    }

    /// The condition that a row of members is of the tenant, where it says so.
    pub(super) fn of_own_tenant(&self, rows: &MemberRows, tenant: &Tenant) -> Sql {
        let Some(column) = &rows.tenant else { return Sql::default() };
        match self.tenant_value(column, tenant) {
            Some(value) => {
                Sql::new(format!(" AND m.{} = ", Dialect::quote(&column.name))).push_sql(value)
            }
            None => Sql::new(" AND FALSE"),
        }
    }

    /// The members of a group: all, or those among some ids.
    pub(super) fn existing_members(
        &self,
        rows: &MemberRows,
        members: &Self,
        group: &str,
        among: Option<&[&str]>,
        tenant: &Tenant,
    ) -> Option<Sql> {
        let member = format!("m.{}", Dialect::quote(&rows.member));
        let group = self.key.format.bind(group, self.dialect)?;
        let head = format!(
            "SELECT CAST({member} AS TEXT) FROM {} WHERE m.{} = ",
            member_rows(rows),
            Dialect::quote(&rows.group)
        );
        let all = Sql::new(head).push_sql(group).push_sql(self.of_own_tenant(rows, tenant));
        Some(match among {
            None => all,
            Some(ids) => all
                .push(format!(" AND {member} IN "))
                .push_sql(members.key.format.of_list(ids, self.dialect)),
        })
    }

    pub(super) fn take_members(
        &self,
        rows: &MemberRows,
        members: &Self,
        group: &str,
        ids: &[&str],
        tenant: &Tenant,
    ) -> Option<Sql> {
        let head =
            format!("DELETE FROM {} WHERE m.{} = ", member_rows(rows), Dialect::quote(&rows.group));
        let group = self.key.format.bind(group, self.dialect)?;
        Some(
            Sql::new(head)
                .push_sql(group)
                .push_sql(self.of_own_tenant(rows, tenant))
                .push(format!(" AND m.{} IN ", Dialect::quote(&rows.member)))
                .push_sql(members.key.format.of_list(ids, self.dialect)),
        )
    }

    pub(super) fn put_members(
        &self,
        rows: &MemberRows,
        members: &Self,
        group: &str,
        ids: &[&str],
        tenant: &Tenant,
    ) -> Option<Sql> {
        let own = rows.tenant.as_ref();
        let own = own.map(|column| Some((&column.name, self.tenant_value(column, tenant)?)));
        let own = match own {
            Some(own) => Some(own?),
            None => None,
        };
        let mut names = vec![Dialect::quote(&rows.group), Dialect::quote(&rows.member)];
        names.extend(own.iter().map(|(name, _)| Dialect::quote(name)));
        let head =
            format!("INSERT INTO {} ({}) SELECT ", Dialect::quote(&rows.table), names.join(", "));
        let mut sql =
            Sql::new(head).push_sql(self.key.format.bind(group, self.dialect)?).push(", l.id");
        if let Some((_, value)) = own {
            sql = sql.push(", ").push_sql(value);
        }
        let list = members.key.format.of_list(ids, self.dialect);
        // `WHERE TRUE` tells SQLite that ON CONFLICT belongs to no join.
        Some(sql.push(" FROM ").push_sql(list).push(" AS l WHERE TRUE ON CONFLICT DO NOTHING"))
    }

    /// The ids of the groups that list a member.
    pub(super) fn listing_ids(&self, rows: &MemberRows, member: Sql, tenant: &Tenant) -> Sql {
        let group = format!("m.{}", Dialect::quote(&rows.group));
        let head = format!(
            "SELECT CAST({group} AS TEXT) FROM {} JOIN {} ON {} = {group} WHERE m.{} = ",
            member_rows(rows),
            self.from(),
            self.row_key(),
            Dialect::quote(&rows.member)
        );
        Sql::new(head)
            .push_sql(member)
            .push_sql(self.of_own_tenant(rows, tenant))
            .push(" AND ")
            .push_sql(self.of_tenant(tenant))
            .push(format!(" ORDER BY {group}"))
    }

    /// Takes all members out of a group.
    pub(super) fn delete_members(&self, group: &str, tenant: &Tenant) -> Option<Sql> {
        let rows = self.members.as_ref()?;
        let key = self.key.format.bind(group, self.dialect)?;
        let head =
            format!("DELETE FROM {} WHERE m.{} = ", member_rows(rows), Dialect::quote(&rows.group));
        Some(Sql::new(head).push_sql(key).push_sql(self.of_own_tenant(rows, tenant)))
    }

    /// Gives rows another version.
    pub(super) fn touch_each(
        &self,
        ids: &[String],
        tenant: &Tenant,
        now: DateTime<Utc>,
    ) -> Vec<Sql> {
        let names: Vec<&str> = ids.iter().map(String::as_str).collect();
        let keys = self.key.format.of_list(&names, self.dialect);
        let condition = Sql::new(format!("{} IN ", self.row_key())).push_sql(keys);
        let touched = self.touch(Vec::new(), now, Some(condition), tenant);
        let aside = self.has_side_row.then(|| self.touch_side_rows(&names, tenant, now));
        touched.into_iter().chain(aside).collect()
    }

    pub(super) fn touch_side_rows(&self, ids: &[&str], tenant: &Tenant, now: DateTime<Utc>) -> Sql {
        let ids = KeyFormat::Text.of_list(ids, self.dialect);
        // Rows of the application have none yet. The time of their creation is unknown.
        let insert = "INSERT INTO scim_meta (tenant, table_name, id, created, last_modified, version) \
             SELECT CAST({} AS TEXT), CAST({} AS TEXT), l.id, 0, {}, 1 FROM ";
        let micros = now.timestamp_micros();
        let parameters = [tenant.as_str().into(), self.table.as_str().into(), micros.into()];
        Sql::from_template(insert, parameters).push_sql(ids).push(
            " AS l WHERE TRUE ON CONFLICT (tenant, table_name, id) DO UPDATE SET \
             version = scim_meta.version + 1, last_modified = excluded.last_modified",
        )
    }
}

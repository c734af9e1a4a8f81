//! The statements that add and delete rows.

use chrono::{DateTime, TimeDelta, Utc};

use super::cell::{grain, instant};
use super::column::{Format, Null, SqlColumn};
use super::description::Scope;
use super::key::{KeySource, integer};
use super::layout::{Layout, RowsField};
use super::values::unfit;
use scimwire::auth::Tenant;
use scimwire::resource::Resource;
use scimwire::sql::{Dialect, Parameter, Sql};
use scimwire::store::StoreError;
use scimwire::value::Value;

impl Layout {
    /// The statement that adds a row, and gives its key.
    pub(super) fn insert(
        &self,
        key: Option<&str>,
        resource: &Resource,
        tenant: &Tenant,
        now: DateTime<Utc>,
    ) -> Result<Sql, StoreError> {
        let mut values: Vec<(&str, Sql)> = Vec::new();
        if let Scope::Column(column) = &self.scope {
            let value = self.tenant_value(column, tenant);
            values.push((&column.name, value.unwrap_or_else(|| Sql::new("NULL"))));
        }
        if let Some(value) = key.and_then(|key| self.key.format.bind(key, self.dialect)) {
            values.push((&self.key.column, value));
        }
        let bound = |value: &Parameter| Sql::new("").push_bind(value.clone());
        let fixed = self.constants.iter().chain(&self.initial);
        values.extend(fixed.map(|(column, value)| (column.as_str(), bound(value))));
        let times = [&self.created, &self.modified].into_iter().flatten();
        values.extend(times.filter_map(|column| Some((&*column.name, self.time_in(column, now)?))));
        values.extend(self.version.as_deref().map(|column| (column, Sql::new("1"))));
        values.extend(self.values(resource)?);
        let names: Vec<String> = values.iter().map(|(name, _)| Dialect::quote(name)).collect();
        let head =
            format!("INSERT INTO {} ({}) VALUES ", Dialect::quote(&self.table), names.join(", "));
        let values = Sql::join(values.into_iter().map(|(_, value)| value).collect(), ", ");
        let key = Dialect::quote(&self.key.column);
        Ok(Sql::new(head).push_sql(values).push(format!(" RETURNING CAST({key} AS TEXT)")))
    }

    /// A time as the value of a column.
    pub(super) fn time_in(&self, column: &SqlColumn, time: DateTime<Utc>) -> Option<Sql> {
        match column.format {
            Format::Instant(format) => instant(time, format, self.dialect),
            _ => None,
        }
    }

    /// Returns the time of a change: later than the last one, as far as the column tells them apart.
    pub(super) fn later(&self, now: DateTime<Utc>, last: DateTime<Utc>) -> DateTime<Utc> {
        let grain = match self.modified.as_ref().map(|column| &column.format) {
            Some(Format::Instant(format)) => grain(*format),
            _ => 1,
        };
        now.max(last + TimeDelta::microseconds(grain))
    }

    /// Returns the statement that takes the next number of the sequence that all tables share.
    pub(super) fn next_number(&self) -> Sql {
        let last = self.counted.iter().map(|(table, key)| {
            let (table, key) = (Dialect::quote(table), Dialect::quote(key));
            format!("(SELECT coalesce(max({key}), 0) FROM {table})")
        });
        let last: Vec<String> = last.collect();
        let (greatest, last) = (self.greatest(), last.join(", "));
        Sql::new(format!(
            "INSERT INTO scim_sequence AS q (name, last) VALUES ('ids', {greatest}(0, {last}) + 1) \
             ON CONFLICT (name) DO UPDATE SET last = {greatest}(q.last, {last}) + 1 RETURNING CAST(last AS TEXT)"
        ))
    }

    fn greatest(&self) -> &'static str {
        match self.dialect {
            Dialect::Sqlite => "max",
            Dialect::Postgres => "greatest",
        }
    }

    /// The rows of an attribute in a table of its own.
    pub(super) fn insert_elements(
        &self,
        field: &RowsField,
        id: &str,
        resource: &Resource,
    ) -> Result<Vec<Sql>, StoreError> {
        let Some(elements) = resource.value(&field.path).and_then(Value::as_array) else {
            return Ok(Vec::new());
        };
        let key = self.key.format.bind(id, self.dialect).ok_or(StoreError::NotFound)?;
        let names = field.rows.columns.iter().map(|(_, column)| Dialect::quote(&column.name));
        let names: Vec<String> = names.collect();
        let head = format!(
            "INSERT INTO {} ({}, {}) VALUES (",
            Dialect::quote(&field.rows.table),
            Dialect::quote(&field.rows.foreign_key),
            names.join(", ")
        );
        let mut statements = Vec::new();
        for element in elements {
            let mut sql = Sql::new(head.as_str()).push_sql(key.clone());
            for (sub, column) in &field.rows.columns {
                let value = match element.as_object() {
                    Some(parts) => parts.get(sub),
                    None => Some(element),
                };
                let path = format!("{}.{sub}", field.path);
                if value.is_none() && column.null == Null::Refused {
                    return Err(unfit(&path, "is required"));
                }
                sql = sql.push(", ").push_sql(self.value(&path, column, value)?);
            }
            statements.push(sql.push(")"));
        }
        Ok(statements)
    }

    pub(super) fn delete_elements(&self, field: &RowsField, id: &str) -> Option<Sql> {
        let key = self.key.format.bind(id, self.dialect)?;
        let rows = &field.rows;
        let (table, column) = (Dialect::quote(&rows.table), Dialect::quote(&rows.foreign_key));
        Some(Sql::new(format!("DELETE FROM {table} WHERE {column} = ")).push_sql(key))
    }

    /// Makes or changes the row in `scim_meta`; its version is one more.
    pub(super) fn put_side_row(
        &self,
        id: &str,
        external_id: Option<&str>,
        tenant: &Tenant,
        created: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Sql {
        // A column of the application's has it.
        let external_id = external_id.filter(|_| self.external_id.is_none()).map(str::to_owned);
        let insert = "INSERT INTO scim_meta (tenant, table_name, id, external_id, created, last_modified, version) \
             VALUES ({}, {}, {}, {}, {}, {}, 1) ON CONFLICT (tenant, table_name, id) DO UPDATE SET \
             external_id = excluded.external_id, last_modified = excluded.last_modified, version = scim_meta.version + 1";
        Sql::from_template(
            insert,
            [
                tenant.as_str().into(),
                self.table.as_str().into(),
                id.into(),
                external_id.into(),
                created.timestamp_micros().into(),
                now.timestamp_micros().into(),
            ],
        )
    }

    /// The statements that delete a row and what belongs to it.
    pub(super) fn delete_row(
        &self,
        id: &str,
        tenant: &Tenant,
        now: DateTime<Utc>,
    ) -> Option<Vec<Sql>> {
        let mut statements = Vec::new();
        let key = self.key.format.bind(id, self.dialect)?;
        let table = Dialect::quote(&self.table);
        for (_, column) in &self.references {
            statements.extend(self.leave_references(column, &key, tenant, now));
        }
        if let Some((column, format)) = &self.deleted {
            let update = format!("UPDATE {} SET {} = ", self.as_target(), Dialect::quote(column));
            let sql = Sql::new(update).push_sql(instant(now, *format, self.dialect)?);
            statements.extend(self.delete_members(id, tenant));
            statements.push(
                sql.push(" WHERE ")
                    .push_sql(self.of_tenant(tenant))
                    .push(" AND ")
                    .push_sql(self.is_row(id)?),
            );
            return Some(statements);
        }
        for field in &self.rows {
            statements.extend(self.delete_elements(field, id));
        }
        statements.extend(self.delete_members(id, tenant));
        // Rows that clients do not see.
        for (_, column) in &self.references {
            let column = Dialect::quote(column);
            let clear = format!("UPDATE {table} SET {column} = NULL WHERE {column} = ");
            statements.push(Sql::new(clear).push_sql(key.clone()));
        }
        if self.has_side_row {
            let delete = "DELETE FROM scim_meta WHERE tenant = {} AND table_name = {} AND id = {}";
            let parameters = [tenant.as_str(), &self.table, id];
            statements.push(Sql::from_template(delete, parameters.map(Into::into)));
        }
        let delete = format!("DELETE FROM {} WHERE ", self.as_target());
        statements.push(
            Sql::new(delete)
                .push_sql(self.of_tenant(tenant))
                .push(" AND ")
                .push_sql(self.is_row(id)?),
        );
        if self.key.source == KeySource::Sequence {
            statements.push(self.note_deleted(id));
        }
        Some(statements)
    }

    /// The statements that set references of visible rows to NULL, and give the rows another
    /// version.
    fn leave_references(
        &self,
        column: &str,
        key: &Sql,
        tenant: &Tenant,
        now: DateTime<Utc>,
    ) -> Vec<Sql> {
        let of_row = Self::of_row(column);
        let refers = || Sql::new(format!("{of_row} = ")).push_sql(key.clone());
        let aside = self.has_side_row.then(|| {
            let update = "UPDATE scim_meta SET version = version + 1, last_modified = {} \
                 WHERE tenant = {} AND table_name = {} AND id IN ";
            let parameters =
                [now.timestamp_micros().into(), tenant.as_str().into(), self.table.as_str().into()];
            Sql::from_template(update, parameters)
                .push(format!("(SELECT {} FROM {} WHERE ", self.row_id(), self.from()))
                .push_sql(self.of_tenant(tenant))
                .push(" AND ")
                .push_sql(refers())
                .push(")")
        });
        let cleared = vec![(column, Sql::new("NULL"))];
        let cleared = self.touch(cleared, now, Some(refers()), tenant);
        aside.into_iter().chain(cleared).collect()
    }

    /// The table in a statement that changes rows.
    pub(super) fn as_target(&self) -> String {
        self.from()
    }

    /// Keeps a number from being given again, even one that the application gave.
    pub(super) fn note_deleted(&self, id: &str) -> Sql {
        let greatest = self.greatest();
        let note = format!(
            "INSERT INTO scim_sequence AS q (name, last) VALUES ('ids', {{}}) \
             ON CONFLICT (name) DO UPDATE SET last = {greatest}(q.last, excluded.last)"
        );
        Sql::from_template(&note, [integer(id).unwrap_or_default().into()])
    }
}

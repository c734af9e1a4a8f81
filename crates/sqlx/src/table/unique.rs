//! Unique values: what a unique index of the database cannot compare is compared here.

use super::layout::Layout;
use super::store::TableStore;
use crate::database::{Database, Failure, Rows};
use scimwire::auth::{RequestContext, Tenant};
use scimwire::filter::{CompValue, CompareOp, Filter, FilterBinder};
use scimwire::resource::Resource;
use scimwire::schema::ResolvedPath;
use scimwire::sql::{Dialect, Sql, lookup_key, translate};
use scimwire::store::StoreError;
use scimwire::value::Value;

impl<D: Database> TableStore<D> {
    /// Refuses unique values that another resource of the tenant has. Case beyond ASCII is compared
    /// as SCIM does, which no index can; concurrent writers of the same value wait.
    pub(super) async fn claim(
        &self,
        rows: &mut dyn Rows,
        before: Option<&Resource>,
        after: &Resource,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        let layout = &self.layout;
        for path in layout.resource_type.unique_paths() {
            let is_id = path.extension().is_none() && path.attribute().name() == "id";
            if is_id || !path.leaf().is_readable() {
                continue;
            }
            for value in after.values(path) {
                let was_there =
                    before.is_some_and(|before| before.values(path).any(|it| it == value));
                if !was_there {
                    let own = before.map(Resource::id);
                    self.claim_value(rows, path, value, own, cx).await?;
                }
            }
        }
        Ok(())
    }

    async fn claim_value(
        &self,
        rows: &mut dyn Rows,
        path: &ResolvedPath,
        value: &Value,
        own: Option<&str>,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        let layout = &self.layout;
        if layout.dialect == Dialect::Postgres {
            let key = lookup_key(path.leaf(), value).unwrap_or_default();
            let name = format!("{}\n{}\n{path}\n{key}", layout.table, cx.tenant().as_str());
            let lock = "SELECT CAST(pg_advisory_xact_lock(hashtextextended({}, 7355608)) AS text)";
            rows.rows(&Sql::from_template(lock, [name.into()])).await?;
        }
        let Some((sql, filter)) = layout.holders(path, value, cx.tenant()) else { return Ok(()) };
        for row in rows.rows(&sql).await? {
            let Ok(other) = layout.decode(row, false) else { continue };
            if own != Some(other.id()) && filter.matches(&other) {
                return Err(StoreError::Conflict { attribute: path.to_string() }.into());
            }
        }
        Ok(())
    }
}

impl Layout {
    /// The rows that may have a value, and the filter that says which do.
    fn holders(
        &self,
        path: &ResolvedPath,
        value: &Value,
        tenant: &Tenant,
    ) -> Option<(Sql, scimwire::filter::BoundFilter)> {
        let value = match value {
            Value::String(text) => CompValue::String(text.clone()),
            Value::Number(number) => CompValue::Number(number.clone()),
            _ => return None,
        };
        let path = path.to_string().parse().ok()?;
        let filter = Filter::Compare { path, op: CompareOp::Eq, value };
        let filter = FilterBinder::new(&self.resource_type).bind(&filter).ok()?;
        let condition = translate(&filter, &self.columns(tenant)).ok()?;
        let sql = self.select_where(tenant, true, false).push(" AND ").push_sql(condition.sql);
        Some((sql, filter))
    }
}

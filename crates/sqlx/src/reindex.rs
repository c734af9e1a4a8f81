//! Rebuilds the columns beside the documents when a resource type has changed.

use crate::database::{Database, Failure, Rows, Transaction};
use crate::row::read;
use crate::statements::Statements;
use crate::store::SqlStore;
use scimwire::auth::Tenant;
use scimwire::filter::EvalBudget;
use scimwire::sql::{Parameter, Sql};
use scimwire::store::StoreError;

/// Resources rebuilt per batch.
const BATCH: i64 = 500;

impl<D: Database> SqlStore<D> {
    /// Sees to it, once, that filters find what they should, and that unique is what has to be
    /// unique.
    pub(super) async fn ensure_layout(&self) -> Result<(), StoreError> {
        self.layout_checked.get_or_try_init(|| self.compare_layout()).await.copied()
    }

    async fn compare_layout(&self) -> Result<(), StoreError> {
        let fingerprint = self.layout.fingerprint();
        let name = self.layout.resource_type.name();
        let recorded = self.database().read(&recorded(name), &EvalBudget::unlimited()).await?;
        if recorded.into_iter().next().and_then(|mut row| row.text(0)).as_ref()
            == Some(&fingerprint)
        {
            return Ok(());
        }
        match self.rebuild(&fingerprint).await {
            Ok(()) => Ok(()),
            Err(Failure::Store(StoreError::Conflict { attribute })) => {
                Err(StoreError::other(format!(
                    "`{attribute}` of resource type `{name}` cannot be unique: two resources share a value"
                )))
            }
            Err(Failure::Store(err)) => Err(err),
            Err(Failure::Database(err)) => Err(err.into()),
        }
    }

    async fn rebuild(&self, fingerprint: &str) -> Result<(), Failure> {
        let resource_type = &self.layout.resource_type;
        let name = resource_type.name();
        let mut transaction = self.database().begin().await?;
        transaction.unhurried().await?;
        // It locks the row, so that of several processes one does the work, and the others find it
        // done.
        let note = "INSERT INTO scim_type (resource_type, attributes) VALUES ({}, '') \
                    ON CONFLICT (resource_type) DO UPDATE SET resource_type = excluded.resource_type RETURNING attributes";
        let mut noted = transaction.rows(&Sql::from_template(note, [name.into()])).await?;
        if noted.first_mut().and_then(|row| row.text(0)).as_deref() == Some(fingerprint) {
            return Ok(());
        }
        transaction
            .rows(&Sql::from_template(
                "DELETE FROM scim_key WHERE resource_type = {}",
                [name.into()],
            ))
            .await?;
        let mut behind = (String::new(), String::new());
        loop {
            let batch = "SELECT tenant, id, CAST(document AS text) FROM scim_resource WHERE resource_type = {} \
                         AND (tenant, id) > ({}, {}) ORDER BY tenant, id LIMIT {}";
            let limits = [
                name.into(),
                behind.0.as_str().into(),
                behind.1.as_str().into(),
                Parameter::Integer(BATCH),
            ];
            let rows = transaction.rows(&Sql::from_template(batch, limits)).await?;
            if rows.is_empty() {
                break;
            }
            for mut row in rows {
                behind = (row.needed(0)?, row.needed(1)?);
                let tenant = Tenant::from(behind.0.as_str());
                let statements =
                    Statements { dialect: D::DIALECT, resource_type, tenant: tenant.as_str() };
                let resource = read(&row.needed(2)?)?;
                let keys = self.layout.keys_of(&resource)?;
                let stored = self.layout.write(&resource)?;
                transaction.rows(&statements.replace(&behind.1, &stored)).await?;
                self.insert_keys(&mut transaction, statements, &behind.1, keys.iter().collect())
                    .await?;
            }
        }
        let note = "UPDATE scim_type SET attributes = {} WHERE resource_type = {}";
        transaction.rows(&Sql::from_template(note, [fingerprint.into(), name.into()])).await?;
        Ok(transaction.commit().await?)
    }
}

fn recorded(resource_type: &str) -> Sql {
    Sql::from_template(
        "SELECT attributes FROM scim_type WHERE resource_type = {}",
        [resource_type.into()],
    )
}

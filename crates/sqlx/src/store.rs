//! A store over a database: each write is one transaction.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use tokio::sync::OnceCell;

use crate::compose::Composer;
use crate::database::{Attempts, Database, DatabaseError, Failure, Row, Rows, Transaction};
use crate::directory::SqlDirectory;
use crate::members::MemberWrites;
use crate::reading::Beside;
use crate::row::{Key, Layout, read};
use crate::shares::Place;
use crate::statements::Statements;
use crate::update::{Prepared, document};
use scimwire::auth::RequestContext;
use scimwire::filter::EvalBudget;
use scimwire::patch::MemberDelta;
use scimwire::query::{Projection, Query};
use scimwire::resource::Resource;
use scimwire::schema::{Membership, ResourceType, Schema};
use scimwire::sql::{Sql, pushdown, sort_key};
use scimwire::store::{
    Change, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery, Update,
    fresh_id,
};
use scimwire::value::{Object, Value};

/// Stores the resources of one type in a database; see [the crate](crate) for details.
///
/// Stores of types that refer to each other, such as users and groups, come from one
/// [`SqlDirectory`].
pub struct SqlStore<D> {
    directory: SqlDirectory<D>,
    pub(super) layout: Arc<Layout>,
    /// `true` if the columns beside the documents were seen to be made for this resource type.
    pub(super) layout_checked: Arc<OnceCell<()>>,
}

impl<D: Database> SqlStore<D> {
    pub(super) fn new(directory: SqlDirectory<D>, resource_type: Arc<ResourceType>) -> Self {
        Self {
            directory,
            layout: Arc::new(Layout::new(resource_type)),
            layout_checked: Arc::default(),
        }
    }

    pub(super) fn database(&self) -> &D {
        &self.directory.database
    }

    pub(super) fn statements<'s>(&'s self, cx: &'s RequestContext) -> Statements<'s> {
        Statements {
            dialect: D::DIALECT,
            resource_type: &self.layout.resource_type,
            tenant: cx.tenant().as_str(),
        }
    }

    /// Runs a statement that writes nothing, when the share of the tenant allows it.
    pub(super) async fn read(
        &self,
        sql: &Sql,
        cx: &RequestContext,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.read_within(sql, &EvalBudget::unlimited(), cx).await
    }

    /// Reads rows within a budget.
    pub(super) async fn read_within(
        &self,
        sql: &Sql,
        budget: &EvalBudget,
        cx: &RequestContext,
    ) -> Result<Vec<Row>, DatabaseError> {
        let _place = self.place(cx).await?;
        self.database().read(sql, budget).await
    }

    /// Reads rows one by one, as long as more are wanted.
    pub(super) async fn read_each(
        &self,
        sql: &Sql,
        budget: &EvalBudget,
        cx: &RequestContext,
        each: &mut (dyn FnMut(Row) -> bool + Send),
    ) -> Result<(), DatabaseError> {
        let _place = self.place(cx).await?;
        self.database().read_each(sql, budget, each).await
    }

    /// A place among those of the tenant, to be had before a connection and kept as long.
    pub(super) async fn place(&self, cx: &RequestContext) -> Result<Place, DatabaseError> {
        self.directory.shares.take(cx.tenant()).await
    }

    /// The one resource in rows of [`Statements::get`].
    pub(super) fn only(
        &self,
        rows: Vec<Row>,
        beside: Beside<'_>,
    ) -> Result<Arc<Resource>, StoreError> {
        let mut composer = Composer::new(beside, usize::MAX);
        for row in rows {
            composer.take(row);
        }
        composer.finish()?.resources.into_iter().next().ok_or(StoreError::NotFound)
    }

    async fn try_create(
        &self,
        id: &str,
        resource: &Resource,
        cx: &RequestContext,
    ) -> Result<(), Failure> {
        let statements = self.statements(cx);
        let mut stored = resource.clone();
        let members = self.layout.resource_type.membership().take_members(&mut stored);
        let keys = self.layout.keys_of(&stored)?;
        let stored = self.layout.write(&stored)?;
        let _place = self.place(cx).await?;
        let mut transaction = self.database().begin().await?;
        // Others are waited for here and nowhere behind it, so that nobody waits for the count that
        // goes with the row.
        self.insert_keys(&mut transaction, statements, id, keys.iter().collect()).await?;
        transaction.rows(&statements.insert(id, &stored)).await?;
        if !members.is_empty() {
            let delta = MemberDelta::default().with_added(unique_members(members));
            let writes = MemberWrites::plan(&mut transaction, statements, id, &delta).await?;
            writes.write(&mut transaction, statements, id).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Writes a resource in the place of what it was before.
    pub(super) async fn write_back(
        &self,
        transaction: &mut D::Transaction,
        statements: Statements<'_>,
        id: &str,
        row: &Prepared,
    ) -> Result<(), Failure> {
        delete_keys(transaction, statements, id, row.leaving.iter().collect()).await?;
        self.insert_keys(transaction, statements, id, row.coming.iter().collect()).await?;
        transaction.rows(&statements.replace(id, &row.stored)).await?;
        Ok(())
    }

    /// Notes values; one that is unique and taken is a conflict, which the database itself has
    /// found.
    pub(super) async fn insert_keys(
        &self,
        transaction: &mut D::Transaction,
        statements: Statements<'_>,
        id: &str,
        keys: Vec<&Key>,
    ) -> Result<(), Failure> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut free = Vec::new();
        for mut row in transaction.rows(&statements.insert_keys(id, keys.iter().copied())).await? {
            free.push((row.needed(0)?, row.needed(1)?));
        }
        let is_free = |key: &Key| {
            free.iter().any(|(attribute, value)| *attribute == key.attribute && *value == key.value)
        };
        match keys.iter().find(|key| key.unique && !is_free(key)) {
            Some(taken) => Err(StoreError::Conflict { attribute: taken.attribute.clone() }.into()),
            None => Ok(()),
        }
    }

    async fn try_delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, Failure> {
        let statements = self.statements(cx);
        let _place = self.place(cx).await?;
        let mut transaction = self.database().begin().await?;
        let resource = read(&document(&mut transaction, statements, id).await?)?;
        expected.check(resource.version().as_ref())?;
        delete_keys(
            &mut transaction,
            statements,
            id,
            self.layout.keys_of(&resource)?.iter().collect(),
        )
        .await?;
        let resource_type = Arc::clone(&self.layout.resource_type);
        let mut change =
            Change::deleted(Arc::clone(&resource_type), cx.tenant().clone(), Arc::new(resource));
        if resource_type.membership().members().is_some() {
            let members = transaction.rows(&statements.delete_members(id)).await?;
            change.members.removed =
                members.into_iter().filter_map(|mut row| row.text(0)).collect();
        }
        if !self.directory.keeps_dangling {
            self.leave_groups(&mut transaction, statements, id).await?;
        }
        transaction.rows(&statements.delete(id)).await?;
        transaction.commit().await?;
        Ok(change)
    }

    /// Takes a resource out of the groups that list it; they get another version.
    async fn leave_groups(
        &self,
        transaction: &mut D::Transaction,
        statements: Statements<'_>,
        member: &str,
    ) -> Result<(), Failure> {
        for mut row in transaction.rows(&statements.groups_of(member)).await? {
            let (group, group_type) = (row.needed(0)?, row.needed(1)?);
            // Groups are locked in the order of their ids, each before its members, as in any
            // change.
            let locked = transaction
                .rows(&statements.lock_of(&group_type, &group))
                .await?
                .into_iter()
                .next();
            transaction.rows(&statements.leave_group(&group, member)).await?;
            let Some(mut locked) = locked else { continue };
            let mut resource = read(&locked.needed(0)?)?;
            if let Some(meta) = resource.meta() {
                resource.set_meta(&meta.changed(SystemTime::now().into()));
                let document = resource.attributes().to_string();
                transaction
                    .rows(&statements.touch(
                        &group_type,
                        &group,
                        document,
                        &searched_meta(&resource),
                    ))
                    .await?;
            }
        }
        Ok(())
    }
}

#[async_trait]
impl<D: Database> ResourceStore for SqlStore<D> {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.layout.resource_type
    }

    async fn create(
        &self,
        mut resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        self.ensure_layout().await?;
        // Time comes first in these ids, so that the order of ids is that of creation.
        let id = fresh_id();
        resource.set_id(&*id);
        resource.redact(&self.layout.resource_type);
        let mut attempts = Attempts::default();
        loop {
            match self.try_create(&id, &resource, cx).await {
                Ok(()) => return Ok(Arc::new(resource)),
                Err(failure) => attempts.again(failure).await?,
            }
        }
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        if id.contains('\0') {
            return Err(StoreError::NotFound);
        }
        let beside = Beside::of(&self.layout.resource_type, projection);
        let rows = self.read(&self.statements(cx).get(id, beside), cx).await?;
        self.only(rows, beside)
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        self.ensure_layout().await?;
        self.find(selection, cx).await
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        if id.contains('\0') {
            return Err(StoreError::NotFound);
        }
        self.ensure_layout().await?;
        self.change(id, update, cx).await
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        if id.contains('\0') {
            return Err(StoreError::NotFound);
        }
        self.ensure_layout().await?;
        let mut attempts = Attempts::default();
        loop {
            match self.try_delete(id, expected, cx).await {
                Ok(change) => return Ok(change),
                Err(failure) => attempts.again(failure).await?,
            }
        }
    }

    fn pushdown(&self, query: &Query) -> Pushdown {
        pushdown(query, &self.columns(""))
    }
}

impl<D> Clone for SqlStore<D> {
    fn clone(&self) -> Self {
        Self {
            directory: self.directory.clone(),
            layout: Arc::clone(&self.layout),
            layout_checked: Arc::clone(&self.layout_checked),
        }
    }
}

impl<D: fmt::Debug> fmt::Debug for SqlStore<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.layout.resource_type.name();
        f.debug_struct("SqlStore")
            .field("directory", &self.directory)
            .field("resource_type", &name)
            .finish_non_exhaustive()
    }
}

/// The number of values removed at a time, which bounds the depth of the condition.
const KEYS_AT_A_TIME: usize = 50;

async fn delete_keys(
    transaction: &mut impl Transaction,
    statements: Statements<'_>,
    id: &str,
    keys: Vec<&Key>,
) -> Result<(), Failure> {
    for some in keys.chunks(KEYS_AT_A_TIME) {
        transaction.rows(&statements.delete_keys(id, some)).await?;
    }
    Ok(())
}

/// Members with an id, and of two with the same one the first.
pub(super) fn unique_members(members: Vec<Value>) -> Vec<Value> {
    let mut seen = std::collections::HashSet::new();
    let mut is_new =
        |member: &Value| Membership::id(member).is_some_and(|id| seen.insert(id.to_owned()));
    members.into_iter().filter(|member| is_new(member)).collect()
}

/// The columns of `meta` beside a document, which change with each version.
fn searched_meta(resource: &Resource) -> Value {
    let mut search = Object::new();
    let meta = Schema::common().attribute("meta");
    for sub in meta.map(|meta| meta.sub_attributes()).unwrap_or_default() {
        let value = resource.get("meta").and_then(|meta| sort_key(sub, meta.get(sub.name())?));
        search.extend(value.map(|value| (format!("meta.{}", sub.name()), value.into())));
    }
    Value::Object(search)
}

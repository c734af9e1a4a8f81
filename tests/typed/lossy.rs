//! A struct by hand, which cannot store everything: the name of a team stays as it was.

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::resource::ValueError;
use scimwire::store::{StoreError, StoreQuery};
use scimwire::typed::{Field, TypedPage, TypedStore};
use scimwire::{Resource, ResourceType, ScimResource};

use crate::rows::{Database, Team};

#[derive(Clone)]
pub(crate) struct Named(Team);

impl ScimResource for Named {
    type Id = i64;
    const FIELDS: &'static [Field] = Team::FIELDS;

    fn resource_type() -> ResourceType {
        Team::resource_type()
    }

    fn id(&self) -> &i64 {
        self.0.id()
    }

    fn to_resource(&self) -> Resource {
        self.0.to_resource()
    }

    fn from_resource(resource: &Resource) -> Result<Self, ValueError> {
        Team::from_resource(resource).map(Self)
    }

    fn apply(&mut self, resource: &Resource) -> Result<(), ValueError> {
        let name = self.0.name.clone();
        self.0.apply(resource)?;
        self.0.name = name;
        Ok(())
    }
}

#[async_trait]
impl TypedStore<Named> for Database {
    async fn insert(&self, row: Named, cx: &RequestContext) -> Result<Named, StoreError> {
        self.insert(row.0, cx).await.map(Named)
    }

    async fn get(&self, id: &i64, cx: &RequestContext) -> Result<Named, StoreError> {
        TypedStore::<Team>::get(self, id, cx).await.map(Named)
    }

    async fn find(
        &self,
        query: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<TypedPage<Named>, StoreError> {
        let found = TypedStore::<Team>::find(self, query, cx).await?;
        Ok(TypedPage::new(found.rows.into_iter().map(Named).collect()))
    }

    async fn save(
        &self,
        row: Named,
        expected: &Named,
        cx: &RequestContext,
    ) -> Result<Named, StoreError> {
        self.save(row.0, &expected.0, cx).await.map(Named)
    }

    async fn delete(&self, expected: &Named, cx: &RequestContext) -> Result<(), StoreError> {
        self.delete(&expected.0, cx).await
    }
}

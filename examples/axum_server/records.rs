//! The host's own records: tenants, tokens, secrets, and what it knows of users and groups. They
//! are kept where the resources are, as resources of types that no endpoint serves, so that they
//! live as long as those do, whatever the database. A host that has tables of its own keeps them
//! there.

use std::marker::PhantomData;
use std::sync::Arc;

use scimwire::auth::RequestContext;
use scimwire::message::PatchOperation;
use scimwire::resource::Version;
use scimwire::schema::{
    Attribute, AttributeBuilder, AttributeType, ResourceType, Schema, SchemaError,
};
use scimwire::service::Resources;
use scimwire::store::Precondition;
use scimwire::{Resource, ResourceStore, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Whose those records are that belong to no tenant: no tenant can be called so.
const HOST: &str = ":host";

/// Records of one kind.
pub(crate) struct Records<T> {
    access: Resources,
    kind: PhantomData<fn() -> T>,
}

/// A record as it was read.
pub(crate) struct Kept<T> {
    pub(crate) record: T,
    id: String,
    version: Option<Version>,
}

impl<T: Serialize + DeserializeOwned> Records<T> {
    /// In a store that `store` hands out; the attributes are those of `T` in JSON.
    pub(crate) fn new(
        name: &str,
        attributes: impl IntoIterator<Item = AttributeBuilder>,
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Result<Self, SchemaError> {
        Ok(Self::of(record_type(name, attributes)?, store))
    }

    /// The same, of a type that is there already.
    pub(crate) fn of(
        resource_type: ResourceType,
        store: impl Fn(&Arc<ResourceType>) -> Arc<dyn ResourceStore>,
    ) -> Self {
        let resource_type = Arc::new(resource_type);
        let access = Resources::new(Arc::clone(&resource_type), store(&resource_type));
        Self { access, kind: PhantomData }
    }

    /// # Errors
    ///
    /// - [`StoreError::Conflict`]: there is one with a value that has to be unique.
    pub(crate) async fn create(&self, record: &T, cx: &RequestContext) -> Result<(), StoreError> {
        let mut object = object(record)?;
        object.retain(|_, value| !value.is_null());
        self.access.create(Resource::from_stored(object), cx).await.map(drop)
    }

    pub(crate) async fn find(
        &self,
        attribute: &str,
        text: &str,
        cx: &RequestContext,
    ) -> Result<Vec<Kept<T>>, StoreError> {
        self.access.find(attribute, text, cx).await?.iter().map(|found| Kept::read(found)).collect()
    }

    pub(crate) async fn all(&self, cx: &RequestContext) -> Result<Vec<Kept<T>>, StoreError> {
        self.access.all(cx).await?.iter().map(|found| Kept::read(found)).collect()
    }

    /// Writes a record that was read, and changed since then.
    ///
    /// # Errors
    ///
    /// - [`StoreError::VersionMismatch`]: somebody else has written it in the meantime;
    /// - [`StoreError::NotFound`]: or deleted it.
    pub(crate) async fn replace(
        &self,
        kept: &Kept<T>,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        let value = Some(Value::Object(object(&kept.record)?));
        let operation = PatchOperation { op: "replace".to_owned(), path: None, value };
        self.at(kept).patch(&kept.id, vec![operation], cx).await.map(drop)
    }

    /// # Errors
    ///
    /// - as [`Records::replace`].
    pub(crate) async fn delete(
        &self,
        kept: &Kept<T>,
        cx: &RequestContext,
    ) -> Result<(), StoreError> {
        self.at(kept).delete(&kept.id, cx).await.map(drop)
    }

    fn at(&self, kept: &Kept<T>) -> Resources {
        self.access.expecting(kept.version.clone().map(Precondition::at).unwrap_or_default())
    }
}

impl<T: DeserializeOwned> Kept<T> {
    fn read(resource: &Resource) -> Result<Self, StoreError> {
        let record = resource.view().map_err(StoreError::other)?;
        Ok(Self { record, id: resource.id().to_owned(), version: resource.version() })
    }
}

/// The context of what belongs to no tenant.
pub(crate) fn host() -> RequestContext {
    RequestContext::new(HOST)
}

/// A text that is compared letter by letter.
pub(crate) fn text(name: &str) -> AttributeBuilder {
    Attribute::builder(name, AttributeType::String).case_exact()
}

/// The type of records of that name.
pub(crate) fn record_type(
    name: &str,
    attributes: impl IntoIterator<Item = AttributeBuilder>,
) -> Result<ResourceType, SchemaError> {
    let schema = Schema::builder(format!("urn:scimwire:demo:{name}"));
    let schema =
        attributes.into_iter().fold(schema, |schema, attribute| schema.attribute(attribute));
    Ok(ResourceType::new(name, schema.build()?))
}

fn object(record: &impl Serialize) -> Result<Map<String, Value>, StoreError> {
    match serde_json::to_value(record).map_err(StoreError::other)? {
        Value::Object(object) => Ok(object),
        _ => Err(StoreError::other("a record is an object")),
    }
}

//! `/ServiceProviderConfig`, `/ResourceTypes`, `/Schemas` (RFC 7644, Section 4).

use http::StatusCode;
use serde_json::{Value, json};

use super::Exchange;
use super::answer::{Answer, Failure};
use super::route::Discovery;
use crate::error::Error;
use crate::message::ListResponse;
use crate::schema::{ResourceType, Schema};

impl Exchange<'_> {
    pub(super) fn discover(self, discovery: &Discovery) -> Result<Answer, Failure> {
        self.check_accept()?;
        self.check_no_filter(discovery)?;
        let document = match discovery {
            Discovery::ServiceProviderConfig => self.provider.config(
                &self.features,
                &format!("{}/ServiceProviderConfig", self.locations.base_url()),
            ),
            Discovery::ResourceTypes => {
                list(self.resource_types().map(|known| self.resource_type(known)).collect())?
            }
            Discovery::ResourceType(name) => {
                let found = self
                    .resource_types()
                    .find(|known| known.name() == name)
                    .ok_or_else(not_found)?;
                self.resource_type(found)
            }
            Discovery::Schemas => list(self.schemas().map(|known| self.schema(known)).collect())?,
            Discovery::Schema(uri) => {
                let found =
                    self.schemas().find(|known| known.uri().is(uri)).ok_or_else(not_found)?;
                self.schema(found)
            }
        };
        let body = serde_json::to_vec(&document).map_err(crate::store::StoreError::other)?;
        let location =
            document.pointer("/meta/location").and_then(Value::as_str).map(str::to_owned);
        Ok(Answer {
            content_location: location,
            body: Some(body),
            ..Answer::status(StatusCode::OK)
        })
    }

    /// Parameters of queries do not apply, and a filter is refused, so that nobody takes the answer
    /// for a filtered one (RFC 7644, Section 4). One that was asked for by name is no list, and not
    /// taken for one.
    fn check_no_filter(&self, discovery: &Discovery) -> Result<(), Failure> {
        let by_name = matches!(discovery, Discovery::ResourceType(_) | Discovery::Schema(_));
        let query = self.head.uri.query().unwrap_or_default();
        if !by_name
            && form_urlencoded::parse(query.as_bytes())
                .any(|(name, _)| name.eq_ignore_ascii_case("filter"))
        {
            return Err(Error::status_only(
                StatusCode::FORBIDDEN,
                "a filter does not apply here: read all there is",
            )
            .into());
        }
        Ok(())
    }

    fn resource_types(&self) -> impl Iterator<Item = &ResourceType> {
        let all = self.provider.registry.resource_types().iter().map(AsRef::as_ref);
        all.filter(|known: &&ResourceType| self.cx.has_resource_type(known.name()))
    }

    /// The schemas of what this tenant is served, and those of the discovery endpoints themselves.
    fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let all = self.provider.registry.schemas().iter().map(AsRef::as_ref);
        all.filter(|schema: &&Schema| {
            let uri = schema.uri();
            let uses = |known: &ResourceType| {
                known.schema().uri() == uri || known.extension(uri.as_str()).is_some()
            };
            let is_of_hidden =
                self.provider.registry.resource_types().iter().any(|known| uses(known));
            !is_of_hidden || self.resource_types().any(uses)
        })
    }

    fn resource_type(&self, resource_type: &ResourceType) -> Value {
        let location =
            format!("{}/ResourceTypes/{}", self.locations.base_url(), resource_type.name());
        with_meta(resource_type.to_json(), "ResourceType", &location)
    }

    fn schema(&self, schema: &Schema) -> Value {
        let location = format!("{}/Schemas/{}", self.locations.base_url(), schema.uri());
        with_meta(schema.to_json(), "Schema", &location)
    }
}

/// All there are.
fn list(documents: Vec<Value>) -> Result<Value, Failure> {
    let total_results = Some(documents.len());
    let list = ListResponse {
        total_results,
        start_index: Some(1),
        next_cursor: None,
        resources: documents,
    };
    Ok(serde_json::to_value(list).map_err(crate::store::StoreError::other)?)
}

fn with_meta(mut document: Value, resource_type: &str, location: &str) -> Value {
    if let Some(document) = document.as_object_mut() {
        document.insert(
            "meta".to_owned(),
            json!({ "resourceType": resource_type, "location": location }),
        );
    }
    document
}

fn not_found() -> Error {
    Error::status_only(StatusCode::NOT_FOUND, "there is no such definition")
}

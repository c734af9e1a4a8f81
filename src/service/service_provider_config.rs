//! `ServiceProviderConfig`: derived from what is registered and enabled, so that it cannot
//! lie (RFC 7643, Section 5; RFC 9865, Section 4).

use serde_json::{Map, Value, json};

use super::Call;
use crate::auth::AuthenticationScheme;
use crate::schema::SERVICE_PROVIDER_CONFIG_SCHEMA;

impl Call<'_> {
    pub(super) fn service_provider_config(&self, schemes: &[AuthenticationScheme]) -> Value {
        let (features, limits) = (&self.features, &self.service.limits);
        let location = format!("{}/ServiceProviderConfig", self.locations.base_url());
        let preferred = schemes.iter().position(|scheme| scheme.primary).unwrap_or_default();
        let schemes = schemes.iter().enumerate();
        let schemes: Vec<Value> =
            schemes.map(|(index, known)| scheme(known, index == preferred)).collect();
        let mut pagination = json!({
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": limits.default_page_size.min(limits.max_page_size),
            "maxPageSize": limits.max_page_size,
        });
        if let (Some(timeout), Some(pagination)) =
            (limits.cursor_timeout, pagination.as_object_mut())
        {
            pagination.insert("cursorTimeout".to_owned(), timeout.as_secs().into());
        }
        json!({
            "schemas": [SERVICE_PROVIDER_CONFIG_SCHEMA],
            "patch": { "supported": features.patch },
            "bulk": {
                "supported": features.bulk,
                "maxOperations": if features.bulk { limits.max_bulk_operations } else { 0 },
                "maxPayloadSize": if features.bulk { limits.bulk_payload() } else { 0 },
            },
            "filter": { "supported": true, "maxResults": limits.max_page_size },
            "changePassword": { "supported": features.change_password },
            "sort": { "supported": features.sort },
            "etag": { "supported": true },
            "authenticationSchemes": schemes,
            "pagination": pagination,
            "meta": { "resourceType": "ServiceProviderConfig", "location": location },
        })
    }
}

fn scheme(scheme: &AuthenticationScheme, primary: bool) -> Value {
    let mut object = Map::new();
    object.insert("type".to_owned(), scheme.scheme_type.as_str().into());
    object.insert("name".to_owned(), scheme.name.as_str().into());
    object.insert("description".to_owned(), scheme.description.as_str().into());
    object.insert("primary".to_owned(), primary.into());
    let uris = [("specUri", &scheme.spec_uri), ("documentationUri", &scheme.documentation_uri)];
    for (name, uri) in uris {
        if let Some(uri) = uri {
            object.insert(name.to_owned(), uri.as_str().into());
        }
    }
    Value::Object(object)
}

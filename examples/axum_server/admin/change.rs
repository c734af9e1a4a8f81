//! What the administrator, or a sign-in, makes and changes: users, groups and memberships that come
//! from no identity provider.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use http::StatusCode;
use scimwire::auth::RequestContext;
use scimwire::message::PatchOperation;
use scimwire::quirks::Quirks;
use scimwire::resource::ResourceDecoder;
use scimwire::service::Resources;
use scimwire::store::Change;
use scimwire::{Error, StoreError};
use serde_json::{Map, Value, json};

use super::Admin;
use super::error::AdminError;
use crate::hooks::origin::Origin;

/// Takes the attributes of a SCIM user, and `origin`: `LOCAL`, or `JIT` for one who has signed in
/// just now.
pub(super) async fn create_user(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let cx = admin.context(&tenant).await?;
    let made = create(&admin.users, &body, &cx).await?;
    Ok((StatusCode::CREATED, Json(admin.user(&made.id, &cx).await?)))
}

/// Takes the attributes of a SCIM group, and `origin`.
pub(super) async fn create_group(
    State(admin): State<Arc<Admin>>,
    Path(tenant): Path<String>,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), AdminError> {
    let cx = admin.context(&tenant).await?;
    let made = create(&admin.groups, &body, &cx).await?;
    Ok((StatusCode::CREATED, Json(admin.group(&made.id, &cx).await?)))
}

/// Puts a user into a group.
pub(super) async fn join(
    State(admin): State<Arc<Admin>>,
    Path((tenant, group, member)): Path<(String, String, String)>,
) -> Result<StatusCode, AdminError> {
    let cx = Origin::Local.context(&admin.context(&tenant).await?);
    // A host knows whom it puts into its groups.
    admin.users.get(&member, &cx).await?;
    admin.groups.add_value(&group, "members", json!({ "value": member }), &cx).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a user out of a group.
pub(super) async fn leave(
    State(admin): State<Arc<Admin>>,
    Path((tenant, group, member)): Path<(String, String, String)>,
) -> Result<StatusCode, AdminError> {
    let cx = Origin::Local.context(&admin.context(&tenant).await?);
    let value = Some(json!([{ "value": member }]).into());
    let operation = PatchOperation::new("remove", Some("members".to_owned()), value);
    admin.groups.patch(&group, vec![operation], &cx).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn create(
    access: &Resources,
    body: &[u8],
    cx: &RequestContext,
) -> Result<Change, AdminError> {
    let unreadable =
        |err: serde_json::Error| AdminError::Body(format!("send a JSON object: {err}"));
    let mut attributes: Map<String, Value> = serde_json::from_slice(body).map_err(unreadable)?;
    let origin = match attributes.remove("origin") {
        None => Origin::Local,
        Some(Value::String(text)) if text == "LOCAL" => Origin::Local,
        Some(Value::String(text)) if text == "JIT" => Origin::Jit,
        Some(_) => return Err(AdminError::Body("`origin` must be `LOCAL` or `JIT`".to_owned())),
    };
    let mut quirks = Quirks::STRICT;
    quirks.accept_unknown_schemas = true;
    let decoder = ResourceDecoder::new(access.resource_type()).with_quirks(quirks);
    let resource = decoder.resource(attributes);
    let resource = resource.map_err(|err| StoreError::from(Error::from(err)))?;
    Ok(access.create(resource, &origin.context(cx)).await?)
}

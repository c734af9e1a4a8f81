//! Creating resources: POST (RFC 7644, Section 3.3).

use std::sync::Arc;

use super::outcome::{Failure, Outcome};
use super::{Call, Endpoint, rewrite};
use crate::hooks::{CreateDecision, CreateEvent, LinkMode, MemberDecision};
use crate::patch::Replacement;
use crate::quirks::Deviation;
use crate::resource::{Decoded, Meta, Resource, validate};
use crate::schema::ResolvedPath;
use crate::store::{Change, ChangeKind, too_long};
use crate::value::Object;

/// Creates the resource in the body of a POST, or links the POST to a resource that is there
/// already, as the hooks decide.
pub(crate) async fn create(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    body: Object,
) -> Result<Outcome, Failure> {
    let _turn = call.begin().await?;
    let (Decoded { mut resource, cleared }, projection) = call.decode(endpoint, body)?;
    let assumed = call.quirks.active_by_default
        && rewrite::activate(&endpoint.resource_type, &mut resource, &mut call.deviations);
    let hooks = &call.service.hooks;
    let mut event = CreateEvent::new(&endpoint.resource_type, &mut resource, call.cx);
    let change = match hooks.before_create(&mut event).await? {
        CreateDecision::Create => insert(call, endpoint, resource).await?,
        CreateDecision::Link { id, mode } => {
            if assumed {
                // Only what is said activates somebody who is there already.
                resource.remove("active");
            }
            link(call, endpoint, (&id, mode), resource, cleared).await?
        }
    };
    let is_new = change.operation == ChangeKind::Create;
    Ok(Outcome::created(call.represent_changed(endpoint, change, projection).await?, is_new))
}

/// Stores a new resource and calls the hooks, for clients and for your application.
pub(super) async fn insert(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    mut resource: Resource,
) -> Result<Change, Failure> {
    let resource_type = &endpoint.resource_type;
    resource.activate_user(resource_type);
    let left_out = resource_type.conform(&mut resource);
    call.deviations.extend(left_out.iter().map(|path| Deviation::NoSlot(path.to_string())));
    validate(&resource, resource_type)?;
    let members = resource_type.membership().member_ids(&resource);
    if let MemberDecision::Ignore(ids) = call.accepted_members(endpoint, &members).await? {
        resource_type.membership().leave_out(&mut resource, &ids);
    }
    let most = call.service.limits.max_resource_bytes;
    if resource.is_longer_than(most, resource_type) {
        return Err(too_long(most).into());
    }
    resource.set_meta(&Meta::new(resource_type.name(), call.service.clock.now()));
    let resource = endpoint.store.create(resource, call.cx).await?;
    let change = Change::created(Arc::clone(resource_type), call.cx.tenant.clone(), resource);
    Ok(call.report(change).await)
}

/// Has a resource that is there already take over what a POST says.
async fn link(
    call: &mut Call<'_>,
    endpoint: &Endpoint,
    (id, mode): (&str, LinkMode),
    wanted: Resource,
    cleared: Vec<ResolvedPath>,
) -> Result<Change, Failure> {
    let resource_type = Arc::clone(&endpoint.resource_type);
    let replacement = match mode {
        LinkMode::Merge => Replacement::merging(resource_type, wanted),
        LinkMode::Replace => Replacement::new(resource_type, wanted, call.quirks.put_omitted),
    };
    let change = call.put(endpoint, id, replacement.with_cleared(cleared)).await?;
    call.service.hooks.after_link(&change, call.cx).await;
    Ok(change)
}

//! One call of the service: the caller, the settings that hold for it, and what was noticed.

use std::sync::Arc;

use super::outcome::Failure;
use super::parameters::named_on_request;
use super::rewrite::message;
use super::{Endpoint, Service};
use crate::budget::EvalBudget;
use crate::context::RequestContext;
use crate::features::Features;
use crate::hooks::{AddMembersEvent, ChangeGuard, MemberDecision};
use crate::message::SearchRequest;
use crate::patch::PatchBinder;
use crate::query::Projection;
use crate::quirks::{Deviations, Quirks};
use crate::resource::{Decoded, ResourceDecoder};
use crate::schema::{Attribute, ResourceType, ResourceUrls};
use crate::store::{Change, Precondition, Pushdown};
use crate::value::Object;

/// A call on its way.
pub(crate) struct Call<'c> {
    pub(crate) service: &'c Service,
    pub(crate) cx: &'c RequestContext,
    pub(crate) quirks: Quirks,
    pub(crate) features: Features,
    pub(crate) locations: ResourceUrls,
    /// The budget of the call and its parts.
    pub(crate) budget: EvalBudget,
    /// The parameters in the URL.
    pub(crate) parameters: SearchRequest,
    /// The versions that the client expects.
    pub(crate) precondition: Precondition,
    /// `true` if the client prefers a response without a body.
    pub(crate) prefers_minimal: bool,
    /// The deviations from the RFC that were tolerated.
    pub(crate) deviations: Deviations,
    /// The lowest pushdown of the stores that were searched.
    pub(crate) pushdown: Option<Pushdown>,
}

impl<'c> Call<'c> {
    pub(crate) fn new(service: &'c Service, cx: &'c RequestContext, budget: EvalBudget) -> Self {
        let locations = match &cx.base_url {
            Some(url) => service.locations.with_base_url(url),
            None => service.locations.clone(),
        };
        Self {
            service,
            cx,
            quirks: cx.quirks.unwrap_or(service.quirks),
            features: cx.features.unwrap_or(service.features),
            locations,
            budget,
            parameters: SearchRequest::default(),
            precondition: Precondition::default(),
            prefers_minimal: false,
            deviations: Deviations::default(),
            pushdown: None,
        }
    }

    /// A call that is part of this one, with the same caller and budget. It expects no version.
    pub(super) fn part(&self) -> Self {
        Self {
            locations: self.locations.clone(),
            parameters: self.parameters.clone(),
            ..Self::new(self.service, self.cx, self.budget.clone())
        }
    }

    /// The endpoints of the resource types that this tenant has.
    pub(super) fn endpoints(&self) -> impl Iterator<Item = &'c Endpoint> + use<'c> {
        let cx = self.cx;
        let is_visible = |endpoint: &&Endpoint| cx.has_resource_type(endpoint.resource_type.name());
        self.service.endpoints.iter().filter(move |endpoint| is_visible(endpoint))
    }

    /// Takes a body as a message of that schema.
    pub(super) fn message(&mut self, body: &mut Object, schema: &'static str) {
        if self.quirks.accept_unknown_schemas {
            message::assume_schema(body, schema, &mut self.deviations);
        }
    }

    pub(super) fn plan_binder(&self, endpoint: &Endpoint) -> PatchBinder {
        PatchBinder::new(Arc::clone(&endpoint.resource_type))
            .with_quirks(self.quirks)
            .with_secrets(self.features.change_password)
            .with_filter_limits(self.service.limits.filter)
            .with_urls(self.locations.clone())
    }

    /// The resource in the body of a POST or PUT, and which of its attributes the answer shows.
    pub(super) fn decode(
        &mut self,
        endpoint: &Endpoint,
        mut body: Object,
    ) -> Result<(Decoded, Projection), Failure> {
        let projection = self.projection(endpoint)?;
        self.plan_binder(endpoint).unfold(&mut body, &mut self.deviations)?;
        let resource_type = &endpoint.resource_type;
        let decoded = ResourceDecoder::new(resource_type)
            .with_quirks(self.quirks)
            .with_secrets(self.features.change_password)
            .decode(body, &mut self.deviations)?;
        let named = named_on_request(resource_type, &decoded.resource);
        Ok((decoded, projection.with_requested(named)))
    }

    /// The attribute that shows in which resources one is listed, where this tenant has no such
    /// resources.
    pub(super) fn hidden_view<'t>(
        &self,
        resource_type: &'t ResourceType,
    ) -> Option<&'t Arc<Attribute>> {
        if self.cx.hidden_resource_types.is_empty() {
            return None;
        }
        let membership = resource_type.membership();
        let mut types = membership.group_types().iter();
        let is_hidden = types.len() > 0 && types.all(|name| !self.cx.has_resource_type(name));
        membership.groups().filter(|_| is_hidden)
    }

    /// Asks the hooks to begin a change, and waits for their guard.
    pub(super) async fn begin(&self) -> Result<ChangeGuard, Failure> {
        Ok(self.service.hooks.begin(self.cx).await?)
    }

    /// Asks the hooks which of these are taken as members.
    pub(super) async fn accepted_members(
        &self,
        endpoint: &Endpoint,
        members: &[String],
    ) -> Result<MemberDecision, Failure> {
        if members.is_empty() {
            return Ok(MemberDecision::Accept);
        }
        let event = AddMembersEvent::new(&endpoint.resource_type, members, self.cx);
        Ok(self.service.hooks.before_add_members(&event).await?)
    }

    /// Tells the hooks what was committed. It had the passwords before they were stored, and has
    /// them no second time.
    pub(super) async fn report(&self, change: Change) -> Change {
        let change = change.redacted();
        self.service.hooks.after_commit(&change, self.cx).await;
        change
    }
}

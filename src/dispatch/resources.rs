//! One resource: create, read, replace, change, delete (RFC 7644, Sections 3.3 to 3.6).

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::answer::{Answer, Failure};
use super::precondition::precondition;
use super::{Endpoint, Exchange, not_implemented};
use crate::features::PatchAnswer;
use crate::message::{PATCH_OP, PatchOp, PatchOperation};
use crate::patch::{PlanBinder, Replacement, Rules, is_unfolded};
use crate::policy::{Adoption, Creating, Deleting, Joining, Policy};
use crate::query::{Projected, Projection};
use crate::quirks::{Deviation, Quirks, rewrite};
use crate::resource::{Intake, Meta, Resource, check};
use crate::schema::{Attribute, ResolvedPath, ResourceType, Returned, Schema};
use crate::store::{
    Change, Operation, StoreError, Update, leave_out_members, member_ids, too_long,
};

/// What a body says, and what it unassigns in so many words.
type Wanted = (Resource, Vec<(Option<String>, String)>);

impl Exchange<'_> {
    /// POST (Section 3.3).
    pub(super) async fn create(mut self, endpoint: &Endpoint) -> Result<Answer, Failure> {
        self.check_accept()?;
        let projection = self.projection(endpoint)?;
        let body = self.resource_object(endpoint)?;
        let (mut resource, cleared) = self.intake(endpoint, body)?;
        let projection = projection.requested(named_on_request(&endpoint.resource_type, &resource));
        let assumed = self.activate(endpoint, &mut resource);
        match self.provider.policy.creating(&endpoint.resource_type, &mut resource, self.cx).await?
        {
            Creating::Store => resource.activate_user(&endpoint.resource_type),
            Creating::Adopt { id, mode } => {
                if assumed {
                    // Only what is said activates somebody who is there already.
                    resource.remove("active");
                }
                let replacement = self.adoption(endpoint, resource, mode).clearing(cleared);
                return self.adopt(endpoint, &id, replacement, &projection).await;
            }
        }
        resource.settle_schemas(&endpoint.resource_type);
        check(&resource, &endpoint.resource_type)?;
        if let Joining::Without(ids) =
            self.joining(endpoint, &member_ids(&endpoint.resource_type, &resource)).await?
        {
            leave_out_members(&endpoint.resource_type, &mut resource, &ids);
        }
        let most = self.provider.limits.resource_bytes;
        if resource.is_longer_than(most, &endpoint.resource_type) {
            return Err(too_long(most).into());
        }
        resource.set_meta(&Meta::new(endpoint.resource_type.name(), self.provider.clock.now()));
        let resource = Arc::new(endpoint.store.create(resource, self.cx).await?);
        let change = Change::created(
            Arc::clone(&endpoint.resource_type),
            self.cx.tenant().clone(),
            resource,
        );
        let change = self.tell(change).await;
        let answer = self.answer_whole(endpoint, &change, &projection).await?;
        Ok(Answer { status: StatusCode::CREATED, is_new: true, ..answer })
    }

    /// GET of one (Section 3.4.1).
    pub(super) async fn read(mut self, endpoint: &Endpoint, id: &str) -> Result<Answer, Failure> {
        self.check_accept()?;
        let projection = self.projection(endpoint)?;
        let resource = endpoint.store.get(id, &projection, self.cx).await?;
        if self.is_known(resource.version())? {
            // RFC 9110, Section 15.4.5: the headers of the answer with a body.
            let content_location = self.locations.of(endpoint.resource_type.name(), resource.id());
            let version = resource.version();
            return Ok(Answer {
                version,
                content_location,
                ..Answer::status(StatusCode::NOT_MODIFIED)
            });
        }
        self.answer_with(StatusCode::OK, endpoint, resource, &projection)
    }

    /// PUT (Section 3.5.1).
    pub(super) async fn replace(
        mut self,
        endpoint: &Endpoint,
        id: &str,
    ) -> Result<Answer, Failure> {
        self.check_accept()?;
        let projection = self.projection(endpoint)?;
        let body = self.resource_object(endpoint)?;
        let (wanted, cleared) = self.intake(endpoint, body)?;
        let projection = projection.requested(named_on_request(&endpoint.resource_type, &wanted));
        self.report.deviations.extend(rewrite::kept(
            &endpoint.resource_type,
            &wanted,
            &cleared,
            self.quirks.omitted,
        ));
        let resource_type = Arc::clone(&endpoint.resource_type);
        let replacement =
            Replacement::new(resource_type, wanted, self.quirks.omitted).clearing(cleared);
        let change = self.put(endpoint, id, replacement).await?;
        self.answer_whole(endpoint, &change, &projection).await
    }

    /// PATCH (Section 3.5.2).
    pub(super) async fn patch(mut self, endpoint: &Endpoint, id: &str) -> Result<Answer, Failure> {
        if !self.features.patch {
            return Err(not_implemented("PATCH").into());
        }
        self.check_accept()?;
        let projection = self.projection(endpoint)?;
        let mut message =
            PatchOp::from_object(self.message(PATCH_OP)?, self.provider.limits.patch_operations)?;
        for (index, operation) in message.operations.iter_mut().enumerate() {
            self.report.deviations.extend(rewrite::lower_op(index, operation));
            if self.quirks.blank_as_absent {
                self.report.deviations.extend(rewrite::blank_path(index, operation));
            }
        }
        let (plan, repairs) = self.plan_binder(endpoint).bind(message)?;
        self.report.deviations.extend(repairs.into_iter().map(Deviation::Patch));
        self.report.deviations.extend(rewrite::not_unassigned(&endpoint.resource_type, &plan));
        let named: Vec<ResolvedPath> = plan.paths().collect();
        let tenant = self.cx.tenant().clone();
        let update = Update::patch(
            Arc::clone(&endpoint.resource_type),
            tenant,
            plan,
            self.provider.clock.now(),
        );
        let change = self.update(endpoint, id, update).await?;
        self.report.deviations.extend(change.repairs.iter().cloned().map(Deviation::Patch));
        let chosen = projection.is_chosen();
        let projection = projection.requested(named);
        let answer = self.features.patch_answer;
        if !chosen && (self.prefers_minimal() || answer == PatchAnswer::NoContent) {
            return Ok(no_content(&change));
        }
        match &change.after {
            None if !chosen && answer == PatchAnswer::AtHand => Ok(no_content(&change)),
            _ => self.answer_whole(endpoint, &change, &projection).await,
        }
    }

    /// DELETE (Section 3.6).
    pub(super) async fn delete(mut self, endpoint: &Endpoint, id: &str) -> Result<Answer, Failure> {
        match self.provider.policy.deleting(&endpoint.resource_type, id, self.cx).await? {
            Deleting::Deactivate => {
                let change = self.deactivate(endpoint, id).await?;
                return Ok(no_content(&change));
            }
            Deleting::Delete => {}
        }
        let change = endpoint.store.delete(id, &precondition(&self.head.headers), self.cx).await?;
        self.tell(change).await;
        Ok(Answer::status(StatusCode::NO_CONTENT))
    }

    /// A resource that is there already takes over what a POST says.
    async fn adopt(
        mut self,
        endpoint: &Endpoint,
        id: &str,
        replacement: Replacement,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let change = self.put(endpoint, id, replacement).await?;
        self.provider.policy.adopted(&change, self.cx).await;
        let answer = self.answer_whole(endpoint, &change, projection).await?;
        Ok(Answer { status: StatusCode::CREATED, ..answer })
    }

    /// What a resource that is there already takes over.
    fn adoption(&self, endpoint: &Endpoint, wanted: Resource, mode: Adoption) -> Replacement {
        let resource_type = Arc::clone(&endpoint.resource_type);
        match mode {
            Adoption::Merge => Replacement::merging(resource_type, wanted),
            Adoption::Replace => Replacement::new(resource_type, wanted, self.quirks.omitted),
        }
    }

    async fn put(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        replacement: Replacement,
    ) -> Result<Change, Failure> {
        let tenant = self.cx.tenant().clone();
        let update = Update::put(
            Arc::clone(&endpoint.resource_type),
            tenant,
            replacement,
            self.provider.clock.now(),
        );
        self.update(endpoint, id, update).await
    }

    async fn deactivate(&mut self, endpoint: &Endpoint, id: &str) -> Result<Change, Failure> {
        let operation = PatchOperation {
            op: "replace".to_owned(),
            path: Some("active".to_owned()),
            value: Some(json!(false)),
        };
        self.amend(endpoint, id, vec![operation], Quirks::STRICT.rules()).await
    }

    /// Makes changes that are no PATCH of the client's.
    pub(super) async fn amend(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        operations: Vec<PatchOperation>,
        rules: Rules,
    ) -> Result<Change, Failure> {
        let binder = PlanBinder::new(Arc::clone(&endpoint.resource_type), rules);
        let (plan, _) = binder.bind(PatchOp { operations })?;
        let tenant = self.cx.tenant().clone();
        let update = Update::patch(
            Arc::clone(&endpoint.resource_type),
            tenant,
            plan,
            self.provider.clock.now(),
        );
        self.update(endpoint, id, update).await
    }

    async fn update(
        &mut self,
        endpoint: &Endpoint,
        id: &str,
        update: Update,
    ) -> Result<Change, Failure> {
        let update = match self.joining(endpoint, &update.joining()).await? {
            Joining::Without(ids) => update.leaving_out(&ids),
            Joining::All => update,
        };
        let (policy, cx) = (Arc::clone(&self.provider.policy), self.cx.clone());
        let resource_type = Arc::clone(&endpoint.resource_type);
        let hook = Box::new(move |before: &Resource, after: &mut Resource| {
            Policy::updating(policy.as_ref(), &resource_type, before, after, &cx)
        });
        let update = update
            .expecting(precondition(&self.head.headers))
            .within(self.budget.clone())
            .with_hook(hook);
        let update = update.up_to(self.provider.limits.resource_bytes);
        let change = endpoint.store.update(id, &update, self.cx).await?;
        if change.is_unchanged() {
            self.report.deviations.push(Deviation::Unchanged);
            return Ok(change);
        }
        Ok(self.tell(change).await)
    }

    /// Whom the host takes of those that the client names as members.
    async fn joining(&self, endpoint: &Endpoint, members: &[String]) -> Result<Joining, Failure> {
        if members.is_empty() {
            return Ok(Joining::All);
        }
        Ok(self.provider.policy.joining(&endpoint.resource_type, members, self.cx).await?)
    }

    /// Tells the host what was committed. It had the passwords before they were stored, and has
    /// them no second time.
    async fn tell(&self, change: Change) -> Change {
        let change = change.without_secrets();
        self.provider.policy.changed(&change, self.cx).await;
        change
    }

    pub(super) fn rules(&self) -> Rules {
        let mut rules = self.quirks.rules();
        rules.values.secrets = self.features.change_password;
        rules
    }

    fn plan_binder(&self, endpoint: &Endpoint) -> PlanBinder {
        PlanBinder::new(Arc::clone(&endpoint.resource_type), self.rules())
            .filters(self.provider.limits.filter, self.quirks.syntax())
            .locations(self.locations.clone())
    }

    /// Puts what stands under the key of a path in the body of a POST or PUT where that leads, and
    /// says which keys did.
    pub(super) fn unfold(
        &self,
        endpoint: &Endpoint,
        body: &mut Map<String, Value>,
    ) -> Result<Vec<Deviation>, Failure> {
        if is_unfolded(&endpoint.resource_type, body) {
            return Ok(Vec::new());
        }
        let repairs = self.plan_binder(endpoint).unfold(body)?;
        Ok(repairs.into_iter().map(Deviation::Value).collect())
    }

    fn intake(
        &mut self,
        endpoint: &Endpoint,
        mut body: Map<String, Value>,
    ) -> Result<Wanted, Failure> {
        let unfolded = self.unfold(endpoint, &mut body)?;
        self.report.deviations.extend(unfolded);
        let rules = self.rules();
        let mut intake = Intake::new(&endpoint.resource_type, rules.values);
        let resource = intake.resource(body)?;
        let cleared = intake.unassigned();
        self.report.deviations.extend(intake.repairs().into_iter().map(Deviation::Value));
        Ok((resource, cleared))
    }

    /// Whether `active` was assumed of a new resource that did not say it.
    fn activate(&mut self, endpoint: &Endpoint, resource: &mut Resource) -> bool {
        let assumed = self
            .quirks
            .active_by_default
            .then(|| rewrite::activate(&endpoint.resource_type, resource))
            .flatten();
        let is_assumed = assumed.is_some();
        self.report.deviations.extend(assumed);
        is_assumed
    }

    /// The resource after a change; read again where the store did not have the whole of it at
    /// hand, or what is derived.
    async fn answer_whole(
        &mut self,
        endpoint: &Endpoint,
        change: &Change,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        match &change.after {
            Some(after) if !self.lacks_derived(endpoint, change, after, projection) => {
                self.answer_with(StatusCode::OK, endpoint, Arc::clone(after), projection)
            }
            _ => {
                let resource = endpoint.store.get(&change.id, projection, self.cx).await?;
                self.answer_with(StatusCode::OK, endpoint, resource, projection)
            }
        }
    }

    /// Whether a state lacks what a store adds when it is read: the groups of a user, the types of
    /// new members. Nobody is in a group who was made just now, unless by the host, when it heard
    /// of that.
    fn lacks_derived(
        &self,
        endpoint: &Endpoint,
        change: &Change,
        state: &Resource,
        projection: &Projection,
    ) -> bool {
        let created = change.operation == Operation::Create;
        let reads = |attribute: &&Arc<Attribute>| projection.reads(attribute);
        let view = endpoint.resource_type.membership_view().filter(reads);
        let members = endpoint.resource_type.membership().filter(reads);
        let has_members = members.is_some_and(|members| state.get(members.name()).is_some());
        if created {
            has_members || (view.is_some() && self.provider.host_has_a_say)
        } else {
            view.is_some()
        }
    }

    fn answer_with(
        &mut self,
        status: StatusCode,
        endpoint: &Endpoint,
        resource: Arc<Resource>,
        projection: &Projection,
    ) -> Result<Answer, Failure> {
        let resource = self.with_nearest_groups(&endpoint.resource_type, resource);
        let projected =
            Projected::new(&resource, projection, &endpoint.resource_type, &self.locations);
        let body = serde_json::to_vec(&projected).map_err(StoreError::other)?;
        let location = self.locations.of(endpoint.resource_type.name(), resource.id());
        let id = Some(resource.id().to_owned());
        // RFC 7643, Section 3.1: the same as `meta.location`, whichever part of the resource is
        // shown.
        let content_location = location.clone();
        Ok(Answer {
            location,
            content_location,
            version: resource.version(),
            body: Some(body),
            id,
            ..Answer::status(status)
        })
    }
}

fn no_content(change: &Change) -> Answer {
    Answer { version: change.version.clone(), ..Answer::status(StatusCode::NO_CONTENT) }
}

/// Attributes with `returned: request` that the body named (RFC 7643, Section 7).
fn named_on_request(resource_type: &ResourceType, resource: &Resource) -> Vec<ResolvedPath> {
    let on_request = |extension: Option<&Arc<Schema>>, schema: &Schema| -> Vec<ResolvedPath> {
        let path = |attribute: &Arc<Attribute>, sub: Option<&Arc<Attribute>>| {
            ResolvedPath::new(extension.cloned(), Arc::clone(attribute), sub.cloned())
        };
        let paths = schema.attributes().iter().flat_map(|attribute| {
            let parts =
                attribute.sub_attributes().iter().map(move |sub| path(attribute, Some(sub)));
            parts.chain([path(attribute, None)])
        });
        let on_request = paths.filter(|path| path.last().returned() == Returned::Request);
        on_request.filter(|path| resource.values(path).next().is_some()).collect()
    };
    let mut named = on_request(None, resource_type.schema());
    for extension in resource_type.extensions() {
        named.extend(on_request(Some(&extension.schema), &extension.schema));
    }
    named
}

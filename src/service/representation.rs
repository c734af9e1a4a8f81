//! A resource as the client gets it: projected, with its groups up to the limit.

use std::sync::Arc;

use bytes::Bytes;
use serde::{Serialize, Serializer};

use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::query::{MaxGroups, ProjectedResource, Projection};
use crate::quirks::{Deviation, Mark};
use crate::resource::{Resource, Written};
use crate::schema::{Membership, ResourceType, ResourceUrls};
use crate::store::{Change, ChangeKind};

/// A resource, and what of it is shown.
pub(crate) struct Representation {
    pub(super) resource: Arc<Resource>,
    projection: Projection,
    resource_type: Arc<ResourceType>,
    locations: ResourceUrls,
}

impl Representation {
    /// The URL of the resource.
    pub(super) fn location(&self) -> Option<String> {
        self.locations.url_of(self.resource_type.name(), self.resource.id())
    }

    /// The resource as JSON, with its headers.
    pub(crate) fn written(&self) -> Written {
        let projected = self.projected();
        if let Some(kept) = projected.kept() {
            return kept.clone();
        }
        let text = projected.to_json();
        projected.keep(&text);
        self.resource.written(text.into(), &self.locations, &self.resource_type)
    }

    /// The headers of the resource, without a text.
    pub(crate) fn headers(&self) -> Written {
        match self.projected().kept() {
            Some(kept) => Written { text: Bytes::new(), ..kept.clone() },
            None => self.resource.written(Bytes::new(), &self.locations, &self.resource_type),
        }
    }

    fn projected(&self) -> ProjectedResource<'_> {
        ProjectedResource::new(
            &self.resource,
            &self.projection,
            &self.resource_type,
            &self.locations,
        )
    }
}

impl Serialize for Representation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.projected().serialize(serializer)
    }
}

impl Call<'_> {
    pub(super) fn represent(
        &mut self,
        endpoint: &Endpoint,
        resource: Arc<Resource>,
        projection: Projection,
    ) -> Representation {
        let resource = self.with_nearest_groups(&endpoint.resource_type, resource);
        let resource_type = Arc::clone(&endpoint.resource_type);
        Representation { resource, projection, resource_type, locations: self.locations.clone() }
    }

    /// The resource after a change; read again where the store did not have the whole of it at
    /// hand, or what is derived.
    pub(super) async fn represent_changed(
        &mut self,
        endpoint: &Endpoint,
        change: Change,
        projection: Projection,
    ) -> Result<Representation, Failure> {
        let resource = match &change.after {
            Some(after) if !self.lacks_derived(endpoint, &change, after, &projection) => {
                Arc::clone(after)
            }
            _ => endpoint.store.get(&change.id, &projection, self.cx).await?,
        };
        Ok(self.represent(endpoint, resource, projection))
    }

    /// Returns `true` if a state lacks what a store adds when it is read: the groups of a user, the
    /// types of new members. Nobody is in a group who was made just now, unless by the host, when
    /// it heard of that.
    fn lacks_derived(
        &self,
        endpoint: &Endpoint,
        change: &Change,
        state: &Resource,
        projection: &Projection,
    ) -> bool {
        let read = projection.membership(&endpoint.resource_type);
        let shows_groups = read.groups().is_some();
        if change.operation == ChangeKind::Create {
            !read.members_of(state).is_empty() || (shows_groups && self.service.has_hooks)
        } else {
            shows_groups
        }
    }

    /// Removes indirect groups above the limit from a resource. A store gives the
    /// nearest first.
    pub(super) fn with_nearest_groups(
        &mut self,
        resource_type: &ResourceType,
        mut resource: Arc<Resource>,
    ) -> Arc<Resource> {
        if resource.kept_text(&self.locations, resource_type).is_some() {
            // It was shown before, with all of its groups.
            return resource;
        }
        let limits = &self.service.limits;
        let most = MaxGroups { all: limits.max_groups, indirect: limits.max_indirect_groups };
        let membership = resource_type.membership();
        let groups = membership.groups_of(&resource);
        let indirect = groups.iter().filter(|group| Membership::is_indirect(group)).count();
        let left_out = indirect.saturating_sub(most.indirect);
        let too_many = groups.len() - left_out > most.all;
        if left_out == 0 && !too_many {
            return resource;
        }
        membership.keep_nearest_groups(Arc::make_mut(&mut resource), most.all, most.indirect);
        if left_out > 0 {
            let told = Deviation::IndirectGroups { shown: most.indirect };
            self.deviations.push_once(Mark::default(), told);
        }
        if too_many {
            self.deviations.push_once(Mark::default(), Deviation::Groups { shown: most.all });
        }
        resource
    }
}

//! An operation before it runs: where it goes, and what it refers to.

use std::collections::HashMap;

use super::references::References;
use super::schedule::Link;
use crate::error::{Error, ScimType};
use crate::filter::ParseOptions;
use crate::message::{BulkId, BulkOperation};
use crate::quirks::{Deviation, Deviations};
use crate::schema::ResourceUrls;
use crate::service::outcome::Failure;
use crate::service::rewrite::message;
use crate::service::{Call, Endpoint, Route, entity_tags, not_implemented};
use crate::shown::Shown;
use crate::store::EntityTags;
use crate::value::{Object, Value};

/// The method of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    Post,
    Put,
    Patch,
    Delete,
}

/// An operation of a bulk request.
pub(super) struct Task<'c> {
    /// The method as the client wrote it.
    pub(super) written_method: String,
    /// None of what is no method of an operation.
    pub(super) verb: Option<Verb>,
    pub(super) bulk_id: Option<BulkId>,
    pub(super) if_match: Option<EntityTags>,
    pub(super) target: Option<Target<'c>>,
    pub(super) data: Object,
    pub(super) links: Vec<Link>,
    /// The deviations that were tolerated while it was read.
    pub(super) deviations: Deviations,
    /// Why it cannot be run at all.
    pub(super) problem: Option<Failure>,
}

/// The target of an operation.
pub(super) struct Target<'c> {
    pub(super) endpoint: &'c Endpoint,
    /// None is the resource type itself.
    pub(super) id: Option<String>,
    /// The methods that it has.
    pub(super) allowed: &'static str,
}

impl<'c> Task<'c> {
    pub(super) fn new(operation: BulkOperation, call: &Call<'c>) -> Self {
        let BulkOperation { method: written_method, bulk_id, version, path, data } = operation;
        let mut task = Self {
            verb: Verb::read(&written_method),
            written_method,
            bulk_id,
            if_match: None,
            target: None,
            data: Object::new(),
            links: Vec::new(),
            deviations: Deviations::default(),
            problem: None,
        };
        if task.verb.is_some_and(|verb| verb.as_str() != task.written_method) {
            task.deviations.push(Deviation::MethodCase);
        }
        task.problem = task.read(version.as_deref(), path.as_deref(), data, call).err();
        task
    }

    /// Returns the `bulkId` by which other operations can refer to the created resource.
    pub(super) fn creates(&self) -> Option<&str> {
        self.bulk_id.as_ref().filter(|_| self.verb == Some(Verb::Post)).map(BulkId::as_str)
    }

    /// The URL of the resource; `None` if it is not known yet.
    pub(super) fn location(&self, locations: &ResourceUrls) -> Option<String> {
        let target = self.target.as_ref()?;
        let id = target.id.as_deref().filter(|id| BulkId::referred_to(id).is_none())?;
        locations.url_of(target.endpoint.resource_type.name(), id)
    }

    /// Finds the operations that this one refers to. Each name has the index of the operation that
    /// creates.
    pub(super) fn link(&mut self, names: &HashMap<String, usize>, call: &Call<'_>) {
        let (mut links, mut unknown) = (Vec::new(), None);
        self.each_reference(call, &mut |text, required| {
            let Some(name) = BulkId::referred_to(text) else {
                return;
            };
            match names.get(name) {
                Some(to) => links.push(Link { to: *to, required }),
                None => unknown = Some(text.clone()),
            }
        });
        self.links = links;
        if let (Some(reference), None) = (unknown, &self.problem) {
            let detail = format!(
                "`{}` does not match the `bulkId` of a `POST` in this request",
                Shown(&reference)
            );
            self.problem = Some(Error::scim(ScimType::InvalidValue, detail).into());
        }
    }

    /// Puts ids in the place of names that have one.
    pub(super) fn resolve(&mut self, ids: &HashMap<String, String>, call: &Call<'_>) {
        self.each_reference(call, &mut |text, _| resolve(text, ids));
    }

    /// Returns the finder of references in the data.
    pub(super) fn references<'t>(&'t self, call: &Call<'_>) -> Option<References<'t>> {
        let target = self.target.as_ref()?;
        let options = ParseOptions::default()
            .with_limits(call.service.limits.filter)
            .with_quirks(call.quirks);
        Some(References { resource_type: &target.endpoint.resource_type, options })
    }

    /// Visits the references in the path and in the data, with whether the resource cannot be
    /// created without.
    fn each_reference(&mut self, call: &Call<'_>, visit: &mut dyn FnMut(&mut String, bool)) {
        let id = self.target.as_mut().and_then(|target| target.id.as_mut());
        if let Some(id) = id.filter(|id| BulkId::referred_to(id).is_some()) {
            visit(id, true);
        }
        let mut data = std::mem::take(&mut self.data);
        match self.references(call) {
            Some(references) if self.verb == Some(Verb::Patch) => {
                references.in_patch(&mut data, &mut |text| visit(text, true))
            }
            Some(references) => references.in_resource(&mut data, visit),
            None => {}
        }
        self.data = data;
    }

    fn read(
        &mut self,
        version: Option<&str>,
        path: Option<&str>,
        mut data: Option<Value>,
        call: &Call<'c>,
    ) -> Result<(), Failure> {
        let path = path.ok_or_else(|| syntax("`path` is missing"))?;
        if path.contains(['?', '#']) {
            return Err(syntax("`path` must not contain a query"));
        }
        let route = Route::find(path, call, &mut self.deviations)?;
        let allowed = route.allowed(&call.features);
        let (endpoint, id) = target(route)?;
        self.target = Some(Target { endpoint, id, allowed });
        let Some(verb) = self.verb else {
            return Err(syntax("`method` must be `POST`, `PUT`, `PATCH` or `DELETE`"));
        };
        if verb == Verb::Post && self.bulk_id.is_none() {
            return Err(syntax("`POST` requires a `bulkId`"));
        }
        if let Some(data) = &mut data
            && call.quirks.bare_operations
            && verb == Verb::Patch
        {
            message::bare_operations(data, &mut self.deviations);
        }
        self.data = match data {
            Some(Value::Object(data)) => data,
            // A body means nothing there.
            _ if verb == Verb::Delete => Object::new(),
            Some(_) => return Err(syntax("`data` must be an object")),
            None => return Err(syntax("`data` is missing")),
        };
        if matches!(verb, Verb::Post | Verb::Put) {
            // What refers to others is found where it belongs.
            call.plan_binder(endpoint).unfold(&mut self.data, &mut self.deviations)?;
        }
        if let Some(version) = version.filter(|_| verb != Verb::Post) {
            if version.contains(|character: char| character.is_ascii_control()) {
                let detail = "`version` contains characters that are not allowed in an entity tag";
                return Err(Error::scim(ScimType::InvalidValue, detail).into());
            }
            self.if_match = entity_tags([version]);
        }
        Ok(())
    }
}

/// Puts the id in the place of a name that has one.
pub(super) fn resolve(text: &mut String, ids: &HashMap<String, String>) {
    if let Some(id) = BulkId::referred_to(text).and_then(|name| ids.get(name)) {
        text.clone_from(id);
    }
}

fn target<'c>(route: Route<'c, '_>) -> Result<(&'c Endpoint, Option<String>), Failure> {
    match route {
        Route::Collection(endpoint) => Ok((endpoint, None)),
        Route::Resource(endpoint, id) => Ok((endpoint, Some(id.into_owned()))),
        Route::Me(endpoint, id) => Ok((endpoint, Some(id.to_owned()))),
        Route::NotImplemented(feature) => Err(not_implemented(feature)),
        Route::Search(_) | Route::Root(_) | Route::Bulk | Route::Discovery(_) => Err(syntax(
            "`path` must be that of a resource, or for `POST` the endpoint of a resource type",
        )),
    }
}

impl Verb {
    /// Methods are upper case (RFC 9110, Section 9.1); here they are read in any case.
    fn read(text: &str) -> Option<Self> {
        let known = [Self::Post, Self::Put, Self::Patch, Self::Delete];
        known.into_iter().find(|verb| verb.as_str().eq_ignore_ascii_case(text))
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

fn syntax(detail: &'static str) -> Failure {
    Error::scim(ScimType::InvalidSyntax, detail).into()
}

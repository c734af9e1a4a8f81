//! An operation before it runs: where it goes, and what it refers to.

use std::collections::HashMap;

use http::{HeaderValue, Method};
use serde_json::{Map, Value};

use super::order::Link;
use super::references::References;
use crate::dispatch::answer::Failure;
use crate::dispatch::route::Route;
use crate::dispatch::{Endpoint, Exchange};
use crate::error::{Error, ScimType};
use crate::message::{BulkId, BulkOperation};
use crate::quirks::{Deviation, message};
use crate::schema::Locations;
use crate::shown::Shown;

/// An operation of a bulk request.
pub(super) struct Task<'p> {
    /// The method as the client wrote it.
    pub(super) written_method: String,
    pub(super) method: Method,
    pub(super) bulk_id: Option<BulkId>,
    pub(super) version: Option<HeaderValue>,
    pub(super) target: Option<Target<'p>>,
    pub(super) data: Map<String, Value>,
    pub(super) links: Vec<Link>,
    /// What was put right while it was read.
    pub(super) deviations: Vec<Deviation>,
    /// Why it cannot be run at all.
    pub(super) problem: Option<Failure>,
}

/// Where an operation goes.
pub(super) struct Target<'p> {
    pub(super) endpoint: &'p Endpoint,
    /// None is the resource type itself.
    pub(super) id: Option<String>,
}

impl<'p> Task<'p> {
    pub(super) fn new(operation: BulkOperation, exchange: &Exchange<'p>) -> Self {
        let BulkOperation { method: written_method, bulk_id, version, path, data } = operation;
        let mut task = Self {
            method: read_method(&written_method),
            written_method,
            bulk_id,
            version: None,
            target: None,
            data: Map::new(),
            links: Vec::new(),
            deviations: Vec::new(),
            problem: None,
        };
        if task.departs_in_case() {
            task.deviations.push(Deviation::MethodCase);
        }
        task.problem = task.read(version.as_deref(), path.as_deref(), data, exchange).err();
        task
    }

    /// Whether others can refer to what the operation creates, and by what name.
    pub(super) fn creates(&self) -> Option<&str> {
        self.bulk_id.as_ref().filter(|_| self.method == Method::POST).map(BulkId::as_str)
    }

    /// Whether the method was understood only without regard to case.
    fn departs_in_case(&self) -> bool {
        let (method, written) = (self.method.as_str(), self.written_method.as_str());
        method != written && method.eq_ignore_ascii_case(written)
    }

    /// Where the resource is; none where that is not known yet.
    pub(super) fn location(&self, locations: &Locations) -> Option<String> {
        let target = self.target.as_ref()?;
        let id = target.id.as_deref().filter(|id| BulkId::referred_to(id).is_none())?;
        locations.of(target.endpoint.resource_type.name(), id)
    }

    /// Finds the operations that this one refers to. Each name has the index of the operation that
    /// creates.
    pub(super) fn link(&mut self, names: &HashMap<String, usize>, exchange: &Exchange<'_>) {
        let (mut links, mut unknown) = (Vec::new(), None);
        self.each_reference(exchange, &mut |text, required| {
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
                "`{}` names nothing that an operation of this request creates",
                Shown(&reference)
            );
            self.problem = Some(Error::typed(ScimType::InvalidValue, detail).into());
        }
    }

    /// Puts ids in the place of names that have one.
    pub(super) fn resolve(&mut self, ids: &HashMap<String, String>, exchange: &Exchange<'_>) {
        self.each_reference(exchange, &mut |text, _| resolve(text, ids));
    }

    /// How references are found in the data.
    pub(super) fn references<'t>(&'t self, exchange: &Exchange<'_>) -> Option<References<'t>> {
        let target = self.target.as_ref()?;
        let (limits, syntax) = (exchange.provider.limits.filter, exchange.quirks.syntax());
        Some(References { resource_type: &target.endpoint.resource_type, limits, syntax })
    }

    /// Visits the references in the path and in the data, with whether the resource cannot be
    /// created without.
    fn each_reference(
        &mut self,
        exchange: &Exchange<'_>,
        visit: &mut dyn FnMut(&mut String, bool),
    ) {
        let id = self.target.as_mut().and_then(|target| target.id.as_mut());
        if let Some(id) = id.filter(|id| BulkId::referred_to(id).is_some()) {
            visit(id, true);
        }
        let mut data = std::mem::take(&mut self.data);
        match self.references(exchange) {
            Some(references) if self.method == Method::PATCH => {
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
        exchange: &Exchange<'p>,
    ) -> Result<(), Failure> {
        let path = path.ok_or_else(|| syntax("`path` is missing"))?;
        if path.contains(['?', '#']) {
            return Err(syntax("`path` is a path alone, without a query"));
        }
        let (route, deviation) = Route::find(path, &exchange.asked())?;
        self.deviations.extend(deviation);
        self.target = Some(target(route)?);
        if !matches!(self.method, Method::POST | Method::PUT | Method::PATCH | Method::DELETE) {
            return Err(syntax("`method` has to be `POST`, `PUT`, `PATCH` or `DELETE`"));
        }
        if self.method == Method::POST && self.bulk_id.is_none() {
            return Err(syntax("a `POST` needs a `bulkId`"));
        }
        if exchange.quirks.bare_operations && self.method == Method::PATCH {
            self.deviations.extend(data.as_mut().and_then(message::bare_operations));
        }
        self.data = match data {
            Some(Value::Object(data)) => data,
            // A body means nothing there.
            _ if self.method == Method::DELETE => Map::new(),
            Some(_) => return Err(syntax("`data` has to be an object")),
            None => return Err(syntax("`data` is missing")),
        };
        if let Some(target) = &self.target
            && matches!(self.method, Method::POST | Method::PUT)
        {
            // What refers to others is found where it belongs.
            self.deviations.extend(exchange.unfold(target.endpoint, &mut self.data)?);
        }
        if let Some(version) = version.filter(|_| self.method != Method::POST) {
            let wrong = |_| {
                Error::typed(ScimType::InvalidValue, "`version` has characters that no version has")
            };
            self.version = Some(HeaderValue::from_str(version).map_err(wrong)?);
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

fn target(route: Route<'_>) -> Result<Target<'_>, Failure> {
    match route {
        Route::Collection(endpoint) => Ok(Target { endpoint, id: None }),
        Route::Resource(endpoint, id) | Route::Me(endpoint, id) => {
            Ok(Target { endpoint, id: Some(id) })
        }
        Route::NotImplemented(feature) => Err(crate::dispatch::not_implemented(feature).into()),
        Route::Search(_) | Route::Root(_) | Route::Bulk | Route::Discovery(_) => Err(syntax(
            "`path` has to be that of a resource, or for `POST` that of a resource type",
        )),
    }
}

/// Methods are upper case (RFC 9110, Section 9.1); here they are read in any case.
fn read_method(text: &str) -> Method {
    text.to_ascii_uppercase().parse().unwrap_or_default()
}

fn syntax(detail: &'static str) -> Failure {
    Error::typed(ScimType::InvalidSyntax, detail).into()
}

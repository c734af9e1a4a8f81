//! Resource types (RFC 7643, Section 6).

use std::sync::Arc;

use serde_json::{Value, json};

use super::attribute::Attribute;
use super::builtin::{BuiltinSchema, RESOURCE_TYPE_SCHEMA};
use super::characteristics::{AttributeType, Mutability};
use super::conform::Declared;
use super::derived::Derived;
use super::error::{SchemaError, SchemaErrorKind};
use super::resolve::ResolvedPath;
use super::retain::Kept;
use super::schema::Schema;
use crate::attr::{AttrName, AttrPath};

/// Paths below the base URL that are no resource type's (RFC 7644, Section 3.2).
const RESERVED_ENDPOINTS: [&str; 6] =
    ["Schemas", "ResourceTypes", "ServiceProviderConfig", "ServiceProviderConfigs", "Bulk", "Me"];

/// Reserved names: values of `meta.resourceType` for documents that are not resources.
const RESERVED_NAMES: [&str; 3] = ["Schema", "ResourceType", "ServiceProviderConfig"];

/// A resource type: an endpoint with a name, a schema and its extensions.
///
/// ```
/// use scimwire::schema::{ENTERPRISE_USER, ResourceType};
///
/// let users = ResourceType::user().with_extension(ENTERPRISE_USER);
/// let groups = ResourceType::group().with_unique("displayName");
/// assert_eq!((users.endpoint(), groups.endpoint()), ("/Users", "/Groups"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceType {
    name: String,
    endpoint: String,
    description: String,
    schema: Arc<Schema>,
    extensions: Vec<SchemaExtension>,
    indexed: Vec<AttrPath>,
    /// The limits of what the application can store; most types have none.
    declared: Declared,
    /// The resource type before attributes were removed.
    whole: Option<Arc<Self>>,
    /// The first error of a setter; nothing can be done with such a type.
    problem: Option<SchemaError>,
    /// A cache of derived lists, cleared by each change.
    pub(super) derived: Derived,
}

/// A schema that adds attributes to a resource type, in a container named by its URI (RFC 7643,
/// Section 3.3).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SchemaExtension {
    /// The attributes that it adds.
    pub schema: Arc<Schema>,
    /// `true` if each resource has to have it.
    pub required: bool,
}

impl SchemaExtension {
    /// Returns an extension that a resource may have.
    pub fn new(schema: impl Into<Arc<Schema>>) -> Self {
        Self { schema: schema.into(), required: false }
    }

    /// Says that each resource has to have the extension.
    #[must_use]
    pub fn with_required(self, required: bool) -> Self {
        Self { required, ..self }
    }
}

impl From<BuiltinSchema> for SchemaExtension {
    fn from(schema: BuiltinSchema) -> Self {
        Self::new(schema.schema())
    }
}

impl From<Arc<Schema>> for SchemaExtension {
    fn from(schema: Arc<Schema>) -> Self {
        Self::new(schema)
    }
}

impl From<Schema> for SchemaExtension {
    fn from(schema: Schema) -> Self {
        Self::new(schema)
    }
}

impl ResourceType {
    /// A resource type, served at `/` and its name with an `s` (RFC 7644, Section 3.2).
    ///
    /// Common attributes that the schema lists are left out of it: what RFC 7643, Section 3.1 says
    /// of `id`, `externalId` and `meta` takes precedence.
    pub fn new(name: impl Into<String>, schema: impl Into<Arc<Schema>>) -> Self {
        let (name, schema) = (name.into(), schema.into().without_common());
        Self {
            endpoint: format!("/{name}s"),
            description: schema.description().to_owned(),
            name,
            schema,
            extensions: Vec::new(),
            indexed: Vec::new(),
            declared: Declared::default(),
            whole: None,
            problem: None,
            derived: Derived::default(),
        }
    }

    /// Users, at `/Users` (RFC 7643, Section 4.1).
    #[must_use]
    pub fn user() -> Self {
        Self::new("User", Schema::user())
    }

    /// Groups, at `/Groups` (RFC 7643, Section 4.2).
    #[must_use]
    pub fn group() -> Self {
        Self::new("Group", Schema::group())
    }

    /// Adds an extension.
    #[doc(alias = "custom_attribute")]
    #[must_use]
    pub fn with_extension(mut self, extension: impl Into<SchemaExtension>) -> Self {
        let added = self.add_extension(extension.into());
        self.keep_error(added)
    }

    /// Serves it at another endpoint, such as `/People`.
    #[must_use]
    pub fn with_endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: endpoint.into(), derived: Derived::default(), ..self }
    }

    /// Replaces the description, a sentence for people.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Lets no two resources of a tenant share a value of an attribute, such as `displayName`,
    /// `emails.value` or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber`.
    #[must_use]
    pub fn with_unique(mut self, attribute: &str) -> Self {
        let changed = self.change(attribute, Attribute::with_uniqueness);
        self.keep_error(changed)
    }

    /// Requires a value of an attribute, such as `active`, `name.familyName` or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber`, for `NOT NULL`
    /// columns. `/Schemas` publishes it. A POST or PUT without it is rejected, and so is a PATCH
    /// that removes it (RFC 7643, Section 7). A sub-attribute, or an attribute of an extension, is
    /// required only if its parent is there.
    ///
    /// If `active` is required, a POST without it is rejected by
    /// [`Quirks::STRICT`](crate::quirks::Quirks), and creates an active user if
    /// [`Quirks::active_by_default`](crate::quirks::Quirks) is on.
    ///
    /// ```
    /// use scimwire::ResourceType;
    ///
    /// let users = ResourceType::user().with_required("active").retain_attributes(["userName", "active"]);
    /// assert!(users.schema().attribute("active").is_some_and(|active| active.is_required()));
    /// ```
    #[must_use]
    pub fn with_required(mut self, attribute: &str) -> Self {
        let changed = self.change(attribute, |attribute| Ok(attribute.with_requirement()));
        self.keep_error(changed)
    }

    /// Indexes a non-unique attribute, such as `addresses.postalCode`, in `MemoryStore` and in the
    /// stores of `scimwire-sqlx`, for filters with `eq` and for
    /// [`Resources::find_by`](crate::service::Resources::find_by). `externalId` and `emails.value`
    /// are always indexed. A store over your own tables has its own indexes.
    #[must_use]
    pub fn with_index(mut self, attribute: &str) -> Self {
        let noted = match attribute.parse().ok().filter(|path| self.resolve(path).is_some()) {
            Some(path) => {
                self.indexed.push(path);
                self.derived = Derived::default();
                Ok(())
            }
            None => Err(SchemaErrorKind::Unknown(attribute.to_owned())),
        };
        self.keep_error(noted)
    }

    /// Accepts only the canonical values of an attribute, such as `emails.type` (RFC 7643, Section
    /// 2.3.1). By default any value is accepted.
    ///
    /// ```
    /// use scimwire::schema::ResourceType;
    ///
    /// let users = ResourceType::user()
    ///     .with_canonical_values("userType", ["Employee", "Contractor"])
    ///     .enforce_canonical_values("userType");
    /// assert!(
    ///     users.schema().attribute("userType").is_some_and(|attribute| attribute.is_closed())
    /// );
    /// ```
    #[must_use]
    pub fn enforce_canonical_values(mut self, attribute: &str) -> Self {
        let changed = self.close(attribute);
        self.keep_error(changed)
    }

    /// Replaces the canonical values of an attribute, as published by `/Schemas`. With
    /// [`ISO_3166_ALPHA2`](super::ISO_3166_ALPHA2) and
    /// [`enforce_canonical_values`](Self::enforce_canonical_values), `addresses.country` accepts
    /// only ISO 3166-1 codes.
    #[must_use]
    pub fn with_canonical_values(
        mut self,
        attribute: &str,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        let changed = self.change(attribute, |attribute| attribute.with_canonical_values(values));
        self.keep_error(changed)
    }

    /// Keeps only the named attributes, for tables that lack columns for the others. Name
    /// attributes such as `emails`, `name.givenName` or
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`, or a whole
    /// extension by its URI. An extension without named attributes is removed; one that is added
    /// later stays.
    ///
    /// Other attributes are absent from `/Schemas` and from responses. If a client sends one, it is
    /// read as an attribute that never has a value, with a [`Deviation`](crate::quirks::Deviation).
    /// If [`Quirks::left_out_attributes`](crate::Quirks::left_out_attributes) is off, as in
    /// [`Quirks::STRICT`](crate::Quirks::STRICT), it is treated like an attribute that no schema
    /// defines.
    ///
    /// `id`, `externalId`, `meta` and `schemas` are always kept (RFC 7643, Section 3.1), and so is
    /// the `$ref` of a `value` that is kept. Name all required attributes, and the `value` of
    /// references to other resources such as `members`. Otherwise the dispatcher cannot be built.
    ///
    /// ```
    /// use scimwire::schema::{ENTERPRISE_USER, ResourceType};
    ///
    /// let users = ResourceType::user().with_extension(ENTERPRISE_USER).retain_attributes([
    ///     "userName",
    ///     "active",
    ///     "name.givenName",
    ///     "name.familyName",
    ///     "emails.value",
    ///     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    /// ]);
    /// assert!(users.schema().attribute("nickName").is_none());
    /// assert!(
    ///     users
    ///         .schema()
    ///         .attribute("name")
    ///         .is_some_and(|name| name.sub_attributes().len() == 2)
    /// );
    /// assert_eq!(users.extensions()[0].schema.attributes().len(), 1);
    /// ```
    #[must_use]
    pub fn retain_attributes(
        mut self,
        attributes: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let names: Vec<String> = attributes.into_iter().map(Into::into).collect();
        let kept = self.keep(&names);
        self.keep_error(kept)
    }

    fn keep(&mut self, names: &[String]) -> Result<(), SchemaErrorKind> {
        let kept = Kept::read(names, self)?;
        self.derived = Derived::default();
        let whole = self.whole.clone().unwrap_or_else(|| Arc::new(self.clone()));
        let schema = kept.of_base(&self.schema)?;
        let extensions =
            self.extensions.iter().filter_map(|extension| kept.of_extension(extension).transpose());
        self.extensions = extensions.collect::<Result<_, _>>()?;
        self.schema = Arc::new(schema);
        self.whole = Some(whole);
        Ok(())
    }

    pub(super) fn close(&mut self, attribute: &str) -> Result<(), SchemaErrorKind> {
        self.change(attribute, Attribute::with_closed_values)
    }

    pub(super) fn add_extension(
        &mut self,
        extension: SchemaExtension,
    ) -> Result<(), SchemaErrorKind> {
        let uri = extension.schema.uri();
        if self.schema.uri() == uri || self.extension(uri.as_str()).is_some() {
            return Err(SchemaErrorKind::Duplicate(uri.to_string()));
        }
        // RFC 7643, Section 3.3: what there is already is not defined again.
        if let Some(common) = extension.schema.common_attribute() {
            return Err(SchemaErrorKind::Reserved(common.name().to_owned()));
        }
        if let Some(whole) = &mut self.whole
            && whole.extension(uri.as_str()).is_none()
        {
            let whole = Arc::make_mut(whole);
            whole.extensions.push(extension.clone());
            whole.derived = Derived::default();
        }
        self.extensions.push(extension);
        self.derived = Derived::default();
        Ok(())
    }

    /// Says of an extension that is there whether each resource has to have it.
    pub(super) fn require(&mut self, uri: &str, required: bool) -> bool {
        let found = self.extensions.iter_mut().find(|extension| extension.schema.uri().is(uri));
        found.is_some_and(|extension| {
            extension.required = required;
            true
        })
    }

    fn change(
        &mut self,
        path: &str,
        change: impl FnOnce(&Attribute) -> Result<Attribute, SchemaErrorKind>,
    ) -> Result<(), SchemaErrorKind> {
        let unknown = || SchemaErrorKind::Unknown(path.to_owned());
        let AttrPath { schema, name, sub } = path.parse().map_err(|_| unknown())?;
        let slot = match schema {
            Some(uri) if uri != *self.schema.uri() => {
                let found =
                    self.extensions.iter_mut().find(|extension| *extension.schema.uri() == uri);
                &mut found.ok_or_else(unknown)?.schema
            }
            _ => &mut self.schema,
        };
        *slot = Arc::new(slot.with_changed(&name, sub.as_ref(), change)?);
        self.derived = Derived::default();
        Ok(())
    }

    /// Keeps the first failure for [`validate`](Self::validate).
    fn keep_error(mut self, outcome: Result<(), SchemaErrorKind>) -> Self {
        if let (None, Err(kind)) = (&self.problem, outcome) {
            self.problem = Some(SchemaError::new(&self.name, kind));
            self.derived = Derived::default();
        }
        self
    }

    /// The name, such as `User`; in `meta.resourceType`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path below the base URL, such as `/Users`.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Returns the description.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The base schema.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Returns the resource type before [`retain_attributes`](Self::retain_attributes) removed
    /// attributes.
    pub(super) fn whole(&self) -> Option<&Arc<Self>> {
        self.whole.as_ref()
    }

    /// The extensions.
    #[must_use]
    pub fn extensions(&self) -> &[SchemaExtension] {
        &self.extensions
    }

    /// The extension of that URI, in any case.
    #[must_use]
    pub fn extension(&self, uri: &str) -> Option<&SchemaExtension> {
        self.extensions.iter().find(|extension| extension.schema.uri().is(uri))
    }

    /// The attribute that says whether a resource is in use: `active` of a user (RFC 7643, Section
    /// 4.1.1).
    pub(crate) fn activity(&self) -> Option<&Arc<Attribute>> {
        let active = self.schema.attribute("active")?;
        (active.attribute_type() == AttributeType::Boolean && !active.is_multi_valued())
            .then_some(active)
    }

    /// Returns `active` if unassigning it is allowed: the value stays, and is not shown.
    pub(crate) fn kept_activity(&self) -> Option<&Arc<Attribute>> {
        self.activity().filter(|active| {
            (!active.is_required() || self.conformity().has_default(active))
                && active.mutability() != Mutability::Immutable
        })
    }

    pub(super) fn declared(&self) -> &Declared {
        &self.declared
    }

    pub(super) fn declared_mut(&mut self) -> &mut Declared {
        self.derived = Derived::default();
        &mut self.declared
    }

    /// Those of [`ResourceType::with_index`].
    pub fn declared_indexes(&self) -> impl Iterator<Item = ResolvedPath> + '_ {
        self.indexed.iter().filter_map(|path| self.resolve(path))
    }

    /// Checks the type, such as that each attribute named by [`with_unique`](Self::with_unique)
    /// exists.
    ///
    /// You need not call it: a dispatcher cannot be built with an inconsistent type, and
    /// [`Resources`](crate::service::Resources), binders and decoders fail with the same error.
    ///
    /// ```
    /// use scimwire::ResourceType;
    ///
    /// assert!(ResourceType::user().validate().is_ok());
    /// let err = ResourceType::user().with_unique("badge").validate().expect_err("no such attribute");
    /// assert_eq!(err.to_string(), "`User`: `badge` is not defined");
    /// ```
    ///
    /// # Errors
    ///
    /// - a setter named an attribute that does not exist, or gave it what its type does not have;
    /// - the name or the endpoint is invalid or reserved.
    pub fn validate(&self) -> Result<(), SchemaError> {
        self.problem().cloned().map_or(Ok(()), Err)
    }

    /// Returns the first error that a setter met, or that the name and the endpoint have.
    pub(super) fn find_problem(&self) -> Option<SchemaError> {
        let named = self.check_name().and_then(|()| self.check_endpoint());
        let named = named.and_then(|()| self.check_declared());
        self.problem.clone().or_else(|| named.err().map(|kind| SchemaError::new(&self.name, kind)))
    }

    pub(super) fn check_name(&self) -> Result<(), SchemaErrorKind> {
        if !AttrName::is_valid(&self.name) {
            return Err(SchemaErrorKind::InvalidName);
        }
        not_reserved(&self.name, &RESERVED_NAMES)
    }

    pub(super) fn check_endpoint(&self) -> Result<(), SchemaErrorKind> {
        let segment = self.endpoint.strip_prefix('/').unwrap_or_default();
        if !AttrName::is_valid(segment) {
            return Err(SchemaErrorKind::Endpoint);
        }
        not_reserved(segment, &RESERVED_ENDPOINTS)
    }

    /// The document that `/ResourceTypes` serves, without `meta`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let extensions: Vec<Value> = self
            .extensions
            .iter()
            .map(|extension| json!({ "schema": extension.schema.uri().as_str(), "required": extension.required }))
            .collect();
        let mut document = json!({
            "schemas": [RESOURCE_TYPE_SCHEMA],
            "id": self.name,
            "name": self.name,
            "description": self.description,
            "endpoint": self.endpoint,
            "schema": self.schema.uri().as_str(),
        });
        if let (false, Some(document)) = (extensions.is_empty(), document.as_object_mut()) {
            document.insert("schemaExtensions".into(), extensions.into());
        }
        document
    }
}

fn not_reserved(name: &str, reserved: &[&str]) -> Result<(), SchemaErrorKind> {
    match reserved.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(known) => Err(SchemaErrorKind::Reserved((*known).to_owned())),
        None => Ok(()),
    }
}

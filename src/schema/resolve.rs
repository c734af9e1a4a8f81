//! Resolution of attribute names (RFC 7644, Section 3.10). Only this module and
//! [`attr`](crate::attr) compare names, ignoring case.

use std::sync::Arc;

use super::attribute::Attribute;
use super::resource_type::ResourceType;
use super::schema::Schema;
use crate::attr::{AttrName, AttrPath, SchemaUri, starts_with_urn};

/// The attribute that a path names, with canonical names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedPath {
    extension: Option<Arc<Schema>>,
    attribute: Arc<Attribute>,
    sub: Option<Arc<Attribute>>,
}

/// The meaning of a key in a resource.
pub(crate) enum Container<'t> {
    /// The container of an extension.
    Extension(&'t Arc<Schema>),
    /// An attribute of the core schema, or a common one.
    Attribute(&'t Arc<Attribute>),
}

impl ResolvedPath {
    pub(crate) fn new(
        extension: Option<Arc<Schema>>,
        attribute: Arc<Attribute>,
        sub: Option<Arc<Attribute>>,
    ) -> Self {
        Self { extension, attribute, sub }
    }

    /// Returns the extension that has the attribute; `None` for the core schema.
    #[must_use]
    pub fn extension(&self) -> Option<&Arc<Schema>> {
        self.extension.as_ref()
    }

    /// The attribute.
    #[must_use]
    pub fn attribute(&self) -> &Arc<Attribute> {
        &self.attribute
    }

    /// The sub-attribute, where the path names one.
    #[must_use]
    pub fn sub_attribute(&self) -> Option<&Arc<Attribute>> {
        self.sub.as_ref()
    }

    /// Returns `true` if `other` names the same attribute, or a part of it.
    pub(crate) fn holds(&self, other: &Self) -> bool {
        self.extension == other.extension
            && self.attribute == other.attribute
            && (self.sub.is_none() || self.sub == other.sub)
    }

    /// The path of the attribute, without the sub-attribute.
    #[must_use]
    pub fn without_sub(&self) -> Self {
        Self { sub: None, ..self.clone() }
    }

    /// The attribute or sub-attribute that the path ends at.
    #[must_use]
    pub fn leaf(&self) -> &Arc<Attribute> {
        self.sub.as_ref().unwrap_or(&self.attribute)
    }
}

impl std::fmt::Display for ResolvedPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(extension) = &self.extension {
            write!(f, "{}:", extension.uri())?;
        }
        f.write_str(self.attribute.name())?;
        match &self.sub {
            Some(sub) => write!(f, ".{}", sub.name()),
            None => Ok(()),
        }
    }
}

impl Attribute {
    /// The sub-attribute of that name, in any case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Arc<Self>> {
        find(self.sub_attributes(), name)
    }
}

impl Schema {
    /// The attribute of that name, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        find(self.attributes(), name)
    }
}

impl ResourceType {
    /// The attribute that `path` names in this resource type, if there is one.
    ///
    /// ```
    /// use scimwire::schema::{ENTERPRISE_USER, ResourceType};
    ///
    /// let users = ResourceType::user().with_extension(ENTERPRISE_USER);
    /// let path = "URN:ietf:params:scim:schemas:extension:enterprise:2.0:User:MANAGER.value"
    ///     .parse()?;
    /// let resolved = users.resolve(&path).expect("the extension has a manager");
    /// assert_eq!(resolved.attribute().name(), "manager");
    /// assert!(users.resolve(&"manager".parse()?).is_none());
    /// # Ok::<(), scimwire::attr::AttrPathError>(())
    /// ```
    #[must_use]
    pub fn resolve(&self, path: &AttrPath) -> Option<ResolvedPath> {
        let (extension, attribute) = match &path.schema {
            None => (None, self.top_level(path.name.as_str())?),
            Some(uri) if uri == self.schema().uri() => (None, self.top_level(path.name.as_str())?),
            Some(uri) => {
                let extension = self.extension(uri.as_str())?;
                (Some(&extension.schema), extension.schema.attribute(path.name.as_str())?)
            }
        };
        with_sub(extension, attribute, path.sub.as_ref())
    }

    /// The attribute that `path`, without a schema, names in just one of the extensions.
    pub(crate) fn resolve_in_extensions(&self, path: &AttrPath) -> Option<ResolvedPath> {
        if path.schema.is_some() {
            return None;
        }
        let mut found = self.extensions().iter().filter_map(|extension| {
            Some((&extension.schema, extension.schema.attribute(path.name.as_str())?))
        });
        match (found.next(), found.next()) {
            (Some((schema, attribute)), None) => {
                with_sub(Some(schema), attribute, path.sub.as_ref())
            }
            _ => None,
        }
    }

    /// The attribute that `path` names among those that
    /// [`retain_attributes`](Self::retain_attributes) left out; `bare` also in the one extension
    /// that has it.
    pub(crate) fn left_out(&self, path: &AttrPath, bare: bool) -> Option<ResolvedPath> {
        let whole = self.whole()?;
        if self.resolve(path).is_some() || (bare && self.resolve_in_extensions(path).is_some()) {
            return None;
        }
        whole.resolve(path).or_else(|| if bare { whole.resolve_in_extensions(path) } else { None })
    }

    /// A path of this type, in the type before anything was left out of it.
    pub(crate) fn before_leaving_out(&self, path: &ResolvedPath) -> Option<ResolvedPath> {
        self.whole()?.resolve(&path.to_string().parse().ok()?)
    }

    /// Returns `true` if the text is the URI of an extension that was left out with all that it
    /// has.
    pub(crate) fn left_out_extension(&self, text: &str) -> bool {
        let before = self.whole().and_then(|whole| whole.whole_extension(text));
        before.is_some() && self.whole_extension(text).is_none()
    }

    /// The text with a colon for the dot behind the URI of a schema that it begins with, unless it
    /// means something as it is:
    /// `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department`.
    pub(crate) fn with_colon(&self, text: &str) -> Option<String> {
        if !starts_with_urn(text)
            || AttrPath::read(text).is_some_and(|(path, _)| self.resolve(&path).is_some())
        {
            return None;
        }
        let types = [Some(self), self.whole().map(Arc::as_ref)];
        let extensions = types
            .into_iter()
            .flatten()
            .flat_map(Self::extensions)
            .map(|extension| extension.schema.uri());
        let joined = extensions.chain([self.schema().uri()]).find(|uri| uri.is_before_dot(text))?;
        let (uri, name) = text.split_at_checked(joined.as_str().len())?;
        Some(format!("{uri}:{}", name.get(1..)?))
    }

    /// Resolves a key of a resource.
    pub(crate) fn container(&self, key: &str) -> Option<Container<'_>> {
        if let Some(attribute) = self.top_level(key) {
            return Some(Container::Attribute(attribute));
        }
        self.extension(key).map(|extension| Container::Extension(&extension.schema))
    }

    /// Returns `true` if the key of a body may mean an attribute, or a part of one, in any notation
    /// that clients use; what may not is nobody's. What was left out counts, since it is told.
    pub(crate) fn may_name(&self, key: &str) -> bool {
        let key = key.trim_start();
        let name = key.split(['.', '[', ' ']).next().unwrap_or_default();
        let types = [Some(self), self.whole().map(Arc::as_ref)];
        types.into_iter().flatten().any(|one| {
            let extensions = one.extensions().iter().map(|extension| &*extension.schema);
            let mut schemas = std::iter::once(one.schema() as &Schema).chain(extensions);
            let begins =
                |uri: &SchemaUri| key.get(..uri.as_str().len()).is_some_and(|start| uri.is(start));
            one.top_level(name).is_some()
                || schemas.any(|schema| begins(schema.uri()) || schema.attribute(name).is_some())
        })
    }

    /// Returns `true` if `uri` names the base schema or one of the extensions.
    pub(crate) fn has_schema(&self, uri: &str) -> bool {
        self.schema().uri().is(uri) || self.extension(uri).is_some()
    }

    /// Returns the extension whose URI the text is, for a path that means the whole extension.
    pub(crate) fn whole_extension(&self, text: &str) -> Option<&Arc<Schema>> {
        self.extension(text.trim_matches(' ')).map(|extension| &extension.schema)
    }

    /// A common attribute, or one of the core schema; common ones come first (RFC 7643, Section
    /// 3.1).
    pub(crate) fn top_level(&self, name: &str) -> Option<&Arc<Attribute>> {
        Self::common(name).or_else(|| self.schema().attribute(name))
    }

    fn common(name: &str) -> Option<&'static Arc<Attribute>> {
        Schema::common().attribute(name)
    }
}

fn with_sub(
    extension: Option<&Arc<Schema>>,
    attribute: &Arc<Attribute>,
    sub: Option<&AttrName>,
) -> Option<ResolvedPath> {
    let sub = match sub {
        Some(name) => Some(Arc::clone(attribute.sub_attribute(name.as_str())?)),
        None => None,
    };
    Some(ResolvedPath::new(extension.cloned(), Arc::clone(attribute), sub))
}

fn find<'a>(attributes: &'a [Arc<Attribute>], name: &str) -> Option<&'a Arc<Attribute>> {
    let mark = AttrName::mark(name);
    attributes.iter().find(|attribute| attribute.is_named(mark, name))
}

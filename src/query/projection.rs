//! The attributes of a response (RFC 7644, Section 3.9).

use std::collections::HashSet;
use std::sync::Arc;

use crate::attr::AttrPath;
use crate::error::{Error, ScimType};
use crate::filter::BoundFilter;
use crate::schema::{Attribute, Membership, ResolvedPath, ResourceType, Returned, Schema};

use super::sort::Sort;

/// The attributes a client asked for, or asked to leave out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    mode: Mode,
    named: Vec<Named>,
    /// Attributes with `returned: request` that the request itself named (RFC 7643, Section 7).
    requested: Vec<Named>,
    /// Attributes that a query needs, though the client may not see them.
    needed: Vec<Named>,
    /// An attribute of the core schema that this client has not.
    hidden: Option<Arc<Attribute>>,
    /// The maximum numbers of groups and of indirect groups, unless they are the defaults.
    groups: Option<usize>,
    indirect_groups: Option<usize>,
}

/// The most groups of a resource that a store need gather.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MaxGroups {
    /// The most of all, direct ones first.
    pub all: usize,
    /// The most of those that hold its groups, and so on, the nearest first.
    pub indirect: usize,
}

/// The groups of a resource that are shown unless [`Limits`](crate::dispatch::Limits) say
/// otherwise.
pub(crate) const GROUPS: usize = 10_000;

/// The default of indirect groups that are shown, unless [`Limits`](crate::dispatch::Limits) say
/// otherwise.
pub(crate) const INDIRECT_GROUPS: usize = 200;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Those that are returned by default.
    #[default]
    Default,
    /// Those that were named.
    Only,
    /// Those that are returned by default, but for those that were named.
    Without,
}

/// A whole extension, an attribute, or a sub-attribute.
#[derive(Clone, Debug, PartialEq)]
enum Named {
    Extension(Arc<Schema>),
    Path(ResolvedPath),
}

/// The part of an attribute that a response contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Nothing,
    /// Its sub-attributes are asked for one by one.
    Parts,
    Whole,
}

/// Both lists were given, and they exclude each other (RFC 7644, Section 3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`attributes` and `excludedAttributes` are mutually exclusive: send only one of them")]
pub struct ProjectionError(());

impl From<ProjectionError> for Error {
    fn from(err: ProjectionError) -> Self {
        Self::scim(ScimType::InvalidValue, err.to_string())
    }
}

impl Projection {
    /// Binds the parameters of a request; names that no schema defines are ignored.
    ///
    /// # Errors
    ///
    /// - both lists are given.
    pub fn bind(
        attributes: &[String],
        excluded: &[String],
        resource_type: &ResourceType,
    ) -> Result<Self, ProjectionError> {
        let (mode, names) = match (attributes, excluded) {
            ([], []) => return Ok(Self::default()),
            (names, []) => (Mode::Only, names),
            ([], names) => (Mode::Without, names),
            _ => return Err(ProjectionError(())),
        };
        let mut named = Vec::new();
        let mut seen = HashSet::new();
        for name in names.iter().filter(|name| seen.insert(name.to_ascii_lowercase())) {
            if let Some(found) = Named::find(name, resource_type)
                && !named.contains(&found)
            {
                named.push(found);
            }
        }
        Ok(Self { mode, named, ..Self::default() })
    }

    /// Adds attributes that the request named, so that those with `returned: request` are included.
    #[must_use]
    pub fn with_requested(mut self, paths: impl IntoIterator<Item = ResolvedPath>) -> Self {
        self.requested.extend(paths.into_iter().map(Named::Path));
        self
    }

    /// Hides an attribute of the core schema, whatever the client asks for.
    pub(crate) fn without_attribute(self, attribute: Option<&Arc<Attribute>>) -> Self {
        Self { hidden: attribute.cloned(), ..self }
    }

    /// Sets the maximum number of groups of a resource in a response.
    #[must_use]
    pub fn with_max_groups(self, most: usize) -> Self {
        Self { groups: Some(most), ..self }
    }

    /// Sets the maximum number of indirect groups of a resource in a response.
    #[must_use]
    pub fn with_max_indirect_groups(self, most: usize) -> Self {
        Self { indirect_groups: Some(most), ..self }
    }

    /// Adds the attributes that a filter and a sort evaluate. A filter evaluates all direct groups,
    /// not only those that are returned.
    #[must_use]
    pub fn with_required_by(mut self, filter: Option<&BoundFilter>, sort: Option<&Sort>) -> Self {
        if let Some(filter) = filter {
            filter.for_each_path(&mut |path| {
                if Membership::shows_groups(path.attribute()) {
                    self.groups = Some(usize::MAX);
                }
                self.needed.push(Named::Path(path.clone()));
            });
        }
        self.needed.extend(sort.and_then(|sort| sort.path()).map(|path| Named::Path(path.clone())));
        self
    }

    /// Returns `true` if the client said which attributes it wants, or does not.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        self.mode != Mode::Default
    }

    /// Returns `true` if it shows what every client sees that says nothing of attributes.
    pub(super) fn is_usual(&self) -> bool {
        !self.is_explicit() && self.requested.is_empty() && self.hidden.is_none()
    }

    /// Returns `true` if a store has to read an attribute of the core schema, by its canonical
    /// name: it is part of the answer, or the query needs it.
    #[must_use]
    pub fn needs(&self, attribute: &Attribute) -> bool {
        self.share(None, attribute) != Share::Nothing
            || self.needed.iter().any(|named| named.is_of(None, attribute))
    }

    /// Returns which of members and groups a store has to read; see [`Projection::needs`].
    #[must_use]
    pub fn membership<'t>(&self, resource_type: &'t ResourceType) -> Membership<'t> {
        resource_type.membership().only(|attribute| self.needs(attribute))
    }

    /// The most groups of a resource that a store need gather: one more than are shown, so that the
    /// crate, which leaves out the rest, can tell that there are others. To give more does no harm.
    #[must_use]
    pub fn max_groups(&self) -> MaxGroups {
        MaxGroups {
            all: self.groups.unwrap_or(GROUPS).saturating_add(1),
            indirect: self.indirect_groups.unwrap_or(INDIRECT_GROUPS).saturating_add(1),
        }
    }

    /// Returns the part of a top-level attribute that the response contains.
    pub(super) fn share(&self, extension: Option<&Schema>, attribute: &Attribute) -> Share {
        match attribute.returned() {
            _ if !attribute.is_readable() || self.is_hidden(extension, attribute) => Share::Nothing,
            Returned::Never => Share::Nothing,
            Returned::Always => Share::Whole,
            Returned::Default | Returned::Request => self.share_of_optional(extension, attribute),
        }
    }

    fn share_of_optional(&self, extension: Option<&Schema>, attribute: &Attribute) -> Share {
        let by_default = attribute.returned() == Returned::Default;
        // A whole extension means what it returns by default.
        let counts = |named: &&Named| {
            named.is_of(extension, attribute)
                && (by_default || !matches!(named, Named::Extension(_)))
        };
        let mut of_attribute = self.named.iter().filter(counts).peekable();
        match self.mode {
            Mode::Default if by_default || self.is_requested(extension, attribute) => Share::Whole,
            Mode::Default => Share::Nothing,
            Mode::Only if of_attribute.peek().is_none() => Share::Nothing,
            Mode::Only if of_attribute.any(Named::is_whole) => Share::Whole,
            Mode::Only => Share::Parts,
            Mode::Without if !by_default => Share::Nothing,
            Mode::Without if of_attribute.peek().is_none() => Share::Whole,
            Mode::Without if of_attribute.any(Named::is_whole) => Share::Nothing,
            Mode::Without => Share::Parts,
        }
    }

    fn is_hidden(&self, extension: Option<&Schema>, attribute: &Attribute) -> bool {
        extension.is_none()
            && self.hidden.as_ref().is_some_and(|hidden| hidden.name() == attribute.name())
    }

    fn is_requested(&self, extension: Option<&Schema>, attribute: &Attribute) -> bool {
        self.requested.iter().any(|named| named.is_of(extension, attribute))
    }

    /// Returns `true` if a sub-attribute is part of the answer, given how much of its parent is.
    pub(super) fn has_sub(
        &self,
        share: Share,
        extension: Option<&Schema>,
        attribute: &Attribute,
        sub: &Attribute,
    ) -> bool {
        let is_named = || self.named.iter().any(|named| named.is_sub(extension, attribute, sub));
        match (sub.returned(), share) {
            _ if !sub.is_readable() => false,
            (Returned::Never, _) | (_, Share::Nothing) => false,
            (Returned::Always, _) => true,
            (Returned::Default, Share::Whole) => self.mode != Mode::Without || !is_named(),
            (Returned::Request, _) => match self.mode {
                Mode::Only => is_named(),
                Mode::Default => {
                    self.requested.iter().any(|named| named.is_sub(extension, attribute, sub))
                }
                Mode::Without => false,
            },
            (Returned::Default, Share::Parts) => is_named() == (self.mode == Mode::Only),
        }
    }
}

impl Named {
    fn find(name: &str, resource_type: &ResourceType) -> Option<Self> {
        if let Some(schema) = resource_type.whole_extension(name) {
            return Some(Self::Extension(Arc::clone(schema)));
        }
        let path: AttrPath = name.trim().parse().ok()?;
        resource_type.resolve(&path).map(Self::Path)
    }

    /// Returns `true` if it is of that attribute: the whole, a sub-attribute, or the extension
    /// around it.
    fn is_of(&self, extension: Option<&Schema>, attribute: &Attribute) -> bool {
        match self {
            Self::Extension(schema) => {
                extension.is_some_and(|extension| extension.uri() == schema.uri())
            }
            Self::Path(path) => {
                is_in(path, extension) && path.attribute().name() == attribute.name()
            }
        }
    }

    fn is_whole(&self) -> bool {
        match self {
            Self::Extension(_) => true,
            Self::Path(path) => path.sub_attribute().is_none(),
        }
    }

    fn is_sub(&self, extension: Option<&Schema>, attribute: &Attribute, sub: &Attribute) -> bool {
        match self {
            Self::Extension(_) => false,
            Self::Path(path) => {
                is_in(path, extension)
                    && path.attribute().name() == attribute.name()
                    && path.sub_attribute().is_some_and(|named| named.name() == sub.name())
            }
        }
    }
}

fn is_in(path: &ResolvedPath, extension: Option<&Schema>) -> bool {
    match (path.extension(), extension) {
        (None, None) => true,
        (Some(one), Some(other)) => one.uri() == other.uri(),
        _ => false,
    }
}

//! Filters bound to a schema: canonical names, typed operands.

use chrono::{DateTime, Utc};

use super::ast::CompareOp;
use crate::schema::{Membership, ResolvedPath, ResourceType, ResourceUrls};
use crate::value::{Number, Text};

/// A filter bound to a resource type: what the evaluator runs, and what a host translates for its
/// own database.
///
/// Translate it by matching on it, or with [`BoundFilter::fold`]. Every `ne` has become the
/// negation of `eq`, every `null` a question of presence, and every complex attribute its `value`,
/// so that the cases here are all there are. Another variant would be a new major version of this
/// crate.
#[derive(Clone, Debug, PartialEq)]
pub enum BoundFilter {
    /// All of them hold.
    And(Vec<Self>),
    /// One of them holds.
    Or(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// The attribute has a value.
    Present(ResolvedPath),
    /// A value of the attribute compares with the operand.
    Compare(Comparison),
    /// One element of a multi-valued attribute satisfies the whole filter. Paths in it name the
    /// attribute and the sub-attribute; without a sub-attribute they mean the element itself.
    Element {
        /// The multi-valued attribute.
        path: ResolvedPath,
        /// The filter that one of its elements has to satisfy.
        filter: Box<Self>,
    },
    /// Nothing satisfies it: the attribute does not exist in this resource type.
    Never,
}

/// A comparison of an attribute with a typed operand.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The attribute.
    pub path: ResolvedPath,
    /// The operator; never [`CompareOp::Ne`].
    pub op: CompareOp,
    /// The value to compare with.
    pub operand: Operand,
}

impl Comparison {
    /// Returns a comparison. For "not equal", negate one with [`CompareOp::Eq`].
    #[must_use]
    pub fn new(path: ResolvedPath, op: CompareOp, operand: Operand) -> Self {
        Self { path, op, operand }
    }
}

/// The operand of a comparison, of the attribute's type.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Operand {
    /// For a boolean attribute. An absent `primary` counts as false (RFC 7643, Section 2.4).
    Boolean(bool),
    /// For an integer or decimal attribute.
    Number(Number),
    /// For a dateTime attribute.
    Instant(DateTime<Utc>),
    /// For a binary attribute: the bytes.
    Binary(Vec<u8>),
    /// For a string or reference attribute where case counts.
    Exact(Text),
    /// For a string attribute where case does not count.
    Folded {
        /// As the client wrote it.
        text: Text,
        /// With case folded; see [`fold`](crate::schema::case_fold).
        folded: Text,
    },
    /// For `eq` on a string attribute whose values are identifiers; see
    /// [`Attribute::is_identifier`](crate::schema::Attribute::is_identifier).
    Identifier {
        /// As the client wrote it.
        text: Text,
        /// Prepared for comparison; see [`prepare`](crate::schema::prepare_username).
        prepared: Text,
    },
    /// For the URL of a resource of this service provider: `meta.location`, and each `$ref` beside
    /// a `value`.
    Location {
        /// As the client wrote it.
        url: Text,
        /// The URLs of resources.
        locations: ResourceUrls,
    },
}

/// Turns a bound filter into something else, bottom up: a statement of a database, say.
///
/// ```
/// use scimwire::filter::{FilterBinder, BoundFilter, CompareOp, Comparison, Filter, FilterFold, Operand};
/// use scimwire::schema::{ResolvedPath, ResourceType};
///
/// /// Says a filter as a condition with parameters, for a table with one column an attribute.
/// #[derive(Default)]
/// struct Where {
///     parameters: Vec<String>,
/// }
///
/// impl FilterFold for Where {
///     type Output = String;
///     type Error = String;
///
///     fn and(&mut self, terms: Vec<String>) -> Result<String, String> {
///         Ok(format!("({})", terms.join(" AND ")))
///     }
///
///     fn or(&mut self, terms: Vec<String>) -> Result<String, String> {
///         Ok(format!("({})", terms.join(" OR ")))
///     }
///
///     fn not(&mut self, term: String) -> Result<String, String> {
///         // What is not there makes a comparison unknown in SQL, and false here.
///         Ok(format!("NOT coalesce({term}, FALSE)"))
///     }
///
///     fn present(&mut self, path: &ResolvedPath) -> Result<String, String> {
///         Ok(format!("{path} <> ''"))
///     }
///
///     fn compare(&mut self, comparison: &Comparison) -> Result<String, String> {
///         match (comparison.op, &comparison.operand) {
///             (CompareOp::Eq, Operand::Folded { folded, .. }) => {
///                 self.parameters.push(folded.to_string());
///                 Ok(format!("lower({}) = ${}", comparison.path, self.parameters.len()))
///             }
///             _ => Err(format!("`{}` cannot be searched for", comparison.path)),
///         }
///     }
///
///     fn element(&mut self, path: &ResolvedPath, _: &BoundFilter) -> Result<String, String> {
///         Err(format!("`{path}` is not mapped"))
///     }
///
///     fn nothing(&mut self) -> Result<String, String> {
///         Ok("FALSE".to_owned())
///     }
/// }
///
/// let users = ResourceType::user();
/// let filter: Filter = r#"title pr and not (userType eq "Intern")"#.parse()?;
/// let mut condition = Where::default();
/// let sql = FilterBinder::new(&users).bind(&filter)?.fold(&mut condition)?;
/// assert_eq!(sql, "(title <> '' AND NOT coalesce(lower(userType) = $1, FALSE))");
/// assert_eq!(condition.parameters, ["intern"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait FilterFold {
    /// The result for a filter.
    type Output;
    /// The reason for which there is no result.
    type Error;

    /// All of `terms` hold.
    ///
    /// # Errors
    ///
    /// - the conjunction cannot be said.
    fn and(&mut self, terms: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// One of `terms` holds.
    ///
    /// # Errors
    ///
    /// - the disjunction cannot be said.
    fn or(&mut self, terms: Vec<Self::Output>) -> Result<Self::Output, Self::Error>;

    /// `term` does not hold.
    ///
    /// # Errors
    ///
    /// - the negation cannot be said.
    fn not(&mut self, term: Self::Output) -> Result<Self::Output, Self::Error>;

    /// The attribute has a value.
    ///
    /// # Errors
    ///
    /// - the attribute is not known.
    fn present(&mut self, path: &ResolvedPath) -> Result<Self::Output, Self::Error>;

    /// A value of the attribute compares with the operand.
    ///
    /// # Errors
    ///
    /// - the attribute is not known, or the comparison cannot be said.
    fn compare(&mut self, comparison: &Comparison) -> Result<Self::Output, Self::Error>;

    /// One element of the attribute satisfies `filter`; fold that with a fold for elements.
    ///
    /// # Errors
    ///
    /// - the attribute is not known, or the condition cannot be said.
    fn element(
        &mut self,
        path: &ResolvedPath,
        filter: &BoundFilter,
    ) -> Result<Self::Output, Self::Error>;

    /// Nothing satisfies it.
    ///
    /// # Errors
    ///
    /// - that cannot be said.
    fn nothing(&mut self) -> Result<Self::Output, Self::Error>;
}

impl BoundFilter {
    /// Folds the filter; how deep that nests was limited when it was parsed.
    ///
    /// # Errors
    ///
    /// - `fold` fails at some part.
    pub fn fold<F: FilterFold>(&self, fold: &mut F) -> Result<F::Output, F::Error> {
        match self {
            Self::And(terms) => {
                let terms = terms.iter().map(|term| term.fold(fold)).collect::<Result<_, _>>()?;
                fold.and(terms)
            }
            Self::Or(terms) => {
                let terms = terms.iter().map(|term| term.fold(fold)).collect::<Result<_, _>>()?;
                fold.or(terms)
            }
            Self::Not(term) => {
                let term = term.fold(fold)?;
                fold.not(term)
            }
            Self::Present(path) => fold.present(path),
            Self::Compare(comparison) => fold.compare(comparison),
            Self::Element { path, filter } => fold.element(path, filter),
            Self::Never => fold.nothing(),
        }
    }

    /// Calls `visit` with each path in the filter.
    pub fn for_each_path<'f>(&'f self, visit: &mut dyn FnMut(&'f ResolvedPath)) {
        match self {
            Self::And(terms) | Self::Or(terms) => {
                terms.iter().for_each(|term| term.for_each_path(visit))
            }
            Self::Not(term) => term.for_each_path(visit),
            Self::Present(path) => visit(path),
            Self::Compare(comparison) => visit(&comparison.path),
            Self::Element { path, filter } => {
                visit(path);
                filter.for_each_path(visit);
            }
            Self::Never => {}
        }
    }

    /// Returns `true` if the filter asks about an attribute of the core schema, by its canonical
    /// name.
    #[must_use]
    pub fn mentions(&self, attribute: &str) -> bool {
        let mut found = false;
        self.for_each_path(&mut |path| {
            found |= path.extension().is_none() && path.attribute().name() == attribute
        });
        found
    }

    /// Returns the membership attributes that the filter mentions.
    pub(crate) fn membership<'t>(&self, resource_type: &'t ResourceType) -> Membership<'t> {
        resource_type.membership().only(|attribute| self.mentions(attribute.name()))
    }
}

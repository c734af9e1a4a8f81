//! An index of the values of a multi-valued attribute, kept from one operation to the next: a
//! thousand operations look at each value once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::plan::StepTarget;
use crate::budget::{BudgetExceeded, EvalBudget, of_text, weight};
use crate::filter::{BoundFilter, CompareOp, Operand};
use crate::resource::{Identities, Resource, is_unassigned};
use crate::schema::{Attribute, case_fold, folding};
use crate::value::{List, Object, Value};

/// Up to this many values are looked at one by one.
const FEW: usize = 16;

/// The cost of adding a part of a value to an index, and all of one by its text, in units of the
/// budget.
const NOTING_PART: u64 = 4;
const NOTING: u64 = 8;

/// The indexes of a plan on its way: one for each attribute that its operations change value by
/// value.
#[derive(Default)]
pub(super) struct Indexes(HashMap<Place, Index>);

/// A multi-valued attribute, perhaps one within a complex attribute that has one value.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    container: Option<String>,
    attribute: String,
    sub: Option<String>,
}

/// The positions of values, by their identity. A value that it finds is checked again: it may have
/// changed since, or be gone.
#[derive(Default)]
pub(super) struct Index {
    /// `true` if an operation has looked at all values before.
    looked: bool,
    identities: Option<Identities>,
    texts: HashMap<(Option<String>, Case), HashMap<String, Vec<usize>>>,
    /// The only value that may be primary, if that is known.
    pub(super) primary: Option<usize>,
    /// The number of removed values; null holds the position of each, so that the others keep
    /// theirs.
    gone: usize,
}

/// The case rule of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Case {
    Exact,
    Folded,
}

/// Texts that a value may have: one that has none of them is not meant.
pub(super) struct Question<'q> {
    sub: Option<&'q str>,
    case: Case,
    texts: Vec<Cow<'q, str>>,
}

impl Indexes {
    /// The index of the values that a step changes.
    pub(super) fn of(&mut self, target: &StepTarget) -> &mut Index {
        let within = target.sub.as_ref().filter(|_| !target.attribute.is_multi_valued());
        let place = Place {
            container: target.container().map(str::to_owned),
            attribute: target.attribute.name().to_owned(),
            sub: within.map(|sub| sub.name().to_owned()),
        };
        self.0.entry(place).or_default()
    }

    /// Closes the gaps in an attribute, or in all of a container, and forgets what was known: from
    /// here on it is read as a whole.
    pub(super) fn flush(
        &mut self,
        resource: &mut Resource,
        container: Option<&str>,
        attribute: Option<&str>,
    ) {
        self.0.retain(|place, index| {
            let is_other = attribute.is_some_and(|attribute| place.attribute != attribute);
            let stays = place.container.as_deref() != container || is_other;
            if !stays && index.gone > 0 {
                place.close_gaps(resource.object_mut());
            }
            stays
        });
    }

    /// Closes all gaps: no operation is left.
    pub(super) fn finish(self, resource: &mut Resource) {
        for (place, _) in self.0.iter().filter(|(_, index)| index.gone > 0) {
            place.close_gaps(resource.object_mut());
        }
    }
}

impl Place {
    fn close_gaps(&self, object: &mut Object) {
        let object = match &self.container {
            Some(uri) => object.get_mut(uri).and_then(Value::as_object_mut),
            None => Some(object),
        };
        let value = object.and_then(|object| object.get_mut(&self.attribute));
        let value = match &self.sub {
            Some(sub) => value.and_then(|value| value.get_mut(sub)),
            None => value,
        };
        if let Some(Value::Array(elements)) = value {
            elements.retain(|element| !is_unassigned(element));
        }
    }
}

impl Index {
    /// Returns the identities of the values; `None` if a look at all of them is cheaper. `wanted`
    /// is the number of values that an operation asks about.
    pub(super) fn identities(
        &mut self,
        attribute: &Attribute,
        elements: &[Value],
        wanted: usize,
        budget: &EvalBudget,
    ) -> Result<Option<&Identities>, BudgetExceeded> {
        if self.identities.is_none() && self.is_worthwhile(elements, wanted) {
            budget.spend(elements.iter().map(weight).sum::<u64>().saturating_mul(NOTING_PART))?;
            self.identities = Some(Identities::of(attribute, elements));
        }
        Ok(self.identities.as_ref())
    }

    /// The places of all values that `question` may mean, in their order; none where each value has
    /// to be looked at.
    pub(super) fn candidates(
        &mut self,
        elements: &[Value],
        question: Option<Question<'_>>,
        wanted: usize,
        budget: &EvalBudget,
    ) -> Result<Option<Vec<usize>>, BudgetExceeded> {
        let worthwhile = self.is_worthwhile(elements, wanted);
        let Some(question) = question.filter(|_| worthwhile) else {
            return Ok(None);
        };
        let texts = match self.texts.entry((question.sub.map(str::to_owned), question.case)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(places_by_text(elements, question.sub, question.case, budget)?)
            }
        };
        let found = question.texts.iter().filter_map(|text| texts.get(text.as_ref())).flatten();
        let mut places: Vec<usize> = found.copied().collect();
        budget.spend_values(question.texts.len().saturating_add(places.len()))?;
        places.sort_unstable();
        places.dedup();
        Ok(Some(places))
    }

    /// Takes note of values that have changed.
    pub(super) fn note_changed(
        &mut self,
        attribute: &Attribute,
        elements: &[Value],
        places: &[usize],
    ) {
        if places.len() > FEW {
            self.identities = None;
            self.texts.clear();
        }
        places.iter().for_each(|place| self.note(attribute, elements, *place));
    }

    /// Takes note of a value that has come, or changed.
    pub(super) fn note(&mut self, attribute: &Attribute, elements: &[Value], place: usize) {
        let Some(element) = elements.get(place) else {
            return;
        };
        if let Some(identities) = &mut self.identities {
            identities.note(attribute, element, place);
        }
        for ((sub, case), texts) in &mut self.texts {
            if let Some(text) = text_of(element, sub.as_deref()) {
                texts.entry(case.key(text).into_owned()).or_default().push(place);
            }
        }
    }

    /// Takes a value away.
    pub(super) fn remove(&mut self, element: &mut Value) {
        if !element.is_null() {
            *element = Value::Null;
            self.gone += 1;
        }
    }

    /// Takes a value away of which nothing is left.
    pub(super) fn tidy(&mut self, element: &mut Value) {
        if is_unassigned(element) {
            self.remove(element);
        }
    }

    /// Closes the gaps that are left by values that are gone.
    pub(super) fn close_gaps(&self, elements: &mut List) {
        if self.gone > 0 {
            elements.retain(|element| !is_unassigned(element));
        }
    }

    /// Returns the number of remaining values.
    pub(super) fn left(&self, elements: &[Value]) -> usize {
        elements.len().saturating_sub(self.gone)
    }

    /// Returns `true` if an index is worth its while: for many values, asked about again or about
    /// many at once.
    fn is_worthwhile(&mut self, elements: &[Value], wanted: usize) -> bool {
        let again = std::mem::replace(&mut self.looked, true);
        elements.len() > FEW && (again || wanted > FEW)
    }
}

impl Case {
    fn of(attribute: &Attribute) -> Self {
        if attribute.is_case_exact() { Self::Exact } else { Self::Folded }
    }

    fn key(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::Folded => case_fold(text),
        }
    }
}

impl<'q> Question<'q> {
    /// Returns the question of a filter: that a text equals one, or one of several.
    pub(super) fn of_filter(filter: &'q BoundFilter) -> Option<Self> {
        match filter {
            BoundFilter::And(terms) => terms.iter().find_map(Self::of_filter),
            BoundFilter::Or(terms) => {
                let mut terms = terms.iter().map(Self::of_filter);
                let mut all = terms.next()??;
                for term in terms {
                    let term = term.filter(|term| (term.sub, term.case) == (all.sub, all.case))?;
                    all.texts.extend(term.texts);
                }
                Some(all)
            }
            BoundFilter::Compare(comparison) if comparison.op == CompareOp::Eq => {
                let (case, text) = match &comparison.operand {
                    Operand::Exact(text) => (Case::Exact, text),
                    Operand::Folded { folded, .. } => (Case::Folded, folded),
                    _ => return None,
                };
                let sub = comparison.path.sub_attribute();
                let has_one = sub.is_none_or(|sub| !sub.is_multi_valued());
                has_one.then(|| Self {
                    sub: sub.map(|sub| sub.name()),
                    case,
                    texts: vec![text.as_str().into()],
                })
            }
            BoundFilter::Compare(_)
            | BoundFilter::Not(_)
            | BoundFilter::Present(_)
            | BoundFilter::Element { .. }
            | BoundFilter::Never => None,
        }
    }

    /// Returns the question of a value that a removal lists: a text that it has.
    pub(super) fn of_listed(attribute: &'q Attribute, listed: &'q Value) -> Option<Self> {
        let (sub, case, text) = match listed {
            Value::String(text) => (None, Case::of(attribute), text.as_str()),
            Value::Object(parts) => {
                let texts = || {
                    let texts = parts.iter().filter_map(|(name, part)| {
                        Some((attribute.sub_attribute(name)?, part.as_str()?))
                    });
                    texts.filter(|(sub, _)| !sub.is_multi_valued())
                };
                let (sub, text) =
                    texts().find(|(sub, _)| sub.name() == "value").or_else(|| texts().next())?;
                let by_id = attribute.is_resource_reference() && sub.name() == "value";
                (Some(sub.name()), if by_id { Case::Exact } else { Case::of(sub) }, text)
            }
            _ => return None,
        };
        Some(Self { sub, case, texts: vec![case.key(text)] })
    }
}

fn places_by_text(
    elements: &[Value],
    sub: Option<&str>,
    case: Case,
    budget: &EvalBudget,
) -> Result<HashMap<String, Vec<usize>>, BudgetExceeded> {
    let cost = |text: &str| {
        if text.is_ascii() || case == Case::Exact { of_text(text) } else { folding(text) }
    };
    budget.spend(
        elements.iter().map(|element| NOTING + text_of(element, sub).map_or(0, cost)).sum(),
    )?;
    let mut texts: HashMap<String, Vec<usize>> = HashMap::with_capacity(elements.len());
    for (place, element) in elements.iter().enumerate() {
        if let Some(text) = text_of(element, sub) {
            texts.entry(case.key(text).into_owned()).or_default().push(place);
        }
    }
    Ok(texts)
}

fn text_of<'e>(element: &'e Value, sub: Option<&str>) -> Option<&'e str> {
    sub.map_or(Some(element), |sub| element.get(sub))?.as_str()
}

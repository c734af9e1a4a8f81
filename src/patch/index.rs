//! An index of the values of a multi-valued attribute, kept from one operation to the next: a
//! thousand operations look at each value once.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use super::plan::StepTarget;
use crate::budget::{BudgetExceeded, EvalBudget, of_text, weight};
use crate::filter::{BoundFilter, CompareOp, Comparison, Operand};
use crate::resource::{Identities, Resource, is_unassigned};
use crate::schema::{Attribute, case_fold, folding};
use crate::value::{List, Name, Object, Value};

/// Up to this many values are looked at one by one.
const FEW: usize = 16;

/// The cost of adding a part of a value to an index, and all of one by its text, in units of the
/// budget.
const NOTING_PART: u64 = 4;
const NOTING: u64 = 8;

/// The indexes of a plan on its way: one for each attribute that its operations change value by
/// value.
#[derive(Default)]
pub(super) struct Indexes<'p>(Vec<(Place<'p>, Index)>);

/// A multi-valued attribute, perhaps one within a complex attribute that has one value.
#[derive(PartialEq, Eq)]
struct Place<'p> {
    container: Option<&'p str>,
    attribute: &'p Name,
    sub: Option<&'p Name>,
}

/// The positions of values, by their identity and by their texts. A value is forgotten before it
/// changes, and noted again after that.
#[derive(Default)]
pub(super) struct Index {
    /// `true` if an operation has looked at all values before.
    looked: bool,
    identities: Option<Identities>,
    texts: HashMap<(Option<String>, Case), HashMap<String, Places>>,
    /// The only value that may be primary, if that is known.
    pub(super) primary: Option<usize>,
    /// The number of removed values; null holds the position of each, so that the others keep
    /// theirs.
    gone: usize,
}

/// The positions of values that have one text, in their order.
type Places = BTreeSet<usize>;

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
    /// `true` if each value that has one of them is meant.
    decides: bool,
}

/// The values that may be meant.
pub(super) struct Candidates {
    pub(super) places: Vec<usize>,
    /// `true` if each of them is meant.
    pub(super) decided: bool,
}

impl<'p> Indexes<'p> {
    /// The index of the values that a step changes.
    pub(super) fn of(&mut self, target: &'p StepTarget) -> &mut Index {
        let within = target.sub.as_ref().filter(|_| !target.attribute.is_multi_valued());
        let wanted = Place {
            container: target.container(),
            attribute: target.attribute.key(),
            sub: within.map(|sub| sub.key()),
        };
        let known = self.0.iter().position(|(place, _)| *place == wanted);
        let known = known.unwrap_or_else(|| {
            self.0.push((wanted, Index::default()));
            self.0.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or filled above")]
        &mut self.0[known].1
    }

    /// Closes the gaps in an attribute, or in all of a container, and forgets what was known: from
    /// here on it is read as a whole.
    pub(super) fn flush(
        &mut self,
        resource: &mut Resource,
        container: Option<&str>,
        attribute: Option<&Name>,
    ) {
        self.0.retain(|(place, index)| {
            let is_other = attribute.is_some_and(|attribute| place.attribute != attribute);
            let stays = place.container != container || is_other;
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

impl Place<'_> {
    fn close_gaps(&self, object: &mut Object) {
        let object = match self.container {
            Some(uri) => object.get_mut(uri).and_then(Value::as_object_mut),
            None => Some(object),
        };
        let value = object.and_then(|object| object.get_mut(self.attribute));
        let value = match self.sub {
            Some(sub) => value.and_then(|value| value.get_mut(sub.as_str())),
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

    /// The places of all values that may be meant, in their order. None where each value has to be
    /// looked at.
    pub(super) fn candidates<'q>(
        &mut self,
        elements: &[Value],
        questions: impl FnOnce() -> Vec<Question<'q>>,
        wanted: usize,
        budget: &EvalBudget,
    ) -> Result<Option<Vec<usize>>, BudgetExceeded> {
        let found = self.find(elements, questions, wanted, budget)?;
        Ok(found.map(|found| found.places))
    }

    /// The values that may be meant, by the question that leaves the fewest.
    pub(super) fn find<'q>(
        &mut self,
        elements: &[Value],
        questions: impl FnOnce() -> Vec<Question<'q>>,
        wanted: usize,
        budget: &EvalBudget,
    ) -> Result<Option<Candidates>, BudgetExceeded> {
        if !self.is_worthwhile(elements, wanted) {
            return Ok(None);
        }
        let questions = questions();
        let mut fewest = None;
        for question in &questions {
            budget.spend_values(question.texts.len())?;
            let places = self.places(elements, question, budget)?;
            let count = places.iter().map(|places| places.len()).sum::<usize>();
            if fewest.is_none_or(|(fewest, _)| count < fewest) {
                fewest = Some((count, question));
            }
        }
        let Some((count, question)) = fewest else {
            return Ok(None);
        };
        budget.spend_values(count)?;
        let places = self.places(elements, question, budget)?;
        let mut places: Vec<usize> = places.into_iter().flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        Ok(Some(Candidates { places, decided: question.decides }))
    }

    /// The places of the values that have each of the texts.
    fn places(
        &mut self,
        elements: &[Value],
        question: &Question<'_>,
        budget: &EvalBudget,
    ) -> Result<Vec<&Places>, BudgetExceeded> {
        let texts = match self.texts.entry((question.sub.map(str::to_owned), question.case)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                unknown.insert(places_by_text(elements, question.sub, question.case, budget)?)
            }
        };
        Ok(question.texts.iter().filter_map(|text| texts.get(text.as_ref())).collect())
    }

    /// Forgets values that are about to change. Where that is most of them, looking at all again
    /// costs no more than noting each.
    pub(super) fn forget_each(
        &mut self,
        attribute: &Attribute,
        elements: &[Value],
        places: &[usize],
    ) {
        if places.len() > elements.len() / 2 {
            self.identities = None;
            self.texts.clear();
        }
        places.iter().for_each(|place| self.forget(attribute, elements, *place));
    }

    /// Forgets a value that is about to change, or to go.
    pub(super) fn forget(&mut self, attribute: &Attribute, elements: &[Value], place: usize) {
        let Some(element) = elements.get(place) else {
            return;
        };
        if let Some(identities) = &mut self.identities {
            identities.forget(attribute, element, place);
        }
        for ((sub, case), texts) in &mut self.texts {
            let text = text_of(element, sub.as_deref()).map(|text| case.key(text));
            if let Some(places) = text.and_then(|text| texts.get_mut(text.as_ref())) {
                places.remove(&place);
            }
        }
    }

    /// Takes note of values that have changed.
    pub(super) fn note_each(
        &mut self,
        attribute: &Attribute,
        elements: &[Value],
        places: &[usize],
    ) {
        places.iter().for_each(|place| self.note(attribute, elements, *place));
    }

    /// Takes note of a value that has come, or changed.
    pub(super) fn note(&mut self, attribute: &Attribute, elements: &[Value], place: usize) {
        let Some(element) = elements.get(place).filter(|element| !element.is_null()) else {
            return;
        };
        if let Some(identities) = &mut self.identities {
            identities.note(attribute, element, place);
        }
        for ((sub, case), texts) in &mut self.texts {
            if let Some(text) = text_of(element, sub.as_deref()) {
                texts.entry(case.key(text).into_owned()).or_default().insert(place);
            }
        }
    }

    /// Takes a value away.
    pub(super) fn remove(&mut self, attribute: &Attribute, elements: &mut [Value], place: usize) {
        self.forget(attribute, elements, place);
        if let Some(element) = elements.get_mut(place) {
            self.empty(element);
        }
    }

    /// Takes a value away of which nothing is left, and which was forgotten before it changed.
    pub(super) fn tidy(&mut self, element: &mut Value) {
        if is_unassigned(element) {
            self.empty(element);
        }
    }

    fn empty(&mut self, element: &mut Value) {
        if !element.is_null() {
            *element = Value::Null;
            self.gone += 1;
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
    /// Returns the questions of a filter: that a text equals one, or one of several. A value that
    /// is not meant by one of them is not meant by the filter; each is about another sub-attribute.
    pub(super) fn of_filter(filter: &'q BoundFilter) -> Vec<Self> {
        match filter {
            BoundFilter::And(terms) => {
                let mut all: Vec<Self> = Vec::new();
                for mut question in terms.iter().flat_map(Self::of_filter) {
                    question.decides = false;
                    if !all.iter().any(|known| known.is_like(&question)) {
                        all.push(question);
                    }
                }
                all
            }
            BoundFilter::Or(terms) => {
                let mut terms = terms.iter().map(Self::of_filter);
                let mut all = terms.next().unwrap_or_default();
                for mut term in terms {
                    all.retain_mut(|question| {
                        let alike = term.iter().position(|other| other.is_like(question));
                        let Some(alike) = alike.map(|alike| term.swap_remove(alike)) else {
                            return false;
                        };
                        question.texts.extend(alike.texts);
                        question.decides &= alike.decides;
                        true
                    });
                }
                all
            }
            BoundFilter::Compare(comparison) => {
                Self::of_comparison(comparison).into_iter().collect()
            }
            BoundFilter::Not(_)
            | BoundFilter::Present(_)
            | BoundFilter::Element { .. }
            | BoundFilter::Never => Vec::new(),
        }
    }

    fn of_comparison(comparison: &'q Comparison) -> Option<Self> {
        let (case, text) = match &comparison.operand {
            Operand::Exact(text) => (Case::Exact, text),
            Operand::Folded { folded, .. } => (Case::Folded, folded),
            _ => return None,
        };
        let sub = comparison.path.sub_attribute();
        let has_one = sub.is_none_or(|sub| !sub.is_multi_valued());
        (comparison.op == CompareOp::Eq && has_one).then(|| Self {
            sub: sub.map(|sub| sub.name()),
            case,
            texts: vec![text.as_str().into()],
            decides: true,
        })
    }

    /// The question of a value that is one text, whatever its case.
    pub(super) fn of_text(attribute: &Attribute, text: &'q str) -> Self {
        let case = Case::of(attribute);
        Self { sub: None, case, texts: vec![case.key(text)], decides: false }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.sub, self.case) == (other.sub, other.case)
    }

    /// Returns the question of a value that a removal lists: a text that it has.
    pub(super) fn of_listed(attribute: &'q Attribute, listed: &'q Value) -> Vec<Self> {
        Self::of_one_listed(attribute, listed).into_iter().collect()
    }

    fn of_one_listed(attribute: &'q Attribute, listed: &'q Value) -> Option<Self> {
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
        Some(Self { sub, case, texts: vec![case.key(text)], decides: false })
    }
}

fn places_by_text(
    elements: &[Value],
    sub: Option<&str>,
    case: Case,
    budget: &EvalBudget,
) -> Result<HashMap<String, Places>, BudgetExceeded> {
    let cost = |text: &str| {
        if text.is_ascii() || case == Case::Exact { of_text(text) } else { folding(text) }
    };
    budget.spend(
        elements.iter().map(|element| NOTING + text_of(element, sub).map_or(0, cost)).sum(),
    )?;
    let mut texts: HashMap<String, Places> = HashMap::with_capacity(elements.len());
    for (place, element) in elements.iter().enumerate() {
        if let Some(text) = text_of(element, sub) {
            texts.entry(case.key(text).into_owned()).or_default().insert(place);
        }
    }
    Ok(texts)
}

fn text_of<'e>(element: &'e Value, sub: Option<&str>) -> Option<&'e str> {
    sub.map_or(Some(element), |sub| element.get(sub))?.as_str()
}

#[cfg(test)]
mod tests;

//! Filters, orders, pages and projections that fit a resource type, about values that resources
//! have.

use std::sync::Arc;

use super::field::Field;
use super::fixtures::{BYTES, DECIMAL, INSTANTS, TEXTS, URLS, WHOLE};
use super::harness::Subject;
use super::random::Random;
use crate::attr::{AttrName, AttrPath};
use crate::filter::{BoundFilter, CompValue, CompareOp, Filter};
use crate::query::{Page, Projection, Sort};
use crate::resource::Resource;
use crate::schema::{Attribute, AttributeType, ResolvedPath, Schema};
use crate::store::execute;
use crate::value::Value;

/// The maximum nesting of filters.
const DEPTH: usize = 3;

/// The filters that can be built for a resource type.
pub(super) struct Questions {
    random: Random,
    paths: Vec<ResolvedPath>,
    sorts: Vec<Sort>,
}

impl Questions {
    /// Questions about what the store keeps.
    pub(super) fn new(subject: &Subject, seed: u64) -> Self {
        Self::about(paths(subject.membership_view.as_ref(), &subject.fields), subject, seed)
    }

    /// Questions about all attributes, whether the store keeps them or not: what it answers has to
    /// agree with what it shows.
    pub(super) fn about_all(subject: &Subject, seed: u64) -> Self {
        let groups = subject.resource_type.membership().groups();
        Self::about(paths(groups, &subject.all_fields), subject, seed)
    }

    fn about(paths: Vec<ResolvedPath>, subject: &Subject, seed: u64) -> Self {
        let orders = paths.iter().flat_map(|path| [(path, "ascending"), (path, "descending")]);
        let sorts = orders.filter_map(|(path, order)| {
            Sort::bind(&path.to_string(), Some(order), &subject.resource_type).ok()
        });
        Self { random: Random::new(seed), sorts: sorts.collect(), paths }
    }

    /// A filter; many of them find some of `resources`, and not all.
    pub(super) fn filter(
        &mut self,
        subject: &Subject,
        resources: &[Arc<Resource>],
    ) -> (Filter, BoundFilter) {
        loop {
            let filter = self.tree(DEPTH, &mut |random, paths| {
                let path = random.pick(paths).cloned();
                path.map(|path| {
                    if random.once_in(4) {
                        element(random, &path, resources)
                    } else {
                        leaf(random, &path, resources)
                    }
                })
            });
            // Some attributes have no value to compare, or go with few operators.
            if let Some(filter) = filter
                && let Some(bound) = subject.bind(&filter)
            {
                return (filter, bound);
            }
        }
    }

    pub(super) fn one_in_two(&mut self) -> bool {
        self.random.once_in(2)
    }

    pub(super) fn sort(&mut self) -> Option<Sort> {
        if self.random.once_in(5) { None } else { self.random.pick(&self.sorts).cloned() }
    }

    /// A page by number, or behind one of the resources.
    pub(super) fn page(&mut self, resources: &[Arc<Resource>], sort: Option<&Sort>) -> Page {
        let count = self.random.below(12);
        let some = self.random.pick(resources).map(|resource| execute::position(resource, sort));
        match self.random.below(3) {
            0 => Page::Index { start: 1 + self.random.below(resources.len() + 3), count },
            1 => Page::Cursor { after: None, count },
            _ => Page::Cursor { after: some, count },
        }
    }

    pub(super) fn projection(&mut self, subject: &Subject) -> Projection {
        let mut names: Vec<String> = Vec::new();
        for _ in 0..self.random.below(4) {
            names.extend(self.random.pick(&self.paths).map(ToString::to_string));
        }
        if self.random.once_in(2) {
            subject.projection(&names, &[])
        } else {
            subject.projection(&[], &names)
        }
    }

    fn tree(
        &mut self,
        depth: usize,
        leaf: &mut dyn FnMut(&mut Random, &[ResolvedPath]) -> Option<Filter>,
    ) -> Option<Filter> {
        if depth == 0 || self.random.once_in(2) {
            return leaf(&mut self.random, &self.paths);
        }
        let (one, other) = (self.tree(depth - 1, leaf)?, self.tree(depth - 1, leaf)?);
        Some(match self.random.below(3) {
            0 => Filter::And(vec![one, other]),
            1 => Filter::Or(vec![one, other]),
            _ => Filter::Not(Box::new(one)),
        })
    }
}

/// A condition on an attribute of a resource.
fn leaf(random: &mut Random, path: &ResolvedPath, resources: &[Arc<Resource>]) -> Filter {
    let Ok(named) = path.to_string().parse() else { unreachable_path(path) };
    let compared = compared(path);
    let known =
        random.pick(resources).and_then(|resource| resource.values(&compared).next().cloned());
    condition(random, named, compared.leaf(), known.as_ref())
}

/// A condition on one element of an attribute; on the resource where the attribute has one value.
fn element(random: &mut Random, path: &ResolvedPath, resources: &[Arc<Resource>]) -> Filter {
    let attribute = path.attribute();
    if !attribute.is_multi_valued() {
        return leaf(random, path, resources);
    }
    let whole = ResolvedPath::new(path.extension().cloned(), Arc::clone(attribute), None);
    let known: Vec<Value> = random
        .pick(resources)
        .map(|resource| resource.values(&whole).cloned().collect())
        .unwrap_or_default();
    let readable: Vec<&Arc<Attribute>> = attribute
        .sub_attributes()
        .iter()
        .filter(|sub| sub.is_readable() && sub.name() != "$ref")
        .collect();
    let inside = |random: &mut Random| {
        let element = random.pick(&known).cloned();
        let (name, asked) = match random.pick(&readable) {
            Some(sub) => (sub.attr_name().clone(), Arc::clone(sub)),
            None => (value_name(), Arc::clone(attribute)),
        };
        let value = element.map(|element| element.get(name.as_str()).cloned().unwrap_or(element));
        condition(random, AttrPath { schema: None, name, sub: None }, &asked, value.as_ref())
    };
    let filter = match random.below(4) {
        0 | 1 => Filter::And(vec![inside(random), inside(random)]),
        2 => Filter::Or(vec![inside(random), Filter::Not(Box::new(inside(random)))]),
        _ => inside(random),
    };
    let Ok(path) = whole.to_string().parse() else { unreachable_path(path) };
    Filter::ValuePath { path, filter: Box::new(filter) }
}

fn condition(
    random: &mut Random,
    path: AttrPath,
    asked: &Attribute,
    known: Option<&Value>,
) -> Filter {
    if asked.attribute_type() == AttributeType::Complex || random.once_in(8) {
        return Filter::Present(path);
    }
    if random.once_in(12) {
        let op = if random.once_in(2) { CompareOp::Eq } else { CompareOp::Ne };
        return Filter::Compare { path, op, value: CompValue::Null };
    }
    let op = random.pick(operators(asked.attribute_type())).copied().unwrap_or(CompareOp::Eq);
    let known = if random.once_in(3) { None } else { known };
    Filter::Compare { path, op, value: operand(random, asked, op, known) }
}

fn operators(kind: AttributeType) -> &'static [CompareOp] {
    match kind {
        AttributeType::String | AttributeType::Reference => CompareOp::ALL,
        AttributeType::Integer | AttributeType::Decimal | AttributeType::DateTime => &[
            CompareOp::Eq,
            CompareOp::Ne,
            CompareOp::Gt,
            CompareOp::Ge,
            CompareOp::Lt,
            CompareOp::Le,
        ],
        AttributeType::Boolean | AttributeType::Binary | AttributeType::Complex => {
            &[CompareOp::Eq, CompareOp::Ne]
        }
    }
}

/// The value that is known, or one like it.
fn operand(
    random: &mut Random,
    asked: &Attribute,
    op: CompareOp,
    known: Option<&Value>,
) -> CompValue {
    let number = |text: &str| text.parse().map_or(CompValue::Null, CompValue::Number);
    let mut pool = |pool: &[&str]| random.pick(pool).copied().unwrap_or_default().to_owned();
    match (asked.attribute_type(), known) {
        (AttributeType::Boolean, Some(Value::Bool(known))) => CompValue::Boolean(*known),
        (AttributeType::Boolean, _) => CompValue::Boolean(random.once_in(2)),
        (AttributeType::Integer | AttributeType::Decimal, Some(Value::Number(known))) => {
            number(&known.to_string())
        }
        (AttributeType::Integer, _) => number(&pool(WHOLE)),
        (AttributeType::Decimal, _) => number(&pool(DECIMAL)),
        (AttributeType::DateTime | AttributeType::Binary, Some(Value::String(known))) => {
            CompValue::String(known.clone())
        }
        (AttributeType::DateTime, _) => CompValue::String(pool(INSTANTS).into()),
        (AttributeType::Binary, _) => CompValue::String(pool(BYTES).into()),
        (AttributeType::Reference, None) => CompValue::String(pool(URLS).into()),
        (_, Some(Value::String(known))) => CompValue::String(varied(random, known, op).into()),
        (AttributeType::String | AttributeType::Reference | AttributeType::Complex, _) => {
            CompValue::String(pool(TEXTS).into())
        }
    }
}

/// A text, or a part of it, perhaps in another case.
fn varied(random: &mut Random, text: &str, op: CompareOp) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (from, to) = match op {
        CompareOp::Sw => (0, random.below(letters.len() + 1)),
        CompareOp::Ew => (random.below(letters.len() + 1), letters.len()),
        CompareOp::Co => {
            let from = random.below(letters.len() + 1);
            (from, from + random.below(letters.len() - from + 1))
        }
        _ => (0, letters.len()),
    };
    let part: String = letters.get(from..to).unwrap_or_default().iter().collect();
    match random.below(4) {
        0 => part.to_uppercase(),
        1 => part.to_lowercase(),
        _ => part,
    }
}

/// Returns the compared path: for a complex attribute, its `value`.
fn compared(path: &ResolvedPath) -> ResolvedPath {
    let attribute = path.attribute();
    match attribute.sub_attribute("value").filter(|_| path.sub_attribute().is_none()) {
        Some(value) => ResolvedPath::new(
            path.extension().cloned(),
            Arc::clone(attribute),
            Some(Arc::clone(value)),
        ),
        None => path.clone(),
    }
}

/// The attributes and sub-attributes that can be asked about: common ones, the one that shows
/// groups, and those that clients may write.
fn paths(groups: Option<&Arc<Attribute>>, fields: &[Field]) -> Vec<ResolvedPath> {
    let mut paths = Vec::new();
    let mut add = |path: ResolvedPath, subs: &[Arc<Attribute>]| {
        let (extension, attribute) = (path.extension().cloned(), Arc::clone(path.attribute()));
        paths.push(path);
        // URLs are made when they are asked for.
        let subs = subs
            .iter()
            .filter(|sub| sub.is_readable() && sub.name() != "$ref" && sub.name() != "location");
        paths.extend(subs.map(|sub| {
            ResolvedPath::new(extension.clone(), Arc::clone(&attribute), Some(Arc::clone(sub)))
        }));
    };
    for attribute in
        Schema::common().attributes().iter().filter(|attribute| attribute.name() != "externalId")
    {
        add(ResolvedPath::new(None, Arc::clone(attribute), None), attribute.sub_attributes());
    }
    if let Some(view) = groups {
        add(ResolvedPath::new(None, Arc::clone(view), None), view.sub_attributes());
    }
    for field in fields {
        add(field.path(None), &field.subs);
    }
    paths
}

fn value_name() -> AttrName {
    let Some((name, _)) = AttrName::read("value") else { panic!("`value` is a name") };
    name
}

fn unreachable_path(path: &ResolvedPath) -> ! {
    panic!("a resolved path can be read: {path}")
}

//! From a JSON text to values, with limits, and without what nobody wants.

use std::collections::HashSet;

use super::count::Count;
use super::scan::Scanner;
use super::{JsonLimits, Known, Trouble};
use crate::value::{List, Name, Object, Value};

/// The deepest nesting, whatever the limit says: each level is a call.
const DEEPEST: usize = 127;

/// Reads values.
pub(super) struct Reader<'t> {
    scanner: Scanner<'t>,
    count: Count,
    /// The remaining nesting.
    depth: usize,
    /// The values of the arrays, and the members of the objects, that are not read to their end.
    values: Vec<Value>,
    members: Vec<(Name, Value)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str, limits: JsonLimits) -> Self {
        let depth = limits.max_depth.min(DEEPEST);
        let (scanner, count) = (Scanner::new(text), Count::new(limits));
        Self { scanner, count, depth, values: Vec::new(), members: Vec::new() }
    }

    /// Returns the number of bytes that were read.
    pub(super) fn at(&self) -> usize {
        self.scanner.at()
    }

    /// The weight of what was built.
    pub(super) fn weight(&self) -> u64 {
        self.count.weight()
    }

    /// Reads the whole text; it may have white space at its end.
    pub(super) fn document(&mut self, known: Known<'_>) -> Result<Value, Trouble> {
        let value = self.value(Some(known))?;
        if self.scanner.peek().is_none() { Ok(value) } else { Err(Trouble::Syntax) }
    }

    fn value(&mut self, known: Option<Known<'_>>) -> Result<Value, Trouble> {
        let value = match self.scanner.peek() {
            Some(b'{') => Value::Object(self.deeper(|reader| reader.object(known))?),
            Some(b'[') => Value::Array(self.deeper(|reader| reader.array(known))?),
            Some(b'"') => Value::String(self.scanner.string()?.into()),
            Some(b't') => self.scanner.word("true").map(|()| Value::Bool(true))?,
            Some(b'f') => self.scanner.word("false").map(|()| Value::Bool(false))?,
            Some(b'n') => self.scanner.word("null").map(|()| Value::Null)?,
            Some(_) => Value::Number(self.scanner.number()?),
            None => return Err(Trouble::Syntax),
        };
        self.count.built(&value)?;
        Ok(value)
    }

    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        self.depth = self.depth.checked_sub(1).ok_or(Trouble::TooDeep)?;
        let read = read(self)?;
        self.depth += 1;
        Ok(read)
    }

    fn array(&mut self, known: Option<Known<'_>>) -> Result<List, Trouble> {
        let first = self.values.len();
        self.scanner.expect(b'[')?;
        while self.goes_on(self.values.len() == first, b']')? {
            let value = self.value(known)?;
            self.count.element(self.values.len() - first)?;
            self.values.push(value);
        }
        Ok(self.values.drain(first..).collect())
    }

    fn object(&mut self, known: Option<Known<'_>>) -> Result<Object, Trouble> {
        let first = self.members.len();
        self.scanner.expect(b'{')?;
        while self.goes_on(self.members.len() == first, b'}')? {
            let name = Name::from(&*self.scanner.string()?);
            self.count.member(self.members.len() - first, &name)?;
            self.scanner.expect(b':')?;
            let value = if known.is_none_or(|known| (known.is_known)(&name)) {
                self.value(known.and_then(|known| known.within(&name)))?
            } else {
                self.pass()?;
                self.count.built(&Value::Null)?;
                Value::Null
            };
            self.members.push((name, value));
        }
        let members = self.members.get(first..).unwrap_or_default();
        refuse_repeats(members.iter().map(|(name, _)| name))?;
        Object::of_distinct(self.members.drain(first..)).ok_or(Trouble::Duplicate)
    }

    /// Passes over a value: what is nobody's is not built.
    fn pass(&mut self) -> Result<(), Trouble> {
        match self.scanner.peek() {
            Some(b'{') => self.deeper(Self::pass_object),
            Some(b'[') => self.deeper(Self::pass_array),
            Some(b'"') => self.scanner.string().map(drop),
            Some(b't') => self.scanner.word("true"),
            Some(b'f') => self.scanner.word("false"),
            Some(b'n') => self.scanner.word("null"),
            Some(_) => self.scanner.number().map(drop),
            None => Err(Trouble::Syntax),
        }
    }

    fn pass_array(&mut self) -> Result<(), Trouble> {
        let mut there = 0;
        self.scanner.expect(b'[')?;
        while self.goes_on(there == 0, b']')? {
            self.pass()?;
            self.count.passed_element(there)?;
            there += 1;
        }
        Ok(())
    }

    fn pass_object(&mut self) -> Result<(), Trouble> {
        let mut names = Vec::new();
        self.scanner.expect(b'{')?;
        while self.goes_on(names.is_empty(), b'}')? {
            let name = Name::from(&*self.scanner.string()?);
            self.count.passed_member(names.len())?;
            self.scanner.expect(b':')?;
            self.pass()?;
            names.push(name);
        }
        refuse_repeats(names.iter())
    }

    /// Returns `true` if another value follows, and not the end of the array or object.
    fn goes_on(&mut self, is_first: bool, end: u8) -> Result<bool, Trouble> {
        if self.scanner.takes(end) {
            return Ok(false);
        }
        if !is_first {
            self.scanner.expect(b',')?;
        }
        Ok(true)
    }
}

/// Up to this many names are compared each with each.
const FEW: usize = 16;

/// Refuses names that differ in nothing but case.
fn refuse_repeats<'n>(
    names: impl ExactSizeIterator<Item = &'n Name> + Clone,
) -> Result<(), Trouble> {
    let repeats = if names.len() > FEW {
        let mut seen = HashSet::with_capacity(names.len());
        !names.into_iter().all(|name| seen.insert(name.to_ascii_lowercase()))
    } else {
        may_repeat(names.clone())
            && names.clone().enumerate().any(|(place, name)| {
                names.clone().skip(place + 1).any(|other| differs_in_case_only(name, other))
            })
    };
    if repeats { Err(Trouble::Duplicate) } else { Ok(()) }
}

/// Returns `false` if names differ at a glance: those of a schema have numbers that follow each
/// other.
fn may_repeat<'n>(mut names: impl Iterator<Item = &'n Name>) -> bool {
    let mut seen = 0_u64;
    names.any(|name| {
        let bit = name.folded().map_or(u64::MAX, |folded| 1 << (folded % 64));
        let is_seen = seen & bit != 0;
        seen |= bit;
        is_seen
    })
}

fn differs_in_case_only(name: &Name, other: &Name) -> bool {
    match (name.folded(), other.folded()) {
        (Some(folded), Some(other)) => folded == other,
        _ => name.eq_ignore_ascii_case(other),
    }
}

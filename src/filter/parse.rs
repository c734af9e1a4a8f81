//! The filter grammar (RFC 7644, Figure 1), with the precedence that the ABNF leaves out: each rule
//! reads a term and then looks at what follows, so that nothing is read twice.

use nom::character::complete::char;
use nom::error::{ErrorKind, ParseError as NomError};
use nom::{IResult, Parser};

use super::ast::{CompValue, CompareOp, Filter};
use super::error::{ParseError, ParseErrorKind};
use super::literal;
use super::options::ParseOptions;
use super::words::{ends_word, not_keyword, opening, operator_follows, skip_spaces, word_at};
use crate::attr::{AttrName, AttrPath};
use crate::quirks::{Deviation, Deviations, Mark, Quirks};

type PResult<'i, O> = IResult<&'i str, O, Fault<'i>>;

/// A failure, and the rest of the text where it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fault<'i> {
    at: &'i str,
    kind: ParseErrorKind,
}

impl<'i> NomError<&'i str> for Fault<'i> {
    fn from_error_kind(at: &'i str, _: ErrorKind) -> Self {
        Self { at, kind: ParseErrorKind::ExpectedCondition }
    }

    fn append(_: &'i str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

impl Fault<'_> {
    /// The error to show for a fault in `text`.
    pub(crate) fn into_error(self, text: &str) -> ParseError {
        ParseError::new(self.kind, text, text.len() - self.at.len())
    }
}

/// The initial capacity of a list of terms: most have no more.
const USUAL_TERMS: usize = 4;

/// Groups that opened at one place, and which of them are negated.
#[derive(Default)]
struct Open {
    groups: u32,
    negated: u64,
}

/// The state that all rules share: the whole text, and the remaining limits.
pub(crate) struct Reading<'i, 'd> {
    text: &'i str,
    terms: usize,
    quirks: &'d Quirks,
    /// The deviations from the grammar.
    deviations: &'d mut Deviations,
}

/// The context of a rule: the nesting that is left, and whether it is inside brackets.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    depth: usize,
    brackets: bool,
}

impl<'i, 'd> Reading<'i, 'd> {
    pub(crate) fn new(
        text: &'i str,
        options: &'d ParseOptions,
        deviations: &'d mut Deviations,
    ) -> (Self, Scope) {
        let ParseOptions { limits, quirks } = options;
        let reading = Self { text, terms: limits.max_terms, quirks, deviations };
        (reading, Scope { depth: limits.max_depth, brackets: false })
    }

    /// Returns `true` if what was read last is a closing parenthesis or bracket.
    fn after_closing(&self, input: &str) -> bool {
        let read = self.text.len() - input.len();
        matches!(self.text.as_bytes().get(read.wrapping_sub(1)), Some(b')' | b']'))
    }

    fn count_term<'a>(&mut self, at: &'a str) -> Result<(), nom::Err<Fault<'a>>> {
        match self.terms.checked_sub(1) {
            Some(left) => {
                self.terms = left;
                Ok(())
            }
            None => failure(ParseErrorKind::TooManyTerms, at),
        }
    }
}

impl Scope {
    fn deeper(self, at: &str) -> Result<Self, nom::Err<Fault<'_>>> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => failure(ParseErrorKind::TooDeep, at),
        }
    }
}

impl Open {
    fn push(&mut self, negated: bool) {
        self.groups += 1;
        self.negated = self.negated << 1 | u64::from(negated);
    }

    /// Closes the innermost group; `true` if it is negated.
    fn pop(&mut self) -> bool {
        let negated = self.negated & 1 == 1;
        self.groups = self.groups.saturating_sub(1);
        self.negated >>= 1;
        negated
    }

    fn is_empty(&self) -> bool {
        self.groups == 0
    }

    fn is_full(&self) -> bool {
        self.groups == u64::BITS
    }
}

/// `filter = *SP orExp *SP`, the whole of the text.
pub(super) fn filter(
    text: &str,
    options: &ParseOptions,
    deviations: &mut Deviations,
) -> Result<Filter, ParseError> {
    if text.len() > options.limits.max_bytes {
        // The text itself is not kept: it is the very thing that is too large.
        return Err(ParseError::new(ParseErrorKind::TooLong, "", 0));
    }
    let (mut reading, scope) = Reading::new(text, options, deviations);
    let result = or_exp(&mut reading, scope, skip_spaces(text)).and_then(|(rest, filter)| {
        let rest = skip_spaces(rest);
        if rest.is_empty() { Ok(filter) } else { failure(ParseErrorKind::ExpectedEnd, rest) }
    });
    result.map_err(|err| fault(&err, text).into_error(text))
}

/// `orExp = andExp *( 1*SP "or" 1*SP andExp )`
fn or_exp<'i>(reading: &mut Reading<'i, '_>, scope: Scope, input: &'i str) -> PResult<'i, Filter> {
    let (input, mut filter) = not_exp(reading, scope, input)?;
    let (input, ()) = rest_of_or_exp(reading, scope, &mut filter, input)?;
    Ok((input, filter))
}

/// Parses the rest of an `orExp` behind its first term.
#[inline]
fn rest_of_or_exp<'i>(
    reading: &mut Reading<'i, '_>,
    scope: Scope,
    first: &mut Filter,
    input: &'i str,
) -> PResult<'i, ()> {
    let (input, ()) = rest_of_and_exp(reading, scope, first, input)?;
    let Some(mut rest) = keyword(reading, b"or", input) else {
        return Ok((input, ()));
    };
    let mut terms = Vec::with_capacity(USUAL_TERMS);
    terms.push(std::mem::replace(first, Filter::Or(Vec::new())));
    let input = loop {
        let (after, term) = and_exp(reading, scope, rest)?;
        terms.push(term);
        match keyword(reading, b"or", after) {
            Some(next) => rest = next,
            None => break after,
        }
    };
    *first = Filter::Or(terms);
    Ok((input, ()))
}

/// `andExp = notExp *( 1*SP "and" 1*SP notExp )`
fn and_exp<'i>(reading: &mut Reading<'i, '_>, scope: Scope, input: &'i str) -> PResult<'i, Filter> {
    let (input, mut filter) = not_exp(reading, scope, input)?;
    let (input, ()) = rest_of_and_exp(reading, scope, &mut filter, input)?;
    Ok((input, filter))
}

/// Parses the rest of an `andExp` behind its first term.
#[inline]
fn rest_of_and_exp<'i>(
    reading: &mut Reading<'i, '_>,
    scope: Scope,
    first: &mut Filter,
    input: &'i str,
) -> PResult<'i, ()> {
    let Some(mut rest) = keyword(reading, b"and", input) else {
        return Ok((input, ()));
    };
    let mut terms = Vec::with_capacity(USUAL_TERMS);
    terms.push(std::mem::replace(first, Filter::And(Vec::new())));
    let input = loop {
        let (after, term) = not_exp(reading, scope, rest)?;
        terms.push(term);
        match keyword(reading, b"and", after) {
            Some(next) => rest = next,
            None => break after,
        }
    };
    *first = Filter::And(terms);
    Ok((input, ()))
}

/// `notExp = [ "not" *SP ] group / valueExp / attrExp`
#[inline]
fn not_exp<'i>(reading: &mut Reading<'i, '_>, scope: Scope, input: &'i str) -> PResult<'i, Filter> {
    if opening(input).is_some() {
        return group(reading, scope, input);
    }
    match not_keyword(input) {
        Some(rest)
            if reading.quirks.bare_not
                && rest.len() + 3 < input.len()
                && !operator_follows(rest) =>
        {
            reading.deviations.push_once(Mark::default(), Deviation::BareNot);
            let (rest, filter) = not_exp(reading, scope.deeper(input)?, rest)?;
            Ok((rest, Filter::Not(Box::new(filter))))
        }
        _ => attr_or_value_exp(reading, scope, input),
    }
}

/// `[ "not" *SP ] group`, where `group = "(" *SP orExp *SP ")"`; several that open at one place are
/// read together.
fn group<'i>(reading: &mut Reading<'i, '_>, scope: Scope, input: &'i str) -> PResult<'i, Filter> {
    let (mut input, mut inside, mut open) = (input, scope, Open::default());
    while !open.is_full()
        && let Some((negated, at)) = opening(input)
    {
        inside = inside.deeper(at)?;
        open.push(negated);
        input = skip_spaces(at.get(1..).unwrap_or_default());
    }
    let (mut input, mut filter) = or_exp(reading, inside, input)?;
    loop {
        (input, _) = expect(ParseErrorKind::ExpectedClosingParenthesis, char(')'))
            .parse(skip_spaces(input))?;
        inside.depth += 1;
        if open.pop() {
            filter = Filter::Not(Box::new(filter));
        }
        if open.is_empty() {
            return Ok((input, filter));
        }
        // What was closed is the first term of the group around it.
        if !skip_spaces(input).starts_with(')') {
            (input, _) = rest_of_or_exp(reading, inside, &mut filter, input)?;
        }
    }
}

/// `attrExp = attrPath compTail`, or `valueExp = attrPath "[" *SP valOr *SP "]" [ subAttr compTail
/// ]`
fn attr_or_value_exp<'i>(
    reading: &mut Reading<'i, '_>,
    scope: Scope,
    input: &'i str,
) -> PResult<'i, Filter> {
    let (rest, path) = attr_path(scope, input)?;
    let bracket = if reading.quirks.space_before_bracket { skip_spaces(rest) } else { rest };
    if bracket.starts_with('[') {
        if bracket.len() < rest.len() {
            reading.deviations.push_once(Mark::default(), Deviation::SpaceBeforeBracket);
        }
        if path.sub.is_some() {
            return failure(ParseErrorKind::UnexpectedBracket, bracket);
        }
        let (rest, filter) = bracketed(reading, scope, bracket)?;
        return value_tail(reading, path, filter, rest);
    }
    comp_tail(reading, path, rest)
}

/// `[ subAttr compTail ]` after a bracket: the same element satisfies both.
fn value_tail<'i>(
    reading: &mut Reading<'i, '_>,
    path: AttrPath,
    filter: Filter,
    input: &'i str,
) -> PResult<'i, Filter> {
    let Some(rest) = input.strip_prefix('.') else {
        return Ok((input, Filter::ValuePath { path, filter: Box::new(filter) }));
    };
    let (rest, sub) = attr_name(rest)?;
    let sub = AttrPath { schema: None, name: sub, sub: None };
    let (rest, tail) = comp_tail(reading, sub, rest)?;
    reading.deviations.push_once(Mark::default(), Deviation::ComparisonAfterValuePath);
    let filter = match filter {
        Filter::And(mut terms) => {
            terms.push(tail);
            Filter::And(terms)
        }
        filter => Filter::And(vec![filter, tail]),
    };
    Ok((rest, Filter::ValuePath { path, filter: Box::new(filter) }))
}

/// `"[" *SP valOr *SP "]"`
pub(crate) fn bracketed<'i>(
    reading: &mut Reading<'i, '_>,
    scope: Scope,
    input: &'i str,
) -> PResult<'i, Filter> {
    if scope.brackets {
        return failure(ParseErrorKind::UnexpectedBracket, input);
    }
    let inside = Scope { brackets: true, ..scope.deeper(input)? };
    let (input, _) = expect(ParseErrorKind::UnexpectedBracket, char('[')).parse(input)?;
    let (input, filter) = or_exp(reading, inside, skip_spaces(input))?;
    let (input, _) =
        expect(ParseErrorKind::ExpectedClosingBracket, char(']')).parse(skip_spaces(input))?;
    Ok((input, filter))
}

/// `compTail = 1*SP ( "pr" / compareOp ( 1*SP compValue / string ) )`
#[inline]
fn comp_tail<'i>(
    reading: &mut Reading<'i, '_>,
    path: AttrPath,
    input: &'i str,
) -> PResult<'i, Filter> {
    let at = skip_spaces(input);
    if at.len() == input.len() {
        return failure(ParseErrorKind::ExpectedOperator, input);
    }
    reading.count_term(at)?;
    if let Some(rest) = word_at(at, b"pr")
        && ends_word(rest)
    {
        return Ok((rest, Filter::Present(path)));
    }
    let (rest, op) = compare_op(at)?;
    let operand = skip_spaces(rest);
    if operand.len() == rest.len() && !rest.starts_with('"') {
        let kind = if rest.is_empty() {
            ParseErrorKind::ExpectedValue
        } else {
            ParseErrorKind::ExpectedOperator
        };
        return failure(kind, if rest.is_empty() { rest } else { at });
    }
    let (rest, value) = comp_value(reading, operand)?;
    if !ends_word(rest) {
        return failure(ParseErrorKind::ExpectedEnd, rest);
    }
    Ok((rest, Filter::Compare { path, op, value }))
}

/// `compareOp = "eq" / "ne" / "co" / "sw" / "ew" / "gt" / "lt" / "ge" / "le"`
fn compare_op(input: &str) -> PResult<'_, CompareOp> {
    let read = input.split_at_checked(2).and_then(|(op, rest)| Some((rest, CompareOp::read(op)?)));
    read.ok_or(nom::Err::Failure(Fault { at: input, kind: ParseErrorKind::ExpectedOperator }))
}

/// `compValue = false / null / true / number / string`
fn comp_value<'i>(reading: &mut Reading<'i, '_>, input: &'i str) -> PResult<'i, CompValue> {
    let read = literal::comp_value(reading.quirks, reading.deviations, input);
    read.or_else(|kind| failure(kind, input))
}

/// `attrPath = [ URN ":" ] ATTRNAME [ subAttr ]`, without the URN inside brackets.
fn attr_path(scope: Scope, input: &str) -> PResult<'_, AttrPath> {
    match AttrPath::read(input) {
        Some((path, rest)) if !scope.brackets || path.schema.is_none() => Ok((rest, path)),
        None if !input.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '$') => {
            failure(ParseErrorKind::ExpectedCondition, input)
        }
        _ => failure(ParseErrorKind::ExpectedAttribute, input),
    }
}

/// `ATTRNAME`
fn attr_name(input: &str) -> PResult<'_, AttrName> {
    match AttrName::read(input) {
        Some((name, rest)) => Ok((rest, name)),
        None => failure(ParseErrorKind::ExpectedSubAttribute, input),
    }
}

/// Reads `and` or `or`, after spaces or something closed, and before spaces, a parenthesis or the
/// end.
#[inline]
fn keyword<'i, const N: usize>(
    reading: &Reading<'i, '_>,
    keyword: &[u8; N],
    input: &'i str,
) -> Option<&'i str> {
    let at = skip_spaces(input);
    if at.is_empty()
        || at.starts_with(')')
        || (at.len() == input.len() && !reading.after_closing(input))
    {
        return None;
    }
    let rest = word_at(at, keyword)?;
    (rest.is_empty() || rest.starts_with([' ', '('])).then(|| skip_spaces(rest))
}

/// Runs `parser`; once here, nothing else can match, so its failure is final.
fn expect<'i, O>(
    kind: ParseErrorKind,
    mut parser: impl Parser<&'i str, Output = O, Error = Fault<'i>>,
) -> impl FnMut(&'i str) -> PResult<'i, O> {
    move |input| {
        parser.parse(input).map_err(|err| match err {
            nom::Err::Error(fault) => nom::Err::Failure(Fault { kind, ..fault }),
            err => err,
        })
    }
}

fn failure<O>(kind: ParseErrorKind, at: &str) -> Result<O, nom::Err<Fault<'_>>> {
    Err(nom::Err::Failure(Fault { at, kind }))
}

pub(crate) fn fault<'i>(err: &nom::Err<Fault<'i>>, text: &'i str) -> Fault<'i> {
    match err {
        nom::Err::Error(fault) | nom::Err::Failure(fault) => *fault,
        nom::Err::Incomplete(_) => {
            Fault { at: &text[text.len()..], kind: ParseErrorKind::ExpectedEnd }
        }
    }
}

//! Words of a filter, and what stands between them.

use super::syntax::CompareOp;

/// Reads `not` and the spaces behind it.
pub(super) fn not_keyword(input: &str) -> Option<&str> {
    word_at(input, "not").map(skip_spaces)
}

/// Returns `true` if an operator comes next, so that the word before it was an attribute called
/// `not`.
pub(super) fn operator_follows(input: &str) -> bool {
    let word = input.split([' ', '"']).next().unwrap_or_default();
    word.eq_ignore_ascii_case("pr") || CompareOp::read(word).is_some()
}

/// What stands behind `word`, where `input` begins with that in any case.
pub(super) fn word_at<'i>(input: &'i str, word: &str) -> Option<&'i str> {
    let (start, rest) = input.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

pub(crate) fn skip_spaces(input: &str) -> &str {
    let spaces = input.bytes().take_while(|byte| *byte == b' ').count();
    input.get(spaces..).unwrap_or_default()
}

pub(super) fn is_delimiter(character: char) -> bool {
    matches!(character, ' ' | ')' | ']')
}

pub(super) fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(is_delimiter)
}

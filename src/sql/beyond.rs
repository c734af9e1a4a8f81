//! Text beyond ASCII, whose case SQL does not fold: where it stands among folded ASCII, so that an
//! index finds it.

use std::cell::Cell;

use unicode_normalization::UnicodeNormalization;

use super::compare::few_between;
use super::dialect::Dialect;
use super::statement::Sql;
use crate::query::next_after;

/// The first characters of folded text beyond ASCII: `K` (Kelvin), `ß` and `ſ`, ligatures, `İ`,
/// `ẚ`, the Greek question mark and varia. Full-width characters, which identifiers also contain,
/// can begin with anything.
const FOLDED_INTO: &[u8] = b"kfsia;`";

/// Of a longer operand, all that begins as it does is looked at.
const LONGEST: usize = 64;

/// The first character beyond ASCII.
const FIRST: char = '\u{80}';

/// A comparison that holds for ASCII; what it says of other text means nothing.
pub(super) struct OfAscii {
    /// The comparison.
    pub(super) condition: Sql,
    /// The compared expression: the column with its ASCII folded.
    pub(super) compared: String,
    /// `true` if text of the column that is ASCII was so before it was folded, too.
    pub(super) tells_ascii: bool,
    /// The index ranges of other text that compares equal; `None` if they are unknown.
    pub(super) places: Option<Vec<Place>>,
}

/// Texts from one on, up to another one.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    from: String,
    until: Option<String>,
}

impl Place {
    fn starting_with(prefix: &str) -> Self {
        Self { from: prefix.to_owned(), until: next_after(prefix) }
    }

    /// Texts that go on beyond ASCII right behind `prefix`.
    fn behind(prefix: &str) -> Self {
        Self { from: format!("{prefix}{FIRST}"), until: next_after(prefix) }
    }

    #[cfg(test)]
    pub(super) fn holds(&self, text: &str) -> bool {
        *text >= *self.from && self.until.as_deref().is_none_or(|until| text < until)
    }
}

/// Condition text with characters beyond ASCII stands, its ASCII folded, that is `folded` once all
/// of it is folded, or begins so. Up to the first such character both are the same; but that a
/// letter before it may be one character with an accent behind it.
pub(super) fn places(folded: &str, is_identifier: bool) -> Vec<Place> {
    let ascii = folded.bytes().take_while(u8::is_ascii).count();
    let comes_of_other = |byte: u8| is_identifier || FOLDED_INTO.contains(&byte);
    let within = folded
        .bytes()
        .take(ascii.min(LONGEST))
        .enumerate()
        .filter(|(_, byte)| comes_of_other(*byte));
    let mut places: Vec<Place> =
        within.filter_map(|(at, _)| Some(Place::behind(folded.get(..at)?))).collect();
    if ascii > LONGEST {
        places.extend(folded.get(..LONGEST).map(Place::starting_with));
    } else if let Some((before, rest)) = folded.split_at_checked(ascii)
        && let Some(first) = rest.chars().next()
    {
        places.push(Place::behind(before));
        let letter = std::iter::once(first).nfd().next().filter(char::is_ascii);
        places.extend(
            letter.map(|letter| Place::behind(&format!("{before}{}", letter.to_ascii_lowercase()))),
        );
    }
    places
}

impl OfAscii {
    /// Returns the same ranges, unless there are more than the remaining number.
    pub(super) fn within(self, left: &Cell<usize>) -> Self {
        let places = self.places.filter(|places| places.len() <= left.get());
        left.set(left.get() - places.as_ref().map_or(0, Vec::len));
        Self { places, ..self }
    }

    /// The condition, or that the text is one that may compare so: each part can be found by an
    /// index on what is compared.
    pub(super) fn above(self, dialect: Dialect, column: &str) -> Sql {
        let Some(places) = self.places else {
            return Sql::new("(")
                .push_sql(self.condition)
                .push(format!(" OR {})", dialect.beyond_ascii(column)));
        };
        let conditions = places
            .into_iter()
            .map(|place| few_between(dialect, &self.compared, &place.from, place.until));
        Sql::join(std::iter::once(self.condition).chain(conditions).collect(), " OR ")
    }

    /// The condition, where it can be relied on.
    pub(super) fn below(self, dialect: Dialect, column: &str) -> Sql {
        if !self.tells_ascii {
            return Sql::new("FALSE");
        }
        Sql::new("(")
            .push_sql(self.condition)
            .push(format!(" AND NOT ({}))", dialect.beyond_ascii(column)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{case_fold, prepare_username};

    /// Every character that has to do with ASCII, alone and among others, in what it comes to: none
    /// is missed.
    #[test]
    fn text_is_where_it_is_looked_for() {
        let mut tried = 0;
        for character in ('\u{80}'..='\u{1ffff}').filter(|character| touches_ascii(*character)) {
            tried += 1;
            let apart: String = std::iter::once(character).nfd().collect();
            for text in [
                character.to_string(),
                format!("a{character}b"),
                format!("E{character}\u{301}"),
                format!("{character}\u{323}"),
                format!("X{apart}y"),
                apart.to_uppercase(),
            ] {
                assert_found(&text, &case_fold(&text), false);
                assert_found(&text, &prepare_username(&text), true);
                // What is kept folded, and asked for as an identifier.
                assert_found(&case_fold(&text), &case_fold(&prepare_username(&text)), true);
            }
        }
        assert!(tried > 1_000, "{tried}");
    }

    fn assert_found(text: &str, folded: &str, is_identifier: bool) {
        let compared = text.to_ascii_lowercase();
        let places = places(folded, is_identifier);
        let found = compared == folded || places.iter().any(|place| place.holds(&compared));
        assert!(found, "{text:?} is {folded:?}, and not in {places:?}");
    }

    /// Returns `true` if it comes to ASCII, or has some in it; a mark may be put on some.
    fn touches_ascii(character: char) -> bool {
        let text = character.to_string();
        let marked = format!("e{character}").nfc().count() == 1;
        marked || text.nfkd().chain(case_fold(&text).chars()).any(|part| part.is_ascii())
    }

    #[test]
    fn places_are_few_and_small() {
        let of = |folded: &str, is_identifier| places(folded, is_identifier).len();
        assert_eq!(of("bjensen@example.com", false), 2, "`s` and `a`");
        assert_eq!(of("bjensen@example.com", true), 19);
        assert_eq!(of("änne", false), 2, "in one character or two");
        assert_eq!(of(&"x".repeat(10_000), true), LONGEST + 1);
        assert_eq!(
            places("os", false),
            [Place { from: "o\u{80}".to_owned(), until: Some("p".to_owned()) }]
        );
    }
}

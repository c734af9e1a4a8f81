//! The order of ids, which breaks ties.

use std::cmp::Ordering;

use super::page::Position;
use super::sort::Sort;

/// The order of ids, which breaks ties. All pages of a query must use the same order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdOrder {
    /// Order of bytes.
    #[default]
    Text,
    /// Order of integers, as a database may store ids: `9` comes before `10`.
    Numbers,
}

impl IdOrder {
    /// Compares two ids.
    #[must_use]
    pub fn compare(self, one: &str, other: &str) -> Ordering {
        match self {
            Self::Text => one.cmp(other),
            // What is no number comes before all that are.
            Self::Numbers => integer(one).cmp(&integer(other)).then_with(|| one.cmp(other)),
        }
    }

    /// Compares two positions: by the sort key, then by the id.
    #[must_use]
    pub fn compare_positions(
        self,
        sort: Option<&Sort>,
        one: &Position,
        other: &Position,
    ) -> Ordering {
        let keys =
            sort.map_or(Ordering::Equal, |sort| sort.compare(one.key.as_ref(), other.key.as_ref()));
        keys.then_with(|| self.compare(&one.id, &other.id))
    }
}

/// The number that an id is, of up to 64 bits; no other text is that number.
pub(crate) fn integer(id: &str) -> Option<i64> {
    let digits = id.strip_prefix('-').unwrap_or(id);
    let is_canonical =
        id == "0" || (digits.starts_with(|first: char| first.is_ascii_digit() && first != '0'));
    id.parse().ok().filter(|_| is_canonical)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_their_order() {
        let ids = [
            "",
            "007",
            "0x1",
            "9223372036854775808",
            "x",
            "-10",
            "-9",
            "0",
            "7",
            "9",
            "10",
            "9223372036854775807",
        ];
        assert!(
            ids.is_sorted_by(|one, other| IdOrder::Numbers.compare(one, other) == Ordering::Less)
        );
        assert!(
            ["-1", "1", "10", "9", "a", "é"]
                .is_sorted_by(|one, other| IdOrder::Text.compare(one, other) == Ordering::Less)
        );
        for id in ["-0", "+1", " 1", "1 ", "1\u{0}", "01", "1.0", "\u{ff11}", "-"] {
            assert_eq!(integer(id), None, "{id:?}");
        }
    }
}

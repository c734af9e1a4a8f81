//! Short failure messages.

use std::fmt::Debug;

/// The maximum length of a failure in bytes, with the name of its check.
pub(super) const MOST: usize = 2_000;

/// The length left for a message.
const MESSAGE: usize = MOST - 100;

/// The number of bytes shown before a difference, and in all.
const BEFORE: usize = 120;
const SHOWN: usize = 500;

/// The text, or its beginning.
pub(super) fn cut(text: &str) -> String {
    first(text, MESSAGE)
}

/// Two values that should be the same, from shortly before they differ.
pub(super) fn differing(left: &dyn Debug, right: &dyn Debug, message: &str) -> String {
    let (left, right) = (format!("{left:?}"), format!("{right:?}"));
    let same = left.bytes().zip(right.bytes()).take_while(|(one, other)| one == other).count();
    let message = first(message, MESSAGE - 2 * (SHOWN + 60));
    format!("{message}\n  left:  {}\n  right: {}", around(&left, same), around(&right, same))
}

fn first(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = boundary(text, most.saturating_sub(40));
    format!("{} .. and {} bytes more", text.get(..end).unwrap_or_default(), text.len() - end)
}

fn around(text: &str, place: usize) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    let start = boundary(text, place.saturating_sub(BEFORE));
    let dots = if start > 0 { ".. " } else { "" };
    format!("{dots}{}", first(text.get(start..).unwrap_or_default(), SHOWN))
}

/// The last place not behind `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|place| text.is_char_boundary(*place)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_cut_and_the_difference_stays() {
        let short = "é".repeat(100);
        assert_eq!(cut(&short), short);
        for text in
            ["x".repeat(100_000), "é".repeat(100_000), format!("x{}", "\u{1f600}".repeat(5_000))]
        {
            let said = cut(&text);
            assert!(said.len() <= MESSAGE && said.contains(" bytes more"), "{said}");
            let mut other = text.clone();
            other.push_str("end");
            let said = differing(&text, &other, &text);
            assert!(said.len() <= MESSAGE && said.contains("end"), "{said}");
        }
        assert_eq!(
            differing(&[1], &[2], "they are not the same"),
            "they are not the same\n  left:  [1]\n  right: [2]"
        );
    }
}

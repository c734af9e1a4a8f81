//! Client input in errors and reports, shortened.

use std::fmt::{self, Write as _};

/// The number of characters shown.
const MOST: usize = 100;

/// The beginning of a client's text, on one line. What stands in quotation marks is left out: it is
/// the value of an attribute, and may be a secret.
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for _ in 0..MOST {
            let Some(character) = characters.next() else {
                return Ok(());
            };
            f.write_char(if character.is_control() { '\u{fffd}' } else { character })?;
            if matches!(character, '"' | '\'') {
                f.write_char('…')?;
                if !skip_to(character, &mut characters) {
                    return Ok(());
                }
                f.write_char(character)?;
            }
        }
        if characters.next().is_some() { f.write_char('…') } else { Ok(()) }
    }
}

/// Returns `true` if the quotation ends.
fn skip_to(mark: char, characters: &mut std::str::Chars<'_>) -> bool {
    while let Some(character) = characters.next() {
        match character {
            // What is escaped ends nothing.
            '\\' => drop(characters.next()),
            character if character == mark => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_control_characters_and_the_rest_are_not_shown() {
        for (text, shown) in [
            ("userName", "userName"),
            ("", ""),
            ("password eq \"t1ger\"", "password eq \"…\""),
            ("password eq 't1ger' and x", "password eq '…' and x"),
            ("emails[value eq \"a\"].value eq \"b\"", "emails[value eq \"…\"].value eq \"…\""),
            (r#"a eq "b\"c" d"#, r#"a eq "…" d"#),
            ("a eq \"b", "a eq \"…"),
            (r#"a eq "b\"#, r#"a eq "…"#),
            ("a\u{7}b\nc", "a\u{fffd}b\u{fffd}c"),
        ] {
            assert_eq!(Shown(text).to_string(), shown, "{text}");
        }
        assert_eq!(Shown(&"ß".repeat(MOST)).to_string(), "ß".repeat(MOST));
        assert_eq!(Shown(&"ß".repeat(MOST + 1)).to_string(), format!("{}…", "ß".repeat(MOST)));
    }
}

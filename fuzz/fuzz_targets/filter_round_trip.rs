//! What was read, by the grammar or with every tolerance, can be written and read again by the
//! grammar, and is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimwire::filter::{Filter, FilterLimits, Syntax};
use scimwire::patch::Path;

fuzz_target!(|text: &str| {
    // Written out, a filter may be longer, and deeper by the parentheses that an element's `.sub`
    // tail needs.
    let mut roomy = FilterLimits::default();
    roomy.bytes = usize::MAX;
    roomy.depth += 1;
    for syntax in [Syntax::default(), tolerant()] {
        if let Ok(filter) = Filter::parse(text, &FilterLimits::default(), syntax) {
            let written = filter.to_string();
            assert_eq!(
                Filter::parse(&written, &roomy, Syntax::default()).as_ref(),
                Ok(&filter),
                "{written}"
            );
        }
        if let Ok(path) = Path::parse(text, &FilterLimits::default(), syntax) {
            let written = path.to_string();
            assert_eq!(
                Path::parse(&written, &roomy, Syntax::default()).as_ref(),
                Ok(&path),
                "{written}"
            );
        }
    }
});

fn tolerant() -> Syntax {
    let mut syntax = Syntax::default();
    syntax.literal_case = true;
    syntax.single_quotes = true;
    syntax.bare_words = true;
    syntax.bare_not = true;
    syntax.space_before_bracket = true;
    syntax
}

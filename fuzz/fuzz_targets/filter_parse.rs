//! No text makes the parsers of filters and paths panic, by the grammar or with every tolerance,
//! and an error points into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimwire::filter::{Filter, FilterLimits, Syntax};
use scimwire::patch::Path;

fuzz_target!(|text: &str| {
    let limits = FilterLimits::default();
    for syntax in [Syntax::default(), tolerant()] {
        if let Err(err) = Filter::parse(text, &limits, syntax) {
            assert!(text.get(err.span()).is_some(), "{err}: {:?} is not in {text:?}", err.span());
            assert!(!err.to_string().contains('\n'), "{err}");
        }
        if let Err(err) = Path::parse(text, &limits, syntax) {
            assert!(!err.to_string().contains('\n'), "{err}");
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

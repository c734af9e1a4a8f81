//! No text makes the parsers of filters and paths panic, by the grammar or with every tolerance,
//! and an error points into the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimwire::filter::{Filter, ParseOptions};
use scimwire::patch::Path;
use scimwire::quirks::{Deviations, Quirks};

fuzz_target!(|text: &str| {
    for quirks in [Quirks::STRICT, tolerant()] {
        let options = ParseOptions::default().with_quirks(quirks);
        if let Err(err) = Filter::parse_with(text, &options, &mut Deviations::default()) {
            assert!(text.get(err.span()).is_some(), "{err}: {:?} is not in {text:?}", err.span());
            assert!(!err.to_string().contains('\n'), "{err}");
        }
        if let Err(err) = Path::parse_with(text, &options, &mut Deviations::default()) {
            assert!(!err.to_string().contains('\n'), "{err}");
        }
    }
});

fn tolerant() -> Quirks {
    let all_on = |quirks: Quirks, name: &&str| quirks.with_switch(name, true).expect("a switch");
    Quirks::SWITCHES.iter().fold(Quirks::LENIENT, all_on)
}

//! What was read, by the grammar or with every tolerance, can be written and read again by the
//! grammar, and is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scimwire::filter::{Filter, FilterLimits, ParseOptions};
use scimwire::patch::Path;
use scimwire::quirks::{Deviations, Quirks};

fuzz_target!(|text: &str| {
    // Written out, a filter may be longer, and deeper by the parentheses that an element's `.sub`
    // tail needs.
    let mut roomy = FilterLimits::default();
    roomy.max_bytes = usize::MAX;
    roomy.max_depth += 1;
    let roomy = ParseOptions::default().with_limits(roomy);
    for quirks in [Quirks::STRICT, tolerant()] {
        let options = ParseOptions::default().with_quirks(quirks);
        if let Ok(filter) =
            Filter::parse_with(text, &options, &mut Deviations::default())
        {
            let written = filter.to_string();
            assert_eq!(Filter::parse(&written, &roomy).as_ref(), Ok(&filter), "{written}");
        }
        if let Ok(path) =
            Path::parse_with(text, &options, &mut Deviations::default())
        {
            let written = path.to_string();
            assert_eq!(Path::parse(&written, &roomy).as_ref(), Ok(&path), "{written}");
        }
    }
});

fn tolerant() -> Quirks {
    let all_on = |quirks: Quirks, name: &&str| quirks.with_switch(name, true).expect("a switch");
    Quirks::SWITCHES.iter().fold(Quirks::LENIENT, all_on)
}

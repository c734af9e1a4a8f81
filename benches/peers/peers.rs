//! scimwire beside other crates: the same inputs, in one run.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

mod groups;
#[path = "../support/inputs.rs"]
mod inputs;
mod ours;
mod parse;
mod patch;
mod run;

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = parse::parse, run::run, patch::patch, groups::groups
}
criterion_main!(benches);

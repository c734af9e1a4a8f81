//! What holds for every input: print and parse are inverse, no input panics, evaluation follows the
//! table of operators, a store that does more answers the same, a failed PATCH changes nothing, and
//! nothing that is never returned leaves.

mod properties {
    mod bulk;
    mod changes;
    mod conforming;
    mod definitions;
    mod evaluation;
    mod group_members;
    mod many_values;
    mod messages;
    mod pages;
    mod projections;
    mod reference;
    mod samples;
    mod served;
    mod sorting;
    mod syntax;
    mod typed;
}

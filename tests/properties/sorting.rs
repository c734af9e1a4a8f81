//! Sorting is a total order.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use scimwire::query::Sort;
use scimwire::store::execute::position;

use super::samples::{USERS, config, user};
use super::typed::{ATTRIBUTES, Kind};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn sort_is_a_total_order(sort in sort(), users in vec(user(), 3)) {
        let positions: Vec<_> = users.iter().map(|user| position(user, sort.as_ref())).collect();
        let compare = |one: usize, other: usize| Sort::compare_positions(sort.as_ref(), &positions[one], &positions[other]);
        for one in 0..3 {
            prop_assert_eq!(compare(one, one), Ordering::Equal);
            for other in 0..3 {
                prop_assert_eq!(compare(one, other), compare(other, one).reverse());
                prop_assert_eq!(compare(one, other) == Ordering::Equal, positions[one] == positions[other]);
            }
        }
        for [one, two, three] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let climbs = compare(one, two).is_le() && compare(two, three).is_le();
            prop_assert!(!climbs || compare(one, three).is_le());
        }
    }
}

/// An order of users: by an attribute, or none.
pub(crate) fn sort() -> BoxedStrategy<Option<Sort>> {
    parameters()
        .prop_map(|parameters| {
            parameters.map(|(by, order)| {
                Sort::bind(&by, Some(order), &USERS).expect("users can be sorted by it")
            })
        })
        .boxed()
}

/// The parameters of an order: `sortBy` and `sortOrder`.
pub(crate) fn parameters() -> BoxedStrategy<Option<(String, &'static str)>> {
    let sortable: Vec<_> = ATTRIBUTES
        .iter()
        .filter(|known| known.kind != Kind::Complex)
        .map(|known| known.text())
        .collect();
    let by = prop_oneof![2 => select(sortable), 1 => Just("userName".to_owned())];
    prop_oneof![1 => Just(None), 4 => (by, select(vec!["ascending", "descending"])).prop_map(Some)]
        .boxed()
}

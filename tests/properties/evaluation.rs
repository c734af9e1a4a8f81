//! Evaluation: the laws of logic, the table of operators, and a budget that ends the work or leaves
//! the answer as it is.

use proptest::prelude::*;
use scimwire::filter::{BoundFilter, CompareOp, EvalBudget, Filter, FilterBinder};
use serde_json::Value;

use super::reference::{satisfies, schemas};
use super::samples::{USERS, config, user};
use super::typed;

proptest! {
    #![proptest_config(config())]

    #[test]
    fn not_is_the_negation(filter in typed::filter(), user in user()) {
        let negated = bind(&Filter::Not(Box::new(filter.clone())));
        prop_assert_eq!(negated.matches(&user), !bind(&filter).matches(&user));
    }

    #[test]
    fn and_is_the_conjunction(one in typed::filter(), other in typed::filter(), user in user()) {
        let both = bind(&Filter::And(vec![one.clone(), other.clone()]));
        prop_assert_eq!(both.matches(&user), bind(&one).matches(&user) && bind(&other).matches(&user));
    }

    #[test]
    fn or_is_the_disjunction(one in typed::filter(), other in typed::filter(), user in user()) {
        let either = bind(&Filter::Or(vec![one.clone(), other.clone()]));
        prop_assert_eq!(either.matches(&user), bind(&one).matches(&user) || bind(&other).matches(&user));
    }

    #[test]
    fn ne_is_the_negation_of_eq(filter in typed::leaf(), user in user()) {
        if let Filter::Compare { path, value, .. } = filter {
            let with = |op| bind(&Filter::Compare { path: path.clone(), op, value: value.clone() }).matches(&user);
            prop_assert_eq!(with(CompareOp::Ne), !with(CompareOp::Eq));
        }
    }

    #[test]
    fn evaluation_follows_the_table(filter in typed::filter(), user in user()) {
        let mut json = Value::from(user.attributes().clone());
        json["schemas"] = schemas(&json);
        prop_assert_eq!(bind(&filter).matches(&user), satisfies(&json, &filter), "{} on {}", filter, json);
    }

    #[test]
    fn written_and_read_it_means_the_same(filter in typed::filter(), user in user()) {
        let read: Filter = filter.to_string().parse().expect("what is printed can be read");
        prop_assert_eq!(bind(&read).matches(&user), bind(&filter).matches(&user));
    }

    #[test]
    fn a_budget_ends_the_work_or_leaves_the_answer(filter in typed::filter(), user in user(), budget in 0_u64..20) {
        let filter = bind(&filter);
        if let Ok(matches) = filter.matches_within(&user, &EvalBudget::new(budget)) {
            prop_assert_eq!(matches, filter.matches(&user));
        }
    }
}

fn bind(filter: &Filter) -> BoundFilter {
    FilterBinder::new(&USERS).bind(filter).unwrap_or_else(|err| panic!("{filter}: {err}"))
}

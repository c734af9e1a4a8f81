//! Whatever a store does of a query by itself, the answer is that of the crate's own evaluation:
//! also about attributes that it need not keep, as far as it shows them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::crud::references;
use super::harness::{Subject, ids, json};
use super::paging::{described, read_all};
use super::queries::Questions;
use super::stores::{StoreFactory, Stores};
use crate::filter::BoundFilter;
use crate::query::{Page, Query};
use crate::resource::Resource;
use crate::store::{Pushdown, execute};

/// The number of directories for the cases.
const DIRECTORIES: usize = 5;

/// The number of resources in each.
const RESOURCES: usize = 40;

/// Each of thousands of random filters finds the random resources that [`BoundFilter::matches`]
/// says it should.
pub async fn pushdown_agrees_with_evaluation(factory: &dyn StoreFactory) {
    for directory in 0..DIRECTORIES {
        for mut case in cases(factory, directory).await {
            for _ in 0..case.rounds {
                let case = &mut case;
                let (text, filter) = case.questions.filter(&case.subject, &case.all);
                let query = case.subject.query(Some(filter.clone()));
                let found = ids(&case.subject.select(&query).await.resources);
                let distinct: BTreeSet<&str> = found.iter().map(String::as_str).collect();
                let expected = case.matching(Some(&filter));
                let expected: BTreeSet<&str> =
                    expected.iter().map(|resource| resource.id()).collect();
                let pushdown = case.subject.store.pushdown(&query);
                assert_eq!(
                    found.len(),
                    distinct.len(),
                    "{}: a filter finds a resource twice: {text}",
                    case.subject.name()
                );
                let differing = distinct.symmetric_difference(&expected).next();
                if let Some(resource) =
                    differing.and_then(|id| case.all.iter().find(|resource| resource.id() == *id))
                {
                    let (does, must) = if distinct.contains(resource.id()) {
                        ("finds", "must not")
                    } else {
                        ("does not find", "must")
                    };
                    panic!(
                        "{}: with {pushdown:?}, the filter {does} a resource that it {must} (seed {}).\n  filter:   {text}\n  resource: {}",
                        case.subject.name(),
                        case.seed,
                        json(resource),
                    );
                }
                assert!(
                    differing.is_none(),
                    "{}: the filter finds what nobody created: {text}",
                    case.subject.name()
                );
            }
        }
    }
}

/// Each of many random orders, of random filters, is that of
/// [`Sort::compare_positions`](crate::query::Sort): by the key, then by the id, resources without a
/// value last, or first in descending order.
pub async fn order_agrees_with_evaluation(factory: &dyn StoreFactory) {
    for directory in 0..DIRECTORIES {
        for mut case in cases(factory, directory).await {
            for _ in 0..case.rounds {
                let case = &mut case;
                let filter = case.filter_or_none();
                let sort = case.questions.sort();
                let page = case.questions.page(&case.all, sort.as_ref());
                let query = Query { filter, sort, page, projection: case.subject.everything() };
                let found = ids(&case.subject.select(&query).await.resources);
                let matching = case.matching(query.filter.as_ref());
                let expected = ids(&execute::sort_and_page_in(
                    case.subject.store.id_order(),
                    matching,
                    query.sort.as_ref(),
                    &query.page,
                )
                .resources);
                assert_eq!(
                    found,
                    expected,
                    "{}: with {:?}, page {:?} {} is not what it must be (right; seed {})",
                    case.subject.name(),
                    case.subject.store.pushdown(&query),
                    query.page,
                    described(query.sort.as_ref()),
                    case.seed,
                );
            }
        }
    }
}

/// The total is that of all pages, whichever was asked for; where a store pages by cursor it may
/// leave it out.
pub async fn total_counts_all_pages(factory: &dyn StoreFactory) {
    for directory in 0..DIRECTORIES {
        for mut case in cases(factory, directory).await {
            for _ in 0..case.rounds {
                let case = &mut case;
                let filter = case.filter_or_none();
                let page = case.questions.page(&case.all, None);
                let query =
                    Query { filter, sort: None, page, projection: case.subject.everything() };
                let expected = case.matching(query.filter.as_ref()).len();
                let total = case.subject.select(&query).await.total;
                let may_lack = matches!(query.page, Page::Cursor { .. })
                    && case.subject.store.pushdown(&query) == Pushdown::Full;
                assert!(
                    total == Some(expected) || (may_lack && total.is_none()),
                    "{}: page {:?} of a query says that there are {total:?} in all; it must say {expected} (seed {})",
                    case.subject.name(),
                    query.page,
                    case.seed,
                );
            }
        }
    }
}

/// A query to try.
struct Case {
    subject: Subject,
    questions: Questions,
    /// All resources, each read by itself.
    all: Vec<Arc<Resource>>,
    seed: u64,
    rounds: usize,
}

/// Each type in one directory, filled.
async fn cases(factory: &dyn StoreFactory, directory: usize) -> Vec<Case> {
    let stores = Stores::made_by(factory).await;
    let seed = stores.seed;
    let stores = stores.seed(seed.wrapping_add(u64::try_from(directory).unwrap_or_default()));
    for subject in stores.subjects() {
        let mut samples = stores.samples().referring_to(references(&stores, &subject).await);
        let lacks = !subject.lacks().is_empty();
        for number in 0..RESOURCES {
            // Clients send what the store does not keep, too. It may reject that.
            let whole = lacks && number % 2 == 0;
            if !whole || !subject.creates(samples.whole_resource(&subject)).await {
                subject.create(samples.resource(&subject)).await;
            }
        }
    }
    // What is derived from resources of other types is there only now.
    let mut cases = Vec::new();
    for subject in stores.subjects() {
        let questions = Questions::about_all(&subject, stores.seed);
        let all = read_all(&subject).await;
        cases.push(Case {
            subject,
            questions,
            all,
            seed,
            rounds: stores.cases.div_ceil(DIRECTORIES),
        });
    }
    cases
}

impl Case {
    fn filter_or_none(&mut self) -> Option<BoundFilter> {
        self.questions.one_in_two().then(|| self.questions.filter(&self.subject, &self.all).1)
    }

    fn matching(&self, filter: Option<&BoundFilter>) -> Vec<Arc<Resource>> {
        let is_match =
            |resource: &&Arc<Resource>| filter.is_none_or(|filter| filter.matches(resource));
        self.all.iter().filter(is_match).cloned().collect()
    }
}

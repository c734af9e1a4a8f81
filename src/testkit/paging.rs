//! Pages, by index and by cursor.

use std::collections::HashSet;
use std::sync::Arc;

use super::crud::references;
use super::fixtures::Samples;
use super::harness::{Subject, ids};
use super::queries::Questions;
use super::stores::{StoreFactory, Stores};
use crate::filter::BoundFilter;
use crate::query::{Page, Query, Sort};
use crate::resource::Resource;
use crate::store::{StorePage, execute};

/// The number of resources to page through, larger than any page.
const MANY: usize = 130;

/// Pages by index, put together, are the whole: in order, with nothing left out or twice, also
/// behind the end.
pub async fn pages_by_index_make_the_whole(factory: &dyn StoreFactory) {
    for (subject, mut questions, all) in filled(factory).await {
        for round in 0..20 {
            let (filter, sort) = asked(&subject, &mut questions, &all, round);
            let expected = whole(&subject, &all, filter.as_ref(), sort.as_ref());
            let count = 7 + round * 3;
            let mut walked: Vec<String> = Vec::new();
            while walked.len() <= expected.len() {
                let page = Page::Index { start: walked.len() + 1, count };
                let selected = subject.select(&query(&subject, &filter, &sort, page)).await;
                assert_fits(
                    &subject,
                    &selected,
                    count,
                    expected.len().saturating_sub(walked.len()),
                    sort.as_ref(),
                );
                if selected.resources.is_empty() {
                    break;
                }
                walked.extend(ids(&selected.resources));
            }
            assert_walk(&subject, "index", &walked, &expected, sort.as_ref());
            let behind = Page::Index { start: expected.len() + 10, count };
            let selected = subject.select(&query(&subject, &filter, &sort, behind)).await;
            assert!(
                selected.resources.is_empty() && !selected.has_more,
                "{}: there must be nothing behind the end",
                subject.name()
            );
        }
    }
}

/// Pages by cursor, put together, are the whole: in order, with nothing left out or twice.
pub async fn pages_by_cursor_make_the_whole(factory: &dyn StoreFactory) {
    for (subject, mut questions, all) in filled(factory).await {
        for round in 0..30 {
            let (filter, sort) = asked(&subject, &mut questions, &all, round);
            let expected = whole(&subject, &all, filter.as_ref(), sort.as_ref());
            let (mut walked, mut after, count): (Vec<String>, _, _) =
                (Vec::new(), None, 5 + round * 2);
            loop {
                let page = Page::Cursor { after, count };
                let selected = subject.select(&query(&subject, &filter, &sort, page)).await;
                assert_fits(
                    &subject,
                    &selected,
                    count,
                    expected.len().saturating_sub(walked.len()),
                    sort.as_ref(),
                );
                walked.extend(ids(&selected.resources));
                after =
                    selected.resources.last().map(|last| execute::position(last, sort.as_ref()));
                if after.is_none() || !selected.has_more || walked.len() > expected.len() {
                    break;
                }
            }
            assert_walk(&subject, "cursor", &walked, &expected, sort.as_ref());
        }
    }
}

/// Paging by cursor, during concurrent writes, returns every resource that stays exactly once, even
/// if the last resource of a page is deleted.
pub async fn cursors_lose_and_repeat_nothing_while_others_write(factory: &dyn StoreFactory) {
    let stores = Stores::made_by(factory).await;
    for subject in stores.subjects() {
        let mut samples = stores.samples();
        let (mut staying, mut leaving) = (Vec::new(), Vec::new());
        for number in 0..48 {
            let created = Arc::new(subject.create(samples.resource(&subject)).await);
            if number % 2 == 0 { staying.push(created) } else { leaving.push(created) }
        }
        let staying: HashSet<String> =
            staying.iter().map(|resource| resource.id().to_owned()).collect();
        let mut victims: HashSet<String> =
            leaving.iter().map(|resource| resource.id().to_owned()).collect();
        let writing = (0..3).map(|_| {
            let (subject, mut samples) = (subject.clone(), stores.samples());
            Box::pin(async move {
                for _ in 0..20 {
                    let created = subject.create(samples.resource(&subject)).await;
                    subject.delete(created.id()).await;
                }
                Vec::new()
            }) as std::pin::Pin<Box<dyn Future<Output = Vec<Walk>> + Send>>
        });
        let reading = {
            let (subject, mut questions) = (subject.clone(), Questions::new(&subject, stores.seed));
            Box::pin(async move {
                let mut walks = Vec::new();
                for count in 2..7 {
                    walks.push(
                        walk_and_write(
                            &subject,
                            questions.sort(),
                            count,
                            &mut samples,
                            &mut victims,
                        )
                        .await,
                    );
                }
                walks
            })
        };
        let walks = subject.race(writing.chain([reading as _])).await.concat();
        for Walk { seen, sort } in walks {
            let (name, distinct) = (subject.name(), seen.iter().collect::<HashSet<_>>());
            let order = described(sort.as_ref());
            assert_eq!(
                distinct.len(),
                seen.len(),
                "{name}: a walk by cursor {order} came by a resource twice while others wrote"
            );
            let lost: Vec<&String> = staying.iter().filter(|id| !distinct.contains(id)).collect();
            assert!(
                lost.is_empty(),
                "{name}: a walk by cursor {order}, while others wrote, lost {lost:?}, which were there all the time"
            );
        }
    }
}

/// The result of paging through.
#[derive(Clone)]
struct Walk {
    seen: Vec<String>,
    sort: Option<Sort>,
}

/// Walks by cursor; after each page one that was seen is deleted, the last first, and another made.
async fn walk_and_write(
    subject: &Subject,
    sort: Option<Sort>,
    count: usize,
    samples: &mut Samples,
    victims: &mut HashSet<String>,
) -> Walk {
    let (mut seen, mut after): (Vec<String>, _) = (Vec::new(), None);
    for _ in 0..1_000 {
        let selected =
            subject.select(&query(subject, &None, &sort, Page::Cursor { after, count })).await;
        seen.extend(ids(&selected.resources));
        after = selected.resources.last().map(|last| execute::position(last, sort.as_ref()));
        if after.is_none() || !selected.has_more {
            return Walk { seen, sort };
        }
        if let Some(victim) = seen.iter().rev().find(|id| victims.contains(*id)).cloned() {
            victims.remove(&victim);
            subject.delete(&victim).await;
            let created = subject.create(samples.resource(subject)).await;
            victims.insert(created.id().to_owned());
        }
    }
    panic!("{}: a walk by cursor {} does not end", subject.name(), described(sort.as_ref()));
}

/// Each type, with many resources.
async fn filled(factory: &dyn StoreFactory) -> Vec<(Subject, Questions, Vec<Arc<Resource>>)> {
    let stores = Stores::made_by(factory).await;
    let mut all = Vec::new();
    for subject in stores.subjects() {
        let mut samples = stores.samples().referring_to(references(&stores, &subject).await);
        for _ in 0..MANY {
            subject.create(samples.resource(&subject)).await;
        }
        all.push((Questions::new(&subject, stores.seed), subject));
    }
    let mut filled = Vec::new();
    for (questions, subject) in all {
        let resources = read_all(&subject).await;
        filled.push((subject, questions, resources));
    }
    filled
}

/// All resources that were created, each read by itself; what the store lists does not count here.
pub(super) async fn read_all(subject: &Subject) -> Vec<Arc<Resource>> {
    let mut resources = Vec::new();
    for id in subject.created() {
        resources.push(Arc::new(subject.get(&id).await));
    }
    resources
}

/// A filter in every second round, and an order.
fn asked(
    subject: &Subject,
    questions: &mut Questions,
    all: &[Arc<Resource>],
    round: usize,
) -> (Option<BoundFilter>, Option<Sort>) {
    let filter = (round % 2 == 1).then(|| questions.filter(subject, all).1);
    (filter, questions.sort())
}

fn query(
    subject: &Subject,
    filter: &Option<BoundFilter>,
    sort: &Option<Sort>,
    page: Page,
) -> Query {
    Query { filter: filter.clone(), sort: sort.clone(), page, projection: subject.everything() }
}

/// The ids of all that satisfy the filter, in order.
fn whole(
    subject: &Subject,
    all: &[Arc<Resource>],
    filter: Option<&BoundFilter>,
    sort: Option<&Sort>,
) -> Vec<String> {
    let matching = all
        .iter()
        .filter(|resource| filter.is_none_or(|filter| filter.matches(resource)))
        .cloned()
        .collect();
    ids(&execute::sort_and_page_in(
        subject.store.id_order(),
        matching,
        sort,
        &Page::Index { start: 1, count: usize::MAX },
    )
    .resources)
}

fn assert_fits(
    subject: &Subject,
    selected: &StorePage,
    count: usize,
    left: usize,
    sort: Option<&Sort>,
) {
    let (name, size, order) = (subject.name(), selected.resources.len(), described(sort));
    assert!(
        size <= count,
        "{name}: a page {order} holds {size} resources; it must hold no more than the {count} that were asked for"
    );
    let more = left > size;
    assert_eq!(
        selected.has_more, more,
        "{name}: a page of {size} {order} says `more: {}`, and {left} resources were left",
        selected.has_more
    );
}

fn assert_walk(
    subject: &Subject,
    by: &str,
    walked: &[String],
    expected: &[String],
    sort: Option<&Sort>,
) {
    let (name, order) = (subject.name(), described(sort));
    assert_eq!(
        walked, expected,
        "{name}: the pages by {by} {order}, put together (left), are not the whole (right)"
    );
}

pub(super) fn described(sort: Option<&Sort>) -> String {
    match sort.and_then(|sort| Some((sort.path()?, sort.order()))) {
        Some((path, order)) => format!("in {order:?} order of `{path}`"),
        None => "in the order of ids".to_owned(),
    }
}

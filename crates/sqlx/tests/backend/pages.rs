//! Pages, one after the other, by index and by cursor: both are the whole list, row by row.

use std::sync::Arc;

use scimwire::auth::RequestContext;
use scimwire::filter::{EvalBudget, FilterBinder};
use scimwire::query::{Page, Query, Sort};
use scimwire::schema::ResourceType;
use scimwire::store::{Precondition, execute};
use scimwire::{Resource, ResourceStore};
use serde_json::json;

use crate::databases::{AnyDirectory, Kind, kinds};

const USERS: usize = 103;
const PAGE: usize = 10;

struct Listing {
    users: Arc<dyn ResourceStore>,
    cx: RequestContext,
}

impl Listing {
    /// Users of whom some share a title and some have none, some were deleted, and all but a few
    /// are in groups.
    async fn new(kind: Kind) -> Self {
        let directory = AnyDirectory::new(kind, false).await;
        let (users, groups) =
            (directory.store(ResourceType::user()), directory.store(ResourceType::group()));
        let cx = RequestContext::new("example");
        let mut ids = Vec::new();
        for number in 0..USERS + 20 {
            let mut user = Resource::default();
            user.set("userName", format!("user{}", number * 37 % 1_000));
            if number % 3 > 0 {
                user.set("title", format!("title{}", number % 7));
            }
            users
                .create(user.clone(), &RequestContext::new("other"))
                .await
                .expect("a user of somebody else");
            ids.push(users.create(user, &cx).await.expect("a user").id().to_owned());
        }
        for number in 0..4 {
            let mut group = Resource::default();
            group.set("displayName", format!("group{number}"));
            let members =
                ids.iter().skip(number).step_by(number + 2).map(|id| json!({ "value": id }));
            group.set("members", members.collect::<Vec<_>>());
            groups.create(group, &cx).await.expect("a group");
        }
        for id in ids.iter().skip(5).step_by(6).take(20) {
            users.delete(id, &Precondition::default(), &cx).await.expect("it is there");
        }
        // The folder of a file has to outlive its store.
        std::mem::forget(directory);
        Self { users, cx }
    }

    async fn page(
        &self,
        (filter, sort): (Option<&str>, Option<&Sort>),
        page: Page,
    ) -> scimwire::store::StorePage {
        let bind = |text: &str| {
            FilterBinder::new(&ResourceType::user())
                .bind(&text.parse().expect("a filter"))
                .expect("it binds")
        };
        let query = Query::new(page).with_filter(filter.map(bind)).with_sort(sort.cloned());
        execute::select(self.users.as_ref(), &query, &EvalBudget::unlimited(), &self.cx)
            .await
            .expect("a page")
    }

    async fn by_index(&self, question: (Option<&str>, Option<&Sort>)) -> Vec<Arc<Resource>> {
        let mut found = Vec::new();
        loop {
            let page =
                self.page(question, Page::Index { start: found.len() + 1, count: PAGE }).await;
            let total = page.total.expect("pages by index are counted");
            assert_eq!(page.resources.len(), PAGE.min(total - found.len()));
            found.extend(page.resources);
            assert_eq!(page.has_more, found.len() < total);
            if !page.has_more {
                return found;
            }
        }
    }

    async fn by_cursor(&self, question: (Option<&str>, Option<&Sort>)) -> Vec<Arc<Resource>> {
        let mut found: Vec<Arc<Resource>> = Vec::new();
        loop {
            let after = found.last().map(|last| execute::position(last, question.1));
            let page = self.page(question, Page::Cursor { after, count: PAGE }).await;
            found.extend(page.resources);
            if !page.has_more {
                return found;
            }
        }
    }
}

#[tokio::test]
async fn a_list_by_index_is_that_by_cursor_row_by_row() {
    // P-3.4.2.4-01
    let by =
        |path: &str, order| Sort::bind(path, Some(order), &ResourceType::user()).expect("an order");
    let sorts = [
        by("userName", "ascending"),
        by("userName", "descending"),
        by("title", "ascending"),
        by("title", "descending"),
    ];
    for kind in kinds().into_iter().chain([Kind::Memory]) {
        let listing = Listing::new(kind).await;
        for sort in sorts.iter().map(Some).chain([None]) {
            for (filter, expected) in [
                (None, USERS),
                (Some("not (title eq \"title1\")"), 94),
                (Some("userName sw \"user\""), USERS),
            ] {
                let by_index = listing.by_index((filter, sort)).await;
                assert_eq!(by_index.len(), expected, "{kind:?}: {filter:?}");
                assert!(
                    by_index == listing.by_cursor((filter, sort)).await,
                    "{kind:?}: {filter:?} {sort:?}"
                );
                assert!(by_index.iter().filter(|user| user.get("groups").is_some()).count() > 50);
            }
        }
    }
}

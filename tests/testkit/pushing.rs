//! Stores that take over whole queries, or keep members apart, and make a mistake in that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use scimwire::auth::RequestContext;
use scimwire::filter::BoundFilter;
use scimwire::message::{PatchOp, PatchOperation};
use scimwire::patch::PatchBinder;
use scimwire::query::{Page, Projection, Query, Sort, SortOrder};
use scimwire::store::{
    Change, Precondition, Pushdown, ResourceStore, StoreError, StorePage, StoreQuery, Update,
    execute,
};
use scimwire::value::Value;
use scimwire::{MemoryStore, Resource, ResourceType};
use serde_json::json;

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Says only the first of several conditions that have to hold.
    DropsConditions,
    /// Looks for each condition in brackets by itself, whichever element satisfies it.
    LosesBrackets,
    /// Narrows by a condition that leaves out what matches.
    NarrowsTooMuch,
    /// Counts the page.
    CountsThePage,
    /// Begins a page behind a cursor one too late.
    SkipsOne,
    /// Remembers a cursor as a number of results.
    CountsFromTheStart,
    /// Says that there is more when the page is full.
    FullMeansMore,
    /// Does not sort.
    ForgetsSort,
    /// Breaks ties the other way round in descending order.
    ReversesTies,
    /// Leaves members out that were asked for.
    OmitsMembers,
    /// Puts removed members in again.
    ReAddsRemoved,
    /// Ignores removed members when others are added.
    AddsOnly,
    /// Shows the groups that a user was in at first.
    RemembersGroups,
    /// Tells of no change of members.
    TellsNoMembers,
    /// Tells of the row that it wrote as of the whole state, though members are kept apart.
    TellsTheRow,
    /// Looks at every resource, whatever it is asked for.
    LooksAtAll,
    /// Finds and sorts users by nicknames, which it does not show.
    FindsUnshown,
    /// No mistake: rejects users with nicknames.
    RejectsNicknames,
}

/// A store over another one, with a mistake.
pub(crate) struct Pushing {
    fault: Fault,
    inner: MemoryStore,
    resource_type: Arc<ResourceType>,
    /// How many results come before the one behind an id.
    offsets: Mutex<HashMap<String, usize>>,
    groups: Mutex<HashMap<String, Option<Value>>>,
}

impl Pushing {
    pub(crate) fn new(fault: Fault, inner: MemoryStore, resource_type: &Arc<ResourceType>) -> Self {
        let resource_type = Arc::clone(resource_type);
        Self { fault, inner, resource_type, offsets: Mutex::default(), groups: Mutex::default() }
    }

    /// The filter as the store understands it.
    fn understood(&self, filter: &BoundFilter) -> BoundFilter {
        let each = |terms: &[BoundFilter]| {
            terms.iter().map(|term| self.understood(term)).collect::<Vec<_>>()
        };
        match (filter, self.fault) {
            (BoundFilter::And(terms), Fault::DropsConditions) => self.understood(&terms[0]),
            (BoundFilter::And(terms), _) => BoundFilter::And(each(terms)),
            (BoundFilter::Or(terms), _) => BoundFilter::Or(each(terms)),
            (BoundFilter::Not(term), _) => BoundFilter::Not(Box::new(self.understood(term))),
            (BoundFilter::Element { path, filter }, Fault::LosesBrackets) => match &**filter {
                BoundFilter::And(terms) => {
                    let alone = |term: &BoundFilter| BoundFilter::Element {
                        path: path.clone(),
                        filter: Box::new(term.clone()),
                    };
                    BoundFilter::And(terms.iter().map(alone).collect())
                }
                _ => BoundFilter::Element { path: path.clone(), filter: filter.clone() },
            },
            (filter, _) => filter.clone(),
        }
    }

    async fn all(
        &self,
        filter: Option<&BoundFilter>,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Vec<Arc<Resource>> {
        let page = Page::Index { start: 1, count: usize::MAX };
        let query =
            Query::new(page).with_filter(filter.cloned()).with_projection(projection.clone());
        let budget = scimwire::filter::EvalBudget::unlimited();
        execute::select(&self.inner, &query, &budget, cx).await.expect("memory answers").resources
    }

    /// A page where an index stands for the cursor.
    fn counted(&self, page: &Page) -> Page {
        let offsets = self.offsets.lock().expect("no panic");
        match page {
            Page::Cursor { after: Some(after), count }
                if self.fault == Fault::CountsFromTheStart =>
            {
                match offsets.get(&after.id) {
                    Some(offset) => Page::Index { start: offset + 1, count: *count },
                    None => page.clone(),
                }
            }
            page => page.clone(),
        }
    }

    fn remember(&self, page: &Page, selected: &StorePage) {
        let before = match page {
            Page::Index { start, .. } => start - 1,
            Page::Cursor { after: None, .. } => 0,
            _ => return,
        };
        let mut offsets = self.offsets.lock().expect("no panic");
        for (index, resource) in selected.resources.iter().enumerate() {
            offsets.insert(resource.id().to_owned(), before + index + 1);
        }
    }

    fn seen(&self, resource: Arc<Resource>) -> Arc<Resource> {
        let mut seen = Resource::clone(&resource);
        match self.fault {
            Fault::OmitsMembers => drop(seen.remove("members")),
            Fault::FindsUnshown => drop(seen.remove("nickName")),
            Fault::RemembersGroups if self.resource_type.name() == "User" => {
                let mut known = self.groups.lock().expect("no panic");
                if let Some(groups) = seen.get("groups").cloned() {
                    known.entry(seen.id().to_owned()).or_insert(Some(groups));
                }
                seen.set("groups", known.get(seen.id()).cloned().flatten().unwrap_or_default());
            }
            _ => return resource,
        }
        Arc::new(seen)
    }

    async fn page(
        &self,
        selection: &StoreQuery<'_>,
        page: &Page,
        cx: &RequestContext,
    ) -> StorePage {
        let filter = selection.filter.map(|filter| self.understood(filter));
        let all = match filter.as_ref().filter(|_| self.fault == Fault::LooksAtAll) {
            Some(filter) => {
                let all = self.all(None, selection.projection, cx).await;
                all.into_iter().filter(|resource| filter.matches(resource)).collect()
            }
            None => self.all(filter.as_ref(), selection.projection, cx).await,
        };
        let sort = selection.sort.filter(|_| self.fault != Fault::ForgetsSort);
        let counted = self.counted(page);
        let mut selected = match (&counted, sort) {
            (page, Some(sort))
                if self.fault == Fault::ReversesTies && sort.order() == SortOrder::Descending =>
            {
                self.reversed(all, sort, page)
            }
            (page, sort) => execute::sort_and_page(all, sort, page),
        };
        self.remember(&counted, &selected);
        if self.fault == Fault::SkipsOne
            && matches!(page, Page::Cursor { after: Some(_), .. })
            && selected.resources.len() > 1
        {
            selected.resources.remove(0);
        }
        if self.fault == Fault::CountsThePage {
            selected.total = Some(selected.resources.len());
        }
        if self.fault == Fault::FullMeansMore {
            selected.has_more = selected.resources.len() == page.count();
        }
        selected
    }

    /// A page of the ascending order, read backwards.
    fn reversed(&self, all: Vec<Arc<Resource>>, sort: &Sort, page: &Page) -> StorePage {
        let mut keyed: Vec<_> = all
            .into_iter()
            .map(|resource| (execute::position(&resource, Some(sort)), resource))
            .collect();
        keyed.sort_by(|(one, _), (other, _)| {
            sort.compare(one.key.as_ref(), other.key.as_ref()).then_with(|| other.id.cmp(&one.id))
        });
        let total = keyed.len();
        let skipped = match page {
            Page::Index { start, .. } => (start - 1).min(total),
            Page::Cursor { after: Some(after), .. } => {
                let behind = keyed.iter().position(|(position, _)| position.id == after.id);
                behind.map_or(total, |behind| behind + 1)
            }
            _ => 0,
        };
        let rest = keyed.into_iter().skip(skipped).map(|(_, resource)| resource);
        let resources = rest.take(page.count()).collect();
        StorePage::new(resources).with_total(total).with_more(total - skipped > page.count())
    }
}

#[async_trait]
impl ResourceStore for Pushing {
    fn resource_type(&self) -> &Arc<ResourceType> {
        &self.resource_type
    }

    async fn create(
        &self,
        resource: Resource,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        if self.fault == Fault::RejectsNicknames && resource.get("nickName").is_some() {
            let err = scimwire::Error::scim(scimwire::ScimType::InvalidValue, "no nicknames here");
            return Err(StoreError::Rejected(err));
        }
        self.inner.create(resource, cx).await
    }

    async fn get(
        &self,
        id: &str,
        projection: &Projection,
        cx: &RequestContext,
    ) -> Result<Arc<Resource>, StoreError> {
        let resource = self.inner.get(id, projection, cx).await?;
        // It is about what is listed only.
        Ok(if self.fault == Fault::OmitsMembers { resource } else { self.seen(resource) })
    }

    async fn select(
        &self,
        selection: StoreQuery<'_>,
        cx: &RequestContext,
    ) -> Result<StorePage, StoreError> {
        let mut selected = match selection.page {
            Some(page) => self.page(&selection, page, cx).await,
            None => {
                let resources = self.all(selection.filter, selection.projection, cx).await;
                StorePage::new(resources)
            }
        };
        if self.fault == Fault::NarrowsTooMuch && selection.filter.is_some() {
            selected.resources.truncate(3);
        }
        selected.resources =
            selected.resources.into_iter().map(|resource| self.seen(resource)).collect();
        Ok(selected)
    }

    async fn update(
        &self,
        id: &str,
        update: &Update,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        let mut change = self.inner.update(id, update, cx).await?;
        let delta = update.member_delta().filter(|_| !change.members.removed.is_empty());
        let again = match (self.fault, delta) {
            (Fault::ReAddsRemoved, Some(delta)) if !delta.replace => {
                change.members.removed.first().cloned()
            }
            (Fault::AddsOnly, Some(delta)) if !delta.add.is_empty() => {
                change.members.removed.first().cloned()
            }
            _ => None,
        };
        if let Some(member) = again {
            let operation = PatchOperation::add("members", json!([{ "value": member }]));
            let binder = PatchBinder::new(Arc::clone(&self.resource_type));
            let plan = binder.bind(PatchOp::new([operation])).expect("it binds");
            let now = change
                .after
                .as_ref()
                .and_then(|after| after.meta())
                .expect("metadata")
                .last_modified;
            let adding =
                Update::patch(Arc::clone(&self.resource_type), cx.tenant().clone(), plan, now);
            self.inner.update(id, &adding, cx).await?;
        }
        if self.fault == Fault::TellsNoMembers {
            change.members.added.clear();
        }
        if self.fault == Fault::TellsTheRow {
            change.after.iter_mut().for_each(|after| drop(Arc::make_mut(after).remove("members")));
        }
        Ok(change)
    }

    async fn delete(
        &self,
        id: &str,
        expected: &Precondition,
        cx: &RequestContext,
    ) -> Result<Change, StoreError> {
        self.inner.delete(id, expected, cx).await
    }

    fn pushdown(&self, _: &Query) -> Pushdown {
        if self.fault == Fault::NarrowsTooMuch { Pushdown::Partial } else { Pushdown::Full }
    }
}

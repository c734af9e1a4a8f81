//! Resuming from a cursor that is too short for its sort key.
//!
//! The resource that the page before ended with still says where it is, unless it is gone or has
//! another sort key by now. Then what the key begins with says it just as well, as long as no other
//! resource has a key that begins so. With such a resource, nobody can tell on which side of the
//! cursor it is: the cursor has expired (RFC 9865, Section 2.1).

use super::cursor::{Cursors, Place, Shortened};
use super::outcome::Failure;
use super::{Call, Endpoint};
use crate::error::{Error, ScimType};
use crate::query::{Page, Position, Query, SortKey, SortOrder, next_after};
use crate::store::{StoreError, execute};

/// Resources that must not follow, since they may have been returned before.
pub(super) struct Doubt {
    /// The prefix of the lost sort key.
    beginning: String,
    /// The sort key that was taken instead.
    taken: String,
}

impl Doubt {
    /// Checks the resource at this position, the next of all.
    ///
    /// # Errors
    ///
    /// - nobody can tell whether it has come before.
    pub(super) fn check(&self, next: &Position) -> Result<(), Error> {
        match &next.key {
            Some(SortKey::Text(key)) if key.starts_with(&self.beginning) || *key == self.taken => {
                Err(expired())
            }
            _ => Ok(()),
        }
    }
}

impl Call<'_> {
    /// Lets queries begin at the place of a cursor; says what must not come then.
    pub(super) async fn resume(
        &self,
        queries: &mut [(&Endpoint, Query)],
        place: Place,
        cursors: &Cursors<'_>,
    ) -> Result<Option<Doubt>, Failure> {
        let (position, doubt) = match place {
            Place::Behind(position) => (position, None),
            Place::Shortened(shortened) => {
                match self.found_again(queries, &shortened, cursors).await? {
                    Some(position) => (position, None),
                    None => {
                        let order = queries
                            .iter()
                            .find_map(|(_, query)| query.sort.as_ref())
                            .map(|sort| sort.order());
                        let (position, doubt) =
                            beside(shortened, order.unwrap_or_default()).ok_or_else(expired)?;
                        (position, Some(doubt))
                    }
                }
            }
        };
        for (_, query) in queries {
            query.page = Page::Cursor { after: Some(position.clone()), count: query.page.count() };
        }
        Ok(doubt)
    }

    /// The position of the resource, if it still has the sort key.
    async fn found_again(
        &self,
        queries: &[(&Endpoint, Query)],
        shortened: &Shortened,
        cursors: &Cursors<'_>,
    ) -> Result<Option<Position>, Failure> {
        for (endpoint, query) in queries {
            let sort = query.sort.as_ref();
            let projection = query.projection.clone().with_required_by(None, sort);
            let resource = match endpoint.store.get(&shortened.id, &projection, self.cx).await {
                Err(StoreError::NotFound) => continue,
                resource => resource?,
            };
            let position = execute::position_within(&resource, sort, &self.budget)?;
            if position.key.as_ref().is_some_and(|key| cursors.is_of(shortened.hash, key)) {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }
}

/// The position before, or in descending order behind, all keys that begin so; none where no key of
/// the kind is known.
fn beside(shortened: Shortened, order: SortOrder) -> Option<(Position, Doubt)> {
    let beginning = shortened.beginning?;
    let taken = match order {
        SortOrder::Ascending => beginning.clone(),
        SortOrder::Descending => next_after(&beginning)?,
    };
    let position = Position { key: Some(SortKey::Text(taken.clone())), id: String::new() };
    Some((position, Doubt { beginning, taken }))
}

fn expired() -> Error {
    let detail =
        "the last resource of the previous page has changed: start again with an empty `cursor`";
    Error::scim(ScimType::ExpiredCursor, detail)
}

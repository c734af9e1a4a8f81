//! The text of a page: as many resources as there is room for (RFC 7644, Section 3.4.2.4).

use crate::message::ListResponse;
use crate::query::ProjectedResource;
use crate::value::Room;

/// The text of a page: its head, and resources that have been written in order.
pub(super) struct Listing {
    text: Vec<u8>,
    head: usize,
    shown: usize,
}

impl Listing {
    /// Writes resources behind `head` until the next one would make the text of them longer than
    /// `most` bytes. The first is always written, so that paging makes progress.
    pub(super) fn of<'r>(
        head: Vec<u8>,
        resources: impl Iterator<Item = ProjectedResource<'r>> + Clone,
        most: usize,
    ) -> Self {
        let kept =
            |resource: ProjectedResource<'r>| resource.kept().map_or(0, |kept| kept.text.len() + 1);
        let length = resources.clone().map(kept).sum::<usize>().min(most);
        let mut listing = Self { head: head.len(), text: head, shown: 0 };
        listing.text.reserve_exact(length + ListResponse::END.len());
        let most = most.saturating_add(listing.head);
        for resource in resources {
            if !listing.push(&resource, most) {
                break;
            }
        }
        listing
    }

    /// Returns the number of resources that fit.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// Puts another head in the place of the one that it has.
    pub(super) fn set_head(&mut self, head: Vec<u8>) {
        let length = head.len();
        self.text.splice(..self.head, head);
        self.head = length;
    }

    /// The whole text.
    pub(super) fn into_text(mut self) -> Vec<u8> {
        self.text.extend_from_slice(ListResponse::END);
        self.text
    }

    /// Returns `true` if there was room for the resource. One for which there is none is written no
    /// further than the room goes.
    fn push(&mut self, resource: &ProjectedResource<'_>, most: usize) -> bool {
        let (before, is_first) = (self.text.len(), self.shown == 0);
        if !is_first {
            self.text.push(b',');
        }
        let most = if is_first { usize::MAX } else { most };
        let begin = self.text.len();
        let mut room = Room::new(&mut self.text, most);
        let written = match resource.kept() {
            Some(kept) => room.push(&kept.text),
            None => resource
                .write(&mut room)
                .map(|()| resource.keep(self.text.get(begin..).unwrap_or_default())),
        };
        if written.is_ok() {
            self.shown += 1;
        } else {
            self.text.truncate(before);
        }
        written.is_ok()
    }
}

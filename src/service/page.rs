//! The text of a page: as many resources as there is room for (RFC 7644, Section 3.4.2.4).

use std::io::{self, Write};

use crate::message::ListResponse;
use crate::query::Projected;

/// The text of a page: its head, and resources that have been written in order.
pub(super) struct Listing {
    text: Vec<u8>,
    head: usize,
    shown: usize,
}

impl Listing {
    /// Writes resources behind `head` until the next one would make the text of them longer than
    /// `most` bytes. The first is always there, so that whoever asks for one page after the other
    /// comes to the end.
    pub(super) fn of<'r>(
        head: Vec<u8>,
        resources: impl Iterator<Item = Projected<'r>> + Clone,
        most: usize,
    ) -> Result<Self, serde_json::Error> {
        let kept = |resource: Projected<'r>| resource.kept().map_or(0, |kept| kept.text.len() + 1);
        let length = resources.clone().map(kept).sum::<usize>().min(most);
        let mut listing = Self { head: head.len(), text: head, shown: 0 };
        listing.text.reserve_exact(length + ListResponse::END.len());
        let most = most.saturating_add(listing.head);
        for resource in resources {
            if !listing.push(&resource, most)? {
                break;
            }
        }
        Ok(listing)
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
    fn push(&mut self, resource: &Projected<'_>, most: usize) -> Result<bool, serde_json::Error> {
        let (before, is_first) = (self.text.len(), self.shown == 0);
        if !is_first {
            self.text.push(b',');
        }
        let most = if is_first { usize::MAX } else { most };
        let begin = self.text.len();
        let mut room = Room { text: &mut self.text, most };
        let written = match resource.kept() {
            Some(kept) => room.write_all(&kept.text).map_err(serde_json::Error::io),
            None => serde_json::to_writer(room, resource)
                .map(|()| resource.keep(self.text.get(begin..).unwrap_or_default())),
        };
        match written {
            Ok(()) => self.shown += 1,
            // Nothing but the end of the room is an error of writing.
            Err(err) if err.is_io() => {
                self.text.truncate(before);
                return Ok(false);
            }
            Err(err) => return Err(err),
        }
        Ok(true)
    }
}

/// Text that grows to a length, and no further.
struct Room<'t> {
    text: &'t mut Vec<u8>,
    most: usize,
}

impl Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.text.len().saturating_add(bytes.len()) > self.most {
            return Err(io::Error::from(io::ErrorKind::WriteZero));
        }
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

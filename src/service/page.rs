//! The text of a page: as many resources as there is room for (RFC 7644, Section 3.4.2.4).

use std::io::{self, Write};

use crate::query::Projected;

/// Resources that have been written, in order and parted by commas.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) text: Vec<u8>,
    /// How many they are.
    pub(super) shown: usize,
}

impl Listing {
    /// Writes resources until the next one would make the text longer than `most` bytes. The first
    /// is always there, so that whoever asks for one page after the other comes to the end.
    pub(super) fn of<'r>(
        resources: impl Iterator<Item = Projected<'r>>,
        most: usize,
    ) -> Result<Self, serde_json::Error> {
        let mut listing = Self::default();
        for resource in resources {
            if !listing.push(&resource, most)? {
                break;
            }
        }
        Ok(listing)
    }

    /// Whether there was room for the resource. One for which there is none is written no further
    /// than the room goes.
    fn push(&mut self, resource: &Projected<'_>, most: usize) -> Result<bool, serde_json::Error> {
        let (before, is_first) = (self.text.len(), self.shown == 0);
        if !is_first {
            self.text.push(b',');
        }
        let most = if is_first { usize::MAX } else { most };
        let begin = self.text.len();
        let mut room = Room { text: &mut self.text, most };
        let written = match resource.kept() {
            Some(kept) => room.write_all(kept).map_err(serde_json::Error::io),
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

//! Resources of the rows that a statement answers with, as they come.

use std::mem;
use std::sync::Arc;

use crate::database::Row;
use crate::members::shown_members;
use crate::nesting::Nesting;
use crate::reading::{Beside, Read};
use crate::row::read;
use scimwire::resource::Resource;
use scimwire::store::StoreError;
use scimwire::store::execute::Room;

/// Puts resources together, as long as there is memory for them.
pub(super) struct Composer<'b> {
    beside: Beside<'b>,
    room: Room,
    nesting: Nesting,
    /// `true` if the groups that list the resources are known.
    is_listed: bool,
    /// `true` if all have come in their order so far.
    is_in_order: bool,
    /// Those that lack their groups, or came out of order, each with its place.
    waiting: Vec<(usize, Resource)>,
    composed: Composed,
    trouble: Option<StoreError>,
}

/// Resources in their order.
#[derive(Default)]
pub(super) struct Composed {
    pub(super) resources: Vec<Arc<Resource>>,
    /// `true` if there was no room for others.
    pub(super) more: bool,
}

impl<'b> Composer<'b> {
    pub(super) fn new(beside: Beside<'b>, memory: usize) -> Self {
        Self {
            beside,
            room: Room::new(memory),
            nesting: Nesting::default(),
            is_listed: !beside.has_groups(),
            is_in_order: true,
            waiting: Vec::new(),
            composed: Composed::default(),
            trouble: None,
        }
    }

    /// Takes the next row, and says whether others are wanted.
    pub(super) fn take(&mut self, row: Row) -> bool {
        self.try_take(row).unwrap_or_else(|err| {
            self.trouble = Some(err);
            false
        })
    }

    pub(super) fn finish(mut self) -> Result<Composed, StoreError> {
        match self.trouble {
            Some(err) => Err(err),
            None => {
                self.close_scope();
                Ok(self.composed)
            }
        }
    }

    fn try_take(&mut self, row: Row) -> Result<bool, StoreError> {
        match Read::from_row(row)? {
            Read::Listed(listed) => {
                listed.into_iter().for_each(|one| self.nesting.note(one));
                self.is_listed = true;
            }
            Read::Resource { place, document, members, links } => {
                self.nesting.note_links(links);
                let mut resource = read(&document)?;
                if let Some(attribute) = self.beside.membership.members() {
                    let members = members.map(|gathered| shown_members(&gathered)).transpose()?;
                    resource.put(attribute.name(), members.unwrap_or_default());
                }
                let before = self.composed.resources.len() + self.waiting.len();
                self.is_in_order &= place == before + 1;
                self.waiting.push((place, resource));
            }
        }
        if self.is_in_order && self.is_listed {
            self.close_scope();
        }
        Ok(!self.composed.more)
    }

    /// Composes the waiting resources, until the page has no room for another.
    fn close_scope(&mut self) {
        let mut waiting = mem::take(&mut self.waiting);
        waiting.sort_by_key(|(place, _)| *place);
        for (_, mut resource) in waiting {
            if let Some(attribute) = self.beside.membership.groups() {
                let groups = self.nesting.groups_of(resource.id(), self.beside.most);
                resource.put(attribute.name(), groups);
            }
            if self.composed.more || !self.room.takes(&resource) {
                self.composed.more = true;
                return;
            }
            self.composed.resources.push(Arc::new(resource));
        }
    }
}

//! The text that clients were sent, kept with the resource that it shows.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Resource;
use crate::schema::{Locations, ResourceType};

/// How many bytes of text all resources of the process keep together.
const MOST: usize = 64 << 20;

/// A longer text is made again each time: to write it is little beside sending it.
const LONGEST: usize = 64 << 10;

/// How many bytes are kept.
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// The text of a resource as every client sees it that does not say which attributes it wants. A
/// copy of the resource has none, and a change drops it.
#[derive(Default)]
pub(super) struct Text {
    was_shown: AtomicBool,
    kept: OnceLock<Box<Kept>>,
}

/// A text, and what it depends on besides the resource.
struct Kept {
    text: Box<[u8]>,
    locations: Locations,
    /// Where the resource type is: two of one registry are never in the same place.
    resource_type: usize,
}

impl Kept {
    /// A text for which there is room.
    fn new(text: &[u8], locations: &Locations, resource_type: &ResourceType) -> Option<Box<Self>> {
        let room = |kept: usize| Some(kept + text.len()).filter(|kept| *kept <= MOST);
        KEPT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok()?;
        let resource_type = std::ptr::from_ref(resource_type).addr();
        Some(Box::new(Self { text: text.into(), locations: locations.clone(), resource_type }))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        KEPT.fetch_sub(self.text.len(), Ordering::Relaxed);
    }
}

impl Clone for Text {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Text {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Resource {
    /// The text that was kept for clients who reach resources of this type there.
    pub(crate) fn kept_text(
        &self,
        locations: &Locations,
        resource_type: &ResourceType,
    ) -> Option<&[u8]> {
        let kept = self.text.kept.get()?;
        let is_same = kept.resource_type == std::ptr::from_ref(resource_type).addr()
            && kept.locations.are_those_of(locations);
        is_same.then_some(&kept.text)
    }

    /// Keeps the text with the resource, once it is shown for the second time: many are shown only
    /// to whoever made them.
    pub(crate) fn keep_text(
        &self,
        text: &[u8],
        locations: &Locations,
        resource_type: &ResourceType,
    ) {
        let is_asked_for = self.text.was_shown.swap(true, Ordering::Relaxed);
        if is_asked_for
            && text.len() <= LONGEST
            && self.text.kept.get().is_none()
            && let Some(kept) = Kept::new(text, locations, resource_type)
        {
            // Whoever was faster has kept the same.
            let _ = self.text.kept.set(kept);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::schema::Registry;

    #[test]
    fn a_text_is_kept_for_one_place_until_a_change() {
        let users = Arc::new(ResourceType::user());
        let registry = Registry::new([Arc::clone(&users)]).expect("a registry");
        let [here, there] =
            ["https://a.example", "https://b.example"].map(|base| Locations::new(base, &registry));
        let mut user = Resource::default();
        user.set("userName", "bjensen");
        user.keep_text(b"{}", &here, &users);
        assert_eq!(user.kept_text(&here, &users), None, "shown once");
        user.keep_text(b"{}", &here, &users);
        assert_eq!(user.kept_text(&here, &users), Some(&b"{}"[..]));
        assert_eq!(user.kept_text(&there, &users), None);
        assert_eq!(user.kept_text(&here, &ResourceType::user()), None, "another type");
        let again = Locations::new("https://a.example", &registry);
        assert_eq!(user.kept_text(&again, &users), None, "another registry");
        assert_eq!(user.clone().kept_text(&here, &users), None);
        user.touch(&users, Default::default());
        assert_eq!(user.kept_text(&here, &users), None, "the version is another");
        let long = vec![b' '; LONGEST + 1];
        (0..3).for_each(|_| user.keep_text(&long, &here, &users));
        assert_eq!(user.kept_text(&here, &users), None);
    }
}

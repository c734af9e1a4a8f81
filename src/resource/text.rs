//! A cache of the response text of each resource, with the headers that go with it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use http::HeaderValue;

use super::Resource;
use crate::schema::{ResourceType, ResourceUrls};

/// The limit for everything that is cached of all resources in the process, in bytes.
const MOST: usize = 64 << 20;

/// The limit for the text of one resource, in bytes. Longer text is not cached: sending it costs
/// more than writing it.
const LONGEST: usize = 64 << 10;

/// The number of bytes in the cache.
static KEPT: AtomicUsize = AtomicUsize::new(0);

/// The cached response text of a resource, for requests without `attributes` and
/// `excludedAttributes`. A copy of the resource starts without it, and a change drops it.
#[derive(Default)]
pub(super) struct Text {
    was_shown: AtomicBool,
    kept: OnceLock<Box<Kept>>,
}

/// A resource as it is sent. Clones share the text.
#[derive(Clone)]
pub(crate) struct Written {
    pub(crate) text: Bytes,
    /// The URL of the resource; `None` if it cannot be a header value.
    pub(crate) location: Option<HeaderValue>,
    /// The version; `None` if there is none, or it cannot be a header value.
    pub(crate) version: Option<HeaderValue>,
}

/// A share of the memory for everything that is cached, given back when it is dropped.
pub(crate) struct CacheShare {
    bytes: usize,
}

impl CacheShare {
    /// Reserves this many bytes; `None` if the cache is full.
    pub(crate) fn take(bytes: usize) -> Option<Self> {
        let room = |kept: usize| Some(kept + bytes).filter(|kept| *kept <= MOST);
        KEPT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok()?;
        Some(Self { bytes })
    }
}

impl Drop for CacheShare {
    fn drop(&mut self) {
        KEPT.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A cached text and the context it was written for.
struct Kept {
    written: Written,
    _share: CacheShare,
    locations: ResourceUrls,
    /// The address of the resource type: two of one registry never share one.
    resource_type: usize,
}

impl Written {
    /// Returns its memory in bytes.
    fn bytes(&self) -> usize {
        let headers = [&self.location, &self.version].into_iter().flatten();
        self.text.len() + headers.map(HeaderValue::len).sum::<usize>()
    }
}

impl Kept {
    /// Takes the text into the cache; `None` if the cache is full.
    fn new(
        written: Written,
        locations: &ResourceUrls,
        resource_type: &ResourceType,
    ) -> Option<Box<Self>> {
        let share = CacheShare::take(written.bytes())?;
        let resource_type = std::ptr::from_ref(resource_type).addr();
        let locations = locations.clone();
        Some(Box::new(Self { written, _share: share, locations, resource_type }))
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
    /// Returns the cached text for this base URL and resource type.
    pub(crate) fn kept_text(
        &self,
        locations: &ResourceUrls,
        resource_type: &ResourceType,
    ) -> Option<&Written> {
        let kept = self.text.kept.get()?;
        let is_same = kept.resource_type == std::ptr::from_ref(resource_type).addr()
            && kept.locations.are_those_of(locations);
        is_same.then_some(&kept.written)
    }

    /// Returns `true` from the second time on: whatever is shown again is worth keeping.
    pub(crate) fn is_shown_again(&self) -> bool {
        self.text.was_shown.swap(true, Ordering::Relaxed)
    }

    /// Caches the text when the resource is shown for the second time: most new resources are shown
    /// only once, in the response to their POST.
    pub(crate) fn keep_text(
        &self,
        text: &[u8],
        locations: &ResourceUrls,
        resource_type: &ResourceType,
    ) {
        if self.is_shown_again()
            && text.len() <= LONGEST
            && self.text.kept.get().is_none()
            && let written = self.written(Bytes::copy_from_slice(text), locations, resource_type)
            && let Some(kept) = Kept::new(written, locations, resource_type)
        {
            // Another thread may have stored the same text already.
            let _ = self.text.kept.set(kept);
        }
    }

    /// The resource as it is sent, with this text.
    pub(crate) fn written(
        &self,
        text: Bytes,
        locations: &ResourceUrls,
        resource_type: &ResourceType,
    ) -> Written {
        // A value that cannot be a header value is left out, so that no id can break into another
        // header.
        let location = locations.url_of(resource_type.name(), self.id());
        let location = location.and_then(|location| HeaderValue::try_from(location).ok());
        let version =
            self.version().and_then(|version| HeaderValue::from_str(version.as_str()).ok());
        Written { text, location, version }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::schema::SchemaRegistry;

    #[test]
    fn a_text_is_kept_for_one_place_until_a_change() {
        let users = Arc::new(ResourceType::user());
        let registry = SchemaRegistry::new([Arc::clone(&users)]).expect("a registry");
        let [here, there] = ["https://a.example", "https://b.example"]
            .map(|base| ResourceUrls::new(base, &registry));
        let mut user = Resource::default();
        user.set("userName", "bjensen");
        user.set_id("2819c223");
        let text = |user: &Resource, locations: &ResourceUrls, resource_type: &ResourceType| {
            user.kept_text(locations, resource_type).map(|written| written.text.clone())
        };
        user.keep_text(b"{}", &here, &users);
        assert_eq!(text(&user, &here, &users), None, "shown once");
        user.keep_text(b"{}", &here, &users);
        assert_eq!(text(&user, &here, &users), Some(Bytes::from_static(b"{}")));
        assert_eq!(text(&user, &there, &users), None);
        assert_eq!(text(&user, &here, &ResourceType::user()), None, "another type");
        let again = ResourceUrls::new("https://a.example", &registry);
        assert_eq!(text(&user, &again, &users), None, "another registry");
        assert_eq!(text(&user.clone(), &here, &users), None);
        user.touch(&users, Default::default());
        assert_eq!(text(&user, &here, &users), None, "the version is another");
        let long = vec![b' '; LONGEST + 1];
        (0..3).for_each(|_| user.keep_text(&long, &here, &users));
        assert_eq!(text(&user, &here, &users), None);
    }
}

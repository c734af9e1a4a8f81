//! Instants that terms of a filter compare, each parsed once while the filter runs on one resource.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::run::{Place, place_of};
use crate::schema::parse_date_time;

/// The instant of a text; `None` if it has none.
type Instant = Option<DateTime<Utc>>;

/// Instants by where the resource has their text. Two are at hand, as most resources have no more;
/// further ones take memory.
#[derive(Default)]
pub(super) struct Instants {
    at_hand: [Option<(Place, Instant)>; 2],
    others: Option<HashMap<Place, Instant>>,
}

impl Instants {
    /// Returns the instant of a text, if it was parsed before.
    pub(super) fn find(&self, text: &str) -> Option<Instant> {
        let place = place_of(text);
        let at_hand = self.at_hand.iter().flatten().find(|(known, _)| *known == place);
        let others = || self.others.as_ref()?.get(&place).copied();
        at_hand.map(|(_, instant)| *instant).or_else(others)
    }

    /// Parses a text.
    pub(super) fn parse(&mut self, text: &str) -> Instant {
        let (place, instant) = (place_of(text), parse_date_time(text));
        match self.at_hand.iter_mut().find(|known| known.is_none()) {
            Some(free) => *free = Some((place, instant)),
            None => drop(self.others.get_or_insert_default().insert(place, instant)),
        }
        instant
    }
}

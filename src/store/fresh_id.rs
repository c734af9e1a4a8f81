//! Ids of the stores of this crate: unique, and in the order of creation.

use std::sync::{LazyLock, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::{ContextV7, Timestamp, Uuid};

/// Counts on where the clock does not.
static COUNTER: LazyLock<Mutex<ContextV7>> = LazyLock::new(|| Mutex::new(ContextV7::new()));

/// Generates an unused id.
pub fn fresh_id() -> String {
    // A clock that stands before 1970 is no reason to fail: then the counter alone makes the order.
    id_at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn id_at(since_1970: Duration) -> String {
    let timestamp =
        Timestamp::from_unix(&*COUNTER, since_1970.as_secs(), since_1970.subsec_nanos());
    Uuid::new_v7(timestamp).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_in_the_order_of_creation() {
        let ids: Vec<String> = (0..10_000).map(|_| fresh_id()).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn a_clock_before_1970_gives_ids_too() {
        let ids: Vec<String> = (0..1_000).map(|_| id_at(Duration::ZERO)).collect();
        assert!(ids.is_sorted_by(|one, next| one < next));
    }
}

//! Wrong passwords, counted for each address: after a few there is a pause, and a longer one after
//! each further. Of IPv6 a network of 64 bits counts as one address, since whoever has one has all
//! of it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many wrong ones are for free: who mistypes does not wait.
const FREE: u32 = 5;

const FIRST_PAUSE: Duration = Duration::from_secs(2);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// How many addresses are remembered; where there are more, the one that has waited longest is
/// forgotten.
const ADDRESSES: usize = 1000;

#[derive(Default)]
pub(super) struct Attempts(Mutex<HashMap<IpAddr, Wrong>>);

struct Wrong {
    count: u32,
    /// When the next try is looked at.
    next: Instant,
}

impl Attempts {
    /// How long an address has yet to wait, in whole seconds.
    pub(super) fn pause(&self, address: IpAddr, now: Instant) -> Option<u64> {
        let wait = self.lock().get(&counted(address))?.next.saturating_duration_since(now);
        (!wait.is_zero()).then(|| wait.as_secs() + 1)
    }

    /// Counts a wrong one, and says how many more are for free.
    pub(super) fn count(&self, address: IpAddr, now: Instant) -> u32 {
        let address = counted(address);
        let mut known = self.lock();
        if known.len() >= ADDRESSES && !known.contains_key(&address) {
            let oldest =
                known.iter().min_by_key(|(_, wrong)| wrong.next).map(|(address, _)| *address);
            oldest.map(|oldest| known.remove(&oldest));
        }
        let wrong = known.entry(address).or_insert(Wrong { count: 0, next: now });
        wrong.count = wrong.count.saturating_add(1);
        wrong.next = now + pause_after(wrong.count);
        FREE.saturating_sub(wrong.count)
    }

    /// The right one was given.
    pub(super) fn forget(&self, address: IpAddr) {
        self.lock().remove(&counted(address));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, Wrong>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address, or the network, that an address is counted for.
fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

fn pause_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(further) => {
            FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(further)).min(LONGEST_PAUSE)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let (attempts, address, now) =
            (Attempts::default(), IpAddr::from([192, 0, 2, 1]), Instant::now());
        for left in [4, 3, 2, 1] {
            assert_eq!((attempts.count(address, now), attempts.pause(address, now)), (left, None));
        }
        for (number, seconds) in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300].into_iter().enumerate() {
            assert_eq!(attempts.count(address, now), 0);
            assert_eq!(attempts.pause(address, now), Some(seconds + 1), "pause {number}");
            assert_eq!(attempts.pause(address, now + Duration::from_secs(seconds)), None);
        }
        assert_eq!(attempts.pause(IpAddr::from([192, 0, 2, 2]), now), None, "others do not wait");
        attempts.forget(address);
        assert_eq!(attempts.pause(address, now), None);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        for number in 1..=5 {
            attempts.count(address(&format!("2001:db8:0:1::{number}")), now);
        }
        assert_eq!(attempts.count(address("2001:db8:0:1:ffff::1"), now), 0);
        assert!(attempts.pause(address("2001:db8:0:1::99"), now).is_some());
        assert_eq!(attempts.pause(address("2001:db8:0:2::1"), now), None, "the next network");
        attempts.count(address("::ffff:192.0.2.1"), now);
        assert_eq!(attempts.count(address("192.0.2.1"), now), 3, "the same host");
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..2 * u32::try_from(ADDRESSES).expect("a small number") {
            attempts.count(IpAddr::from(number.to_be_bytes()), now);
        }
        assert_eq!(attempts.lock().len(), ADDRESSES);
    }
}

//! Wrong passwords, counted for each address: after a few there is a pause, and a longer one after
//! each further. Of IPv6 a network of 64 bits counts as one address, since a client that has one
//! has all of it.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of wrong passwords before a pause: a typo costs nothing.
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
    /// Counts a try as a wrong one, before it is looked at, and says how many more are for free.
    ///
    /// # Errors
    ///
    /// - the address still has to wait; with the seconds. The attempt is not counted.
    pub(super) fn begin(&self, address: IpAddr, now: Instant) -> Result<u32, u64> {
        let address = counted(address);
        let mut known = self.lock();
        let wait = known.get(&address).map(|wrong| wrong.next.saturating_duration_since(now));
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            return Err(wait.as_secs() + 1);
        }
        if known.len() >= ADDRESSES && !known.contains_key(&address) {
            let oldest =
                known.iter().min_by_key(|(_, wrong)| wrong.next).map(|(address, _)| *address);
            oldest.map(|oldest| known.remove(&oldest));
        }
        let wrong = known.entry(address).or_insert(Wrong { count: 0, next: now });
        wrong.count = wrong.count.saturating_add(1);
        wrong.next = now + pause_after(wrong.count);
        Ok(FREE.saturating_sub(wrong.count))
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
        let (attempts, address, mut now) =
            (Attempts::default(), IpAddr::from([192, 0, 2, 1]), Instant::now());
        for left in [4, 3, 2, 1] {
            assert_eq!(attempts.begin(address, now), Ok(left));
        }
        for seconds in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            assert_eq!(attempts.begin(address, now), Ok(0), "before a pause of {seconds}");
            assert_eq!(attempts.begin(address, now), Err(seconds + 1));
            now += Duration::from_secs(seconds);
        }
        assert_eq!(attempts.begin(IpAddr::from([192, 0, 2, 2]), now), Ok(4), "others do not wait");
        attempts.forget(address);
        assert_eq!(attempts.begin(address, now), Ok(4));
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let begin = |text: &str| attempts.begin(text.parse().expect("an address"), now);
        for number in 1..=5 {
            assert_eq!(begin(&format!("2001:db8:0:1::{number}")), Ok(5 - number));
        }
        assert_eq!(begin("2001:db8:0:1:ffff::1"), Err(3));
        assert_eq!(begin("2001:db8:0:2::1"), Ok(4), "the next network");
        assert_eq!(begin("::ffff:192.0.2.1"), Ok(4));
        assert_eq!(begin("192.0.2.1"), Ok(3), "the same host");
    }

    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        for number in 0..2 * u32::try_from(ADDRESSES).expect("a small number") {
            assert_eq!(attempts.begin(IpAddr::from(number.to_be_bytes()), now), Ok(4));
        }
        assert_eq!(attempts.lock().len(), ADDRESSES);
    }
}

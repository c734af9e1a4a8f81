//! Numbers that look random, and are the same for the same seed.

/// The generator splitmix64.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `limit`; 0 where that is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or_default()
    }

    /// True one time in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `pool`.
    pub(super) fn pick<'p, T>(&mut self, pool: &'p [T]) -> Option<&'p T> {
        pool.get(self.below(pool.len()))
    }

    /// Some of `pool`, in its order.
    pub(super) fn some<'p, T>(&mut self, pool: &'p [T]) -> Vec<&'p T> {
        pool.iter().filter(|_| self.once_in(2)).collect()
    }
}

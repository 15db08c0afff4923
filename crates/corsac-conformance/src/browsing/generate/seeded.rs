//! Choices that are the same for the same seed, on every machine and for ever.

/// A generator of pseudo-random numbers: SplitMix64.
#[derive(Clone, Debug)]
pub(in crate::browsing) struct Seeded(u64);

impl Seeded {
    pub(in crate::browsing) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`, which is not 0.
    pub(in crate::browsing) fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        usize::try_from(self.next() % n).unwrap_or_default()
    }

    /// Is it so, once in `n` times?
    pub(in crate::browsing) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(in crate::browsing) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

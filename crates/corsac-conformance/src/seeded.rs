//! Choices that are the same for the same seed, on every machine and for ever.

/// A generator of pseudo-random numbers: [SplitMix64](https://prng.di.unimi.it/splitmix64.c).
#[derive(Clone, Debug)]
pub struct Seeded(u64);

impl Seeded {
    /// The choices that a seed makes.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The choices for one of the many things that a seed decides about.
    #[must_use]
    pub const fn about(seed: u64, thing: u64) -> Self {
        Self(seed ^ thing.wrapping_mul(0xD6E8_FEB8_6659_FD93))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        usize::try_from(self.next() % n).unwrap_or_default()
    }

    /// Is it so, once in `n` times?
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of several, each as often as its weight says.
    pub fn one_of<T: Copy>(&mut self, weighted: &[(usize, T)]) -> Option<T> {
        let total = weighted.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for &(weight, it) in weighted {
            if left < weight {
                return Some(it);
            }
            left -= weight;
        }
        None
    }

    /// Puts things into an order by chance.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

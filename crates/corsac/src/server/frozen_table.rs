//! A set of byte strings that is built once and then only asked.
//!
//! It is an open-addressing hash table over one arena: a look-up touches a run of slots that lie
//! side by side, then the bytes of one key. It allocates nothing, and costs the same for one key
//! and for a million, but for the caches that a million keys do not fit in.
//!
//! The keys are the operator's. A request chooses only what is looked up, so that it cannot make
//! the table slow; and a set of keys that happens to collide is hashed anew with another seed when
//! the table is built.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// A key: two strings and a number that tells apart what they stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) kind: u8,
    pub(super) start: &'a [u8],
    pub(super) end: &'a [u8],
}

/// The set.
#[derive(Clone, Debug)]
pub(super) struct FrozenTable {
    slots: Box<[Slot]>,
    /// The keys, one after the other: kind, length of the start, length of the end, both strings.
    arena: Box<[u8]>,
    seed: u64,
}

/// Where a key is in the arena, with a piece of its hash to rule out most others.
#[derive(Clone, Copy, Debug)]
struct Slot {
    fingerprint: u32,
    offset: u32,
}

/// The arena is too large for the offsets that the slots keep: more than 4 GiB of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

impl FrozenTable {
    /// Builds the set of these keys, which are sorted and have no repeats.
    pub(super) fn new(keys: &[Key<'_>]) -> Result<Self, TooLarge> {
        debug_assert!(keys.is_sorted(), "the caller sorts");
        let (arena, offsets) = arena_of(keys)?;
        let mut best: Option<(usize, Self)> = None;
        for seed in 0..SEEDS {
            let (slots, longest_run) = slots_of(keys, &offsets, seed);
            let is_better = best.as_ref().is_none_or(|(run, _)| longest_run < *run);
            if is_better {
                best = Some((
                    longest_run,
                    Self {
                        slots,
                        arena: Box::default(),
                        seed,
                    },
                ));
            }
            if longest_run <= LONGEST_RUN {
                break;
            }
        }
        let (_, table) = best.expect("there is at least one seed");
        Ok(Self { arena, ..table })
    }

    /// Is the key in the set?
    pub(super) fn contains(&self, key: &Key<'_>) -> bool {
        if self.slots.is_empty() {
            return false;
        }
        let hash = hash_of(key, self.seed);
        let mut at = first_slot(hash, self.slots.len());
        loop {
            let slot = self.slots[at];
            if slot.offset == Slot::EMPTY.offset {
                return false;
            }
            if slot.fingerprint == fingerprint(hash) && self.is_at(slot.offset, key) {
                return true;
            }
            at += 1;
            if at == self.slots.len() {
                at = 0;
            }
        }
    }

    /// How many bytes the set takes.
    pub(super) fn size(&self) -> usize {
        size_of_val(&*self.slots) + self.arena.len()
    }

    fn is_at(&self, offset: u32, key: &Key<'_>) -> bool {
        let at = offset as usize;
        let (header, rest) = self.arena[at..].split_at(HEADER_LEN);
        let (start_len, end_len) = (key.start.len(), key.end.len());
        header == header_of(key)
            && rest[..start_len] == *key.start
            && (end_len == 0 || rest[start_len..start_len + end_len] == *key.end)
    }
}

impl Slot {
    const EMPTY: Self = Self {
        fingerprint: 0,
        offset: u32::MAX,
    };
}

/// How many seeds are tried for a table without long runs.
const SEEDS: u64 = 8;

/// The longest run of taken slots that is accepted with seeds left to try.
///
/// At a load of four in seven the longest run in a table of a million keys is about 50 slots.
const LONGEST_RUN: usize = 128;

const HEADER_LEN: usize = 5;

fn header_of(key: &Key<'_>) -> [u8; HEADER_LEN] {
    let narrow = |len: usize| u16::try_from(len).unwrap_or(u16::MAX).to_le_bytes();
    let (start, end) = (narrow(key.start.len()), narrow(key.end.len()));
    [key.kind, start[0], start[1], end[0], end[1]]
}

fn arena_of(keys: &[Key<'_>]) -> Result<(Box<[u8]>, Vec<u32>), TooLarge> {
    let len = keys
        .iter()
        .map(|key| HEADER_LEN + key.start.len() + key.end.len())
        .sum();
    let mut arena = Vec::with_capacity(len);
    let mut offsets = Vec::with_capacity(keys.len());
    for key in keys {
        let offset = u32::try_from(arena.len()).map_err(|_| TooLarge)?;
        if offset == Slot::EMPTY.offset {
            return Err(TooLarge);
        }
        offsets.push(offset);
        arena.extend_from_slice(&header_of(key));
        arena.extend_from_slice(key.start);
        arena.extend_from_slice(key.end);
    }
    Ok((arena.into(), offsets))
}

/// The slots, and the longest run of taken ones.
fn slots_of(keys: &[Key<'_>], offsets: &[u32], seed: u64) -> (Box<[Slot]>, usize) {
    let capacity = if keys.is_empty() {
        0
    } else {
        keys.len() / 4 * 7 + 8
    };
    let mut slots = vec![Slot::EMPTY; capacity];
    let mut longest_run = 0;
    for (key, offset) in keys.iter().zip(offsets) {
        let hash = hash_of(key, seed);
        let mut at = first_slot(hash, capacity);
        let mut run = 1;
        while slots[at].offset != Slot::EMPTY.offset {
            at = (at + 1) % capacity;
            run += 1;
        }
        slots[at] = Slot {
            fingerprint: fingerprint(hash),
            offset: *offset,
        };
        longest_run = longest_run.max(run);
    }
    (slots.into(), longest_run)
}

/// Spreads a hash over the slots, by its high bits.
fn first_slot(hash: u64, slots: usize) -> usize {
    let wide = u128::from(hash) * slots as u128;
    usize::try_from(wide >> 64).expect("less than the number of slots")
}

/// The low bits of the hash, which the slot's place does not depend on.
fn fingerprint(hash: u64) -> u32 {
    hash as u32
}

fn hash_of(key: &Key<'_>, seed: u64) -> u64 {
    let state = seed ^ FIRST ^ u64::from(key.kind);
    let state = hash_bytes(state, key.start);
    if key.end.is_empty() {
        state
    } else {
        hash_bytes(state, key.end)
    }
}

/// Mixes a string and its length into a hash, eight bytes at a time.
///
/// The last eight may overlap the ones before, which costs nothing but is quicker than to copy a
/// rest of some other length.
fn hash_bytes(mut state: u64, bytes: &[u8]) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), SECOND);
    }
    let last = match bytes.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last),
        None => bytes
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    fold(state ^ last, FIRST ^ bytes.len() as u64)
}

/// Multiplies to 128 bits and folds the halves together, so that every bit counts in every other.
fn fold(left: u64, right: u64) -> u64 {
    let wide = u128::from(left) * u128::from(right);
    wide as u64 ^ (wide >> 64) as u64
}

/// Digits of pi, as numbers that nobody chose.
const FIRST: u64 = 0x243f_6a88_85a3_08d3;
const SECOND: u64 = 0x1319_8a2e_0370_7345;

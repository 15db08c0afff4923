//! A set of origins, given by patterns, whose look-up does not depend on how many there are.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::frozen_table::{FrozenTable, Key, TooLarge};
use super::origin_pattern::{HostPattern, OriginPattern, PortPattern, Shape, is_filling};
use crate::origin::{HostKind, MAX_ORIGIN_LEN, MalformedOrigin, Origin, OriginFault, check_origin};

/// A set of origins, possibly an infinite one.
///
/// Every pattern becomes one key of a hash table. To look an origin up is to ask for the few keys
/// that could contain it: the origin itself; without its port; for each number of labels that a
/// subdomain pattern has, its last labels; and for each place of a hole, what stands around it.
/// Which of them are asked for depends on the kinds of pattern in the set, not on their number.
#[derive(Clone, Debug)]
pub struct OriginSet {
    table: FrozenTable,
    /// The kinds of pattern in the set, each to be looked up.
    shapes: Box<[KeyShape]>,
    is_any: bool,
    /// Are all origins in it, but by no `*`? The answer to each is then its own.
    is_every: bool,
    has_exact: bool,
    patterns: usize,
}

impl OriginSet {
    /// The set of all the origins that one of the patterns contains.
    ///
    /// Returns `None` if the patterns together have more than four gibibytes.
    #[must_use]
    pub fn new(patterns: &[OriginPattern]) -> Option<Self> {
        Self::from_patterns(patterns.iter()).ok()
    }

    /// The set of all origins but `null`, each of which is named in its answer.
    pub(super) fn every() -> Option<Self> {
        let mut set = Self::new(&[])?;
        set.is_every = true;
        Some(set)
    }

    fn from_patterns<'a>(
        patterns: impl Iterator<Item = &'a OriginPattern>,
    ) -> Result<Self, TooLarge> {
        let mut keys = Vec::new();
        let mut shapes = Vec::new();
        let mut is_any = false;
        for pattern in patterns {
            match PatternKey::of(pattern) {
                Some(PatternKey { shape, start, end }) => {
                    keys.push(Key {
                        kind: shape.kind(),
                        start,
                        end,
                    });
                    shapes.push(shape);
                }
                None => is_any = true,
            }
        }
        keys.sort_unstable();
        keys.dedup();
        shapes.sort_unstable();
        shapes.dedup();
        let has_exact = shapes.contains(&KeyShape::Whole);
        shapes.retain(|shape| *shape != KeyShape::Whole);
        let table = FrozenTable::new(&keys)?;
        Ok(Self {
            table,
            shapes: shapes.into(),
            is_any,
            is_every: false,
            has_exact,
            patterns: keys.len(),
        })
    }

    /// Does the set contain the origin that these bytes are the serialization of?
    ///
    /// `null` is an origin here. Bytes that are no origin at all are an error.
    pub fn contains(&self, origin: &[u8]) -> Result<bool, MalformedOrigin> {
        if origin.len() > MAX_ORIGIN_LEN {
            return Err(MalformedOrigin::at(MAX_ORIGIN_LEN, OriginFault::TooLong));
        }
        // What equals a pattern is as well-formed as that, so that it need not be parsed.
        if self.has_exact
            && self.table.contains(&Key {
                kind: WHOLE,
                start: origin,
                end: &[],
            })
        {
            return Ok(true);
        }
        if origin == b"null" {
            return Ok(self.is_any);
        }
        if self.shapes.is_empty() {
            check_origin(origin)?;
            return Ok(self.is_any || self.is_every);
        }
        let origin = Origin::parse(origin)?;
        Ok(self.is_any
            || self.is_every
            || self
                .shapes
                .iter()
                .any(|shape| self.contains_as(*shape, &origin)))
    }

    /// Does the set contain every origin, by a `*`?
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.is_any
    }

    /// How many different patterns the set is made of, `*` aside.
    #[must_use]
    pub fn patterns(&self) -> usize {
        self.patterns
    }

    /// How many bytes the set takes in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.shapes) + self.table.size()
    }

    /// Is there a pattern of this shape that contains the origin?
    fn contains_as(&self, shape: KeyShape, origin: &Origin<'_>) -> bool {
        let Some((start, end)) = shape.key_of(origin) else {
            return false;
        };
        let (start, end) = (start.as_bytes(), end.as_bytes());
        self.table.contains(&Key {
            kind: shape.kind(),
            start,
            end,
        })
    }
}

/// What of an origin makes the key under which a pattern of this shape is found.
///
/// Two patterns of the same shape with different keys contain no common origin, and an origin has
/// at most one key for each shape: so one look-up for each shape decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KeyShape {
    /// The whole origin, `null` included.
    Whole,
    /// Scheme and host, with any port.
    AnyPort,
    /// Scheme, and the last so many labels of the host, with or without its port.
    Subdomains { labels: u8, port: AnyOrExact },
    /// Scheme and all that stands before the hole; all that stands after it.
    Hole { before: u16, after: HoleEnd },
}

/// [`PortPattern`], in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum AnyOrExact {
    Any,
    Exact,
}

/// How much of an origin stands after a hole: so many bytes of its host, or of host and port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct HoleEnd {
    len: u16,
    port: AnyOrExact,
}

/// The kind of the key of [`KeyShape::Whole`].
const WHOLE: u8 = 0;

impl KeyShape {
    /// A number for the shape, so that keys of different shapes differ.
    fn kind(self) -> u8 {
        match self {
            Self::Whole => WHOLE,
            Self::AnyPort => 1,
            Self::Subdomains {
                port: AnyOrExact::Exact,
                ..
            } => 2,
            Self::Subdomains {
                port: AnyOrExact::Any,
                ..
            } => 3,
            Self::Hole {
                after:
                    HoleEnd {
                        port: AnyOrExact::Exact,
                        ..
                    },
                ..
            } => 4,
            Self::Hole {
                after:
                    HoleEnd {
                        port: AnyOrExact::Any,
                        ..
                    },
                ..
            } => 5,
        }
    }

    /// The key of an origin in this shape, if it can have one.
    fn key_of<'a>(self, origin: &Origin<'a>) -> Option<(&'a str, &'a str)> {
        match self {
            Self::Whole => Some((origin.as_str(), "")),
            Self::AnyPort => Some((origin.without_port(), "")),
            Self::Subdomains { labels, port } => {
                let parent_len = last_labels(origin, labels)?;
                let start = origin.host().len() - parent_len;
                Some((origin.scheme(), &with_port(origin, port)[start..]))
            }
            Self::Hole { before, after } => {
                if origin.host_kind() != HostKind::Domain {
                    return None;
                }
                let text = match after.port {
                    AnyOrExact::Any => origin.without_port(),
                    AnyOrExact::Exact => origin.as_str(),
                };
                let (start, rest) = text.split_at_checked(before.into())?;
                let filling_len = rest.len().checked_sub(after.len.into())?;
                let (filling, end) = rest.split_at(filling_len);
                is_filling(Some(filling)).then_some((start, end))
            }
        }
    }
}

/// The host, with the port as it is written if that counts.
fn with_port<'a>(origin: &Origin<'a>, port: AnyOrExact) -> &'a str {
    match port {
        AnyOrExact::Any => origin.host(),
        AnyOrExact::Exact => origin.authority(),
    }
}

/// The length of the last `labels` labels of a domain that has at least one more.
fn last_labels(origin: &Origin<'_>, labels: u8) -> Option<usize> {
    if origin.host_kind() != HostKind::Domain {
        return None;
    }
    let host = origin.host();
    let mut dots = host
        .bytes()
        .enumerate()
        .rev()
        .filter(|(_, byte)| *byte == b'.');
    let (dot, _) = dots.nth(usize::from(labels) - 1)?;
    Some(host.len() - dot - 1)
}

/// The key of a pattern.
struct PatternKey<'a> {
    shape: KeyShape,
    start: &'a [u8],
    end: &'a [u8],
}

impl<'a> PatternKey<'a> {
    /// The key of a pattern; `*` has none.
    fn of(pattern: &'a OriginPattern) -> Option<Self> {
        let text = pattern.as_str();
        let (shape, start, end) = match pattern.shape() {
            Shape::Any => return None,
            Shape::Null => (KeyShape::Whole, text, ""),
            Shape::Tuple {
                scheme_end,
                host,
                host_end,
                port,
            } => {
                let scheme = &text[..scheme_end];
                let (port, text) = match port {
                    PortPattern::Any => (AnyOrExact::Any, &text[..host_end]),
                    PortPattern::Exact => (AnyOrExact::Exact, text),
                };
                match host {
                    HostPattern::Exact if port == AnyOrExact::Any => (KeyShape::AnyPort, text, ""),
                    HostPattern::Exact => (KeyShape::Whole, text, ""),
                    HostPattern::Subdomains => {
                        let parent = scheme_end + "://*.".len();
                        let dots = text[parent..host_end].matches('.').count();
                        let labels = narrow(dots + 1);
                        (
                            KeyShape::Subdomains { labels, port },
                            scheme,
                            &text[parent..],
                        )
                    }
                    HostPattern::Hole { star } => {
                        let (before, after) = (&text[..star], &text[star + 1..]);
                        let end = HoleEnd {
                            len: narrow(after.len()),
                            port,
                        };
                        (
                            KeyShape::Hole {
                                before: narrow(star),
                                after: end,
                            },
                            before,
                            after,
                        )
                    }
                }
            }
        };
        Some(Self {
            shape,
            start: start.as_bytes(),
            end: end.as_bytes(),
        })
    }
}

fn narrow<T: TryFrom<usize>>(len: usize) -> T {
    T::try_from(len)
        .ok()
        .expect("a pattern has at most 326 bytes and 127 labels")
}

//! One header: a name and a value.

use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::header::is_token;

/// A header: a name and a value.
///
/// To clone it is cheap: a fetch hands its headers on many times. One that is known when the
/// program is written is made by [`Header::from_static`] and allocates nothing.
#[derive(Clone)]
pub struct Header {
    key: NameKey,
    text: Text,
}

#[derive(Clone)]
enum Text {
    Static {
        name: &'static str,
        value: &'static str,
    },
    Named {
        name: &'static str,
        value: Arc<[u8]>,
    },
    /// The name, and then the value.
    Joined { name_len: usize, bytes: Arc<[u8]> },
}

/// What tells most names apart at a glance: the length, and four of the bytes without their case.
///
/// Names with different keys are different, which is most of what a look-up in a list has to know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct NameKey(u64);

impl NameKey {
    pub(super) const fn of(name: &[u8]) -> Self {
        let len = name.len();
        let [a, b, c, d] = match len {
            0 => [0; 4],
            // Where the names of the CORS protocol and of Fetch metadata differ.
            _ => [name[0], name[len / 2], name[len * 3 / 4], name[len - 1]],
        };
        /// The bit in which the cases of a letter differ.
        const CASE: u32 = 0x2020_2020;
        let bytes = u32::from_ne_bytes([a, b, c, d]) | CASE;
        Self((len as u64) << 32 | bytes as u64)
    }
}

/// A header name that is known when the program is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StaticHeaderName(&'static str);

impl StaticHeaderName {
    /// The name.
    ///
    /// # Panics
    ///
    /// If it is not a [header name](https://fetch.spec.whatwg.org/#header-name); of a constant,
    /// that is an error when the program is compiled.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        assert!(is_token(name.as_bytes()), "a header name is a token");
        Self(name)
    }
}

impl Header {
    /// Makes a header, unless the name is not a [header name](https://fetch.spec.whatwg.org/#header-name)
    /// or the value not a [header value](https://fetch.spec.whatwg.org/#header-value).
    #[must_use]
    pub fn new(name: &[u8], value: &[u8]) -> Option<Self> {
        let is_header = is_token(name) && is_header_value(value);
        is_header.then(|| Self::joined(name, value))
    }

    /// Makes a header that is known when the program is written.
    ///
    /// ```
    /// use corsac::user_agent::Header;
    ///
    /// const ACCEPT: Header = Header::from_static("Accept", "*/*");
    /// assert_eq!(ACCEPT.value(), b"*/*");
    /// ```
    ///
    /// # Panics
    ///
    /// Where [`Header::new`] returns `None`; of a constant, that is an error when the program is
    /// compiled.
    #[must_use]
    pub const fn from_static(name: &'static str, value: &'static str) -> Self {
        let StaticHeaderName(name) = StaticHeaderName::new(name);
        assert!(is_header_value(value.as_bytes()), "it is no header value");
        Self {
            key: NameKey::of(name.as_bytes()),
            text: Text::Static { name, value },
        }
    }

    /// Makes a header of a known name, unless the value is not a
    /// [header value](https://fetch.spec.whatwg.org/#header-value). A value that is shared already
    /// is not copied.
    #[must_use]
    pub fn named(name: StaticHeaderName, value: impl Into<Arc<[u8]>>) -> Option<Self> {
        let value = value.into();
        is_header_value(&value).then(|| Self::named_unchecked(name, value))
    }

    /// Makes a header of a value that cannot be anything but one.
    pub(super) fn named_unchecked(name: StaticHeaderName, value: Arc<[u8]>) -> Self {
        debug_assert!(is_header_value(&value), "it is no header value");
        let StaticHeaderName(name) = name;
        Self {
            key: NameKey::of(name.as_bytes()),
            text: Text::Named { name, value },
        }
    }

    /// The header under another spelling of its name.
    pub(super) fn renamed(&self, name: &[u8]) -> Self {
        Self::joined(name, self.value())
    }

    /// Makes a header of a name and a value that cannot be anything but ones.
    pub(super) fn joined(name: &[u8], value: &[u8]) -> Self {
        /// Most headers are shorter. They are joined on the stack, to be allocated once.
        const SHORT: usize = 128;
        let len = name.len() + value.len();
        let bytes = match len <= SHORT {
            true => {
                let mut bytes = [0; SHORT];
                bytes[..name.len()].copy_from_slice(name);
                bytes[name.len()..len].copy_from_slice(value);
                Arc::from(&bytes[..len])
            }
            false => Arc::from([name, value].concat()),
        };
        Self {
            key: NameKey::of(name),
            text: Text::Joined {
                name_len: name.len(),
                bytes,
            },
        }
    }

    /// The name, in the case in which it was given.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &[u8] {
        match &self.text {
            Text::Static { name, .. } | Text::Named { name, .. } => name.as_bytes(),
            Text::Joined { name_len, bytes } => &bytes[..*name_len],
        }
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn value(&self) -> &[u8] {
        match &self.text {
            Text::Static { value, .. } => value.as_bytes(),
            Text::Named { value, .. } => value,
            Text::Joined { name_len, bytes } => &bytes[*name_len..],
        }
    }

    pub(super) fn key(&self) -> NameKey {
        self.key
    }

    /// Is this its name? `key` is that of the name.
    #[inline]
    pub(super) fn is_named(&self, name: &[u8], key: NameKey) -> bool {
        self.key == key && self.is_really_named(name)
    }

    /// The rare look that is not at a glance, kept out of the loops that look.
    #[inline(never)]
    fn is_really_named(&self, name: &[u8]) -> bool {
        // Nearly all names are written alike.
        self.name() == name || self.name().eq_ignore_ascii_case(name)
    }
}

impl PartialEq for Header {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.value() == other.value()
    }
}

impl Eq for Header {}

impl Hash for Header {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.name(), self.value()).hash(state);
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = (self.name().escape_ascii(), self.value().escape_ascii());
        write!(f, "\"{name}: {value}\"")
    }
}

/// Is it a header value? It has no white space at its ends, and no NUL, LF or CR.
///
/// Follows [header value](https://fetch.spec.whatwg.org/#header-value). Every other byte is legal.
#[must_use]
pub const fn is_header_value(bytes: &[u8]) -> bool {
    if let [b'\t' | b' ', ..] | [.., b'\t' | b' '] = bytes {
        return false;
    }
    // Without a way out in the middle, the loop is a few vector instructions.
    let mut is_legal = true;
    let mut at = 0;
    while at < bytes.len() {
        is_legal &= !matches!(bytes[at], 0 | b'\n' | b'\r');
        at += 1;
    }
    is_legal
}

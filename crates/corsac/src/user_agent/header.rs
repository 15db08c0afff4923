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
    /// Names of another length are other names, which is most of what a look-up in a list has to
    /// know.
    name_len: usize,
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
    Joined(Arc<[u8]>),
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
            name_len: name.len(),
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
            name_len: name.len(),
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
            name_len: name.len(),
            text: Text::Joined(bytes),
        }
    }

    /// The name, in the case in which it was given.
    #[inline]
    #[must_use]
    pub fn name(&self) -> &[u8] {
        match &self.text {
            Text::Static { name, .. } | Text::Named { name, .. } => name.as_bytes(),
            Text::Joined(bytes) => &bytes[..self.name_len],
        }
    }

    /// The value.
    #[inline]
    #[must_use]
    pub fn value(&self) -> &[u8] {
        match &self.text {
            Text::Static { value, .. } => value.as_bytes(),
            Text::Named { value, .. } => value,
            Text::Joined(bytes) => &bytes[self.name_len..],
        }
    }

    #[inline]
    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        self.name_len == name.len() && self.name().eq_ignore_ascii_case(name)
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
    let mut at = 0;
    while at < bytes.len() {
        if matches!(bytes[at], 0 | b'\n' | b'\r') {
            return false;
        }
        at += 1;
    }
    true
}

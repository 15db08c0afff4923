//! Header lists, as the standard has them: bytes in, bytes out, in order and with duplicates.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::header::is_token;

/// A header: a name and a value.
///
/// It is shared when it is cloned: a fetch hands its header lists on many times.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// The name, and then the value.
    bytes: Arc<[u8]>,
    name_len: usize,
}

impl Header {
    /// Makes a header, unless the name is not a [header name](https://fetch.spec.whatwg.org/#header-name)
    /// or the value not a [header value](https://fetch.spec.whatwg.org/#header-value).
    #[must_use]
    pub fn new(name: &[u8], value: &[u8]) -> Option<Self> {
        let is_header = is_token(name) && is_header_value(value);
        is_header.then(|| Self::joined(name, value))
    }

    fn joined(name: &[u8], value: &[u8]) -> Self {
        let bytes = name.iter().chain(value).copied().collect();
        Self {
            bytes,
            name_len: name.len(),
        }
    }

    /// The name, in the case in which it was given.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        &self.bytes[..self.name_len]
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        &self.bytes[self.name_len..]
    }

    fn is_named(&self, name: &[u8]) -> bool {
        self.name().eq_ignore_ascii_case(name)
    }
}

/// An ordered list of headers; names compare without regard to case.
///
/// Follows [header list](https://fetch.spec.whatwg.org/#concept-header-list).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct HeaderList(Vec<Header>);

impl HeaderList {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The headers, in their order.
    pub fn iter(&self) -> core::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// Is there a header of this name?
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.0.iter().any(|header| header.is_named(name))
    }

    /// The value of every header of this name, one by one.
    pub fn lines<'a>(&'a self, name: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.0
            .iter()
            .filter(move |header| header.is_named(name))
            .map(Header::value)
    }

    /// The values of all headers of this name, with `, ` between them; `None` if there are none.
    ///
    /// Follows [get](https://fetch.spec.whatwg.org/#concept-header-list-get).
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Vec<u8>> {
        let lines: Vec<_> = self.lines(name).collect();
        (!lines.is_empty()).then(|| lines.join(&b", "[..]))
    }

    /// The values of this name, split at the commas outside quoted strings.
    ///
    /// Follows [get, decode, and split](https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split).
    #[must_use]
    pub fn get_decode_and_split(&self, name: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.get(name).map(|value| decode_and_split(&value))
    }

    /// The list with one header for each name, whose value is that of [`HeaderList::get`],
    /// without white space at its ends.
    ///
    /// So browsers send what a script sets more than once. `Set-Cookie`, whose values cannot be
    /// joined, is in no request.
    #[must_use]
    pub fn combined(&self) -> Self {
        let is_first = |(at, header): (usize, &Header)| {
            !self.0[..at].iter().any(|it| it.is_named(header.name()))
        };
        if self.0.iter().enumerate().all(is_first) {
            return self.clone();
        }
        let firsts = self.0.iter().enumerate().filter(|it| is_first(*it));
        let combined = firsts.map(|(_, header)| {
            let value = self.get(header.name()).unwrap_or_default();
            Header::joined(header.name(), normalize_header_value(&value))
        });
        Self(combined.collect())
    }

    /// Adds a header, with the case of a name that is in the list already.
    ///
    /// Follows [append](https://fetch.spec.whatwg.org/#concept-header-list-append).
    pub fn append(&mut self, header: Header) {
        let same = self.0.iter().find(|it| it.is_named(header.name()));
        self.0.push(match same {
            Some(same) if same.name() != header.name() => {
                Header::joined(same.name(), header.value())
            }
            Some(_) | None => header,
        });
    }

    /// Replaces all headers of this name by one, in the place of the first.
    ///
    /// Follows [set](https://fetch.spec.whatwg.org/#concept-header-list-set).
    pub fn set(&mut self, header: Header) {
        let is_same = |it: &Header| it.is_named(header.name());
        let Some(first) = self.0.iter().position(is_same) else {
            self.0.push(header);
            return;
        };
        self.0[first] = Header::joined(self.0[first].name(), header.value());
        let mut at = 0;
        self.0.retain(|it| {
            at += 1;
            at <= first + 1 || !it.is_named(header.name())
        });
    }

    /// Removes all headers of this name.
    ///
    /// Follows [delete](https://fetch.spec.whatwg.org/#concept-header-list-delete).
    pub fn delete(&mut self, name: &[u8]) {
        self.0.retain(|header| !header.is_named(name));
    }
}

impl FromIterator<Header> for HeaderList {
    fn from_iter<I: IntoIterator<Item = Header>>(headers: I) -> Self {
        let mut list = Self::new();
        headers.into_iter().for_each(|header| list.append(header));
        list
    }
}

impl<'a> IntoIterator for &'a HeaderList {
    type Item = &'a Header;
    type IntoIter = core::slice::Iter<'a, Header>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Is it a header value? It has no white space at its ends, and no NUL, LF or CR.
///
/// Follows [header value](https://fetch.spec.whatwg.org/#header-value). Every other byte is legal.
#[must_use]
pub fn is_header_value(bytes: &[u8]) -> bool {
    let is_trimmed = trim_http_tab_or_space(bytes).len() == bytes.len();
    is_trimmed && !bytes.iter().any(|byte| matches!(byte, 0 | b'\n' | b'\r'))
}

/// Takes the white space off both ends of what may become a header value.
///
/// Follows [normalize](https://fetch.spec.whatwg.org/#concept-header-value-normalize).
#[must_use]
pub fn normalize_header_value(bytes: &[u8]) -> &[u8] {
    trim(bytes, |byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '))
}

/// The names in lower case, sorted, each once.
///
/// Follows [convert header names to a sorted-lowercase set](https://fetch.spec.whatwg.org/#convert-header-names-to-a-sorted-lowercase-set).
#[must_use]
pub fn sorted_lowercase_set<'a>(names: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let names = names.into_iter().map(<[u8]>::to_ascii_lowercase);
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Splits a value at its commas, but for those in quoted strings, which keep their quotes.
///
/// Follows [get, decode, and split](https://fetch.spec.whatwg.org/#header-value-get-decode-and-split)
/// of a value. Code points 0 to 255 stand for bytes, so that bytes are all that is needed.
#[must_use]
pub fn decode_and_split(value: &[u8]) -> Vec<Vec<u8>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut quotation = Quotation::Outside;
    for (at, byte) in value.iter().enumerate() {
        quotation = match (quotation, byte) {
            (Quotation::Outside, b',') => {
                pieces.push(trim_http_tab_or_space(&value[start..at]).to_vec());
                start = at + 1;
                Quotation::Outside
            }
            (Quotation::Outside, b'"') | (Quotation::Escaped, _) => Quotation::Inside,
            (Quotation::Inside, b'"') => Quotation::Outside,
            (Quotation::Inside, b'\\') => Quotation::Escaped,
            (Quotation::Outside | Quotation::Inside, _) => quotation,
        };
    }
    pieces.push(trim_http_tab_or_space(&value[start..]).to_vec());
    pieces
}

/// Where in a quoted string the reader is.
#[derive(Clone, Copy)]
enum Quotation {
    Outside,
    Inside,
    /// After a backslash.
    Escaped,
}

/// Takes tabs and spaces off both ends, and nothing else that counts as white space elsewhere.
pub(super) fn trim_http_tab_or_space(bytes: &[u8]) -> &[u8] {
    trim(bytes, |byte| matches!(byte, b'\t' | b' '))
}

fn trim(bytes: &[u8], is_trimmed: impl Fn(u8) -> bool) -> &[u8] {
    let start = bytes
        .iter()
        .position(|byte| !is_trimmed(*byte))
        .unwrap_or(bytes.len());
    let end = bytes
        .iter()
        .rposition(|byte| !is_trimmed(*byte))
        .map_or(start, |at| at + 1);
    &bytes[start..end]
}

//! Header lists, as the standard has them: bytes in, bytes out, in order and with duplicates.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::header::{Header, NameKey};

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

    /// An empty list with room for so many headers.
    #[must_use]
    pub fn with_capacity(n_headers: usize) -> Self {
        Self(Vec::with_capacity(n_headers))
    }

    /// Those of the headers that a filter lets through, in their order.
    #[must_use]
    pub(super) fn filtered(&self, is_kept: impl Fn(&Header) -> bool) -> Self {
        Self(self.iter().filter(|it| is_kept(it)).cloned().collect())
    }

    /// The headers, in their order.
    pub fn iter(&self) -> core::slice::Iter<'_, Header> {
        self.0.iter()
    }

    /// Is there a header of this name?
    #[must_use]
    pub fn contains(&self, name: &[u8]) -> bool {
        self.named(name).next().is_some()
    }

    /// The value of every header of this name, one by one.
    pub fn lines<'a>(&'a self, name: &[u8]) -> impl Iterator<Item = &'a [u8]> {
        self.named(name).map(Header::value)
    }

    #[inline]
    fn named<'a>(&'a self, name: &[u8]) -> impl Iterator<Item = &'a Header> {
        let key = NameKey::of(name);
        self.0.iter().filter(move |it| it.is_named(name, key))
    }

    /// The values of all headers of this name, with `, ` between them; `None` if there are none.
    ///
    /// Follows [get](https://fetch.spec.whatwg.org/#concept-header-list-get).
    #[must_use]
    pub fn get(&self, name: &[u8]) -> Option<Cow<'_, [u8]>> {
        let mut lines = self.lines(name);
        let first = lines.next()?;
        let Some(second) = lines.next() else {
            return Some(Cow::Borrowed(first));
        };
        let all: Vec<_> = [first, second].into_iter().chain(lines).collect();
        Some(Cow::Owned(all.join(&b", "[..])))
    }

    /// The values of this name, split at the commas outside quoted strings.
    ///
    /// Follows [get, decode, and split](https://fetch.spec.whatwg.org/#concept-header-list-get-decode-split).
    #[must_use]
    pub fn get_decode_and_split(&self, name: &[u8]) -> Option<Vec<Vec<u8>>> {
        self.get(name).map(|value| decode_and_split(&value))
    }

    /// The list with one header for each name, whose value is that of [`HeaderList::get`],
    /// without white space at its ends; and with room for so many headers more.
    ///
    /// So browsers send what a script sets more than once. `Set-Cookie`, whose values cannot be
    /// joined, is in no request.
    #[must_use]
    pub fn combined(&self, n_more: usize) -> Self {
        let mut combined = Self::with_capacity(self.0.len() + n_more);
        for (at, header) in self.iter().enumerate() {
            let (name, key) = (header.name(), header.key());
            let is_same = |it: &Header| it.is_named(name, key);
            if self.0[..at].iter().any(is_same) {
                continue;
            }
            let value = match self.0[at + 1..].iter().any(is_same) {
                true => self.get(name),
                false => None,
            };
            combined.0.push(match value {
                Some(value) => Header::joined(name, normalize_header_value(&value)),
                None => header.clone(),
            });
        }
        combined
    }

    /// Adds a header, with the case of a name that is in the list already.
    ///
    /// Follows [append](https://fetch.spec.whatwg.org/#concept-header-list-append).
    pub fn append(&mut self, header: Header) {
        let (name, key) = (header.name(), header.key());
        let same = self.0.iter().find(|it| it.is_named(name, key));
        self.0.push(match same {
            Some(same) if same.name() != name => header.renamed(same.name()),
            Some(_) | None => header,
        });
    }

    /// Adds a header, unless there is one of its name.
    pub fn append_if_absent(&mut self, header: &Header) {
        let (name, key) = (header.name(), header.key());
        if !self.0.iter().any(|it| it.is_named(name, key)) {
            self.0.push(header.clone());
        }
    }

    /// Replaces all headers of this name by one, in the place of the first.
    ///
    /// Follows [set](https://fetch.spec.whatwg.org/#concept-header-list-set).
    pub fn set(&mut self, header: Header) {
        let (name, key) = (header.name(), header.key());
        let Some(first) = self.0.iter().position(|it| it.is_named(name, key)) else {
            self.0.push(header);
            return;
        };
        self.0[first] = header.renamed(self.0[first].name());
        let mut at = 0;
        self.0.retain(|it| {
            at += 1;
            at <= first + 1 || !it.is_named(name, key)
        });
    }

    /// Removes all headers of this name.
    ///
    /// Follows [delete](https://fetch.spec.whatwg.org/#concept-header-list-delete).
    pub fn delete(&mut self, name: &[u8]) {
        let key = NameKey::of(name);
        self.0.retain(|header| !header.is_named(name, key));
    }
}

impl FromIterator<Header> for HeaderList {
    fn from_iter<I: IntoIterator<Item = Header>>(headers: I) -> Self {
        let headers = headers.into_iter();
        let mut list = Self::with_capacity(headers.size_hint().0);
        headers.for_each(|header| list.append(header));
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

pub(super) fn trim(bytes: &[u8], is_trimmed: impl Fn(u8) -> bool) -> &[u8] {
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

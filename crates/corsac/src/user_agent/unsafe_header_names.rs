//! The request headers for which a page needs permission.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::client_hints::is_well_formed_client_hint;
use super::header::Header;
use super::header_list::HeaderList;
use super::quirks::{
    ClientHints, HighBytes, Quirks, RangeGrammar, RepeatedHeaders, RepeatedNames, SafelistedTotal,
};
use super::safelist::is_cors_safelisted_request_header;

/// How many bytes the values of all safelisted request-headers may have together.
const MAX_SAFELISTED_TOTAL_LEN: usize = 1024;

/// The names of the headers for which a page needs permission: lower case, sorted, each once
/// unless the user agent repeats them.
///
/// Follows [CORS-unsafe request-header names](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names).
/// A request has the same ones all the way from the preflight cache to its preflight's response;
/// they are held as `Access-Control-Request-Headers` says them, and shared when they are cloned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct UnsafeHeaderNames {
    /// With a comma between them, which no name has.
    joined: Arc<[u8]>,
}

impl UnsafeHeaderNames {
    /// The names of these headers that need permission.
    #[must_use]
    pub fn of(headers: &HeaderList) -> Self {
        Self::judged_by(headers, &Quirks::SPEC)
    }

    /// The names of those that need permission, as a user agent with these quirks sees it.
    pub(super) fn judged_by(headers: &HeaderList, quirks: &Quirks) -> Self {
        let joined;
        let headers = match quirks.repeated_headers {
            RepeatedHeaders::JudgedApart => headers,
            RepeatedHeaders::JudgedTogether => {
                joined = headers.combined(0);
                &joined
            }
        };
        let (mut names, safelisted_len) = judge_each(headers, quirks);
        // 5. All of them, or none.
        if quirks.safelisted_total == SafelistedTotal::Bounded
            && safelisted_len > MAX_SAFELISTED_TOTAL_LEN
        {
            names = headers.iter().map(Header::name).collect();
        }
        Self::joined(names, quirks.repeated_names)
    }

    /// Step 6.
    fn joined(mut names: Vec<&[u8]>, repeated_names: RepeatedNames) -> Self {
        if names.is_empty() {
            return Self::default();
        }
        names.sort_unstable_by(|one, other| lowercase(one).cmp(lowercase(other)));
        if repeated_names == RepeatedNames::NamedOnce {
            names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
        }
        let mut joined: Arc<[u8]> = match names[..] {
            [name] => Arc::from(name),
            _ => Arc::from(names.join(&b","[..])),
        };
        Arc::make_mut(&mut joined).make_ascii_lowercase();
        Self { joined }
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty()
    }

    /// The names, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let names = self.joined.split(|byte| *byte == b',');
        names.filter(|name| !name.is_empty())
    }

    /// The names, with a comma between them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.joined
    }

    /// The names as a value that others can share.
    pub(super) fn to_shared(&self) -> Arc<[u8]> {
        Arc::clone(&self.joined)
    }
}

/// The names of those that need permission, and how many bytes the values of the others have.
///
/// Steps 1 to 4. Each header is judged alone, also where several have one name.
fn judge_each<'a>(headers: &'a HeaderList, quirks: &Quirks) -> (Vec<&'a [u8]>, usize) {
    let mut names = Vec::with_capacity(headers.iter().len());
    let mut safelisted_len = 0;
    for header in headers {
        match is_safelisted(header, quirks) {
            true => safelisted_len += header.value().len(),
            false => names.push(header.name()),
        }
    }
    (names, safelisted_len)
}

fn is_safelisted(header: &Header, quirks: &Quirks) -> bool {
    let (name, value) = (header.name(), header.value());
    let is_allowed = quirks.high_bytes == HighBytes::Safelisted || value.is_ascii();
    let is_safelisted = match quirks.range_grammar {
        RangeGrammar::Lenient if name.eq_ignore_ascii_case(b"range") => {
            is_cors_safelisted_request_header(name, &strictly(value))
        }
        RangeGrammar::Lenient | RangeGrammar::Standard => {
            is_cors_safelisted_request_header(name, value)
        }
    };
    is_safelisted && is_allowed
        || quirks.client_hints == ClientHints::Safelisted && is_well_formed_client_hint(name, value)
}

/// The range in lower case and without the `+` of its numbers.
fn strictly(range: &[u8]) -> Vec<u8> {
    let mut strict: Vec<u8> = Vec::with_capacity(range.len());
    for (at, byte) in range.iter().enumerate() {
        let is_before_number = range.get(at + 1).is_some_and(u8::is_ascii_digit)
            && matches!(strict.last(), Some(b'=' | b'-'));
        if *byte != b'+' || !is_before_number {
            strict.push(byte.to_ascii_lowercase());
        }
    }
    strict
}

fn lowercase(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(u8::to_ascii_lowercase)
}

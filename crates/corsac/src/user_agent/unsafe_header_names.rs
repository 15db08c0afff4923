//! The request headers for which a page needs permission.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::header::Header;
use super::header_list::HeaderList;
use super::safelist::is_cors_safelisted_request_header;

/// How many bytes the values of all safelisted request-headers may have together.
const MAX_SAFELISTED_TOTAL_LEN: usize = 1024;

/// The names of the headers for which a page needs permission: lower case, sorted, each once.
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
        let (names, safelisted_len) = judge_each(headers);
        // 5. All of them, or none.
        match safelisted_len > MAX_SAFELISTED_TOTAL_LEN {
            true => Self::joined(headers.iter().map(Header::name).collect()),
            false => Self::joined(names),
        }
    }

    /// The names of those that need permission however long all of them are together.
    pub(super) fn of_each(headers: &HeaderList) -> Self {
        Self::joined(judge_each(headers).0)
    }

    /// Step 6.
    fn joined(mut names: Vec<&[u8]>) -> Self {
        if names.is_empty() {
            return Self::default();
        }
        names.sort_unstable_by(|one, other| lowercase(one).cmp(lowercase(other)));
        names.dedup_by(|one, other| one.eq_ignore_ascii_case(other));
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
fn judge_each(headers: &HeaderList) -> (Vec<&[u8]>, usize) {
    let mut names = Vec::with_capacity(headers.iter().len());
    let mut safelisted_len = 0;
    for header in headers {
        match is_cors_safelisted_request_header(header.name(), header.value()) {
            true => safelisted_len += header.value().len(),
            false => names.push(header.name()),
        }
    }
    (names, safelisted_len)
}

fn lowercase(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(u8::to_ascii_lowercase)
}

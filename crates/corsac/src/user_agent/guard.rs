//! What a script may write into the headers of a request.

use super::header::Header;
use super::header_list::{HeaderList, decode_and_split, normalize_header_value};
use super::safelist::{
    is_no_cors_safelisted_request_header, is_no_cors_safelisted_request_header_name,
};
use crate::header::is_forbidden_request_header_name;
use crate::method::is_forbidden_method;

/// The guard of the headers of a request.
///
/// Follows [headers guard](https://fetch.spec.whatwg.org/#concept-headers-guard), with the two that
/// a request has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard defines these two for requests"
)]
pub enum RequestGuard {
    /// Everything but forbidden request-headers.
    Request,
    /// Only no-CORS-safelisted request-headers.
    RequestNoCors,
}

/// What became of a header that a script wanted to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard has these three outcomes"
)]
pub enum Written {
    /// It is in the list.
    Stored,
    /// It was left out without a word, as a browser does with forbidden names.
    Ignored,
    /// Its name or value is not one: the script gets a `TypeError`.
    TypeError,
}

/// Is it a forbidden request-header, which no script can set?
///
/// Follows [forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header).
#[must_use]
pub fn is_forbidden_request_header(name: &[u8], value: &[u8]) -> bool {
    if is_forbidden_request_header_name(name) {
        return true;
    }
    let overrides_method = [
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ]
    .iter()
    .any(|it| name.eq_ignore_ascii_case(it.as_bytes()));
    overrides_method
        && decode_and_split(value)
            .iter()
            .any(|it| is_forbidden_method(it))
}

impl RequestGuard {
    /// Appends a header as a script does.
    ///
    /// Follows [append](https://fetch.spec.whatwg.org/#concept-headers-append).
    #[must_use]
    pub fn append(self, headers: &mut HeaderList, name: &[u8], value: &[u8]) -> Written {
        // 1. to 2.
        let Some(header) = Header::new(name, normalize_header_value(value)) else {
            return Written::TypeError;
        };
        if self.is_ignored(&header) {
            return Written::Ignored;
        }
        // 3.
        if self == Self::RequestNoCors {
            let combined = match headers.get(name) {
                Some(before) => [&before[..], header.value()].join(&b", "[..]),
                None => header.value().to_vec(),
            };
            if !is_no_cors_safelisted_request_header(name, &combined) {
                return Written::Ignored;
            }
        }
        // 4. and 5.
        headers.append(header);
        self.remove_privileged_headers(headers);
        Written::Stored
    }

    /// Sets a header as a script does.
    ///
    /// Follows [set](https://fetch.spec.whatwg.org/#dom-headers-set).
    #[must_use]
    pub fn set(self, headers: &mut HeaderList, name: &[u8], value: &[u8]) -> Written {
        let Some(header) = Header::new(name, normalize_header_value(value)) else {
            return Written::TypeError;
        };
        let is_safelisted = is_no_cors_safelisted_request_header(name, header.value());
        if self.is_ignored(&header) || self == Self::RequestNoCors && !is_safelisted {
            return Written::Ignored;
        }
        headers.set(header);
        self.remove_privileged_headers(headers);
        Written::Stored
    }

    /// Deletes a header as a script does.
    ///
    /// Follows [delete](https://fetch.spec.whatwg.org/#dom-headers-delete).
    #[must_use]
    pub fn delete(self, headers: &mut HeaderList, name: &[u8]) -> Written {
        let Some(header) = Header::new(name, b"") else {
            return Written::TypeError;
        };
        let is_deletable = match self {
            Self::Request => true,
            Self::RequestNoCors => {
                is_no_cors_safelisted_request_header_name(name)
                    || is_privileged_no_cors_request_header_name(name)
            }
        };
        if self.is_ignored(&header) || !is_deletable || !headers.contains(name) {
            return Written::Ignored;
        }
        headers.delete(name);
        self.remove_privileged_headers(headers);
        Written::Stored
    }

    fn is_ignored(self, header: &Header) -> bool {
        self == Self::Request && is_forbidden_request_header(header.name(), header.value())
    }

    /// Follows [remove privileged no-CORS request-headers](https://fetch.spec.whatwg.org/#concept-headers-remove-privileged-no-cors-request-headers).
    fn remove_privileged_headers(self, headers: &mut HeaderList) {
        if self == Self::RequestNoCors {
            headers.delete(b"range");
        }
    }
}

/// Follows [privileged no-CORS request-header name](https://fetch.spec.whatwg.org/#privileged-no-cors-request-header-name).
fn is_privileged_no_cors_request_header_name(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"range")
}

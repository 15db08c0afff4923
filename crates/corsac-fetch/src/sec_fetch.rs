//! The fields that tell a server where a request comes from.

use corsac::user_agent::{Header, HeaderList, RequestMode, RequestOrigin};

use crate::internal_request::Request;
use crate::trustworthy::is_potentially_trustworthy_url;

/// Appends `Sec-Fetch-Dest`, `Sec-Fetch-Mode` and `Sec-Fetch-Site` to the headers of a request.
///
/// Follows [append the Fetch metadata headers for a request](https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-append-the-fetch-metadata-headers-for-a-request).
/// Nothing is told over a connection that others can read. `Sec-Fetch-User` is only for
/// navigations, and a script's destination is always `empty`.
pub fn append_fetch_metadata_headers(request: &Request, headers: &mut HeaderList) {
    // 1.
    if !is_potentially_trustworthy_url(request.current_url()) {
        return;
    }
    // 2. to 4.
    headers.set(DEST);
    headers.set(mode_header(request.mode));
    headers.set(site_of(request).to_header());
}

/// Which hops of a request count as of the page's site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FetchMetadataRule {
    /// All, as the standard has it.
    Schemeful,
    /// The same, but a preflight tells only of the last one.
    SchemefulForRequests,
}

/// Makes of what is told of a request what its preflight tells.
pub(crate) fn tell_of_preflight(
    rule: FetchMetadataRule,
    request: &Request,
    headers: &mut HeaderList,
) {
    if rule == FetchMetadataRule::SchemefulForRequests && headers.contains(b"sec-fetch-site") {
        headers.set(site_of_current(request).to_header());
    }
}

/// How the URLs of a request relate to the page that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the standard defines these three for scripts"
)]
pub enum Site {
    /// All are of the page's origin.
    SameOrigin,
    /// All are of the page's site, but not of its origin.
    SameSite,
    /// One is of another site.
    CrossSite,
}

impl Site {
    /// The value of `Sec-Fetch-Site`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SameOrigin => "same-origin",
            Self::SameSite => "same-site",
            Self::CrossSite => "cross-site",
        }
    }

    const fn to_header(self) -> Header {
        Header::from_static("Sec-Fetch-Site", self.as_str())
    }
}

/// The widest relation over the URL list, so that a redirect cannot bring a request back home.
///
/// Follows [set the Sec-Fetch-Site header](https://w3c.github.io/webappsec-fetch-metadata/#abstract-opdef-set-site).
#[must_use]
pub fn site_of(request: &Request) -> Site {
    // 5.
    relation(request.origin(), request.url_list().origins())
}

/// The relation of the current URL alone.
pub(crate) fn site_of_current(request: &Request) -> Site {
    let current = request.url_list().current_origin();
    relation(request.origin(), std::iter::once(current))
}

fn relation<'a>(page: &RequestOrigin, origins: impl Iterator<Item = &'a RequestOrigin>) -> Site {
    let mut site = Site::SameOrigin;
    for origin in origins {
        if !page.is_same_site(origin) {
            return Site::CrossSite;
        }
        if !page.is_same_origin(origin) {
            site = Site::SameSite;
        }
    }
    site
}

const DEST: Header = Header::from_static("Sec-Fetch-Dest", "empty");

fn mode_header(mode: RequestMode) -> Header {
    Header::from_static("Sec-Fetch-Mode", mode_name(mode))
}

const fn mode_name(mode: RequestMode) -> &'static str {
    match mode {
        RequestMode::SameOrigin => "same-origin",
        RequestMode::NoCors => "no-cors",
        RequestMode::Navigate => "navigate",
        RequestMode::WebSocket => "websocket",
        // The constructor makes no other.
        RequestMode::Cors | _ => "cors",
    }
}

//! A cookie as its `Set-Cookie` line says it.

use std::time::Duration;

use url::{Host, Url};

use super::date::parse_date;
use super::matching::default_path;
use super::refusal::CookieRefusal;

/// The most bytes that a name and a value have together ([parse a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#parse-a-cookie), step 12).
pub const MAX_NAME_AND_VALUE_LEN: usize = 4096;

/// The longest value of an attribute; a longer one is as if it were not there
/// ([parse a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#parse-a-cookie), step 15.10).
pub const MAX_ATTRIBUTE_VALUE_LEN: usize = 1024;

/// The longest that a cookie is kept, whatever it says
/// ([cookie age limit](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-store-and-limits)).
pub const MAX_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// Where a cookie goes from one site to another.
///
/// Follows [same-site](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-struct)
/// of a cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard defines these four")]
pub enum SameSite {
    /// Nowhere.
    Strict,
    /// Only with a navigation of the user.
    Lax,
    /// The cookie does not say.
    #[default]
    Unset,
    /// Everywhere.
    None,
}

/// A cookie that was read.
///
/// Follows [cookie struct](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#name-cookie-struct).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cookie {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) secure: bool,
    pub(super) http_only: bool,
    pub(super) same_site: SameSite,
    pub(super) path: Vec<u8>,
    pub(super) has_path_attribute: bool,
    pub(super) domain: Domain,
    /// The time since the Unix epoch; `None` is the end of the session.
    pub(super) expires: Option<Duration>,
}

/// The `Domain` of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// None: the host that sets the cookie, alone.
    HostOnly,
    /// A host and all below it.
    Host(String),
    /// What is there is no host.
    Failure,
}

impl Cookie {
    /// Reads a cookie that a response from this URL sets, or a script of such a page.
    ///
    /// Follows [parse a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#parse-a-cookie).
    pub(super) fn parse(input: &[u8], url: &Url, now: Duration) -> Result<Self, CookieRefusal> {
        // 1.
        if input
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t')
        {
            return Err(CookieRefusal::ControlCharacter);
        }
        // 2. to 6.
        let mut pieces = input.split(|byte| *byte == b';');
        let name_and_value = pieces.next().unwrap_or_default();
        // 7. to 11.
        let (name, value) = split_at_equals(name_and_value).unwrap_or((b"", name_and_value));
        let (name, value) = (trim(name), trim(value));
        // 12.
        match name.len() + value.len() {
            0 => return Err(CookieRefusal::Empty),
            1..=MAX_NAME_AND_VALUE_LEN => {}
            _ => return Err(CookieRefusal::TooLong),
        }
        // 13. and 14.
        let mut cookie = Self {
            name: name.to_vec(),
            value: value.to_vec(),
            secure: false,
            http_only: false,
            same_site: SameSite::Unset,
            path: default_path(url.path()).into(),
            has_path_attribute: false,
            domain: Domain::HostOnly,
            expires: None,
        };
        // 15.
        let mut lifetime = Lifetime::default();
        for piece in pieces {
            let (name, value) = split_at_equals(piece).unwrap_or((piece, b""));
            let (name, value) = (trim(name), trim(value));
            if value.len() <= MAX_ATTRIBUTE_VALUE_LEN {
                cookie.read_attribute(name, value);
                lifetime.read_attribute(name, value);
            }
        }
        cookie.expires = lifetime.end(now);
        // 16.
        Ok(cookie)
    }

    /// Steps 15.13 to 15.17: the last attribute of a name counts.
    fn read_attribute(&mut self, name: &[u8], value: &[u8]) {
        match name.to_ascii_lowercase().as_slice() {
            b"domain" => self.domain = parse_domain(value),
            b"path" if value.starts_with(b"/") => {
                self.path = value.to_vec();
                self.has_path_attribute = true;
            }
            b"secure" => self.secure = true,
            b"httponly" => self.http_only = true,
            b"samesite" => {
                self.same_site = parse_same_site(value).unwrap_or(self.same_site);
            }
            _ => {}
        }
    }

    /// The cookie as it is sent.
    pub(super) fn serialize(&self) -> Vec<u8> {
        match self.name.is_empty() {
            true => self.value.clone(),
            false => [&self.name[..], &self.value].join(&b'='),
        }
    }

    /// Has it ended?
    pub(super) fn is_expired(&self, now: Duration) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Is it what the prefix of its name says? Prefixes count in any case, for servers that do not
    /// care about it.
    ///
    /// Follows [store a cookie](https://httpwg.org/http-extensions/draft-ietf-httpbis-layered-cookies.html#store-a-cookie),
    /// steps 13 to 17.
    pub(super) fn check_prefix(&self) -> Result<(), CookieRefusal> {
        let is_for_host = self.secure
            && self.domain == Domain::HostOnly
            && self.has_path_attribute
            && self.path == b"/";
        let is_for_http = self.secure && self.http_only;
        let keeps_promise = match Prefix::of(&self.name) {
            None => true,
            Some(Prefix::Secure) => self.secure,
            Some(Prefix::Host) => is_for_host,
            Some(Prefix::Http) => is_for_http,
            Some(Prefix::HostHttp) => is_for_host && is_for_http,
        };
        if !keeps_promise {
            return Err(CookieRefusal::Prefix);
        }
        match self.name.is_empty() && Prefix::of(&self.value).is_some() {
            true => Err(CookieRefusal::PrefixInValue),
            false => Ok(()),
        }
    }
}

/// What the start of a name promises.
enum Prefix {
    Secure,
    Host,
    Http,
    HostHttp,
}

impl Prefix {
    fn of(name: &[u8]) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if name.starts_with(b"__secure-") {
            Some(Self::Secure)
        } else if name.starts_with(b"__host-http-") {
            Some(Self::HostHttp)
        } else if name.starts_with(b"__host-") {
            Some(Self::Host)
        } else if name.starts_with(b"__http-") {
            Some(Self::Http)
        } else {
            None
        }
    }
}

/// How long a cookie says that it is to be kept.
#[derive(Default)]
struct Lifetime {
    expires: Option<Duration>,
    max_age: Option<Duration>,
}

impl Lifetime {
    /// Steps 15.11 and 15.12.
    fn read_attribute(&mut self, name: &[u8], value: &[u8]) {
        if name.eq_ignore_ascii_case(b"expires") {
            self.expires = parse_date(value).or(self.expires);
        } else if name.eq_ignore_ascii_case(b"max-age") {
            self.max_age = parse_max_age(value).or(self.max_age);
        }
    }

    /// When the cookie ends. `Max-Age` counts before `Expires`, wherever it stands.
    fn end(&self, now: Duration) -> Option<Duration> {
        match (self.max_age, self.expires) {
            (Some(Duration::ZERO), _) => Some(Duration::ZERO),
            (Some(max_age), _) => Some(now.saturating_add(max_age.min(MAX_AGE))),
            (None, Some(expires)) => Some(expires.min(now.saturating_add(MAX_AGE))),
            (None, None) => None,
        }
    }
}

/// The number of seconds, 0 if it is negative; `None` if it is no number.
fn parse_max_age(value: &[u8]) -> Option<Duration> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let seconds = match digits.len() == value.len() {
        true => digits.iter().fold(0_u64, |seconds, digit| {
            seconds
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'))
        }),
        false => 0,
    };
    Some(Duration::from_secs(seconds))
}

/// Step 15.13. An empty `Domain` is none, as in RFC 6265 and in browsers.
fn parse_domain(value: &[u8]) -> Domain {
    let text = match str::from_utf8(value) {
        Ok(text) if text.is_ascii() => text,
        Ok(_) | Err(_) => return Domain::Failure,
    };
    let text = text.strip_prefix('.').unwrap_or(text);
    if text.is_empty() {
        return Domain::HostOnly;
    }
    match Host::parse(text) {
        Ok(host) => Domain::Host(host.to_string()),
        Err(_) => Domain::Failure,
    }
}

fn parse_same_site(value: &[u8]) -> Option<SameSite> {
    match value.to_ascii_lowercase().as_slice() {
        b"strict" => Some(SameSite::Strict),
        b"lax" => Some(SameSite::Lax),
        b"none" => Some(SameSite::None),
        _ => None,
    }
}

fn split_at_equals(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == b'=')?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// Takes tabs and spaces off both ends. A control character cannot be here.
fn trim(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

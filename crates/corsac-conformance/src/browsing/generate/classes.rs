//! What can differ between scenarios, and the classes of values that each may have.
//!
//! The first class of every dimension is what lets a request through, so that a scenario that
//! departs from it in one or two places shows what just these do.

use super::super::place::Place;
use super::values::{
    ALLOW_CREDENTIALS, ALLOW_HEADERS, ALLOW_METHODS, ALLOW_ORIGIN, COOKIES, EXPOSE_HEADERS,
    MAX_AGES, PREFLIGHT_STATUSES, REDIRECT_STATUSES, REDIRECTED_ALLOW_ORIGIN, REDIRECTS, STATUSES,
};

/// A dimension: something that can differ between scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Dimension {
    Relation,
    Interface,
    Method,
    Headers,
    Body,
    Credentials,
    RedirectMode,
    AllowOrigin,
    AllowCredentials,
    ExposeHeaders,
    Status,
    PreflightAllowOrigin,
    PreflightAllowCredentials,
    AllowMethods,
    AllowHeaders,
    MaxAge,
    PreflightStatus,
    RedirectTo,
    RedirectStatus,
    RedirectedAllowOrigin,
    Again,
    Cookie,
}

impl Dimension {
    pub(super) const ALL: [Self; 22] = [
        Self::Relation,
        Self::Interface,
        Self::Method,
        Self::Headers,
        Self::Body,
        Self::Credentials,
        Self::RedirectMode,
        Self::AllowOrigin,
        Self::AllowCredentials,
        Self::ExposeHeaders,
        Self::Status,
        Self::PreflightAllowOrigin,
        Self::PreflightAllowCredentials,
        Self::AllowMethods,
        Self::AllowHeaders,
        Self::MaxAge,
        Self::PreflightStatus,
        Self::RedirectTo,
        Self::RedirectStatus,
        Self::RedirectedAllowOrigin,
        Self::Again,
        Self::Cookie,
    ];

    /// How many classes it has.
    pub(super) const fn n_classes(self) -> usize {
        match self {
            Self::Relation => RELATIONS.len(),
            Self::Interface => 5,
            Self::Method => METHODS.len(),
            Self::Headers => HEADERS.len(),
            Self::Body => BODIES,
            Self::Credentials | Self::RedirectMode => 3,
            Self::AllowOrigin | Self::PreflightAllowOrigin => ALLOW_ORIGIN.len(),
            Self::AllowCredentials | Self::PreflightAllowCredentials => ALLOW_CREDENTIALS.len(),
            Self::ExposeHeaders => EXPOSE_HEADERS.len(),
            Self::Status => STATUSES.len(),
            Self::AllowMethods => ALLOW_METHODS.len(),
            Self::AllowHeaders => ALLOW_HEADERS.len(),
            Self::MaxAge => MAX_AGES.len(),
            Self::PreflightStatus => PREFLIGHT_STATUSES.len(),
            Self::RedirectTo => REDIRECTS.len(),
            Self::RedirectStatus => REDIRECT_STATUSES.len(),
            Self::RedirectedAllowOrigin => REDIRECTED_ALLOW_ORIGIN.len(),
            Self::Again => AGAINS,
            Self::Cookie => COOKIES.len(),
        }
    }
}

/// The place of the page, whether it is sandboxed, and the place that it asks.
pub(super) const RELATIONS: [(Place, bool, Place); 16] = [
    (Place::Home, false, Place::Port),
    (Place::Home, false, Place::Address),
    (Place::Home, false, Place::Home),
    (Place::Home, false, Place::Secure),
    (Place::Home, false, Place::SecureAddress),
    (Place::Home, true, Place::Home),
    (Place::Home, true, Place::Port),
    (Place::Home, true, Place::Address),
    (Place::Address, false, Place::Port),
    (Place::Address, false, Place::Address),
    (Place::Secure, false, Place::SecurePort),
    (Place::Secure, false, Place::SecureAddress),
    (Place::Secure, false, Place::Secure),
    (Place::Secure, false, Place::Address),
    (Place::Secure, true, Place::SecurePort),
    (Place::SecureAddress, false, Place::Secure),
];

pub(super) const METHODS: [&str; 15] = [
    "PUT", "GET", "HEAD", "POST", "DELETE", "PATCH", "OPTIONS", "patch", "post", "put", "delete",
    "M-SEARCH", "QUERY", "Chicken", "TRACE",
];

type HeaderLines = &'static [(&'static str, &'static str)];

/// What the script sets. `#` stands for 128 letters, the longest that a safelisted value may be.
pub(super) const HEADERS: [HeaderLines; 48] = [
    &[("X-A", "1")],
    &[],
    &[("X-B", "1"), ("x-a", "2"), ("X-b", "3")],
    &[("Authorization", "Basic dTpw")],
    &[("Authorization", "Bearer t"), ("X-A", "1")],
    &[("Content-Type", "application/json")],
    &[("Content-Type", "text/plain;charset=utf-8")],
    &[("Content-Type", "TEXT/Plain; garbage")],
    &[("Content-Type", "text/plain, x")],
    &[("Content-Type", "")],
    &[
        ("Content-Type", "text/plain"),
        ("Content-Type", "text/plain"),
    ],
    &[("Content-Type", "multipart/form-data; boundary=\"b\"")],
    &[("Content-Type", "application/x-www-form-urlencoded")],
    &[("Accept", "text/html")],
    &[("Accept", "\"quoted\"")],
    &[("Accept", "a{b")],
    &[("Accept", "")],
    &[("Accept", "#")],
    &[("Accept", "#x")],
    &[("Accept", "\u{e9}")],
    &[("Accept-Language", "de, en;q=0.5")],
    &[("Accept-Language", "de_DE")],
    &[("Accept-Language", "de\ten")],
    &[("Accept-Language", "#x")],
    &[("Content-Language", "de")],
    &[("Content-Language", "d@e")],
    &[("Range", "bytes=0-5")],
    &[("Range", "bytes=5-")],
    &[("Range", "bytes=-5")],
    &[("Range", "bytes=5-0")],
    &[("Range", "BYTES=0-5")],
    &[("Range", "bytes=0-5,7-9")],
    &[("Range", "bytes = 0-5")],
    &[
        ("Cookie", "a=b"),
        ("Sec-A", "1"),
        ("Proxy-A", "1"),
        ("Host", "a.example"),
    ],
    &[("X-HTTP-Method-Override", "TRACE")],
    &[("X-HTTP-Method-Override", "PUT")],
    &[
        ("Origin", "https://a.example"),
        ("Referer", "https://a.example/"),
    ],
    &[("X-A", "")],
    &[("X-A", "\u{ff}")],
    &[("If-None-Match", "\"a\"")],
    &[("Cache-Control", "no-cache")],
    &[("Last-Event-ID", "1")],
    &[("Save-Data", "on")],
    &[("DPR", "2"), ("Width", "100"), ("Viewport-Width", "100")],
    &[
        ("Downlink", "1"),
        ("ECT", "4g"),
        ("RTT", "50"),
        ("Device-Memory", "1"),
    ],
    &[("Purpose", "prefetch")],
    &[
        ("Access-Control-Request-Private-Network", "true"),
        ("Upgrade-Insecure-Requests", "1"),
    ],
    &[
        ("Accept", "#"),
        ("Accept", "#"),
        ("Accept", "#"),
        ("Accept", "#"),
        ("Accept-Language", "#"),
        ("Accept-Language", "#"),
        ("Accept-Language", "#"),
        ("Content-Language", "#"),
        ("Content-Language", "de"),
    ],
];

/// None, text, a buffer, and blobs.
pub(super) const BODIES: usize = 6;

/// Once; twice the same; and so on.
pub(super) const AGAINS: usize = 14;

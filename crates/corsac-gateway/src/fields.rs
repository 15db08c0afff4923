//! The header fields that belong to one connection, and those that an intermediary adds.
//!
//! Follows [RFC 9110, 7.6](https://www.rfc-editor.org/rfc/rfc9110#name-message-forwarding).

use std::net::IpAddr;

use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE,
    COOKIE, EXPECT, Entry, HOST, HeaderMap, HeaderName, HeaderValue, LOCATION, MAX_FORWARDS,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRANSFER_ENCODING, UPGRADE, VIA,
};
use http::{Response, StatusCode, Version};

use crate::limits::MAX_HOPS;

/// Which of the fields that matter to an intermediary a message has.
///
/// Most messages have hardly any. One look at each name finds out, and spares a look-up for each
/// that is not there.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    hop_by_hop: [bool; HOP_BY_HOP.len()],
    has_expect: bool,
    has_max_forwards: bool,
    has_via: bool,
    has_location: bool,
}

impl Survey {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let mut survey = Self::default();
        for name in headers.keys() {
            match *name {
                EXPECT => survey.has_expect = true,
                MAX_FORWARDS => survey.has_max_forwards = true,
                VIA => survey.has_via = true,
                LOCATION | CONTENT_LOCATION => survey.has_location = true,
                _ => {
                    if let Some(position) = hop_by_hop_position(name) {
                        survey.hop_by_hop[position] = true;
                    }
                }
            }
        }
        survey
    }

    /// The protocol that the message asks to go on with, if it does.
    ///
    /// `h2c` is not passed on: HTTP/2 over the tunnel would carry requests past the policy, and
    /// [RFC 9113](https://www.rfc-editor.org/rfc/rfc9113#appendix-B) has dropped it.
    pub(crate) fn upgrade(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        if !self.hop_by_hop[UPGRADE_POSITION] {
            return None;
        }
        let upgrade = headers.get(UPGRADE)?;
        let is_asked = list(headers, &CONNECTION).any(|it| it.eq_ignore_ascii_case(b"upgrade"));
        let is_h2c = list_members(upgrade.as_bytes()).any(|it| it.eq_ignore_ascii_case(b"h2c"));
        (is_asked && !is_h2c).then(|| upgrade.clone())
    }

    /// Does the sender of the request take trailers?
    pub(crate) fn takes_trailers(&self, headers: &HeaderMap) -> bool {
        let codings = || list(headers, &TE);
        self.hop_by_hop[TE_POSITION] && codings().any(|it| it.eq_ignore_ascii_case(b"trailers"))
    }

    /// How often the request may still be forwarded, if it says so.
    pub(crate) fn max_forwards(&self, headers: &HeaderMap) -> Option<u32> {
        match self.has_max_forwards {
            true => headers.get(MAX_FORWARDS)?.to_str().ok()?.parse().ok(),
            false => None,
        }
    }

    /// Has the message passed so many gateways of this kind that it must be going round in
    /// circles?
    pub(crate) fn is_loop(&self, headers: &HeaderMap) -> bool {
        let hops = || list(headers, &VIA).filter(|hop| hop.ends_with(b" corsac"));
        self.has_via && hops().count() > MAX_HOPS
    }

    /// Does the message point to something?
    pub(crate) fn has_location(&self) -> bool {
        self.has_location
    }

    /// Removes the fields that are meant for this connection only.
    ///
    /// `Trailer` stays: it describes the message, which is passed on with its trailers.
    pub(crate) fn remove_hop_by_hop(&self, headers: &mut HeaderMap) {
        if self.hop_by_hop[CONNECTION_POSITION] && !says_usual_end(headers) {
            for name in nominated(headers) {
                headers.remove(name);
            }
        }
        for (name, is_there) in HOP_BY_HOP.iter().zip(self.hop_by_hop) {
            if is_there {
                headers.remove(name);
            }
        }
    }

    /// Removes what the client expects of the gateway.
    ///
    /// It tells the client itself to go on, once the upstream takes the body.
    pub(crate) fn remove_expect(&self, headers: &mut HeaderMap) {
        if self.has_expect {
            headers.remove(EXPECT);
        }
    }
}

/// Does the one `Connection` line say only what becomes of the connection, as nearly all do?
fn says_usual_end(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(CONNECTION).iter();
    let usual = |line: &HeaderValue| line == "keep-alive" || line == "close";
    lines.next().is_some_and(usual) && lines.next().is_none()
}

/// The names that the `Connection` lines list, save those that only say what becomes of the
/// connection.
fn nominated(headers: &HeaderMap) -> Vec<HeaderName> {
    let is_name = |option: &&[u8]| {
        !option.eq_ignore_ascii_case(b"keep-alive") && !option.eq_ignore_ascii_case(b"close")
    };
    let names = list(headers, &CONNECTION).filter(is_name);
    names
        .filter_map(|name| HeaderName::from_bytes(name).ok())
        .collect()
}

/// The members of a list field, over all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    let lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    lines.flat_map(list_members)
}

fn list_members(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let members = list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    members.filter(|member| !member.is_empty())
}

fn hop_by_hop_position(name: &HeaderName) -> Option<usize> {
    let position = match *name {
        CONNECTION => CONNECTION_POSITION,
        PROXY_AUTHENTICATE => 1,
        PROXY_AUTHORIZATION => 2,
        TE => TE_POSITION,
        TRANSFER_ENCODING => 4,
        UPGRADE => UPGRADE_POSITION,
        _ => match name.as_str() {
            "keep-alive" => 6,
            "proxy-connection" => 7,
            _ => return None,
        },
    };
    Some(position)
}

static HOP_BY_HOP: [HeaderName; 8] = [
    CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRANSFER_ENCODING,
    UPGRADE,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
];

const CONNECTION_POSITION: usize = 0;
const TE_POSITION: usize = 3;
const UPGRADE_POSITION: usize = 5;

/// Asks for, or agrees to, another protocol on this connection.
pub(crate) fn set_upgrade(headers: &mut HeaderMap, protocol: HeaderValue) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, protocol);
}

/// Tells the client that this is the last response on its connection.
///
/// A tunnel is not ended so.
pub(crate) fn set_close<B>(response: &mut Response<B>) {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
}

/// Tells the upstream that the gateway takes trailers.
pub(crate) fn set_takes_trailers(headers: &mut HeaderMap) {
    headers.append(CONNECTION, HeaderValue::from_static("te"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
}

/// Says that the message has passed this gateway.
pub(crate) fn add_via(headers: &mut HeaderMap, received: Version) {
    let via = match received {
        Version::HTTP_10 => HeaderValue::from_static("1.0 corsac"),
        Version::HTTP_2 => HeaderValue::from_static("2.0 corsac"),
        _ => HeaderValue::from_static("1.1 corsac"),
    };
    headers.append(VIA, via);
}

/// Tells the upstream who asked, by which name, and how.
///
/// The client's address goes to the end of what is there: what stands before it is the client's
/// word. The other two say what this gateway saw, whatever the client claims.
pub(crate) fn set_forwarded(
    headers: &mut HeaderMap,
    client: &ClientAddress,
    host: Option<HeaderValue>,
) {
    match headers.entry(X_FORWARDED_FOR) {
        Entry::Vacant(entry) => {
            entry.insert(client.value.clone());
        }
        Entry::Occupied(mut entry) => {
            // One line: many servers read the first one alone.
            let mut lines: Vec<&[u8]> = entry.iter().map(HeaderValue::as_bytes).collect();
            lines.push(client.value.as_bytes());
            let line = HeaderValue::from_bytes(&lines.join(&b", "[..]));
            entry.insert(line.expect("field values joined by commas are one"));
        }
    }
    headers.insert(
        X_FORWARDED_PROTO,
        HeaderValue::from_static(client.scheme.name()),
    );
    match host {
        Some(host) => headers.insert(X_FORWARDED_HOST, host),
        None => headers.remove(X_FORWARDED_HOST),
    };
}

/// The host that the upstream is told that the client asked for.
pub(crate) fn forwarded_host(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(X_FORWARDED_HOST)
}

/// The address of a client, and how it comes, prepared once per connection.
#[derive(Debug)]
pub(crate) struct ClientAddress {
    ip: IpAddr,
    value: HeaderValue,
    scheme: Scheme,
}

/// How a client comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Http,
    Https,
}

impl Scheme {
    const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl ClientAddress {
    pub(crate) fn ip(&self) -> IpAddr {
        self.ip
    }

    pub(crate) fn new(address: IpAddr, scheme: Scheme) -> Self {
        let text = address.to_canonical().to_string();
        let value = HeaderValue::from_str(&text).expect("an address is a field value");
        // The first clone turns an owned buffer into a shared one, which allocates.
        drop(value.clone());
        let ip = address.to_canonical();
        Self { ip, value, scheme }
    }
}

/// Removes what has no business behind a body.
///
/// Some servers put trailers among the fields of the head, where they would stand for what this
/// gateway has said or removed there. [RFC 9110, 6.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-6.5.1)
/// forbids those that frame and route a message or say who sends it.
pub(crate) fn remove_from_trailers(trailers: &mut HeaderMap) {
    for name in HOP_BY_HOP.iter().chain(&ONLY_IN_HEADS) {
        trailers.remove(name);
    }
}

static ONLY_IN_HEADS: [HeaderName; 13] = [
    AUTHORIZATION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    COOKIE,
    EXPECT,
    HOST,
    MAX_FORWARDS,
    VIA,
    HeaderName::from_static("forwarded"),
    X_FORWARDED_FOR,
    X_FORWARDED_HOST,
    X_FORWARDED_PROTO,
];

/// Puts the cookies of a request on one line, as HTTP/1.1 has them.
///
/// A client of HTTP/2 may send a line for each
/// ([RFC 9113, 8.2.3](https://www.rfc-editor.org/rfc/rfc9113#name-compressing-the-cookie-head)).
pub(crate) fn join_cookies(headers: &mut HeaderMap) {
    let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
    let lines: Vec<&[u8]> = lines.collect();
    if lines.len() > 1 {
        let line = HeaderValue::from_bytes(&lines.join(&b"; "[..]));
        headers.insert(
            COOKIE,
            line.expect("field values joined by semicolons are one"),
        );
    }
}

/// The one `Host` of a request, if it has one.
pub(crate) enum Host<'a> {
    None,
    One(&'a HeaderValue),
    Several,
}

pub(crate) fn host(headers: &HeaderMap) -> Host<'_> {
    let mut lines = headers.get_all(HOST).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Host::None,
        (Some(host), None) => Host::One(host),
        (Some(_), Some(_)) => Host::Several,
    }
}

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

//! What holds for every input: one function per parser, and one for whole exchanges.
//!
//! Each takes any bytes and panics if something does not hold. The fuzzers in `fuzz/` call them
//! with what they find; the tests call them with some thousand inputs from a fixed seed.

mod cookie_and_data;
mod exchange;
mod http1;
pub mod twin;

use corsac::header::is_token;
use corsac::origin::Origin;
use corsac::server::{
    MAX_REQUEST_HEADERS, OriginPattern, RequestField, RequestHead, requested_header_names,
    vary_covers,
};
use corsac::user_agent::{
    Header, HeaderList, RangeWhitespace, UnsafeHeaderNames, decode_and_split,
    extract_header_list_values, is_cors_safelisted_request_header, is_header_value,
    normalize_header_value, parse_single_range_header_value,
};

use crate::fetching::oracle::tokens;
use crate::oracle::{Requested, requested_headers, vary_members};
use twin::text_of;

pub use cookie_and_data::{data_url, set_cookie};
pub use exchange::exchange;
pub use http1::{http1_response, upstream_response};

/// A target: its name, and what it calls.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 13] = [
    ("origin", origin),
    ("origin_pattern", origin_pattern),
    ("request_header_list", request_header_list),
    ("vary", vary),
    ("policy_file", policy_file),
    ("header_value", header_value),
    ("request_headers", request_headers),
    ("referrer_policy", referrer_policy),
    ("http1_response", http1_response),
    ("upstream_response", upstream_response),
    ("set_cookie", set_cookie),
    ("data_url", data_url),
    ("exchange", exchange),
];

/// An origin is read as it is written, and in one way only.
pub fn origin(data: &[u8]) {
    let Ok(origin) = Origin::parse(data) else {
        return;
    };
    assert_eq!(origin.as_str().as_bytes(), data);
    let port = origin
        .port()
        .map_or(String::new(), |port| format!(":{port}"));
    let written = format!("{}://{}{port}", origin.scheme(), origin.host());
    assert!(
        written == origin.as_str() || origin.port().is_none(),
        "{written}"
    );
    // The URL parser agrees that it is the origin of a URL; it has rules of its own for `file`.
    if matches!(origin.scheme(), "http" | "https") {
        let url = url::Url::parse(origin.as_str()).unwrap_or_else(|it| panic!("{origin:?}: {it}"));
        assert_eq!(url.origin().ascii_serialization(), origin.as_str());
    }
}

/// A pattern contains itself if it has no wildcard, and no origin that the naive matcher refuses.
pub fn origin_pattern(data: &[u8]) {
    let (pattern, origin) = halves(data);
    let Ok(pattern) = std::str::from_utf8(pattern) else {
        return;
    };
    let Ok(parsed) = OriginPattern::parse(pattern) else {
        return;
    };
    assert_eq!(parsed.as_str(), pattern);
    if let Ok(itself) = Origin::parse(pattern.as_bytes()) {
        assert!(parsed.contains(&itself));
    }
    let Ok(origin) = Origin::parse(origin) else {
        return;
    };
    let is_contained = parsed.contains(&origin);
    if crate::oracle::is_serialized_domain_origin(origin.as_str()) {
        let naive = crate::oracle::pattern_contains(pattern, origin.as_str());
        assert_eq!(is_contained, naive, "{pattern} and {}", origin.as_str());
    }
}

/// The names that a preflight asks for, read by a server.
pub fn request_header_list(data: &[u8]) {
    let lines: Vec<_> = data.split(|byte| *byte == b'\n').map(trimmed).collect();
    let given: Vec<_> = lines.iter().map(|line| line.to_vec()).collect();
    let read = requested_header_names(&Asking(lines));
    let names = requested_headers(&given)
        .into_iter()
        .filter_map(|it| match it {
            Requested::Name(name) => Some(name),
            Requested::Malformed(_) | Requested::TooMany => None,
        });
    let names: Vec<_> = names.collect();
    assert!(names.len() <= MAX_REQUEST_HEADERS);
    assert_eq!(read, names.join(",").into_bytes());
}

/// A preflight that asks for names on these lines.
struct Asking<'a>(Vec<&'a [u8]>);

impl RequestHead for Asking<'_> {
    fn method(&self) -> &[u8] {
        b"OPTIONS"
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let is_asked = field == RequestField::AccessControlRequestHeaders;
        self.0.iter().copied().filter(move |_| is_asked)
    }
}

/// `Vary` covers a member if it names it, or has a `*`.
pub fn vary(data: &[u8]) {
    let lines: Vec<_> = data.split(|byte| *byte == b'\n').collect();
    let given: Vec<_> = lines.iter().map(|line| line.to_vec()).collect();
    let members = vary_members(&given);
    let naive = members.contains(&b"*"[..]) || members.contains(&b"origin"[..]);
    assert_eq!(vary_covers(lines.iter().copied(), b"Origin"), naive);
}

/// A policy file is read or refused; every span that is told lies in it.
pub fn policy_file(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let of_file = corsac_config::read(text).map(|config| config.warnings);
    let problems = of_file.unwrap_or_else(|problems| problems);
    for problem in problems.iter() {
        assert!(
            text.get(problem.span.clone()).is_some(),
            "{:?}",
            problem.span
        );
    }
    if let Err(problems) = corsac_config::read_policy(text) {
        for problem in problems.iter() {
            assert!(
                text.get(problem.span.clone()).is_some(),
                "{:?}",
                problem.span
            );
        }
    }
}

/// The readers of header values.
pub fn header_value(data: &[u8]) {
    let value = normalize_header_value(data);
    assert_eq!(normalize_header_value(value), value);
    let text = text_of(value);
    let pieces: Vec<_> = decode_and_split(value)
        .iter()
        .map(|it| text_of(it))
        .collect();
    assert_eq!(pieces, twin::decode_and_split(&text));
    for name in [
        "accept",
        "Accept-Language",
        "content-language",
        "CONTENT-TYPE",
        "range",
        "x",
    ] {
        let is_safelisted = is_cors_safelisted_request_header(name.as_bytes(), value);
        assert_eq!(
            is_safelisted,
            twin::is_safelisted(name, &text),
            "{name}: {text:?}"
        );
    }
    let strict = parse_single_range_header_value(value, RangeWhitespace::Refused);
    let lax = parse_single_range_header_value(value, RangeWhitespace::Allowed);
    assert!(strict.is_none() || strict == lax);
    if !is_header_value(value) {
        return;
    }
    let header = |value: &[u8]| Header::new(b"a", value).expect("it is a header value");
    let (first, second) = value.split_at(value.len() / 2);
    let lines = [
        normalize_header_value(first),
        normalize_header_value(second),
    ];
    let list: HeaderList = lines.iter().map(|it| header(it)).collect();
    let texts = lines.map(text_of);
    let naive = [texts[0].as_str(), texts[1].as_str()];
    let read = extract_header_list_values(&list, b"A");
    let read = read
        .ok()
        .flatten()
        .map(|names| names.iter().map(|it| text_of(it)).collect());
    assert_eq!(
        read,
        tokens(&naive).map(|it| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
    );
}

/// Which of a request's headers need permission.
pub fn request_headers(data: &[u8]) {
    let mut list = HeaderList::new();
    let mut lines = Vec::new();
    for line in data.split(|byte| *byte == b'\n') {
        let at = line
            .iter()
            .position(|byte| *byte == b':')
            .unwrap_or(line.len());
        let (name, value) = (&line[..at], line.get(at + 1..).unwrap_or_default());
        let header = Header::new(name, normalize_header_value(value));
        assert!(header.is_some() || !is_token(name) || value.iter().any(|it| b"\0\r".contains(it)));
        if let Some(header) = header {
            lines.push((text_of(header.name()), text_of(header.value())));
            list.append(header);
        }
    }
    let names: Vec<_> = UnsafeHeaderNames::of(&list).iter().map(text_of).collect();
    assert_eq!(names, twin::unsafe_names(&lines));
}

/// The last policy that is known counts.
pub fn referrer_policy(data: &[u8]) {
    let lines = data
        .split(|byte| *byte == b'\n')
        .map(normalize_header_value);
    let list: HeaderList = lines
        .filter_map(|line| Header::new(b"Referrer-Policy", line))
        .collect();
    let read = corsac_fetch::referrer::parse_referrer_policy_header(&list);
    let text = list
        .get(b"referrer-policy")
        .map(|it| text_of(&it))
        .unwrap_or_default();
    let words = text
        .split(',')
        .rev()
        .map(|it| it.trim_matches(['\t', '\r', ' ']));
    let known =
        words.filter_map(|word| corsac_fetch::referrer::parse_referrer_policy(word.as_bytes()));
    assert_eq!(read, known.into_iter().next());
}

/// What stands before the first NUL, and what stands after it.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let at = data
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(data.len());
    (&data[..at], data.get(at + 1..).unwrap_or_default())
}

fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

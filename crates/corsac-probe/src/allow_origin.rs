//! What is wrong with an `Access-Control-Allow-Origin` that is not the page's origin.

use std::ops::Range;

use corsac::origin::{MalformedOrigin, Origin, OriginFault};

use crate::code::Code;
use crate::finding::printable;

/// Something that is wrong with the value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What.
    pub code: Code,
    /// The bytes, in the lines joined by a comma and a space.
    pub span: Range<usize>,
    /// Why.
    pub why: String,
}

impl Fault {
    fn new(code: Code, span: Range<usize>, why: impl Into<String>) -> Self {
        Self {
            code,
            span,
            why: why.into(),
        }
    }
}

/// Everything that is wrong with an `Access-Control-Allow-Origin` that a browser found to be
/// something else than the origin that it sent.
///
/// That it is something else was decided by the
/// [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check); this tells how it comes.
///
/// ```
/// use corsac_probe::{Code, allow_origin_faults};
///
/// let faults = allow_origin_faults(&[b"https://app.example/"], b"https://app.example");
/// assert_eq!(faults[0].code, Code::AllowOriginTrailingSlash);
/// assert_eq!(faults[0].span, 19..20);
/// ```
#[must_use]
pub fn allow_origin_faults(lines: &[&[u8]], origin: &[u8]) -> Vec<Fault> {
    let value = lines.join(&b", "[..]);
    if let [first, rest @ ..] = lines
        && !rest.is_empty()
    {
        let why = format!(
            "the field comes {} times: {}",
            lines.len(),
            quoted_list(lines.iter().copied())
        );
        let start = (first.len() + ", ".len()).min(value.len());
        return vec![Fault::new(
            Code::AllowOriginDuplicate,
            start..value.len(),
            why,
        )];
    }
    if let Some(fault) = of_several_values(&value) {
        return vec![fault];
    }
    of_one_value(&value, origin)
}

fn quoted_list<'a>(values: impl Iterator<Item = &'a [u8]>) -> String {
    let values: Vec<String> = values.map(|it| format!("`{}`", printable(it))).collect();
    values.join(" and ")
}

/// One line that holds several values: joined on the way, or written as a list.
fn of_several_values(value: &[u8]) -> Option<Fault> {
    let elements: Vec<&[u8]> = value
        .split(|byte| matches!(byte, b',' | b';' | b' ' | b'\t'))
        .filter(|it| !it.is_empty())
        .collect();
    let [first, rest @ ..] = &elements[..] else {
        return None;
    };
    let looks_like_an_origin =
        |it: &&[u8]| *it == b"*" || *it == b"null" || it.windows(3).any(|three| three == b"://");
    if rest.is_empty() || !elements.iter().all(looks_like_an_origin) {
        return None;
    }
    if rest.iter().all(|it| it == first) {
        let start = value
            .iter()
            .position(|byte| matches!(byte, b',' | b';' | b' ' | b'\t'))
            .unwrap_or(0);
        let why = format!("the same value comes {} times in one line", elements.len());
        return Some(Fault::new(
            Code::AllowOriginDuplicate,
            start..value.len(),
            why,
        ));
    }
    // Nobody who lists origins has everyone in the list: some proxies join what two layers add.
    if elements.contains(&&b"*"[..]) {
        let why = format!(
            "the field comes {} times, in one line: {}",
            elements.len(),
            quoted_list(elements.iter().copied())
        );
        let start = elements[0].len();
        return Some(Fault::new(
            Code::AllowOriginDuplicate,
            start..value.len(),
            why,
        ));
    }
    let why = format!("the value lists {} origins", elements.len());
    Some(Fault::new(Code::AllowOriginList, 0..value.len(), why))
}

fn of_one_value(value: &[u8], origin: &[u8]) -> Vec<Fault> {
    let all = 0..value.len();
    if value.is_empty() {
        return vec![Fault::new(
            Code::AllowOriginInvalid,
            all,
            "the value is empty",
        )];
    }
    if value.eq_ignore_ascii_case(b"null") {
        let why = format!("the page is of `{}`", printable(origin));
        return vec![Fault::new(Code::AllowOriginNull, all, why)];
    }
    if let Some(at) = value.iter().position(|byte| *byte == b'*')
        && !matches!(value.first(), Some(b'"' | b'\''))
    {
        let why = format!("`{}` is taken letter by letter", printable(value));
        return vec![Fault::new(
            Code::AllowOriginWildcardPattern,
            at..at + 1,
            why,
        )];
    }
    let Some(scheme_end) = value.windows(3).position(|three| three == b"://") else {
        return vec![without_scheme(value, origin)];
    };
    let authority_start = scheme_end + "://".len();
    let authority_end = value[authority_start..]
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'))
        .map_or(value.len(), |at| authority_start + at);
    let (head, rest) = value.split_at(authority_end);
    let mut faults = of_origin(head, origin);
    let rest_span = authority_end..value.len();
    match rest {
        [] => {}
        b"/" => {
            let why = "an origin has no slash after the host";
            faults.insert(
                0,
                Fault::new(Code::AllowOriginTrailingSlash, rest_span, why),
            );
        }
        _ => {
            let why = format!("`{}` is not a part of an origin", printable(rest));
            faults.insert(0, Fault::new(Code::AllowOriginPath, rest_span, why));
        }
    }
    faults
}

fn without_scheme(value: &[u8], origin: &[u8]) -> Fault {
    let all = 0..value.len();
    let host = value.split(|byte| *byte == b'/').next().unwrap_or_default();
    let scheme = origin
        .windows(3)
        .position(|three| three == b"://")
        .map_or(&b"https"[..], |at| &origin[..at]);
    let completed = [scheme, b"://", &host.to_ascii_lowercase()].concat();
    match Origin::parse(&completed) {
        Ok(origin) if host.contains(&b'.') || origin.is_loopback() => Fault::new(
            Code::AllowOriginMissingScheme,
            all,
            format!("it would be `{origin}` with a scheme"),
        ),
        Ok(_) | Err(_) => Fault::new(
            Code::AllowOriginInvalid,
            all,
            format!("`{}` is not an origin", printable(value)),
        ),
    }
}

/// What is wrong with a value that is an origin, but for its spelling.
fn of_origin(value: &[u8], page: &[u8]) -> Vec<Fault> {
    if value == page {
        return Vec::new();
    }
    match Origin::parse(value) {
        Ok(origin) => different_parts(&origin, page).into_iter().collect(),
        Err(MalformedOrigin {
            fault: OriginFault::UpperCase,
            ..
        }) => {
            let lower = value.to_ascii_lowercase();
            let start = value.iter().position(u8::is_ascii_uppercase).unwrap_or(0);
            let end = value.iter().rposition(u8::is_ascii_uppercase).unwrap_or(0) + 1;
            let why = format!("origins are in lower case: `{}`", printable(&lower));
            let case = Fault::new(Code::AllowOriginCase, start..end, why);
            [vec![case], of_origin(&lower, page)].concat()
        }
        Err(MalformedOrigin {
            fault: OriginFault::DefaultPort,
            ..
        }) => {
            let colon = value.iter().rposition(|byte| *byte == b':').unwrap_or(0);
            let why = format!("browsers write `{}`", printable(&value[..colon]));
            let span = colon..value.len();
            let port = Fault::new(Code::AllowOriginDefaultPort, span, why);
            [vec![port], of_origin(&value[..colon], page)].concat()
        }
        Err(error) => {
            let start = error.position.min(value.len().saturating_sub(1));
            let why = error.to_string();
            vec![Fault::new(
                Code::AllowOriginInvalid,
                start..value.len(),
                why,
            )]
        }
    }
}

/// The parts in which two origins differ, as one fault.
fn different_parts(origin: &Origin<'_>, page: &[u8]) -> Option<Fault> {
    let all = 0..origin.as_str().len();
    let Ok(page) = Origin::parse(page) else {
        let why = format!("the page is of `{}`", printable(page));
        return Some(Fault::new(Code::AllowOriginMismatch, all, why));
    };
    let host_start = origin.scheme().len() + "://".len();
    let host_end = host_start + origin.host().len();
    let scheme = (origin.scheme() != page.scheme()).then(|| {
        let why = format!("`{}` is not `{}`", origin.scheme(), page.scheme());
        Fault::new(
            Code::AllowOriginSchemeMismatch,
            0..origin.scheme().len(),
            why,
        )
    });
    let host = (origin.host() != page.host()).then(|| {
        let why = format!("`{}` is not `{}`", origin.host(), page.host());
        Fault::new(Code::AllowOriginHostMismatch, host_start..host_end, why)
    });
    let port = (origin.port() != page.port()).then(|| {
        let why = format!("{} is not {}", port_in_words(origin), port_in_words(&page));
        let span = match origin.port() {
            Some(_) => host_end..all.end,
            None => all.end.saturating_sub(1)..all.end,
        };
        Fault::new(Code::AllowOriginPortMismatch, span, why)
    });
    let mut different = [scheme, host, port].into_iter().flatten();
    match (different.next(), different.next()) {
        (Some(_), Some(_)) => {
            let why = format!("`{origin}` is not `{page}`");
            Some(Fault::new(Code::AllowOriginMismatch, all, why))
        }
        (fault, _) => fault,
    }
}

fn port_in_words(origin: &Origin<'_>) -> String {
    match origin.port() {
        Some(port) => format!("the port {port}"),
        None => format!("the usual port of {}", origin.scheme()),
    }
}

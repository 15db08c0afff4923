//! The user-agent half, rule by rule.

mod cache;
mod checks;
mod closed_loop;
mod header_lists;
mod safelists;

use corsac::origin::Origin;
use corsac::user_agent::{
    Header, HeaderList, RedirectTaint, RequestOrigin, SerializedRequestOrigin, TupleOrigin,
};

/// A header list of lines `name: value`.
fn headers(lines: &[&str]) -> HeaderList {
    let split = |line: &&str| {
        let (name, value) = line.split_once(':').expect("a colon");
        let value = value.strip_prefix(' ').unwrap_or(value);
        Header::new(name.as_bytes(), value.as_bytes()).expect("a header")
    };
    lines.iter().map(split).collect()
}

/// The origin of a page or URL; `null` is opaque.
fn origin(text: &str) -> RequestOrigin {
    match text {
        "null" => RequestOrigin::Opaque(0),
        _ => {
            let origin = Origin::parse(text.as_bytes()).expect("an origin");
            RequestOrigin::Tuple(TupleOrigin::new(&origin))
        }
    }
}

/// An origin as an untainted request sends it.
fn sent(text: &str) -> SerializedRequestOrigin {
    SerializedRequestOrigin::new(&origin(text), RedirectTaint::SameOrigin)
}

//! Safelisted request headers: R12 to R19.

use corsac::user_agent::{
    HeaderList, RangeWhitespace, UnsafeHeaderNames, is_cors_safelisted_request_header,
    is_cors_unsafe_request_header_byte, parse_single_range_header_value,
};

use super::headers;

#[track_caller]
fn check(name: &str, safelisted: &[&str], unsafe_values: &[&str]) {
    let is_safelisted =
        |value: &&&str| is_cors_safelisted_request_header(name.as_bytes(), value.as_bytes());
    let refused: Vec<_> = safelisted.iter().filter(|it| !is_safelisted(it)).collect();
    let allowed: Vec<_> = unsafe_values.iter().filter(is_safelisted).collect();
    assert!(
        refused.is_empty() && allowed.is_empty(),
        "{name}: {refused:?} {allowed:?}"
    );
}

#[test]
fn the_unsafe_bytes_are_these() {
    let expected = |byte: u8| {
        (byte < 0x20 && byte != 0x09)
            || [
                0x22, 0x28, 0x29, 0x3A, 0x3C, 0x3E, 0x3F, 0x40, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x7F,
            ]
            .contains(&byte)
    };
    for byte in 0..=255 {
        assert_eq!(
            is_cors_unsafe_request_header_byte(byte),
            expected(byte),
            "{byte:#x}"
        );
    }
}

#[test]
fn a_value_of_129_bytes_is_unsafe() {
    let long = "a".repeat(129);
    check(
        "accept",
        &[&long[1..], "", "*/*;q=0.1", "\u{fc}"],
        &[&long, "a:b", "\"", "a\x0Bb"],
    );
}

#[test]
fn languages_have_their_own_bytes() {
    for name in ["Accept-Language", "content-language"] {
        check(
            name,
            &["", "en-US,en;q=0.5", "*", "a. ="],
            &["@", "a\tb", "_", "\u{fc}", "a/b"],
        );
    }
}

#[test]
fn three_content_types_are_safelisted_whatever_their_parameters() {
    check(
        "Content-Type",
        &[
            "text/plain",
            "Text/Plain;charset=utf-8",
            "text/plain;",
            "text/plain;garbage",
            "text/plain ;x",
            "application/x-www-form-urlencoded",
            "multipart/form-data;boundary=a",
        ],
        &[
            "",
            "application/json",
            "text /plain",
            "text/ plain",
            "text\t/\tplain",
            "text/plain,",
            ",text/plain",
            "text/plain,text/plain",
            "text/plain;a=\"b\"",
            "text/",
            "/plain",
            "text",
        ],
    );
}

#[test]
fn a_range_must_have_a_start_and_no_more() {
    let zeros = format!("bytes={}5-6", "0".repeat(60));
    let too_far = format!("bytes=1{}-9", "0".repeat(60));
    check(
        "RANGE",
        &["bytes=0-", "bytes=0-0", "bytes=100-200", &zeros],
        &[
            "bytes=-500",
            "bytes=-",
            "bytes=200-100",
            "BYTES=0-",
            "bytes 0-1",
            "bytes=0-1,2-3",
            "bytes= 0-1",
            "bytes=0 -1",
            "bytes=+0-1",
            "bytes=0",
            "",
            &too_far,
        ],
    );
    let spaced = parse_single_range_header_value(b"bytes \t= 1\t- 2", RangeWhitespace::Allowed);
    assert!(spaced.is_some_and(|range| range.start.is_some() && range.end.is_some()));
}

#[test]
fn no_other_name_is_safelisted() {
    for name in [
        "x-a",
        "authorization",
        "last-event-id",
        "save-data",
        "accept-charset",
        "dpr",
    ] {
        check(name, &[], &["", "a"]);
    }
}

/// The names that need permission, as one value and one by one.
fn check_names(list: &HeaderList, expected: &str) {
    let names = UnsafeHeaderNames::of(list);
    assert_eq!(names.as_bytes(), expected.as_bytes());
    assert_eq!(names.is_empty(), expected.is_empty());
    let one_by_one: Vec<_> = names.iter().collect();
    assert_eq!(one_by_one.join(&b","[..]), expected.as_bytes());
}

#[test]
fn unsafe_names_are_sorted_and_named_once() {
    let list = headers(&[
        "X-B: 1",
        "accept: */*",
        "x-a: 1",
        "x-b: 2",
        "content-type: a/b",
    ]);
    check_names(&list, "content-type,x-a,x-b");
    let list = headers(&["content-type: text/plain", "content-type: application/json"]);
    check_names(&list, "content-type");
}

#[test]
fn above_1024_bytes_all_safelisted_headers_are_unsafe() {
    let line = format!("accept: {}", "a".repeat(128));
    let mut lines = vec![line.as_str(); 8];
    check_names(&headers(&lines), "");
    lines.push("accept-language: a");
    check_names(&headers(&lines), "accept,accept-language");
}

//! Header lists: R1 to R3.

use corsac::user_agent::{
    Header, RequestGuard, Written, decode_and_split, extract_header_list_values, is_header_value,
    normalize_header_value, sorted_lowercase_set,
};

use super::headers;

#[test]
fn get_joins_the_lines_of_a_name() {
    let list = headers(&["A: 1", "b: x", "a: 2"]);
    assert_eq!(list.get(b"A").as_deref(), Some(&b"1, 2"[..]));
    assert_eq!(list.get(b"c"), None);
    assert_eq!(
        list.iter().map(|it| it.name()).collect::<Vec<_>>(),
        [b"A", b"b", b"A"]
    );
}

#[test]
fn names_differ_by_any_byte_but_the_case_of_letters() {
    let names = [
        "x-^",
        "x-~",
        "x-a",
        "x-b",
        "x-ab",
        "access-control-allow-origin",
        "accept",
    ];
    let lines: Vec<_> = names.iter().map(|name| format!("{name}: {name}")).collect();
    let list = headers(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    for name in names {
        for spelled in [name.to_owned(), name.to_uppercase()] {
            let found = list.get(spelled.as_bytes());
            assert_eq!(found.as_deref(), Some(name.as_bytes()), "{spelled}");
        }
    }
    assert!(!list.contains(b"") && !list.contains(b"x-c") && !list.contains(b"acc-pt"));
}

#[test]
fn a_header_is_appended_if_its_name_is_absent() {
    let mut list = headers(&["a: 1"]);
    list.append_if_absent(&Header::from_static("A", "2"));
    list.append_if_absent(&Header::from_static("b", "3"));
    assert_eq!(list, headers(&["a: 1", "b: 3"]));
}

#[test]
fn a_combined_list_has_each_name_once() {
    let list = headers(&["a: 1", "b: x", "A: 2", "c: y", "a: 3"]);
    assert_eq!(list.combined(1), headers(&["a: 1, 2, 3", "b: x", "c: y"]));
}

#[test]
fn set_replaces_in_the_place_of_the_first() {
    let mut list = headers(&["a: 1", "b: x", "A: 2", "c: y"]);
    list.set(Header::new(b"a", b"3").expect("a header"));
    assert_eq!(list, headers(&["a: 3", "b: x", "c: y"]));
    list.delete(b"B");
    assert_eq!(list, headers(&["a: 3", "c: y"]));
}

#[test]
fn a_value_may_have_every_byte_but_three() {
    for byte in 0..=255 {
        let value = [b'a', byte, b'b'];
        assert_eq!(
            is_header_value(&value),
            !matches!(byte, 0 | 0x0A | 0x0D),
            "{byte}"
        );
    }
    assert!(is_header_value(b"") && !is_header_value(b" a") && !is_header_value(b"a\t"));
    assert!(
        is_header_value(b"*\x0B"),
        "a vertical tab is no white space here"
    );
    assert_eq!(normalize_header_value(b"\r\n a\x0B \t"), b"a\x0B");
}

#[test]
fn commas_in_quotes_do_not_split() {
    let check = |value: &str, expected: &[&str]| {
        let pieces = decode_and_split(value.as_bytes());
        let pieces: Vec<_> = pieces
            .iter()
            .map(|it| String::from_utf8_lossy(it))
            .collect();
        assert_eq!(pieces, expected, "{value}");
    };
    check("", &[""]);
    check("a, b,", &["a", "b", ""]);
    check(" a\t,\x0Bb", &["a", "\x0Bb"]);
    check(r#"nosniff,"a,b", c"#, &["nosniff", r#""a,b""#, "c"]);
    check(r#""a\",b",c"#, &[r#""a\",b""#, "c"]);
    check(r#"x"y,z"#, &[r#"x"y,z"#]);
    check(r#"a\,b"#, &[r"a\", "b"]);
}

#[test]
fn names_become_a_sorted_set() {
    let names: [&[u8]; 4] = [b"X-b", b"a", b"x-B", b"A"];
    assert_eq!(sorted_lowercase_set(names), [&b"a"[..], b"x-b"]);
}

#[test]
fn a_list_of_tokens_is_read_or_refused_as_a_whole() {
    let check = |lines: &[&str], expected: Option<&[&str]>| {
        let lines: Vec<_> = lines.iter().map(|line| format!("l: {line}")).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let lines = headers(&lines);
        let found = extract_header_list_values(&lines, b"L");
        let expected = expected.map(|it| it.iter().map(|it| it.as_bytes()).collect());
        assert_eq!(found.ok().flatten(), expected, "{lines:?}");
    };
    check(&["a"], Some(&["a"]));
    check(&["a,\tb ,,", "c"], Some(&["a", "b", "c"]));
    check(&[""], Some(&[]));
    check(&[",,"], Some(&[]));
    check(&["*"], Some(&["*"]));
    check(&[], None);
    check(&["a", "b c"], None);
    check(&["a\x0B"], None);
    check(&["\"a\""], None);
    check(&["a:b"], None);
    let failure = extract_header_list_values(&headers(&["l: a", "l: b, c d"]), b"l").unwrap_err();
    assert_eq!((failure.line, failure.start, failure.end), (1, 2, 6));
}

#[test]
fn a_script_cannot_write_forbidden_headers() {
    let mut list = headers(&[]);
    let guard = RequestGuard::Request;
    for (name, value) in [
        ("Cookie", "a=b"),
        ("sec-x", ""),
        ("Proxy-", ""),
        ("Access-Control-Request-Method", "PUT"),
        ("X-HTTP-Method-Override", "GET, trace"),
        ("x-method-override", "\"a\",CONNECT "),
    ] {
        let written = guard.append(&mut list, name.as_bytes(), value.as_bytes());
        assert_eq!(written, Written::Ignored, "{name}");
    }
    for (name, value) in [
        ("X-HTTP-Method-Override", "\"TRACE\""),
        ("X-HTTP-Method", "TRACER"),
        ("Access-Control-Request-Private-Network", "true"),
        ("sec", ""),
        ("Authorization", "x"),
        ("x-a", " \tpadded\n"),
    ] {
        let written = guard.append(&mut list, name.as_bytes(), value.as_bytes());
        assert_eq!(written, Written::Stored, "{name}");
    }
    assert_eq!(list.get(b"x-a").as_deref(), Some(&b"padded"[..]));
    assert_eq!(guard.append(&mut list, b"a b", b""), Written::TypeError);
    assert_eq!(guard.append(&mut list, b"a", b"x\ny"), Written::TypeError);
    assert_eq!(guard.set(&mut list, b"X-A", b"other"), Written::Stored);
    assert_eq!(list.get(b"x-a").as_deref(), Some(&b"other"[..]));
    assert_eq!(guard.delete(&mut list, b"x-a"), Written::Stored);
    assert!(!list.contains(b"x-a"));
}

#[test]
fn without_cors_only_safelisted_headers_are_written() {
    let guard = RequestGuard::RequestNoCors;
    let mut list = headers(&[]);
    assert_eq!(guard.append(&mut list, b"accept", b"a"), Written::Stored);
    assert_eq!(
        guard.append(&mut list, b"accept", b"b".repeat(126).as_slice()),
        Written::Ignored
    );
    assert_eq!(
        guard.append(&mut list, b"accept", b"b".repeat(125).as_slice()),
        Written::Stored
    );
    assert_eq!(guard.append(&mut list, b"x-a", b"a"), Written::Ignored);
    assert_eq!(
        guard.append(&mut list, b"range", b"bytes=0-"),
        Written::Ignored
    );
    assert_eq!(guard.set(&mut list, b"accept", b"b"), Written::Stored);
    assert_eq!(
        guard.set(&mut list, b"content-type", b"application/json"),
        Written::Ignored
    );
    assert_eq!(list, headers(&["accept: b"]));
}

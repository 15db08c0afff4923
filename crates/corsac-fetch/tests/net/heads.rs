//! How the head of a response is read.

use corsac_fetch::client::read_http1_response;
use corsac_fetch::{ResponseHead, TransportFailure};

fn read(head: &[u8]) -> Result<ResponseHead, TransportFailure> {
    read_http1_response([head], b"GET").map(|(head, _)| head)
}

/// The headers as lines, each `name: value`.
fn headers(head: &[u8]) -> String {
    let head = read(head).unwrap_or_else(|failure| panic!("{failure:?}"));
    let line = |(name, value): (&[u8], &[u8])| {
        format!("{}: {}\n", name.escape_ascii(), value.escape_ascii())
    };
    let fields = head.headers.iter().map(|it| (it.name(), it.value()));
    fields.map(line).collect()
}

fn check(lines: &[u8], expected: &str) {
    let head = [b"HTTP/1.1 200 OK\r\n", lines, b"\r\n\r\n"].concat();
    assert_eq!(headers(&head), expected, "{}", lines.escape_ascii());
}

fn refuse(head: &[u8]) {
    let failure = read(head).expect_err("it is not HTTP");
    let is_malformed = matches!(failure, TransportFailure::Malformed(_));
    assert!(is_malformed, "{}: {failure:?}", head.escape_ascii());
}

#[test]
fn lines_may_end_in_lf_alone() {
    assert_eq!(
        headers(b"HTTP/1.1 200 OK\na: 1\r\nb: 2\n\nbody"),
        "a: 1\nb: 2\n"
    );
}

#[test]
fn only_spaces_and_tabs_are_taken_off_a_value() {
    check(b"a: \t 1 \t", "a: 1\n");
    check(b"a:*\x0B", "a: *\\x0b\n");
    check(b"a:\x0C\xA0", "a: \\x0c\\xa0\n");
    check(b"a:", "a: \n");
}

#[test]
fn white_space_before_a_colon_is_taken_off() {
    check(b"a : 1", "a: 1\n");
    check(b"a \t: 1", "a: 1\n");
}

#[test]
fn a_line_that_starts_with_white_space_goes_on_with_the_header_before() {
    check(b"a: 1\r\n 2\r\n\t 3", "a: 1 2 3\n");
    check(b"a:\r\n 1", "a: 1\n");
    check(b"a: 1\r\n \r\nb: 2", "a: 1\nb: 2\n");
    check(b" a: 1\r\nb: 2", "b: 2\n");
}

#[test]
fn a_line_that_is_no_header_is_skipped() {
    check(b"no colon\r\na: 1", "a: 1\n");
    check(b": no name\r\na: 1", "a: 1\n");
    check(b"n\xC3\xA4me: 1\r\na: 1", "a: 1\n");
    check(b"two words: 1\r\n goes on\r\na: 1", "a: 1\n");
}

#[test]
fn a_nul_or_a_bare_cr_is_refused() {
    for lines in [
        &b"a: 1\x002"[..],
        b"a\0: 1",
        b"a: 1\r2",
        b"a:\r1",
        b"a: 1\r",
        b"\ra: 1",
    ] {
        refuse(&[b"HTTP/1.1 200 OK\n", lines, b"\r\n\r\n"].concat());
    }
    refuse(b"HTTP/1.1 200\rOK\r\n\r\n");
    refuse(b"HTTP/1.1 200 O\0K\r\n\r\n");
    refuse(b"HTTP/1.1\r200 OK\r\n\r\n");
}

#[test]
fn a_status_has_one_to_three_digits() {
    for (line, status, reason) in [
        ("0 OK", 0, "OK"),
        ("1 OK", 1, "OK"),
        ("99 NOT OK", 99, "NOT OK"),
        ("077 77", 77, "77"),
        ("200", 200, ""),
        ("200 ", 200, ""),
        ("  200   OK  ", 200, "OK"),
        ("999 IT DOES NOT MATTER", 999, "IT DOES NOT MATTER"),
    ] {
        let head = read(format!("HTTP/1.1 {line}\r\n\r\n").as_bytes()).expect(line);
        let expected = (status, reason.as_bytes().to_vec());
        assert_eq!((head.status, head.status_text), expected, "{line}");
    }
    for line in [
        "", "x", "1000 NO", "0200 NO", "-200 NO", "0xA", "C8", "200OK", "\t200",
    ] {
        refuse(format!("HTTP/1.1 {line}\r\n\r\n").as_bytes());
    }
    refuse(b"HTTP/1.1\r\n\r\n");
}

#[test]
fn other_protocols_are_known_by_their_first_bytes() {
    for bytes in [
        &b"SSH-2.0-OpenSSH"[..],
        b"\x15\x03\x01",
        b"<",
        b"HTTP/2",
        b"http/1.1",
        b" HTTP/1.1 200 OK\r\n",
        b"ICY 200 OK\r\n",
    ] {
        refuse(bytes);
    }
    for bytes in [&b""[..], b"H", b"HTTP/1.", b"\r\nHTT", b"\r"] {
        assert_eq!(read(bytes), Err(TransportFailure::Closed));
    }
}

#[test]
fn interim_responses_are_skipped() {
    let interim = b"HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 100\r\n\r\n";
    let bytes = [&interim[..], b"HTTP/1.1 200 OK\r\na: 1\r\n\r\n"].concat();
    assert_eq!(headers(&bytes), "a: 1\n");
    refuse(&interim.repeat(17));
    assert_eq!(read(interim), Err(TransportFailure::Closed));
}

#[test]
fn a_head_has_a_bound() {
    let with_value = |n_bytes: usize| {
        let value = "a".repeat(n_bytes);
        read(format!("HTTP/1.1 200 OK\r\na: {value}\r\n\r\n").as_bytes())
    };
    assert!(with_value(256 * 1024 - 26).is_ok());
    assert_eq!(with_value(256 * 1024), Err(TransportFailure::HeadTooLarge));
    let with_headers = |n_headers: usize| {
        read(format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: 1\r\n".repeat(n_headers)).as_bytes())
    };
    assert!(with_headers(1000).is_ok());
    assert_eq!(with_headers(1001), Err(TransportFailure::HeadTooLarge));
}

#[test]
fn a_head_may_end_with_the_connection_after_a_whole_line() {
    let read = |head: &[u8]| read(head).map(|head| (head.status, head.headers.iter().count()));
    assert_eq!(read(b"HTTP/1.1 200 OK\r\n"), Ok((200, 0)));
    assert_eq!(read(b"HTTP/1.0 444 HI\na: 1\nb:\n"), Ok((444, 2)));
    for cut in [
        &b"HTTP/1.1 200 OK"[..],
        b"HTTP/1.1 200 OK\r\na: 1",
        b"HTTP/1.1 103 \r\na: 1\r\n",
    ] {
        assert_eq!(read(cut), Err(TransportFailure::Closed));
    }
    assert_eq!(
        read_http1_response([&b"HTTP/1.1 200\r\n"[..]], b"GET").map(|it| it.1),
        Ok(Ok(Vec::new()))
    );
}

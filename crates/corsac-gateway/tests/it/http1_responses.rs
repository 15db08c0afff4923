//! What upstreams answer over HTTP/1.1, byte for byte: what is taken, what breaks off, and what is
//! refused. However the bytes arrive, the same comes of them.

use corsac_gateway::{RecordedResponse, read_http1_response};
use http::Method;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::sample::{Index, select};
use proptest::{prop_oneof, proptest};

use crate::http1_twin::{self, Answer};

/// Reads a response in one piece, byte by byte, and cut in two anywhere: always the same.
fn read(bytes: &[u8], method: &Method) -> Option<RecordedResponse> {
    let whole = read_http1_response([bytes], method);
    assert_eq!(read_http1_response(bytes.chunks(1), method), whole);
    for at in 0..bytes.len() {
        let (start, end) = bytes.split_at(at);
        assert_eq!(read_http1_response([start, end], method), whole, "{at}");
    }
    whole
}

/// What becomes of a response, in a word.
fn check(expected: &str, bytes: &str) {
    let found = match read(bytes.as_bytes(), &Method::GET) {
        None => "502".to_owned(),
        Some(it) => {
            let content = String::from_utf8(it.content).unwrap();
            match (it.is_whole, it.persists) {
                (false, _) => format!("{content} breaks off"),
                (true, false) => format!("{content}, then closed"),
                (true, true) => content,
            }
        }
    };
    assert_eq!(found, expected, "{bytes:?}");
}

#[test]
fn a_response_ends_where_it_says() {
    for (expected, bytes) in [
        ("hi", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
        ("", "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        ("hi", "HTTP/1.1 200\r\nCONTENT-LENGTH:02 \r\n\r\nhi"),
        (
            "hi",
            "HTTP/1.0 200 \r\nconnection: x,Keep-Alive\r\ncontent-length: 2\r\n\r\nhi",
        ),
        ("", "HTTP/1.1 204 No Content\r\n\r\n"),
        ("", "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n"),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=\"b\"\r\nh\r\n001  \r\ni\r\n0\r\n\r\n",
        ),
        (
            "hi",
            "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
        ),
        ("hi, then closed", "HTTP/1.1 200 OK\r\n\r\nhi"),
        (
            "hi, then closed",
            "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi",
        ),
        (
            "hi, then closed",
            "HTTP/1.1 200 OK\r\nconnection: keep-alive\r\nconnection: x, CLOSE\r\ncontent-length: 2\r\n\r\nhi",
        ),
    ] {
        check(expected, bytes);
    }
}

#[test]
fn what_follows_a_response_is_not_the_next_one() {
    let other = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nother";
    for (expected, response) in [
        ("hi", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"),
        ("", "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        ),
    ] {
        let expected = format!("{expected}, then closed");
        check(&expected, &[response, other].concat());
        check(&expected, &[response, "\r"].concat());
    }
}

#[test]
fn a_response_that_breaks_off_is_not_whole() {
    for (expected, bytes) in [
        ("h", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nh"),
        ("", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"),
        (
            "h",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nh",
        ),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n",
        ),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n",
        ),
        (
            "hi",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx: y\r\n",
        ),
    ] {
        check(&format!("{expected} breaks off"), bytes);
    }
}

#[test]
fn chunks_that_are_none_break_the_response_off() {
    for (expected, chunks) in [
        ("", "\r\n"),
        ("", "2hi"),
        ("", "x\r\nhi\r\n0\r\n\r\n"),
        ("", " 2\r\nhi\r\n0\r\n\r\n"),
        ("", "+2\r\nhi\r\n0\r\n\r\n"),
        ("", "-2\r\nhi\r\n0\r\n\r\n"),
        ("", "0x2\r\nhi\r\n0\r\n\r\n"),
        ("", "2\nhi\r\n0\r\n\r\n"),
        ("", "2\r\r\nhi\r\n0\r\n\r\n"),
        ("", "2 2\r\nhi\r\n0\r\n\r\n"),
        ("", "2;a\rb\r\nhi\r\n0\r\n\r\n"),
        ("", "2;a\0b\r\nhi\r\n0\r\n\r\n"),
        ("", "10000000000000002\r\nhi\r\n0\r\n\r\n"),
        ("", "ffffffffffffffff\r\nhi\r\n0\r\n\r\n"),
        ("hi", "2\r\nhix\r\n0\r\n\r\n"),
        ("hi", "2\r\nhi\n0\r\n\r\n"),
        ("hi", "2\r\nhi\r0\r\n\r\n"),
        ("hi", "2\r\nhi\r\n0\r\nbad name: x\r\n\r\n"),
        ("hi", "2\r\nhi\r\n0\r\nx: a\n\r\n\r\n"),
        ("hi", "2\r\nhi\r\n0\r\nx: a\r\n folded\r\n\r\n"),
        ("hi", "2\r\nhi\r\n0\r\n\n"),
    ] {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        check(&format!("{expected} breaks off"), &[head, chunks].concat());
    }
}

#[test]
fn a_head_that_can_be_read_in_two_ways_is_refused() {
    for head in [
        "content-length: 2\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 2",
        "content-length: 2\r\ncontent-length: 2",
        "content-length: 2\r\ncontent-length: 3",
        "content-length: 2, 2",
        "content-length:",
        "content-length: +2",
        "content-length: -2",
        "content-length: 2a",
        "content-length: 0x2",
        "content-length: 2.0",
        "content-length: 2 2",
        "content-length: 18446744073709551618",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: chunked, gzip",
        "transfer-encoding: chunked, chunked",
        "transfer-encoding: identity",
        "transfer-encoding:",
        "transfer-encoding: \"chunked\"",
        "transfer-encoding: xchunked",
        "transfer-encoding\t: chunked",
        "content-length : 2",
        " content-length: 2",
        "x: a\r\n content-length: 2",
        "x: a\n content-length: 2",
        "x: a\ncontent-length: 2",
        "x: a\rcontent-length: 2",
        "x: a\0",
        "x: \u{7f}",
        "x\0: a",
        ": a",
        "a",
        "bad name: a",
    ] {
        check("502", &format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\nhi"));
        check(
            "502",
            &format!("HTTP/1.1 200 OK\r\ny: z\r\n{head}\r\ny: z\r\n\r\nhi"),
        );
    }
    check(
        "502",
        "HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    );
    check("502", "HTTP/1.1 200 OK\ncontent-length: 2\n\nhi");
    check("502", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\nhi");
}

#[test]
fn what_begins_with_no_status_line_is_refused() {
    for bytes in [
        "",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "\nHTTP/1.1 200 OK\r\n\r\n",
        " HTTP/1.1 200 OK\r\n\r\n",
        "http/1.1 200 OK\r\n\r\n",
        "HTTP/1.2 200 OK\r\n\r\n",
        "HTTP/2 200 OK\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1\t200 OK\r\n\r\n",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 2000 OK\r\n\r\n",
        "HTTP/1.1 099 Low\r\n\r\n",
        "HTTP/1.1 -20 OK\r\n\r\n",
        "HTTP/1.1 200 a\rb\r\n\r\n",
        "HTTP/1.1 200 a\0b\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        "220 mail.example ESMTP\r\n",
        "<html>hello</html>",
        "HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nx: a\nb\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    ] {
        check("502", bytes);
    }
}

#[test]
fn a_response_to_head_has_no_content() {
    let response = "HTTP/1.1 200 OK\r\ncontent-length: 1234\r\n\r\n";
    let response = read(response.as_bytes(), &Method::HEAD).unwrap();
    assert!(response.is_whole && response.persists);
    assert_eq!(response.headers["content-length"], "1234");
}

#[test]
fn trailers_come_behind_the_content() {
    let response = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n\
                    2\r\nhi\r\n0\r\nA: b\r\na:  c \r\n\r\n";
    let response = read(response.as_bytes(), &Method::GET).unwrap();
    assert!(response.is_whole && response.persists);
    let trailers = response.trailers.unwrap();
    let values: Vec<_> = trailers.get_all("a").iter().collect();
    assert_eq!(values, ["b", "c"]);
}

/// Reads what is too long to be cut everywhere.
fn check_long(expected: Option<bool>, bytes: &str) {
    for len in [11, 1000, bytes.len()] {
        let pieces = bytes.as_bytes().chunks(len);
        let found = read_http1_response(pieces, &Method::GET).map(|it| it.is_whole);
        assert_eq!(found, expected, "{len} bytes at a time");
    }
}

#[test]
fn everything_has_an_end() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n";
    let head = |fields: String| format!("{ok}{fields}\r\n");
    check_long(Some(true), &head("x: y\r\n".repeat(99)));
    check_long(None, &head("x: y\r\n".repeat(100)));
    let n_left = 128 * 1024 - head("x: \r\n".to_owned()).len();
    check_long(Some(true), &head(format!("x: {}\r\n", "y".repeat(n_left))));
    check_long(None, &head(format!("x: {}\r\n", "y".repeat(n_left + 1))));
    let hint = "HTTP/1.1 103 Early Hints\r\n\r\n";
    check_long(Some(true), &[&hint.repeat(16), ok, "\r\n"].concat());
    check_long(None, &[&hint.repeat(17), ok, "\r\n"].concat());
    let chunked = |chunks: String| {
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{chunks}\r\n\r\n")
    };
    let extended = |len: usize| format!("1;{}\r\na\r\n", "x".repeat(len - 2));
    check_long(Some(true), &chunked(extended(4096) + "0"));
    check_long(Some(false), &chunked(extended(4097) + "0"));
    check_long(Some(true), &chunked(extended(4096).repeat(4) + "0"));
    check_long(Some(false), &chunked(extended(4096).repeat(5) + "0"));
    let trailers = |len: usize| format!("0\r\nx: {}", "y".repeat(len - 7));
    check_long(Some(true), &chunked(trailers(16 * 1024)));
    check_long(Some(false), &chunked(trailers(16 * 1024 + 1)));
    check_long(
        Some(false),
        &chunked(format!("0\r\n{}x: y", "x: y\r\n".repeat(100))),
    );
}

/// Pieces of responses, most of which are right where they stand.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let fields = select(
        &[
            "content-length: 3\r\n",
            "Content-Length: 0\r\n",
            "content-length: 3, 3\r\n",
            "x: a\r\n",
            "transfer-encoding: chunked\r\n",
            "transfer-encoding: x\r\n",
            "x:\r\n",
            "x:\ta \r\n",
            "connection: close\r\n",
            "connection: keep-alive\r\n",
            "x: a\n",
            "x : a\r\n",
            " a\r\n",
            "x: \u{e9}\r\n",
            "x: \0\r\n",
        ][..],
    );
    let starts = select(
        &[
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.0 200\r\n",
            "HTTP/1.1 204 \r\n",
            "HTTP/1.1 103 a\r\n\r\nHTTP/1.1 404 b\r\n",
            "HTTP/1.1 100 Continue\r\nx: y\r\n\r\n",
            "HTTP/1.1 20 x\r\n",
            "\r\n",
        ][..],
    );
    let chunks = select(
        &[
            "3\r\nabc\r\n",
            "3;x=y\r\nabc\r\n",
            "1 \r\n3\r\n",
            "a\r\n0123456789\r\n",
            "0\r\n",
            "3\r\nab\r\n",
            "3\r\n\r\n\r\n\r\n",
            "2",
            "\r\n",
            "g\r\n",
            "abc",
            "\r",
            "\n",
            "x: y\r\n",
        ][..],
    );
    let end = prop_oneof![
        Just(""),
        Just("0\r\n\r\n"),
        Just("0\r\nx: y\r\n\r\n"),
        Just("abc")
    ];
    (starts, vec(fields, 0..4), vec(chunks, 0..5), end).prop_map(|(start, fields, chunks, end)| {
        [start, &fields.concat(), "\r\n", &chunks.concat(), end]
            .concat()
            .into_bytes()
    })
}

proptest! {
    #[test]
    fn a_naive_reader_reads_the_same(
        mut bytes in pieces(),
        spoilt in proptest::option::weighted(0.2, (any::<Index>(), any::<u8>())),
        is_head in any::<bool>(),
        cut in any::<Index>(),
    ) {
        if let Some((at, byte)) = spoilt {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let method = if is_head { Method::HEAD } else { Method::GET };
        let whole = read_http1_response([&bytes[..]], &method);
        assert_eq!(read_http1_response(bytes.chunks(1), &method), whole);
        let (start, end) = bytes.split_at(cut.index(bytes.len()));
        assert_eq!(read_http1_response([start, end], &method), whole);
        let found = whole.map(|it| Answer {
            status: it.status.as_u16(),
            fields: http1_twin::lines(&it.headers),
            content: it.content,
            trailers: it.trailers.as_ref().map(http1_twin::lines).unwrap_or_default(),
            is_whole: it.is_whole,
            persists: it.persists,
        });
        assert_eq!(found, http1_twin::read(&bytes, is_head), "{}", bytes.escape_ascii());
    }

    #[test]
    fn chunks_of_any_sizes_are_put_together(
        chunks in vec(vec(any::<u8>(), 1..300), 0..6),
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let mut bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
        for chunk in &chunks {
            bytes.extend(format!("{:X}\r\n", chunk.len()).into_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        let mut cuts: Vec<usize> = cuts.iter().map(|it| it.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|it| &bytes[it[0]..it[1]]);
        let response = read_http1_response(pieces, &Method::GET).unwrap();
        assert_eq!(response.content, chunks.concat());
        assert!(response.is_whole && response.persists);
    }
}

//! Frames that a server has to answer in one way, in the order of RFC 9113: those of h2spec that
//! concern a server, and some of requests that would be others behind a gateway.

use crate::frames::{
    ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, GOAWAY, HEADERS, PADDED, PING, PRIORITY,
    PUSH_PROMISE, RST_STREAM, SETTINGS, WINDOW_UPDATE, WITH_PRIORITY, block, frame, get, headers,
};

/// A name, and what is sent after the preface.
pub(crate) type Case = (&'static str, Vec<u8>);

pub(crate) fn cases() -> Vec<Case> {
    [
        frames(),
        streams(),
        definitions(),
        windows(),
        settings(),
        messages(),
        pseudo_fields(),
        requests(),
    ]
    .concat()
}

const PONG: &[u8] = b"pingpong";

/// What only ends well if all before it did.
fn ping() -> Vec<u8> {
    frame(PING, 0, 0, PONG)
}

fn post(stream: u32, fields: &[(&str, &str)]) -> Vec<u8> {
    let pseudo = [&[(":method", "POST")], &GET[1..]].concat();
    headers(stream, 0, &[&pseudo, fields].concat())
}

/// Section 4.
fn frames() -> Vec<Case> {
    let half = frame(HEADERS, END_STREAM, 1, &block(&GET));
    vec![
        ("a request", get(1, &[])),
        ("a ping", ping()),
        (
            "a frame of an unknown type",
            [frame(0x16, 0, 0, b"?"), ping()].concat(),
        ),
        ("unknown flags", frame(PING, 0x16, 0, PONG)),
        ("a reserved bit", frame(PING, 0, 1 << 31, PONG)),
        (
            "a block of fields that is too long for a frame",
            frame(HEADERS, 5, 1, &[0; 16_385]),
        ),
        (
            "data that are too long for a frame",
            [post(1, &[]), frame(DATA, 1, 1, &[0; 16_385])].concat(),
        ),
        (
            "a block that cannot be decoded",
            frame(HEADERS, 5, 1, &[0xff; 8]),
        ),
        (
            "an index of a field that is not there",
            frame(HEADERS, 5, 1, &[0xfe]),
        ),
        (
            "a priority within a block",
            [half.clone(), frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1])].concat(),
        ),
        (
            "another stream within a block",
            [half.clone(), get(3, &[])].concat(),
        ),
        (
            "an unknown frame within a block",
            [half.clone(), frame(0x16, 0, 0, b"?")].concat(),
        ),
        (
            "a block in two frames",
            [half, frame(CONTINUATION, END_HEADERS, 1, &[])].concat(),
        ),
    ]
}

/// Section 5.
fn streams() -> Vec<Case> {
    let window = 1_u32.to_be_bytes();
    let closed = [post(1, &[]), frame(RST_STREAM, 0, 1, &8_u32.to_be_bytes())].concat();
    vec![
        ("data before a request", frame(DATA, END_STREAM, 1, b"x")),
        ("a reset before a request", frame(RST_STREAM, 0, 1, &[0; 4])),
        (
            "a window before a request",
            frame(WINDOW_UPDATE, 0, 1, &window),
        ),
        (
            "a continuation before a request",
            frame(CONTINUATION, END_HEADERS, 1, &block(&GET)),
        ),
        (
            "data after the end of a request",
            [get(1, &[]), frame(DATA, 1, 1, b"x")].concat(),
        ),
        (
            "fields after the end of a request",
            [get(1, &[]), get(1, &[])].concat(),
        ),
        (
            "a continuation after the end of a request",
            [get(1, &[]), frame(CONTINUATION, 4, 1, &[])].concat(),
        ),
        (
            "data after a reset",
            [closed.clone(), frame(DATA, 1, 1, b"x"), ping()].concat(),
        ),
        (
            "fields after a reset",
            [closed.clone(), get(1, &[]), ping()].concat(),
        ),
        (
            "a window after a reset",
            [closed, frame(WINDOW_UPDATE, 0, 1, &window), ping()].concat(),
        ),
        ("a stream with an even number", get(2, &[])),
        (
            "a stream with a smaller number",
            [post(5, &[]), get(3, &[])].concat(),
        ),
        (
            "a stream that depends on itself",
            frame(
                HEADERS,
                5 | WITH_PRIORITY,
                1,
                &[&[0, 0, 0, 1, 15], &block(&GET)[..]].concat(),
            ),
        ),
        (
            "a stream of which priority says that it depends on itself",
            frame(PRIORITY, 0, 3, &[0, 0, 0, 3, 1]),
        ),
    ]
}

/// Section 6, but for settings.
fn definitions() -> Vec<Case> {
    let padded = |kind| {
        [
            post(1, &[]),
            frame(kind, PADDED | END_STREAM, 1, b"\x06four"),
        ]
        .concat()
    };
    let request_with_priority = [&[0, 0, 0, 0, 15], &block(&GET)[..]].concat();
    let promise = [&2_u32.to_be_bytes(), &block(&GET)[..]].concat();
    vec![
        ("data on the connection", frame(DATA, 0, 0, b"x")),
        ("data with more padding than data", padded(DATA)),
        ("fields on the connection", get(0, &[])),
        (
            "fields with more padding than fields",
            frame(HEADERS, 5 | PADDED, 1, b"\x06four"),
        ),
        (
            "fields with a priority",
            frame(HEADERS, 5 | WITH_PRIORITY, 1, &request_with_priority),
        ),
        (
            "a priority on the connection",
            frame(PRIORITY, 0, 0, &[0, 0, 0, 1, 1]),
        ),
        (
            "a short priority",
            [frame(PRIORITY, 0, 1, &[0; 4]), get(1, &[])].concat(),
        ),
        (
            "a reset of the connection",
            frame(RST_STREAM, 0, 0, &[0; 4]),
        ),
        (
            "a short reset",
            [post(1, &[]), frame(RST_STREAM, 0, 1, &[0; 3])].concat(),
        ),
        (
            "a push from a client",
            [post(1, &[]), frame(PUSH_PROMISE, 4, 1, &promise)].concat(),
        ),
        ("a ping on a stream", frame(PING, 0, 1, PONG)),
        ("a short ping", frame(PING, 0, 0, b"short")),
        (
            "an answer to no ping",
            [frame(PING, ACK, 0, b"pongpong"), ping()].concat(),
        ),
        ("a goodbye on a stream", frame(GOAWAY, 0, 1, &[0; 8])),
    ]
}

/// Windows and continuations of section 6.
fn windows() -> Vec<Case> {
    let largest = 0x7fff_ffff_u32.to_be_bytes();
    vec![
        (
            "no window for the connection",
            frame(WINDOW_UPDATE, 0, 0, &[0; 4]),
        ),
        (
            "no window for a stream",
            [post(1, &[]), frame(WINDOW_UPDATE, 0, 1, &[0; 4])].concat(),
        ),
        ("a short window", frame(WINDOW_UPDATE, 0, 0, &[0; 3])),
        (
            "too large a window for the connection",
            frame(WINDOW_UPDATE, 0, 0, &largest),
        ),
        (
            "too large a window for a stream",
            [post(1, &[]), frame(WINDOW_UPDATE, 0, 1, &largest)].concat(),
        ),
        (
            "a continuation on the connection",
            frame(CONTINUATION, END_HEADERS, 0, &[]),
        ),
        (
            "a continuation of a whole block",
            [post(1, &[]), frame(CONTINUATION, 4, 1, &[])].concat(),
        ),
    ]
}

/// Section 6.5.
fn settings() -> Vec<Case> {
    let setting = |name: u16, value: u32| {
        frame(
            SETTINGS,
            0,
            0,
            &[&name.to_be_bytes()[..], &value.to_be_bytes()].concat(),
        )
    };
    vec![
        (
            "an acknowledgement with settings",
            frame(SETTINGS, ACK, 0, &[0; 6]),
        ),
        ("settings on a stream", frame(SETTINGS, 0, 1, &[])),
        ("a short setting", frame(SETTINGS, 0, 0, &[0; 5])),
        ("a push that is neither on nor off", setting(2, 2)),
        ("too large a window for streams", setting(4, 1 << 31)),
        ("too small a frame", setting(5, 16_383)),
        ("too large a frame", setting(5, 1 << 24)),
        ("an unknown setting", [setting(0xff, 1), ping()].concat()),
    ]
}

/// Section 8.
fn messages() -> Vec<Case> {
    let trailers = |flags, fields: &[_]| [post(1, &[]), headers(1, flags, fields)].concat();
    let with_length = |length| {
        let data = frame(DATA, END_STREAM, 1, b"four");
        [post(1, &[("content-length", length)]), data].concat()
    };
    vec![
        ("a name in capitals", get(1, &[("X-Name", "x")])),
        ("an unknown pseudo-field", get(1, &[(":test", "x")])),
        (
            "a pseudo-field of responses",
            headers(1, 1, &[&GET[..], &[(":status", "200")]].concat()),
        ),
        (
            "a pseudo-field in trailers",
            trailers(END_STREAM, &[(":method", "GET")]),
        ),
        (
            "a pseudo-field after others",
            headers(1, 1, &[&[("x", "y")], &GET[..]].concat()),
        ),
        (
            "a field of the connection",
            get(1, &[("connection", "keep-alive")]),
        ),
        (
            "a transfer coding",
            get(1, &[("transfer-encoding", "chunked")]),
        ),
        ("an upgrade", get(1, &[("upgrade", "websocket")])),
        ("keep-alive", get(1, &[("keep-alive", "1")])),
        (
            "a proxy's connection",
            get(1, &[("proxy-connection", "keep-alive")]),
        ),
        ("codings that it takes", get(1, &[("te", "gzip")])),
        ("trailers that it takes", get(1, &[("te", "trailers")])),
        ("more data than the length says", with_length("1")),
        ("less data than the length says", with_length("9")),
        (
            "trailers that do not end the request",
            trailers(0, &[("x", "y")]),
        ),
        (
            "a protocol without CONNECT",
            get(1, &[(":protocol", "websocket")]),
        ),
        (
            "an extended CONNECT",
            headers(
                1,
                0,
                &[
                    &[(":method", "CONNECT"), (":protocol", "websocket")],
                    &GET[1..],
                ]
                .concat(),
            ),
        ),
    ]
}

/// The pseudo-fields of section 8.
fn pseudo_fields() -> Vec<Case> {
    let without = |name: &str| {
        let fields: Vec<_> = GET.into_iter().filter(|(it, _)| *it != name).collect();
        headers(1, END_STREAM, &fields)
    };
    let with = |name: &'static str, value: &'static str| {
        let fields = GET.map(|(it, was)| if it == name { (it, value) } else { (it, was) });
        headers(1, END_STREAM, &fields)
    };
    let twice = |name: &str| {
        let field = GET.into_iter().filter(|(it, _)| *it == name);
        let fields: Vec<_> = GET.into_iter().chain(field).collect();
        headers(1, END_STREAM, &fields)
    };
    vec![
        ("no method", without(":method")),
        ("no scheme", without(":scheme")),
        ("no path", without(":path")),
        ("an empty path", with(":path", "")),
        ("two methods", twice(":method")),
        ("two schemes", twice(":scheme")),
        ("two paths", twice(":path")),
        ("two authorities", twice(":authority")),
    ]
}

/// Requests that would be others in HTTP/1.1.
fn requests() -> Vec<Case> {
    let with = |name: &'static str, value: &'static str| {
        let fields = GET.map(|(it, was)| if it == name { (it, value) } else { (it, was) });
        headers(1, END_STREAM, &fields)
    };
    vec![
        ("a space in the path", with(":path", "/v1/x HTTP/1.1")),
        ("a line end in the path", with(":path", "/v1/x\r\nx: y")),
        ("a path without a slash", with(":path", "v1")),
        ("a fragment in the path", with(":path", "/v1#x")),
        ("a space in the method", with(":method", "GET /v1/y")),
        (
            "an authority with a user",
            with(":authority", "user@gateway.test"),
        ),
        (
            "an authority with a path",
            with(":authority", "gateway.test/x"),
        ),
        (
            "no authority and no host",
            headers(1, END_STREAM, &GET[..3]),
        ),
        (
            "a host instead of an authority",
            headers(1, 1, &[&GET[..3], &[("host", "gateway.test")]].concat()),
        ),
        (
            "another host than the authority",
            get(1, &[("host", "other.test")]),
        ),
        ("a line end in a value", get(1, &[("x", "a\r\ny: b")])),
        ("LF in a value", get(1, &[("x", "a\ny: b")])),
        ("NUL in a value", get(1, &[("x", "a\0b")])),
        ("white space around a value", get(1, &[("x", " a ")])),
        (
            "white space around a length",
            get(1, &[("content-length", " 0")]),
        ),
        (
            "white space around a host",
            headers(1, 1, &[&GET[..3], &[("host", " gateway.test")]].concat()),
        ),
        ("a colon in a name", get(1, &[("x:y", "a")])),
        ("a space in a name", get(1, &[("x y", "a")])),
        ("an empty name", get(1, &[("", "a")])),
        ("a length that is none", get(1, &[("content-length", "+4")])),
        (
            "two lengths that differ",
            get(1, &[("content-length", "4"), ("content-length", "5")]),
        ),
    ]
}

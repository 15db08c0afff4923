//! What the fuzzers look for, with some thousand inputs from a fixed seed.

use corsac_conformance::fuzzing::TARGETS;
use corsac_conformance::seeded::Seeded;

/// How many inputs each target gets.
const N_INPUTS: u64 = 8_000;

/// What inputs are made of, so that they come near to what is well-formed.
const PIECES: [&[u8]; 100] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.1 103\n\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"https://",
    b"http://",
    b"app.example",
    b"*.",
    b"*",
    b":443",
    b":8080",
    b"/",
    b"[::1]",
    b".",
    b"-",
    b"a",
    b"X-A",
    b"x-b",
    b"authorization",
    b"accept",
    b"content-type",
    b"range",
    b": ",
    b":",
    b",",
    b", ",
    b" ",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b"\x0b",
    b"\x0c",
    b"\xff",
    b"\"",
    b"\\",
    b"\"a,b\\\"",
    b";",
    b"=",
    b"bytes=",
    b"0",
    b"12",
    b"text/plain",
    b"multipart/form-data",
    b"application/x-www-form-urlencoded",
    b"Origin",
    b"Accept-Encoding",
    b"true",
    b"null",
    b"no-referrer",
    b"origin",
    b"unsafe-url",
    b"same-origin",
    b"[policy.a]\n",
    b"allow-origins = [\"",
    b"\"]\n",
    b"allow-credentials = true\n",
    b"max-age = \"",
    b"[[route]]\n",
    b"path = \"/\"\n",
    b"upstream = \"http://localhost\"\n",
    b"PUT",
    b"xn--",
    b"127.0.0.1",
    b"@",
    b"{",
    b"}",
    b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    b"99999999999999999999",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\x05",
    b"\x09",
    b"\x1f",
    b"\x80",
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 302\n",
    b"HTTP/1.1 103 \r\n",
    b"Content-Length: ",
    b"Transfer-Encoding: chunked\r\n",
    b"\r\n",
    b"\r\n\r\n",
    b"5\r\nhello\r\n",
    b"0\r\n\r\n",
    b"Location: ",
    b"a=b",
    b"; Domain=app.example",
    b"; Path=/a",
    b"; Secure",
    b"; HttpOnly",
    b"; SameSite=None",
    b"; Max-Age=9",
    b"__Host-",
    b";base64",
    b"%2",
];

fn input(random: &mut Seeded) -> Vec<u8> {
    let mut input = Vec::new();
    for _ in 0..random.below(40) {
        match random.below(3) {
            0 => input.push(random.below(256) as u8),
            _ => input.extend(PIECES[random.below(PIECES.len())]),
        }
    }
    input
}

#[test]
fn no_input_breaks_a_target() {
    for (name, target) in TARGETS {
        let mut random = Seeded::new(name.len() as u64);
        for _ in 0..N_INPUTS {
            let input = input(&mut random);
            let result = std::panic::catch_unwind(|| target(&input));
            assert!(
                result.is_ok(),
                "{name}: {:?}",
                input.escape_ascii().to_string()
            );
        }
    }
}

#[test]
fn values_of_a_mebibyte_are_read_like_others() {
    let mut random = Seeded::new(1);
    for (name, target) in TARGETS {
        let piece = PIECES[random.below(PIECES.len())];
        for piece in [piece, b",", b"\"", b"a", b"a,"] {
            let input = piece.repeat((1 << 20) / piece.len());
            let result = std::panic::catch_unwind(|| target(&input));
            assert!(result.is_ok(), "{name}: {}", piece.escape_ascii());
        }
    }
}

//! No bytes of a server make the client panic, or read differently because of how they arrive.

use corsac_fetch::client::read_http1_response;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// What responses are made of, more or less.
const WORDS: [&[u8]; 36] = [
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 404\n",
    b"HTTP/1.1 103 Early\r\n",
    b"HTTP/1.1 ",
    b"HTTP/1.",
    b"204",
    b"Content-Length: ",
    b"Content-Length: 5\r\n",
    b"content-length : 5,5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"X-A: \x01\xFF\r\n",
    b"X-A",
    b": ",
    b":",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b" folded\r\n",
    b"\t",
    b" ",
    b"\0",
    b"5\r\nhello\r\n",
    b"5;a=b\r\nhello\r\n",
    b"0\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"ffff",
    b"hello",
    b"99999999999999999999",
    b",",
    b";",
];

fn responses() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        9 => select(&WORDS[..]).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 0..4),
    ];
    (any::<bool>(), vec(word, 0..24)).prop_map(|(is_response, words)| {
        let start: &[u8] = match is_response {
            true => b"HTTP/1.1 200 OK\r\n",
            false => b"",
        };
        [start, &words.concat()].concat()
    })
}

fn methods() -> impl Strategy<Value = &'static [u8]> {
    select(vec![&b"GET"[..], b"HEAD", b"OPTIONS"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn how_a_response_is_cut_makes_no_difference(
        response in responses(),
        method in methods(),
        sizes in vec(1..8_usize, 1..8),
    ) {
        let whole = read_http1_response([&response[..]], method);
        let bytewise = read_http1_response(response.chunks(1), method);
        prop_assert_eq!(&whole, &bytewise);
        let mut rest = &response[..];
        let mut sizes = sizes.iter().cycle();
        let pieces = std::iter::from_fn(|| {
            let size = *sizes.next()?;
            let (piece, others) = rest.split_at(size.min(rest.len()));
            rest = others;
            (!piece.is_empty()).then_some(piece)
        });
        prop_assert_eq!(&whole, &read_http1_response(pieces, method));
    }

    #[test]
    fn a_body_is_never_longer_than_what_came(response in responses(), method in methods()) {
        if let Ok((head, Ok(body))) = read_http1_response([&response[..]], method) {
            let n_header_bytes = |it: &corsac::user_agent::Header| it.name().len() + it.value().len();
            let n_bytes: usize = head.headers.iter().map(n_header_bytes).sum();
            prop_assert!(n_bytes + body.len() + head.status_text.len() <= response.len());
        }
    }
}

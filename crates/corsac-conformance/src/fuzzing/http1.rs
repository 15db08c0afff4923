//! A response over HTTP/1.1, from whoever answers.

use corsac_fetch::client::read_http1_response;

/// A response is read alike however it arrives, and nothing is in it that did not come.
///
/// The first byte chooses the method and whether a status line is put in front.
pub fn http1_response(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let method: &[u8] = match choice & 1 {
        0 => b"GET",
        _ => b"HEAD",
    };
    let start: &[u8] = match choice & 2 {
        0 => b"HTTP/1.1 200 OK\r\n",
        _ => b"",
    };
    let response = [start, data].concat();
    let whole = read_http1_response([&response[..]], method);
    assert_eq!(whole, read_http1_response(response.chunks(1), method));
    let (start, end) = response.split_at(response.len() / 2);
    assert_eq!(whole, read_http1_response([start, end], method));
    let Ok((head, body)) = whole else {
        return;
    };
    assert!(head.status <= 999);
    let body = body.unwrap_or_default();
    let in_headers = head.headers.iter();
    let n_header_bytes: usize = in_headers
        .map(|it| it.name().len() + it.value().len())
        .sum();
    assert!(n_header_bytes + head.status_text.len() + body.len() <= response.len());
    if method == b"HEAD" || matches!(head.status, 204 | 304) {
        assert!(body.is_empty());
    }
    // A body comes in one piece unless it is in chunks.
    if !head.headers.contains(b"transfer-encoding") && !body.is_empty() {
        let mut places = response.windows(body.len());
        assert!(places.any(|it| it == body));
    }
}

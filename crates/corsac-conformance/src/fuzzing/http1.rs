//! A response over HTTP/1.1, from whoever answers.

use corsac_fetch::client::read_http1_response;
use http::Method;

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

/// The gateway reads a response of an upstream alike however it arrives, and passes nothing on that
/// did not come, or of which another reader could see more.
///
/// The first byte chooses the method and whether a status line is put in front.
pub fn upstream_response(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let method = match choice & 1 {
        0 => Method::GET,
        _ => Method::HEAD,
    };
    let start: &[u8] = match choice & 2 {
        0 => b"HTTP/1.1 200 OK\r\n",
        _ => b"",
    };
    let bytes = [start, data].concat();
    let whole = corsac_gateway::read_http1_response([&bytes[..]], &method);
    let by_byte = corsac_gateway::read_http1_response(bytes.chunks(1), &method);
    assert_eq!(whole, by_byte);
    let (start, end) = bytes.split_at(bytes.len() / 2);
    let in_halves = corsac_gateway::read_http1_response([start, end], &method);
    assert_eq!(whole, in_halves);
    let Some(response) = whole else {
        return;
    };
    let fields = response
        .headers
        .iter()
        .chain(response.trailers.iter().flatten());
    let n_field_bytes: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    assert!(n_field_bytes + response.content.len() <= bytes.len());
    if method == Method::HEAD || matches!(response.status.as_u16(), 204 | 304) {
        assert!(response.content.is_empty());
    }
    let has = |name: &str| response.headers.get_all(name).iter().count();
    let (n_lengths, n_codings) = (has("content-length"), has("transfer-encoding"));
    assert!(n_lengths + n_codings <= 1);
    // What browsers see of it is the same, if the gateway takes it at all.
    let seen = read_http1_response([&bytes[..]], method.as_str().as_bytes());
    let (head, content) = seen.expect("browsers read what the gateway reads");
    assert_eq!(head.status, response.status.as_u16());
    assert_eq!(content.is_ok(), response.is_whole);
    if let Ok(content) = content {
        assert_eq!(content, response.content);
    }
}

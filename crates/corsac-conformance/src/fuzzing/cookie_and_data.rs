//! Cookies, and `data:` URLs.

use std::time::Duration;

use corsac_fetch::cookies::{
    CookieCaller, CookieContext, CookieStore, MAX_COOKIES, MAX_NAME_AND_VALUE_LEN, SameSiteContext,
};
use corsac_fetch::data_url::process_data_url;
use url::Url;

/// Cookies are kept and sent back only where they may be, and as they are written.
pub fn set_cookie(data: &[u8]) {
    let urls = [
        "https://www.app.example/a/b",
        "http://www.app.example/a",
        "https://app.example/",
    ]
    .map(|it| Url::parse(it).expect("it is a URL"));
    let context = |url, caller| CookieContext {
        url,
        caller,
        same_site: SameSiteContext::StrictOrLess,
    };
    let now = Duration::from_secs(1_780_000_000);
    let mut store = CookieStore::default();
    for (index, line) in data.split(|byte| *byte == b'\n').enumerate() {
        let url = &urls[index % urls.len()];
        let context = context(url, CookieCaller::Http);
        let mut fresh = CookieStore::default();
        let is_kept = fresh.store(line, context, now).is_ok();
        let sent = fresh.retrieve(context, now);
        if is_kept && !line.contains(&b';') {
            assert_eq!(sent, Some(naive_cookie(line)));
        }
        assert!(sent.is_none_or(|it| it.len() <= MAX_NAME_AND_VALUE_LEN + 1));
        let _ = store.store(line, context, now);
    }
    assert!(store.len() <= MAX_COOKIES);
    let everything = store
        .retrieve(context(&urls[0], CookieCaller::Http), now)
        .unwrap_or_default();
    for url in &urls {
        let by_script = store.document_cookie(url, now);
        let by_http = store
            .retrieve(context(url, CookieCaller::Http), now)
            .unwrap_or_default();
        assert!(by_script.len() <= by_http.len());
        assert!(
            !by_http
                .iter()
                .any(|byte| matches!(byte, 0..=8 | 10..=31 | 127))
        );
    }
    // What goes over plain HTTP to a host goes over HTTPS too.
    let insecure = Url::parse("http://www.app.example/a/b").expect("it is a URL");
    let over_http = store
        .retrieve(context(&insecure, CookieCaller::Http), now)
        .unwrap_or_default();
    assert!(over_http.len() <= everything.len());
}

/// The pair of a line without attributes, as it is sent back.
fn naive_cookie(line: &[u8]) -> Vec<u8> {
    let line: String = line.iter().map(|byte| char::from(*byte)).collect();
    let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
    let pair = match line.split_once('=') {
        None => trim(&line),
        Some((name, value)) if trim(name).is_empty() => trim(value),
        Some((name, value)) => format!("{}={}", trim(name), trim(value)),
    };
    pair.chars()
        .map(|it| u8::try_from(it).expect("it was a byte"))
        .collect()
}

/// The body of a `data:` URL is what stands after the comma.
pub fn data_url(data: &[u8]) {
    let text = format!("data:{}", String::from_utf8_lossy(data));
    let Ok(url) = Url::parse(&text) else { return };
    let read = process_data_url(&url);
    let written = url.as_str().split('#').next().unwrap_or_default();
    let Some((head, body)) = written.split_once(',') else {
        assert!(read.is_none());
        return;
    };
    let body = naive_percent_decode(body.as_bytes());
    match read {
        Some(read)
            if head
                .trim_end_matches(' ')
                .to_ascii_lowercase()
                .ends_with("base64") =>
        {
            assert!(read.body.len() <= body.len());
        }
        Some(read) => assert_eq!(read.body, body),
        None => assert!(head.to_ascii_lowercase().contains("base64"), "{text:?}"),
    }
}

fn naive_percent_decode(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let is_hex = |it: &&str| it.bytes().all(|byte| byte.is_ascii_hexdigit());
        match digits.filter(is_hex) {
            Some(digits) if *first == b'%' => {
                decoded.push(u8::from_str_radix(digits, 16).expect("two hex digits"));
                rest = &after[2..];
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

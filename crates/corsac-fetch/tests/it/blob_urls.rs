//! What bytes a `blob:` URL leads to; `conformance/fetch/blob-url.toml` has the rest.

use std::sync::Arc;
use std::time::Duration;

use corsac_fetch::{Blob, NetworkError, Step, UserAgent, fetch};

use crate::support::{asked, page, url};

const URL: &str = "blob:https://app.example/1";

fn user_agent() -> UserAgent {
    let mut user_agent = UserAgent::default();
    let blob = Blob {
        bytes: Arc::from(&b"0123456789"[..]),
        r#type: b"text/plain".to_vec(),
    };
    user_agent.blob_urls_mut().insert(&url(URL), blob);
    user_agent
}

fn bytes(user_agent: &mut UserAgent, range: Option<&str>) -> Result<Vec<u8>, NetworkError> {
    let mut asked = asked(URL);
    let range = range.map(|range| (b"Range".to_vec(), range.into()));
    asked.headers.extend(range);
    let page = page("https://app.example/");
    let Ok(Step::Done(outcome)) = fetch(user_agent, &page, asked, Duration::ZERO) else {
        panic!("a blob needs no network");
    };
    outcome
        .result
        .map(|response| response.data.expect("a body").to_vec())
}

fn check(range: &str, expected: &str) {
    let found = bytes(&mut user_agent(), Some(range)).expect("a range");
    assert_eq!(found, expected.as_bytes(), "{range}");
}

#[test]
fn a_range_has_both_its_ends() {
    check("bytes=0-0", "0");
    check("bytes=2-4", "234");
    check("bytes=9-", "9");
    check("bytes=-3", "789");
    check("bytes=5-10", "56789");
}

#[test]
fn a_url_that_is_revoked_leads_nowhere() {
    let mut user_agent = user_agent();
    assert_eq!(bytes(&mut user_agent, None).expect("a blob"), b"0123456789");
    user_agent.blob_urls_mut().remove(&url(URL));
    let error = bytes(&mut user_agent, None).expect_err("it is revoked");
    assert_eq!(error.code(), "blob-url/no-entry");
}

/// The bytes by their numbers, one by one; `None` if there is none of them.
fn naive_range(start: Option<usize>, end: Option<usize>) -> Option<Vec<u8>> {
    let is_asked_for = |at: usize| match (start, end) {
        (None, None) => false,
        (None, Some(n_last)) => at + n_last >= 10,
        (Some(start), None) => at >= start,
        (Some(start), Some(end)) => start <= end && (start..=end).contains(&at),
    };
    let bytes = b"0123456789".iter().enumerate();
    let found: Vec<u8> = bytes
        .filter(|(at, _)| is_asked_for(*at))
        .map(|it| *it.1)
        .collect();
    (!found.is_empty()).then_some(found)
}

#[test]
fn every_range_has_the_bytes_that_its_numbers_say() {
    let mut user_agent = user_agent();
    let numbers = || std::iter::once(None).chain((0..=12).map(Some));
    let text = |number: Option<usize>| number.map_or(String::new(), |it| it.to_string());
    for start in numbers() {
        for end in numbers() {
            let range = format!("bytes={}-{}", text(start), text(end));
            let found = bytes(&mut user_agent, Some(&range)).ok();
            assert_eq!(found, naive_range(start, end), "{range}");
        }
    }
}

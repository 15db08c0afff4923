//! Requests to test with.

use corsac::user_agent::{Header, HeaderList, RequestOrigin};
use corsac_fetch::internal_request::Request;
use corsac_fetch::url_list::origin_of;
use corsac_fetch::{FetchRequest, Page, ReferrerPolicy};
use url::Url;

pub(crate) fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

pub(crate) fn origin(text: &str) -> RequestOrigin {
    match text {
        "null" => RequestOrigin::Opaque(1),
        _ => origin_of(&url(text)),
    }
}

pub(crate) fn page(text: &str) -> Page {
    Page {
        origin: origin(text),
        url: url(text).into(),
        referrer_policy: ReferrerPolicy::StrictOriginWhenCrossOrigin,
        address: None,
    }
}

/// What `fetch(url)` asks for.
pub(crate) fn asked(url: &str) -> FetchRequest {
    FetchRequest::new(url)
}

pub(crate) fn request(page_url: &str, asked: &FetchRequest) -> Request {
    Request::new(asked, &page(page_url)).expect("a request")
}

pub(crate) fn headers(headers: &[(&str, &str)]) -> HeaderList {
    headers
        .iter()
        .map(|(name, value)| Header::new(name.as_bytes(), value.as_bytes()).expect("a header"))
        .collect()
}

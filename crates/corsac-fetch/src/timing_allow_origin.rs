//! Which pages may see how long a response took.

use corsac::user_agent::{HeaderList, RequestMode, ResponseTainting};

use crate::internal_request::{Request, TimingAllow};

/// May the page see the timing of this response, and of what came before it?
///
/// Follows [TAO check](https://fetch.spec.whatwg.org/#concept-tao-check).
#[must_use]
pub fn tao_check(request: &Request, response: &HeaderList) -> TimingAllow {
    // 2.
    if request.timing_allow == TimingAllow::Failed {
        return TimingAllow::Failed;
    }
    // 3. to 5.
    let values = response.get_decode_and_split(b"timing-allow-origin");
    let origin = request.serialized_origin().as_bytes();
    let is_named = |value: &Vec<u8>| value == b"*" || value == origin;
    if values.is_some_and(|values| values.iter().any(is_named)) {
        return TimingAllow::Passed;
    }
    // 6. to 8.
    let is_foreign_navigation =
        request.mode == RequestMode::Navigate && !request.url_list().is_current_same_origin();
    let is_basic = request.response_tainting == ResponseTainting::Basic;
    match is_basic && !is_foreign_navigation {
        true => TimingAllow::Passed,
        false => TimingAllow::Failed,
    }
}

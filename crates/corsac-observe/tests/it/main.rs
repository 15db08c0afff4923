//! What operators read and count.

#[cfg(feature = "metrics")]
mod counters;
#[cfg(feature = "tracing")]
mod events;
#[cfg(all(feature = "metrics", feature = "tracing"))]
mod examples;

use corsac::server::{Observer, Watch};
use corsac::{Policy, RequestField, RequestHead};

/// A request with an origin.
struct Request<'a>(&'a str);

impl RequestHead for Request<'_> {
    fn method(&self) -> &[u8] {
        b"GET"
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let is_origin = field == RequestField::Origin;
        is_origin.then_some(self.0.as_bytes()).into_iter()
    }
}

/// Lets a policy and a stricter one in report-only mode decide about a request of this origin.
fn decide(observer: &Observer, origin: &str) {
    let policy = |origins: &[&str]| {
        let origins = origins.iter().copied();
        Policy::builder(origins).build().unwrap()
    };
    let live = policy(&["https://app.example", "https://old.example"]);
    let mut watch = Watch::default();
    watch.report_only(policy(&["https://app.example"]));
    watch.observe(observer.clone());
    let request = Request(origin);
    watch.decided(&request, &live.answer(&request));
}

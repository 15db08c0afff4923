//! The server half: a policy decides what to answer to a CORS request.
//!
//! Read [`RequestKind::of`] first: which request is what. Then [`Policy::answer`].

mod answer;
mod builder;
mod changes;
mod dynamic;
mod frozen_table;
mod origin_pattern;
mod origin_set;
mod policy;
mod preflight;
mod refusal;
mod remark;
mod request;
mod request_headers;
mod vary;
mod watch;

pub use answer::{Answer, Change, Decoration, FieldValue, PreparedValue, Reply, ResponseField};
pub use builder::{MAX_AGE_LIMIT, PolicyBuilder};
pub use changes::{Changes, ChangesIter};
pub use dynamic::{DynamicPolicy, Verdict};
pub use origin_pattern::OriginPattern;
pub use origin_set::OriginSet;
pub use policy::{Policy, Prepared};
pub use refusal::Refusal;
pub use remark::{ConfigError, ConfigErrors, Doubt, Mistake, Remark, Setting, Warning};
pub use request::{Lines, RequestField, RequestHead, RequestKind};
pub use request_headers::{
    MAX_REQUEST_HEADERS, MAX_REQUEST_HEADERS_LEN, RequestedName, requested_header_names,
};
pub use vary::vary_covers;
pub use watch::{Decision, Difference, Observer, Watch};

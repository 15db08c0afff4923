//! Responses for transports that have room for one line of each field.

use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};

/// Joins the lines of each field into one, with commas between; `Set-Cookie` stays as it is.
///
/// Some transports carry one value for each name, and drop the others: the JSON in which a Lambda
/// function answers an HTTP API, a function URL or a load balancer is one. If the handler says
/// `Vary: accept-encoding`, the policy's `Vary: Origin` is a second line there, and it must not get
/// lost: a cache would hand one page's permission to another. For all fields but `Set-Cookie` one
/// line means the same ([RFC 9110, 5.3](https://www.rfc-editor.org/rfc/rfc9110#name-field-order)).
///
/// # Examples
///
/// ```
/// use axum::{Router, routing::get};
/// use corsac_tower::{CorsLayer, join_lines};
/// use http::Response;
/// use tower::{ServiceBuilder, ServiceExt, util::MapResponseLayer};
///
/// # let policy = corsac::Policy::builder(["https://app.example"]).build()?;
/// let joined = MapResponseLayer::new(|mut response: Response<_>| {
///     join_lines(response.headers_mut());
///     response
/// });
/// let handler = get(async || ([("vary", "accept-encoding")], "hello"));
/// let app = Router::new()
///     .route("/", handler)
///     .layer(CorsLayer::new(policy))
///     .layer(joined); // around the other
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// # let request = http::Request::new(axum::body::Body::empty());
/// let response = app.oneshot(request).await.unwrap();
/// assert_eq!(response.headers()["vary"], "accept-encoding, Origin");
/// # });
/// # Ok::<(), corsac::ConfigErrors>(())
/// ```
pub fn join_lines(headers: &mut HeaderMap) {
    if headers.len() == headers.keys_len() {
        return;
    }
    let names: Vec<HeaderName> = headers
        .keys()
        .filter(|name| *name != header::SET_COOKIE)
        .cloned()
        .collect();
    for name in names {
        let lines: Vec<&[u8]> = headers
            .get_all(&name)
            .iter()
            .map(HeaderValue::as_bytes)
            .collect();
        if lines.len() > 1 {
            let joined = HeaderValue::from_bytes(&lines.join(&b", "[..]))
                .expect("field values with commas between are a field value");
            headers.insert(name, joined);
        }
    }
}

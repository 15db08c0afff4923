//! What a page sees, as a line.

use corsac::user_agent::HeaderList;
use corsac_fetch::client::Response;
use corsac_fetch::{FilteredResponse, NetworkError, TypeError};
use serde_json::{Value, json};

use super::enumerations::type_name;
use super::text::{base64, isomorphic_decode};

/// The line for a fetch, once its body has been read.
///
/// A body that ends early leaves the response as it is, with a `body-error` beside it.
pub(super) async fn fetched(id: &Value, response: Response) -> Value {
    let seen = match response.outcome.result {
        Ok(seen) => seen,
        Err(error) => return failed(id, &error),
    };
    let body = match response.body {
        Some(body) => Some(body.bytes().await),
        None => None,
    };
    let mut encoded = encode(&seen);
    match body {
        None => encoded["body"] = Value::Null,
        Some(Ok(bytes)) => encoded["body"] = base64(&bytes).into(),
        Some(Err(failure)) => encoded["body-error"] = failure.to_string().into(),
    }
    json!({ "id": id, "response": encoded })
}

/// The line for what `new Request()` throws.
pub(super) fn refused(id: &Value, error: TypeError) -> Value {
    json!({ "id": id, "type-error": error.to_string() })
}

fn failed(id: &Value, error: &NetworkError) -> Value {
    let error = json!({ "code": error.code(), "message": error.to_string() });
    json!({ "id": id, "network-error": error })
}

fn encode(seen: &FilteredResponse) -> Value {
    json!({
        "type": type_name(seen.r#type),
        "url": seen.url.as_ref().map_or("", |url| url.as_str()),
        "redirected": seen.redirected,
        "status": seen.status,
        "status-text": isomorphic_decode(&seen.status_text),
        "headers": headers(&seen.headers),
    })
}

/// The headers in their order, with names in lower case, as scripts get them.
fn headers(headers: &HeaderList) -> Vec<[String; 2]> {
    let pair = |it: &corsac::user_agent::Header| {
        let name = isomorphic_decode(&it.name().to_ascii_lowercase());
        [name, isomorphic_decode(it.value())]
    };
    headers.iter().map(pair).collect()
}

//! What a page sees, as a line.

use corsac::user_agent::HeaderList;
use corsac_fetch::client::{BodyFailure, Response, ResponseBody};
use corsac_fetch::{FilteredResponse, NetworkError, TypeError};
use serde_json::{Value, json};

use super::enumerations::type_name;
use super::text::{base64, isomorphic_decode};

/// The line for a fetch, once its body has been read.
///
/// A body that ends early is there as far as it came, with a `body-error` beside it.
pub(super) async fn fetched(id: &Value, response: Response) -> Value {
    let seen = match response.outcome.result {
        Ok(seen) => seen,
        Err(error) => return failed(id, &error),
    };
    let mut encoded = encode(&seen);
    if let Some(body) = response.body {
        let (bytes, end) = read(body).await;
        encoded["body"] = base64(&bytes).into();
        if let Err(failure) = end {
            encoded["body-error"] = failure.to_string().into();
        }
    }
    json!({ "id": id, "response": encoded })
}

/// The line for a fetch whose body is left to be read, and that body.
///
/// If there is one, `body-pieces` says so.
pub(super) fn begun(id: &Value, response: Response) -> (Value, Option<ResponseBody>) {
    match response.outcome.result {
        Ok(seen) => {
            let mut encoded = encode(&seen);
            encoded["body-pieces"] = response.body.is_some().into();
            (json!({ "id": id, "response": encoded }), response.body)
        }
        Err(error) => (failed(id, &error), None),
    }
}

/// The line for a piece of a body.
pub(super) fn piece(id: &Value, piece: Result<Option<&[u8]>, &BodyFailure>) -> Value {
    match piece {
        Ok(Some(bytes)) => json!({ "id": id, "piece": base64(bytes) }),
        Ok(None) => json!({ "id": id, "end": true }),
        Err(failure) => json!({ "id": id, "body-error": failure.to_string() }),
    }
}

async fn read(mut body: ResponseBody) -> (Vec<u8>, Result<(), BodyFailure>) {
    let mut bytes = Vec::new();
    loop {
        match body.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return (bytes, Ok(())),
            Err(failure) => return (bytes, Err(failure)),
        }
    }
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
        "body": null,
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

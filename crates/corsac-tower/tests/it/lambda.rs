//! The example function, with the events of everything that calls one.

use std::path::Path;

use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::{Adapter, request::LambdaRequest};
use serde_json::{Value, json};
use tower::{Service, ServiceExt};

#[expect(dead_code, reason = "the example's main")]
#[path = "../../examples/aws_lambda.rs"]
mod aws_lambda;

/// What calls a function, and where its answer has the headers that are sent.
const CALLERS: [(&str, &str); 5] = [
    ("rest_api", "multiValueHeaders"),
    ("http_api", "headers"),
    ("function_url", "headers"),
    ("load_balancer", "headers"),
    ("load_balancer_multi_value", "multiValueHeaders"),
];

/// The event of a preflight, as it stands beside the example.
fn preflight(caller: &str) -> Value {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/lambda_events/{caller}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The event of a `GET`, with these `Origin` lines.
fn get(caller: &str, origins: &[&str]) -> Value {
    let mut event = preflight(caller);
    for method in ["/httpMethod", "/requestContext/http/method"] {
        if let Some(method) = event.pointer_mut(method) {
            *method = json!("GET");
        }
    }
    for (kind, origin) in [
        ("headers", json!(origins.last())),
        ("multiValueHeaders", json!(origins)),
    ] {
        if let Some(headers) = event[kind].as_object_mut() {
            headers.retain(|name, _| name == "host");
            headers.insert("origin".to_owned(), origin);
        }
    }
    event
}

async fn answer<F>(function: F, event: Value) -> Value
where
    F: Service<LambdaEvent<LambdaRequest>, Response: serde::Serialize, Error: std::fmt::Debug>,
{
    let payload: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
    let event = LambdaEvent::new(payload, Context::default());
    serde_json::to_value(function.oneshot(event).await.unwrap()).unwrap()
}

/// The value of a header that is sent, all lines with ` and ` between.
fn sent(answer: &Value, kind: &str, name: &str) -> Option<String> {
    let value = answer[kind].get(name)?;
    let lines = value
        .as_array()
        .map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    let lines: Vec<_> = lines.iter().filter_map(Value::as_str).collect();
    Some(lines.join(" and "))
}

#[tokio::test]
async fn a_preflight_is_answered_behind_every_caller() {
    for (caller, kind) in CALLERS {
        let function = aws_lambda::function(aws_lambda::api().unwrap());
        let answer = answer(function, preflight(caller)).await;
        assert_eq!(answer["statusCode"], 204, "{caller}");
        for (name, value) in [
            ("access-control-allow-origin", "https://app.example"),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "PUT"),
            (
                "access-control-allow-headers",
                "authorization, content-type",
            ),
            ("vary", "Origin"),
        ] {
            assert_eq!(
                sent(&answer, kind, name).as_deref(),
                Some(value),
                "{caller}"
            );
        }
    }
}

#[tokio::test]
async fn no_line_of_vary_is_lost() {
    for (caller, kind) in CALLERS {
        let event = get(caller, &["https://app.example"]);
        let function = aws_lambda::function(aws_lambda::api().unwrap());
        let answer = answer(function, event).await;
        assert_eq!(answer["statusCode"], 200, "{caller}");
        let vary = sent(&answer, kind, "vary");
        assert_eq!(vary.as_deref(), Some("accept-encoding, Origin"), "{caller}");
    }
}

#[tokio::test]
async fn two_origins_are_not_taken_for_one() {
    for (caller, kind) in [CALLERS[0], CALLERS[4]] {
        let event = get(caller, &["https://evil.test", "https://app.example"]);
        let function = aws_lambda::function(aws_lambda::api().unwrap());
        let answer = answer(function, event).await;
        let shared = sent(&answer, kind, "access-control-allow-origin");
        assert_eq!(shared, None, "{caller}");
    }
}

/// What the example repairs. If this fails, `lambda_http` does it right, and the example can do
/// without.
#[tokio::test]
async fn lambda_http_alone_loses_lines() {
    let alone = || Adapter::from(aws_lambda::api().unwrap());
    for caller in ["http_api", "function_url", "load_balancer"] {
        let answer = answer(alone(), get(caller, &["https://app.example"])).await;
        let vary = sent(&answer, "headers", "vary");
        assert_eq!(vary.as_deref(), Some("accept-encoding"), "{caller}");
    }
    let event = get("rest_api", &["https://evil.test", "https://app.example"]);
    let answer = answer(alone(), event).await;
    let shared = sent(&answer, "multiValueHeaders", "access-control-allow-origin");
    assert_eq!(shared.as_deref(), Some("https://app.example"));
}

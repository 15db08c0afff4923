//! An API in an AWS Lambda function: behind API Gateway (REST and HTTP APIs), behind an
//! Application Load Balancer, or at a function URL.
//!
//! ```text
//! cargo build --release -p corsac-tower --example aws_lambda
//! ```
//!
//! The program is the `bootstrap` of the runtime `provided.al2023`. Turn off whatever CORS setting
//! the service before the function has: the guide says which, and why.

use axum::Router;
use axum::routing::get;
use corsac::{ConfigErrors, Policy};
use corsac_tower::{CorsLayer, join_lines};
use http::Response;
use lambda_http::lambda_runtime::{self, LambdaEvent};
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, IntoResponse, Request};
use tower::{Service, ServiceExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    lambda_runtime::run(function(api()?)).await
}

/// The API, as it would be anywhere else: the layer is around everything that can answer.
pub(crate) fn api() -> Result<Router, ConfigErrors> {
    let policy = Policy::builder(["https://app.example"])
        .credentials()
        .methods(["PUT"])
        .request_headers(["authorization", "content-type"])
        .build()?;
    let pets = get(async || ([("vary", "accept-encoding")], "[]")).put(async || "kept");
    Ok(Router::new()
        .route("/pets", pets)
        .layer(CorsLayer::new(policy)))
}

/// The function: a service that takes the event of any of the callers, and answers in its form.
///
/// It is what `lambda_http::run` makes of a service, and two things more, which that gets wrong.
/// Where the answer has room for one line of a field, the others are dropped, and with them the
/// policy's `Vary`; so lines are joined. And where an event has the fields twice, once with every
/// line and once with the last only, the last one replaces the others; so that is left out.
pub(crate) fn function<S, B>(
    service: S,
) -> impl Service<LambdaEvent<LambdaRequest>, Response: serde::Serialize, Error = S::Error>
where
    S: Service<Request, Response = Response<B>, Future: Send + 'static> + Send + 'static,
    S::Error: 'static,
    Response<B>: IntoResponse,
    B: 'static,
{
    let service = service.map_response(|mut response| {
        join_lines(response.headers_mut());
        response
    });
    Adapter::from(service).map_request(|mut event: LambdaEvent<LambdaRequest>| {
        keep_every_line(&mut event.payload);
        event
    })
}

fn keep_every_line(event: &mut LambdaRequest) {
    let (all, last) = match event {
        LambdaRequest::ApiGatewayV1(event) => (&event.multi_value_headers, &mut event.headers),
        LambdaRequest::Alb(event) => (&event.multi_value_headers, &mut event.headers),
        // The others have every line once.
        _ => return,
    };
    if !all.is_empty() {
        last.clear();
    }
}

//! The classic mistake: CORS works, until something goes wrong.
//!
//! ```text
//! cargo run -p corsac-tower --example layer_order
//! ```
//!
//! The same API is built in four ways, and is asked the same four things by a page at
//! `https://app.example`. Whatever lacks `Access-Control-Allow-Origin` is hidden by the browser:
//! the page sees a network error where it should have seen a 404 or a 401.
#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use corsac::{ConfigErrors, Policy};
use corsac_tower::CorsLayer;
use http::{StatusCode, header};
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    for order in Order::ALL {
        println!("\n{}", order.name());
        let app = router(order)?;
        for question in Question::ALL {
            let Ok(response) = app.clone().oneshot(question.request()?).await;
            let seen = match is_readable(&response) {
                true => format!("{}", response.status()),
                false => format!("blocked by the browser (it was {})", response.status()),
            };
            println!("  {:<28}{seen}", question.name());
        }
    }
    Ok(())
}

/// Where the layer is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Last, around everything.
    Last,
    /// In the middle of the routes.
    BeforeSomeRoutes,
    /// With `route_layer`, around the routes alone.
    RouteLayer,
    /// Before the layer that asks for a token.
    InsideAuthentication,
}

impl Order {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [
        Self::Last,
        Self::BeforeSomeRoutes,
        Self::RouteLayer,
        Self::InsideAuthentication,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Last => "right: the layer is added last",
            Self::BeforeSomeRoutes => "wrong: the layer is added before some routes",
            Self::RouteLayer => "wrong: the layer is added with route_layer",
            Self::InsideAuthentication => "wrong: the layer is added before authentication",
        }
    }
}

/// The API, with the layer added in this place.
pub(crate) fn router(order: Order) -> Result<Router, ConfigErrors> {
    let cors = CorsLayer::new(
        Policy::builder(["https://app.example"])
            .request_headers(["authorization"])
            .build()?,
    );
    let catalogue = || Router::new().route("/catalogue", get(async || "tea, coffee"));
    let orders = || get(async || "order 7");
    let authentication = from_fn(demand_token);
    Ok(match order {
        Order::Last => catalogue()
            .route("/orders", orders())
            .layer(authentication)
            .layer(cors),
        Order::BeforeSomeRoutes => catalogue()
            .layer(cors)
            .route("/orders", orders())
            .layer(authentication),
        Order::RouteLayer => catalogue()
            .route("/orders", orders())
            .layer(authentication)
            .route_layer(cors),
        Order::InsideAuthentication => catalogue()
            .route("/orders", orders())
            .layer(cors)
            .layer(authentication),
    })
}

/// Answers 401 to a request without a token: also to a preflight, should it get here.
async fn demand_token(request: Request, next: Next) -> Response {
    match request.headers().contains_key(header::AUTHORIZATION) {
        true => next.run(request).await,
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// What the page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// Orders, with a token: the browser's preflight.
    Preflight,
    /// Orders, with a token.
    Orders,
    /// Orders, without a token.
    WithoutToken,
    /// Something that is not there.
    NotThere,
}

impl Question {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [
        Self::Preflight,
        Self::Orders,
        Self::WithoutToken,
        Self::NotThere,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Preflight => "OPTIONS /orders (preflight)",
            Self::Orders => "GET /orders",
            Self::WithoutToken => "GET /orders without a token",
            Self::NotThere => "GET /nothing",
        }
    }

    /// The request, as the browser sends it.
    pub(crate) fn request(self) -> Result<Request, http::Error> {
        let path = if self == Self::NotThere {
            "/nothing"
        } else {
            "/orders"
        };
        let request = Request::builder()
            .uri(path)
            .header(header::ORIGIN, "https://app.example");
        let request = match self {
            Self::Preflight => request
                .method("OPTIONS")
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET")
                .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization"),
            Self::Orders | Self::NotThere => request.header(header::AUTHORIZATION, "Bearer token"),
            Self::WithoutToken => request,
        };
        request.body(Body::empty())
    }
}

/// Does the browser let the page see this response?
pub(crate) fn is_readable(response: &Response) -> bool {
    response
        .headers()
        .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
}

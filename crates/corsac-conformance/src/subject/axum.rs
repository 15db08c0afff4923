//! The router for axum, whose route has the methods that the case says.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::{MethodFilter, MethodRouter, any};
use corsac::Refusal;
use corsac_tower::CorsLayer;
use corsac_tower::axum::CorsRouter;
use http::{Method, Response, StatusCode};
use tower::ServiceExt;

use super::tower::{handler_response, request_of};
use super::{Subject, SubjectError, policy_without_methods_of};
use crate::question::{AnsweredBy, Fields, Outcome, Question};
use crate::server_case::Transport;

/// The router for axum, called in process.
#[derive(Debug)]
pub struct AxumSubject {
    runtime: tokio::runtime::Runtime,
}

impl AxumSubject {
    /// A subject with a runtime of its own.
    pub fn new() -> Result<Self, SubjectError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| SubjectError::new("no runtime", error))?;
        Ok(Self { runtime })
    }
}

impl Subject for AxumSubject {
    fn transport(&self) -> Transport {
        Transport::Axum
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let was_called = Arc::new(AtomicBool::new(false));
        let router = Router::new().route("/", route(question, &was_called)?);
        let layer = CorsLayer::new(policy_without_methods_of(question)?).refusals_in_extensions();
        let app = CorsRouter::new(router, layer);
        let request = request_of(question)?.map(|()| Body::empty());
        let Ok(response) = self.runtime.block_on(app.oneshot(request));
        let refusal = response.extensions().get::<Refusal>().copied();
        let (refusal, fault) = Outcome::codes_of(refusal);
        let lines = response.headers().iter();
        let fields = Fields::of(lines.map(|(name, value)| (name.as_str(), value.as_bytes())));
        let status = response.status().as_u16();
        let body = self
            .runtime
            .block_on(to_bytes(response.into_body(), LONGEST_BODY));
        let body = body.map_err(|error| SubjectError::new("the body", error))?;
        Ok(Outcome {
            answered_by: match was_called.load(Ordering::SeqCst) {
                true => AnsweredBy::Handler,
                false => AnsweredBy::Policy,
            },
            status,
            refusal,
            fault,
            fields,
            body_len: body.len(),
        })
    }
}

/// No handler of a case answers with more.
const LONGEST_BODY: usize = 1024;

/// A route with the question's methods, or for every method. What it lacks is answered by the same
/// handler, so that the case says what comes out.
fn route(
    question: &Question,
    was_called: &Arc<AtomicBool>,
) -> Result<MethodRouter<(), Infallible>, SubjectError> {
    let response = handler_response(&question.response)?;
    let response = response.unwrap_or_else(|| {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = StatusCode::BAD_GATEWAY;
        response
    });
    let was_called = Arc::clone(was_called);
    let handler = async move || {
        was_called.store(true, Ordering::SeqCst);
        response.map(Body::from)
    };
    let Some(methods) = &question.methods else {
        return Ok(any(handler));
    };
    let mut route = MethodRouter::new().fallback(handler.clone());
    for method in methods {
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|error| SubjectError::new("the method", error))?;
        let filter = MethodFilter::try_from(method)
            .map_err(|error| SubjectError::new("the method", error))?;
        route = route.on(filter, handler.clone());
    }
    Ok(route)
}

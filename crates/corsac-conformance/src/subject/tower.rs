//! The tower layer around a service that answers what the case says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use corsac::Refusal;
use corsac_tower::CorsLayer;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{Subject, SubjectError, policy_of};
use crate::question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};
use crate::server_case::Transport;

/// The tower layer, called in process.
#[derive(Debug)]
pub struct TowerSubject {
    runtime: tokio::runtime::Runtime,
}

impl TowerSubject {
    /// A subject with a runtime of its own.
    pub fn new() -> Result<Self, SubjectError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| SubjectError::new("no runtime", error))?;
        Ok(Self { runtime })
    }
}

impl Subject for TowerSubject {
    fn transport(&self) -> Transport {
        Transport::Tower
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let layer = CorsLayer::new(policy_of(question)?).refusals_in_extensions();
        let layer = layer.map_err(|_: HandlerFailed| {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        });
        let was_called = Arc::new(AtomicBool::new(false));
        let handler = {
            let was_called = Arc::clone(&was_called);
            let response = handler_response(&question.response)?;
            service_fn(move |_: Request<()>| {
                was_called.store(true, Ordering::SeqCst);
                std::future::ready(response.clone().ok_or(HandlerFailed))
            })
        };
        let response = layer.layer(handler).oneshot(request_of(question)?);
        let Ok(response) = self.runtime.block_on(response);
        let refusal = response.extensions().get::<Refusal>().copied();
        let (refusal, fault) = Outcome::codes_of(refusal);
        let lines = response.headers().iter();
        Ok(Outcome {
            answered_by: match was_called.load(Ordering::SeqCst) {
                true => AnsweredBy::Handler,
                false => AnsweredBy::Policy,
            },
            status: response.status().as_u16(),
            refusal,
            fault,
            fields: Fields::of(lines.map(|(name, value)| (name.as_str(), value.as_bytes()))),
            body_len: response.body().len(),
        })
    }
}

/// The handler gave no response.
#[derive(Clone, Copy, Debug)]
struct HandlerFailed;

pub(super) fn request_of(question: &Question) -> Result<Request<()>, SubjectError> {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(question.method.as_bytes())
        .map_err(|error| SubjectError::new("the method", error))?;
    *request.headers_mut() = header_map(&question.fields)?;
    Ok(request)
}

pub(super) fn handler_response(
    response: &HandlerResponse,
) -> Result<Option<Response<Vec<u8>>>, SubjectError> {
    let HandlerResponse::Response { status, fields } = response else {
        return Ok(None);
    };
    let mut response = Response::new(b"the handler's body".to_vec());
    *response.status_mut() =
        StatusCode::from_u16(*status).map_err(|error| SubjectError::new("the status", error))?;
    *response.headers_mut() = header_map(fields)?;
    Ok(Some(response))
}

fn header_map(lines: &[(String, Vec<u8>)]) -> Result<HeaderMap, SubjectError> {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        let unusable = |error: &dyn std::fmt::Display| SubjectError::new(name, error);
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unusable(&error))?;
        let value = HeaderValue::from_bytes(value).map_err(|error| unusable(&error))?;
        headers.append(key, value);
    }
    Ok(headers)
}

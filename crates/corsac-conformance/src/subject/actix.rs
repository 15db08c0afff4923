//! The actix-web middleware around a service that answers what the case says.

use std::cell::Cell;
use std::fmt;
use std::future::ready;
use std::rc::Rc;

use actix_web::body::{MessageBody, to_bytes_limited};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, fn_service};
use actix_web::error::ErrorBadGateway;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::rt::{System, SystemRunner};
use actix_web::test::TestRequest;
use actix_web::{Error, HttpMessage, HttpResponse};
use corsac::Refusal;
use corsac_actix::Cors;

use super::{Subject, SubjectError, policy_of};
use crate::question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};
use crate::server_case::Transport;

/// The actix-web middleware, called in process.
pub struct ActixSubject {
    system: SystemRunner,
}

impl ActixSubject {
    /// A subject with a runtime of its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            system: System::new(),
        }
    }
}

impl Default for ActixSubject {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ActixSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActixSubject").finish_non_exhaustive()
    }
}

impl Subject for ActixSubject {
    fn transport(&self) -> Transport {
        Transport::Actix
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let cors = Cors::new(policy_of(question)?).refusals_in_extensions();
        let request = request_of(question)?;
        let was_called = Rc::new(Cell::new(false));
        let handler = {
            let was_called = Rc::clone(&was_called);
            let response = question.response.clone();
            fn_service(move |request: ServiceRequest| {
                was_called.set(true);
                ready(handle(&response, request))
            })
        };
        let asked = request.request().clone();
        let response = self.system.block_on(async {
            let service = cors.new_transform(handler).await.ok()?;
            Some(match service.call(request).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                // What actix-web makes of an error that no other middleware takes.
                Err(error) => error.error_response(),
            })
        });
        let response = response.ok_or_else(|| SubjectError::new("actix", "no middleware"))?;
        let answered_by = match was_called.get() {
            true => AnsweredBy::Handler,
            false => AnsweredBy::Policy,
        };
        let refusal = asked.extensions().get::<Refusal>().copied();
        self.outcome(answered_by, refusal, response)
    }
}

impl ActixSubject {
    fn outcome(
        &self,
        answered_by: AnsweredBy,
        refusal: Option<Refusal>,
        response: HttpResponse,
    ) -> Result<Outcome, SubjectError> {
        let (refusal, fault) = Outcome::codes_of(refusal);
        let lines = response.headers().iter();
        let fields = Fields::of(lines.map(|(name, value)| (name.as_str(), value.as_bytes())));
        let status = response.status().as_u16();
        let body = to_bytes_limited(response.into_body(), LONGEST_BODY);
        let body = self
            .system
            .block_on(body)
            .map_err(|error| SubjectError::new("the body", error))?
            .map_err(|error| SubjectError::new("the body", error))?;
        Ok(Outcome {
            answered_by,
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

fn handle(response: &HandlerResponse, request: ServiceRequest) -> Result<ServiceResponse, Error> {
    let HandlerResponse::Response { status, fields } = response else {
        return Err(ErrorBadGateway("the handler gave no response"));
    };
    let status = StatusCode::from_u16(*status).map_err(ErrorBadGateway)?;
    let mut response = HttpResponse::with_body(status, "the handler's body".boxed());
    for (name, value) in fields {
        let (name, value) = line(name, value).map_err(ErrorBadGateway)?;
        response.headers_mut().append(name, value);
    }
    Ok(request.into_response(response))
}

fn request_of(question: &Question) -> Result<ServiceRequest, SubjectError> {
    let method = Method::from_bytes(question.method.as_bytes())
        .map_err(|error| SubjectError::new("the method", error))?;
    let mut request = TestRequest::default().method(method);
    for (name, value) in &question.fields {
        request = request.append_header(line(name, value)?);
    }
    Ok(request.to_srv_request())
}

fn line(name: &str, value: &[u8]) -> Result<(HeaderName, HeaderValue), SubjectError> {
    let unusable = |error: &dyn fmt::Display| SubjectError::new(name, error);
    let key = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unusable(&error))?;
    let value = HeaderValue::from_bytes(value).map_err(|error| unusable(&error))?;
    Ok((key, value))
}

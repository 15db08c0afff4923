//! The tower layer in a Lambda function, behind each of the four services that can call one.
//!
//! The function is the one of the example. A question becomes the JSON document that the service
//! hands to the function, and the function's JSON becomes the lines that the service sends.

mod event;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use corsac::Refusal;
use corsac_tower::CorsLayer;
use http::{Response, StatusCode};
use lambda_http::lambda_runtime::{Context, LambdaEvent};
use lambda_http::request::LambdaRequest;
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};

use super::tower::handler_response;
use super::{Subject, SubjectError, policy_of};
use crate::question::{AnsweredBy, Fields, Outcome, Question};
use crate::server_case::Transport;

#[expect(dead_code, reason = "the example's main, and the API of its own")]
#[path = "../../../corsac-tower/examples/aws_lambda.rs"]
mod aws_lambda;

pub use event::Caller;

/// A Lambda function, called in process by what stands before it.
pub struct LambdaSubject {
    caller: Caller,
    runtime: tokio::runtime::Runtime,
}

impl LambdaSubject {
    /// A subject behind this service, with a runtime of its own.
    pub fn behind(caller: Caller) -> Result<Self, SubjectError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.map_err(|error| SubjectError::new("no runtime", error))?;
        Ok(Self { caller, runtime })
    }
}

impl fmt::Debug for LambdaSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LambdaSubject")
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

impl Subject for LambdaSubject {
    fn transport(&self) -> Transport {
        match self.caller {
            Caller::RestApi => Transport::LambdaRestApi,
            Caller::HttpApi => Transport::LambdaHttpApi,
            Caller::FunctionUrl => Transport::LambdaFunctionUrl,
            Caller::LoadBalancer => Transport::LambdaLoadBalancer,
            Caller::LoadBalancerWithMultiValueHeaders => Transport::LambdaLoadBalancerMultiValue,
        }
    }

    fn carries(&self, question: &Question) -> bool {
        self.caller.carries(question)
    }

    fn joins_lines(&self) -> bool {
        true
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let refused = Arc::new(Mutex::new(None));
        let was_called = Arc::new(AtomicBool::new(false));
        let layer = CorsLayer::new(policy_of(question)?).refusals_in_extensions();
        let layer = layer.map_err(|_: HandlerFailed| {
            let mut response = Response::new(String::new());
            *response.status_mut() = StatusCode::BAD_GATEWAY;
            response
        });
        let handler = {
            let was_called = Arc::clone(&was_called);
            let response = handler_response(&question.response)?;
            let response = response.map(|it| it.map(|_| "the handler's body".to_owned()));
            service_fn(move |_: lambda_http::Request| {
                was_called.store(true, Ordering::SeqCst);
                std::future::ready(response.clone().ok_or(HandlerFailed))
            })
        };
        let told = Arc::clone(&refused);
        let service = layer.layer(handler).map_response(move |response| {
            let refusal = response.extensions().get::<Refusal>().copied();
            *told.lock().expect("nothing panics while it holds the lock") = refusal;
            response
        });
        let answer = self.invoke(aws_lambda::function(service), question)?;
        let refusal = *refused
            .lock()
            .expect("nothing panics while it holds the lock");
        let (refusal, fault) = Outcome::codes_of(refusal);
        let unexpected = || SubjectError::new("the function's answer", &answer);
        let status = answer["statusCode"].as_u64().ok_or_else(unexpected)?;
        Ok(Outcome {
            answered_by: match was_called.load(Ordering::SeqCst) {
                true => AnsweredBy::Handler,
                false => AnsweredBy::Policy,
            },
            status: u16::try_from(status).map_err(|_| unexpected())?,
            refusal,
            fault,
            fields: Fields::of(self.caller.sent_lines(&answer).ok_or_else(unexpected)?),
            body_len: answer["body"].as_str().map_or(0, str::len),
        })
    }
}

impl LambdaSubject {
    /// Hands the question's event to the function, as JSON, and takes its answer, as JSON.
    fn invoke<F>(&self, function: F, question: &Question) -> Result<Value, SubjectError>
    where
        F: tower::Service<LambdaEvent<LambdaRequest>>,
        F::Response: serde::Serialize,
        F::Error: fmt::Display,
    {
        let event = self.caller.event(question).to_string();
        let event: LambdaRequest = serde_json::from_str(&event)
            .map_err(|error| SubjectError::new("the event is not understood", error))?;
        let event = LambdaEvent::new(event, Context::default());
        let answer = self.runtime.block_on(function.oneshot(event));
        let answer = answer.map_err(|error| SubjectError::new("the function failed", error))?;
        serde_json::to_value(answer).map_err(|error| SubjectError::new("the answer", error))
    }
}

/// The handler gave no response.
#[derive(Clone, Copy, Debug)]
struct HandlerFailed;

//! The cases of `conformance/server/*.toml`.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::field::FieldLine;
use crate::load::{Entry, LoadErrors, load_dir};
use crate::question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};

/// One case: a policy, a request and a handler's response, and what must come out.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerCase {
    /// The file in which it stands.
    #[serde(skip)]
    pub file: String,
    /// What is the case, as a sentence.
    pub name: String,
    /// The rules of the server half that it shows, by their numbers.
    pub rule: Vec<u8>,
    /// The faults of other libraries that it guards against.
    #[serde(default)]
    pub guards: Vec<String>,
    /// The subjects that can carry the case, if not all can.
    pub transports: Option<Vec<Transport>>,
    /// Why not all subjects can carry it.
    pub because: Option<String>,
    /// The keys of one policy.
    pub policy: String,
    /// The methods that exist at the route.
    pub methods: Option<Vec<String>>,
    /// The request.
    pub request: RequestData,
    /// What the handler answers.
    #[serde(default)]
    pub response: ResponseData,
    /// What must come out.
    pub expect: Expectation,
}

/// How a subject takes a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Transport {
    /// The core alone: bytes in memory.
    Core,
    /// The tower layer: values of the `http` crate.
    Tower,
    /// The router for axum: values of the `http` crate, and routes.
    Axum,
    /// The actix-web middleware: values of actix-web.
    Actix,
    /// The gateway: HTTP/1.1 over TCP.
    Gateway,
    /// The tower layer in a Lambda function behind an API Gateway REST API.
    LambdaRestApi,
    /// The same behind an API Gateway HTTP API.
    LambdaHttpApi,
    /// The same at a function URL.
    LambdaFunctionUrl,
    /// The same behind a load balancer.
    LambdaLoadBalancer,
    /// The same behind a load balancer with multi-value headers.
    LambdaLoadBalancerMultiValue,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Core => "core",
            Self::Tower => "tower",
            Self::Axum => "axum",
            Self::Actix => "actix",
            Self::Gateway => "gateway",
            Self::LambdaRestApi => "lambda, REST API",
            Self::LambdaHttpApi => "lambda, HTTP API",
            Self::LambdaFunctionUrl => "lambda, function URL",
            Self::LambdaLoadBalancer => "lambda, load balancer",
            Self::LambdaLoadBalancerMultiValue => "lambda, load balancer, multi-value",
        })
    }
}

/// The request of a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestData {
    /// The method.
    pub method: String,
    /// The field lines.
    pub headers: Vec<FieldLine>,
}

/// The handler's response of a case: 200 without fields if nothing is said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResponseData {
    status: Option<u16>,
    #[serde(default)]
    headers: Vec<FieldLine>,
    #[serde(default)]
    fails: bool,
}

/// What must come out of a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    answered_by: AnsweredBy,
    status: u16,
    refusal: Option<String>,
    fault: Option<String>,
    headers: Vec<FieldLine>,
}

impl ServerCase {
    /// The case as a subject is asked.
    #[must_use]
    pub fn question(&self) -> Question {
        let response = match self.response.fails {
            true => HandlerResponse::Failure,
            false => HandlerResponse::Response {
                status: self.response.status.unwrap_or(200),
                fields: expanded(&self.response.headers),
            },
        };
        Question {
            policy: self.policy.clone(),
            methods: self.methods.clone(),
            method: self.request.method.clone(),
            fields: expanded(&self.request.headers),
            response,
        }
    }

    /// Is the case for a subject with this transport?
    #[must_use]
    pub fn is_for(&self, transport: Transport) -> bool {
        self.transports
            .as_ref()
            .is_none_or(|it| it.contains(&transport))
    }
}

impl Expectation {
    /// Who must have answered.
    #[must_use]
    pub fn answered_by(&self) -> AnsweredBy {
        self.answered_by
    }

    /// The status that must come out.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code of the refusal that must be told.
    #[must_use]
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// The code of the origin's fault that must be told.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// All fields of CORS, and `Vary`, that must come out.
    #[must_use]
    pub fn fields(&self) -> Fields {
        Fields::of(expanded(&self.headers))
    }

    /// Is it what came out?
    #[must_use]
    pub fn is_met_by(&self, outcome: &Outcome) -> bool {
        self.answered_by == outcome.answered_by
            && self.status == outcome.status
            && self.refusal.as_deref() == outcome.refusal
            && self.fault.as_deref() == outcome.fault
            && self.fields() == outcome.fields
            && (self.answered_by == AnsweredBy::Handler || outcome.body_len == 0)
    }
}

/// Reads all cases of a directory.
pub fn load_server_cases(dir: &Path) -> Result<Vec<ServerCase>, LoadErrors> {
    load_dir(dir)
}

impl Entry for ServerCase {
    const KEY: &'static str = "case";
    const NAME_KEY: &'static str = "name";

    fn found_in(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn faults(&self) -> Vec<String> {
        let lines = [
            &self.request.headers,
            &self.response.headers,
            &self.expect.headers,
        ];
        let lines = lines.into_iter().flatten();
        let mut faults: Vec<_> = lines.filter_map(|line| line.expanded().err()).collect();
        if self.rule.is_empty() || !self.rule.iter().all(|rule| (1..=14).contains(rule)) {
            faults.push("`rule` names at least one of the rules 1 to 14".to_owned());
        }
        if self.transports.is_some() != self.because.is_some() {
            faults.push("`transports` and `because` go together".to_owned());
        }
        if self.expect.fault.is_some() != (self.expect.refusal() == Some("malformed-origin")) {
            faults.push("`fault` and the refusal `malformed-origin` go together".to_owned());
        }
        let fields = self.expect.headers.iter().map(|FieldLine(name, _)| name);
        for name in fields.filter(|it| Fields::of([(it, "")]).0.is_empty()) {
            faults.push(format!(
                "`expect.headers` has `{name}`, which is no field of CORS"
            ));
        }
        let says_more = self.response.status.is_some() || !self.response.headers.is_empty();
        if self.response.fails && says_more {
            faults.push("a handler that fails answers nothing".to_owned());
        }
        faults
    }
}

fn expanded(lines: &[FieldLine]) -> Vec<(String, Vec<u8>)> {
    let lines = lines
        .iter()
        .map(|line| line.expanded().expect("checked when it was loaded"));
    lines.flatten().collect()
}

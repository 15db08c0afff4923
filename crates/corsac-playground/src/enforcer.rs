//! The gateway, and the policy that it enforces.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
};

use corsac_config::{Config, Problems};
use corsac_gateway::{AnsweredBy as Answerer, Exchange as Observed, Gateway};
use corsac_tower::apply::Head;
use tokio::net::TcpListener;

use crate::{
    addresses::Addresses,
    recorder::{AnsweredBy, Exchange, Hop, Recorder},
};

/// The gateway in front of the API, with the policy that is in force.
#[derive(Debug)]
pub(crate) struct Enforcer {
    gateway: Gateway,
    /// The one route to the API, without a policy.
    config: Config,
    in_force: Mutex<InForce>,
}

/// The policy that the gateway enforces, as it was written.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) text: String,
    pub(crate) warnings: Problems,
    /// How many policies have been in force, this one included.
    pub(crate) edition: u64,
}

impl Enforcer {
    /// A gateway that enforces the first policy of the demo, and records what it sees.
    pub(crate) fn new(addresses: &Addresses, recorder: Recorder) -> Self {
        let api = addresses.api();
        let route = format!("[[route]]\npath = \"/\"\nupstream = \"{api}\"\n");
        let config = corsac_config::read(&route).expect("the demo's route is a configuration");
        let text = first_policy(addresses);
        let (gateway_config, warnings) =
            with_policy(&config, &text).expect("the demo's first policy is a policy");
        let observer = Arc::new(move |observed: &Observed<'_>| record(&recorder, observed));
        let gateway = Gateway::new(&gateway_config).with_observer(observer);
        let in_force = Mutex::new(InForce {
            text,
            warnings,
            edition: 1,
        });
        Self {
            gateway,
            config,
            in_force,
        }
    }

    /// Puts a policy in force, while the gateway serves. A broken one changes nothing.
    pub(crate) fn apply(&self, text: &str) -> Result<InForce, Problems> {
        let (config, warnings) = with_policy(&self.config, text)?;
        let mut in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        self.gateway.replace(&config);
        let edition = in_force.edition + 1;
        *in_force = InForce {
            text: text.to_owned(),
            warnings,
            edition,
        };
        Ok(in_force.clone())
    }

    /// The policy that is in force.
    pub(crate) fn in_force(&self) -> InForce {
        self.in_force
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Serves until `shutdown` is done.
    pub(crate) async fn serve(&self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        self.gateway.serve(listener, shutdown).await;
    }
}

fn with_policy(config: &Config, text: &str) -> Result<(Config, Problems), Problems> {
    let (policy, warnings) = corsac_config::read_policy_with_warnings(text)?;
    let mut config = config.clone();
    for route in &mut config.routes {
        route.policy = Some(policy.clone());
    }
    Ok((config, warnings))
}

fn record(recorder: &Recorder, observed: &Observed<'_>) {
    let Observed {
        method,
        uri,
        request_headers,
        status,
        response_headers,
        ..
    } = *observed;
    let by = match observed.answered_by {
        Answerer::Policy => AnsweredBy::Policy,
        Answerer::Upstream => AnsweredBy::Api,
        // It failed, or was asked something itself; there may be more such cases one day.
        _ => AnsweredBy::Gateway,
    };
    let mut exchange = Exchange::new(Hop::BrowserToGateway, method, uri, request_headers).answered(
        by,
        status,
        response_headers,
    );
    if let Some(refusal) = observed.refusal {
        exchange = exchange.refused(&refusal, &Head::new(method, request_headers));
    }
    recorder.record(exchange);
}

/// What the page may do, and nobody else.
fn first_policy(addresses: &Addresses) -> String {
    format!(
        r#"# Who may read the API's answers: this page.
allow-origins     = ["{page}"]

# GET, HEAD and POST need no mention.
allow-methods     = ["PUT", "DELETE"]
allow-headers     = ["content-type"]
expose-headers    = ["x-total-count"]
allow-credentials = true

# Every press shows its preflight: none is kept.
max-age           = "0s"
"#,
        page = addresses.page()
    )
}

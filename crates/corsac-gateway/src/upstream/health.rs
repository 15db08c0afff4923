//! Asks servers whether they are well, for as long as the gateway serves.

use std::sync::Arc;

use corsac_config::HealthCheck;
use http::header::{HOST, HeaderMap, HeaderValue, USER_AGENT};
use http::{Request, Uri};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::request_body::RequestBody;
use super::server::{Patience, Server};
use super::standing::IsIll;
use crate::limits::ILL_AFTER;

/// Checks the servers that `servers` gives, and again when they change.
///
/// Whoever drops it stops all checks.
pub(crate) async fn check(servers: impl Fn() -> Vec<Arc<Server>>, change: &Notify) {
    let mut checks = JoinSet::new();
    let mut checked: Vec<(Arc<Server>, AbortHandle)> = Vec::new();
    loop {
        let changed = change.notified();
        let servers = servers();
        checked.retain(|(server, task)| {
            let is_there = servers.iter().any(|it| Arc::ptr_eq(it, server));
            if !is_there {
                task.abort();
            }
            is_there
        });
        for server in &servers {
            if let Some(check) = &server.health_check
                && !checked.iter().any(|(it, _)| Arc::ptr_eq(it, server))
            {
                let task = checks.spawn(watch(Arc::clone(server), check.clone()));
                checked.push((Arc::clone(server), task));
            }
        }
        changed.await;
        while checks.try_join_next().is_some() {}
    }
}

async fn watch(server: Arc<Server>, check: HealthCheck) {
    let mut interval = interval(check.interval);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut n_failures = 0_u32;
    loop {
        interval.tick().await;
        match is_well(&server, &check).await {
            true => n_failures = 0,
            false => n_failures = n_failures.saturating_add(1),
        }
        match n_failures {
            0 => server.standing.set_ill(IsIll::No),
            it if it >= ILL_AFTER => server.standing.set_ill(IsIll::Yes),
            _ => {}
        }
    }
}

/// Does the server answer with success, or with a redirection, in time?
async fn is_well(server: &Arc<Server>, check: &HealthCheck) -> bool {
    let patience = Patience {
        connect: check.interval,
        response: check.interval,
    };
    let mut request = request(server, check);
    let exchanged = server.send(&mut request, patience);
    match timeout(check.interval, exchanged).await {
        Ok(Ok(exchanged)) => {
            let status = exchanged.head.status;
            status.is_success() || status.is_redirection()
        }
        Ok(Err(_)) | Err(_) => false,
    }
}

fn request(server: &Server, check: &HealthCheck) -> Request<RequestBody> {
    let mut request = Request::new(RequestBody::empty());
    *request.uri_mut() = Uri::try_from(check.path.as_str()).expect("it was parsed as a path");
    let headers: &mut HeaderMap = request.headers_mut();
    headers.insert(HOST, server.host_field.clone());
    headers.insert(USER_AGENT, HeaderValue::from_static("corsac-health"));
    request
}

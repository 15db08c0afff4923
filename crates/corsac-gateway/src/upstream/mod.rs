//! What is behind a route: a server, or several that do the same.

mod carrier;
mod copy;
mod health;
mod http1;
mod http2;
mod io;
mod pool;
mod request_body;
mod response_body;
mod server;
mod servers;
mod standing;
mod tls;
mod unanswered;

pub(crate) use self::health::check as check_health;
pub(crate) use self::http1::Connection;
pub use self::http1::{RecordedResponse, read_http1_response};
pub(crate) use self::request_body::RequestBody;
pub(crate) use self::response_body::{BrokenOff, ResponseBody, StreamedBody};
pub(crate) use self::server::{Exchanged, Patience};
pub(crate) use self::servers::{ServerNumbers, Servers, UpstreamMaker};

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::Request;
use http::header::HeaderValue;
use tokio::time::Instant;

use self::server::Server;
use self::standing::Budget;
use self::unanswered::Unanswered;
use crate::failure::Failure;

/// Servers that do the same.
#[derive(Debug)]
pub(crate) struct Upstream {
    servers: Box<[Arc<Server>]>,
    n_retries: u32,
    budget: Budget,
}

impl Upstream {
    /// The value of `Host` in requests to it, if it is one server.
    pub(crate) fn host_field(&self) -> &HeaderValue {
        &self.servers[0].host_field
    }

    /// Lets a server answer a request.
    ///
    /// The request is his who sends it: what is at hand is moved no more than once.
    pub(crate) async fn send(
        &self,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        match &*self.servers {
            [server] => {
                let sent = server.send(request, patience).await;
                sent.map_err(|unanswered| unanswered.failure)
            }
            _ => Box::pin(self.send_to_one(request, patience)).await,
        }
    }

    /// Lets one of several servers answer, and another if that one did not take the request.
    async fn send_to_one(
        &self,
        request: &mut Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        let mut tried = Vec::new();
        loop {
            let position = self.choose(&tried, Instant::now());
            let server = &self.servers[position];
            server.address_http1(request);
            let Unanswered {
                failure,
                may_be_sent_again,
                ..
            } = match server.send(request, patience).await {
                Ok(exchanged) => {
                    server.standing.succeeded();
                    self.budget.earn();
                    return Ok(exchanged);
                }
                Err(unanswered) => unanswered,
            };
            if failure.is_of_server() {
                server.standing.failed(Instant::now());
            }
            tried.push(position);
            let is_last =
                tried.len() > self.n_retries as usize || tried.len() == self.servers.len();
            if !may_be_sent_again || is_last || !self.budget.spend() {
                return Err(failure);
            }
        }
    }

    /// The one of two servers at random that has less to do.
    ///
    /// To ask all of them costs more the more there are, and sends all that arrives in a moment to
    /// the same one; of two at random, the one that is slow is avoided all the same.
    fn choose(&self, tried: &[usize], now: Instant) -> usize {
        let len = self.servers.len();
        let random = random();
        let first = (random >> 32) as usize % len;
        let second = (first + 1 + (random & 0xffff_ffff) as usize % (len - 1)) % len;
        let is_good = |it: &usize| !tried.contains(it) && self.servers[*it].standing.is_good(now);
        let n_in_flight = |it: &usize| self.servers[*it].n_in_flight.load(Ordering::Relaxed);
        let good = [first, second].into_iter().filter(is_good);
        good.min_by_key(n_in_flight)
            .or_else(|| (0..len).map(|step| (first + step) % len).find(is_good))
            // None is well: that may be the checks' mistake, and nothing is worse than no answer.
            .or_else(|| {
                (0..len)
                    .map(|step| (first + step) % len)
                    .find(|it| !tried.contains(it))
            })
            .unwrap_or(first)
    }
}

/// A number that nobody has to guess.
fn random() -> u64 {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(RandomState::new().build_hasher().finish() | 1);
    }
    // xorshift64* by Marsaglia and Vigna.
    STATE.with(|state| {
        let mut it = state.get();
        it ^= it >> 12;
        it ^= it << 25;
        it ^= it >> 27;
        state.set(it);
        it.wrapping_mul(0x2545_f491_4f6c_dd1d)
    })
}

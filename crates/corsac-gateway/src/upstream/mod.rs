//! What is behind a route: a server, or several that do the same.

mod connection;
mod copy;
mod health;
mod http2;
mod io;
mod lease;
mod pool;
mod relay;
mod request_body;
mod server;
mod servers;
mod standing;
mod tls;
mod unanswered;

pub(crate) use self::connection::Connection;
pub(crate) use self::health::check as check_health;
pub(crate) use self::lease::Lease;
pub(crate) use self::request_body::RequestBody;
pub(crate) use self::server::{Exchanged, Patience};
pub(crate) use self::servers::{ServerNumbers, Servers, UpstreamMaker};

use std::cell::Cell;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use http::header::{CONTENT_LENGTH, HeaderValue, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Version};
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
    pub(crate) async fn send(
        &self,
        request: Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        let sent = match &*self.servers {
            [server] => {
                let sent = server.send(request, patience).await;
                sent.map_err(|unanswered| unanswered.failure)
            }
            _ => Box::pin(self.send_to_one(request, patience)).await,
        };
        sent.and_then(sound)
    }

    /// Lets one of several servers answer, and another if that one did not take the request.
    async fn send_to_one(
        &self,
        mut request: Request<RequestBody>,
        patience: Patience,
    ) -> Result<Exchanged, Failure> {
        let mut tried = Vec::new();
        loop {
            let position = self.choose(&tried, Instant::now());
            let server = &self.servers[position];
            server.address_http1(&mut request);
            let Unanswered {
                failure,
                request: unsent,
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
            match unsent {
                Some(unsent) if !is_last && self.budget.spend() => request = *unsent,
                Some(_) | None => return Err(failure),
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

/// Refuses a response whose length can be read in two ways.
///
/// [RFC 9112, 6.3](https://www.rfc-editor.org/rfc/rfc9112#section-6.3) has an intermediary treat it
/// as an attack: what follows could be taken for the answer to another client's request.
fn sound(exchanged: Exchanged) -> Result<Exchanged, Failure> {
    let headers = exchanged.response.headers();
    let is_http1 = exchanged.response.version() != Version::HTTP_2;
    match is_http1 && has_two_lengths(headers) {
        true => Err(Failure::InvalidResponse),
        false => Ok(exchanged),
    }
}

fn has_two_lengths(headers: &HeaderMap) -> bool {
    headers.contains_key(TRANSFER_ENCODING) && headers.contains_key(CONTENT_LENGTH)
}

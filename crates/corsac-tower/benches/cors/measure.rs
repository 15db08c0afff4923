//! How it is measured: interleaved rounds of a fixed number of exchanges.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use http::{Request, Response};
use tower::Service;

use crate::subjects::Body;

/// How much is measured: little when the bench runs as a test.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) rounds: usize,
    pub(crate) exchanges: usize,
}

/// The requests of a round, which a subject uses up.
type Requests = Vec<Request<Body>>;

/// One subject, ready to handle a batch of requests.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    handle: Box<dyn FnMut(&mut Requests)>,
}

impl Subject {
    /// A subject that handles all requests with one service.
    pub(crate) fn one_service<S>(name: &'static str, mut service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>> + 'static,
        S::Error: std::fmt::Debug,
    {
        let handle = move |requests: &mut Requests| {
            for request in requests.drain(..) {
                drop(black_box(exchange(&mut service, request)));
            }
        };
        Self {
            name,
            handle: Box::new(handle),
        }
    }

    /// A subject that clones the service for each request, as axum's router does.
    pub(crate) fn cloned_service<S>(name: &'static str, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<Body>> + Clone + 'static,
        S::Error: std::fmt::Debug,
    {
        let handle = move |requests: &mut Requests| {
            for request in requests.drain(..) {
                let mut service = black_box(&service).clone();
                drop(black_box(exchange(&mut service, request)));
            }
        };
        Self {
            name,
            handle: Box::new(handle),
        }
    }

    /// How often one exchange allocates.
    pub(crate) fn allocations(&mut self, request: Request<Body>) -> u64 {
        let mut requests = vec![request];
        allocation_counter::measure(|| (self.handle)(&mut requests)).count_total
    }
}

/// What came of a subject.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    /// The median over the rounds, for one exchange.
    pub(crate) nanoseconds: f64,
    pub(crate) allocations: u64,
}

/// Measures the subjects in turn, round by round, so that what else the machine does falls on all
/// of them.
pub(crate) fn measure(
    effort: Effort,
    mut subjects: Vec<Subject>,
    request: &Request<Body>,
) -> Vec<Measured> {
    let mut rounds = vec![Vec::with_capacity(effort.rounds); subjects.len()];
    let mut requests = Vec::with_capacity(effort.exchanges);
    for _ in 0..effort.rounds {
        for (subject, rounds) in subjects.iter_mut().zip(&mut rounds) {
            requests.resize_with(effort.exchanges, || request.clone());
            rounds.push(nanoseconds(|| (subject.handle)(&mut requests)));
        }
    }
    let measured = subjects
        .iter_mut()
        .zip(rounds)
        .map(|(subject, mut rounds)| {
            rounds.sort_by(f64::total_cmp);
            Measured {
                name: subject.name,
                nanoseconds: rounds[rounds.len() / 2] / effort.exchanges as f64,
                allocations: subject.allocations(request.clone()),
            }
        });
    measured.collect()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn nanoseconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_nanos() as f64
}

/// One exchange with a service that is always ready and never waits.
pub(crate) fn exchange<S>(service: &mut S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Error: std::fmt::Debug,
{
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(())) = service.poll_ready(&mut context) else {
        unreachable!("the bench's services are always ready")
    };
    let future = pin!(service.call(request));
    let Poll::Ready(response) = future.poll(&mut context) else {
        unreachable!("the bench's handler never waits")
    };
    response.expect("the bench's handler never fails")
}

//! Keeps account of an exchange from the head of the request to the end of the response.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use corsac::server::Difference;
use http::header::{
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HOST, HeaderName, HeaderValue,
    ORIGIN,
};
use http::{Method, Request, StatusCode, Uri, Version};
use hyper::body::Incoming;
use tokio::time::Instant;

use crate::observer::AnsweredBy;
use crate::record::{Ending, Record, Recorder, Verdict, traceparent};
use crate::routes::Route;
use crate::statistics::Statistics;

/// Whoever wants to know about exchanges that are over.
pub(crate) struct Watch {
    pub(crate) statistics: Arc<Statistics>,
    pub(crate) recorder: Option<Recorder>,
}

/// What is known of an exchange. It is told when this is dropped.
///
/// The response's body owns it from the moment that there is one, so that it ends with the body.
pub(crate) struct Account {
    watch: Arc<Watch>,
    client: IpAddr,
    method: Method,
    uri: Uri,
    version: Version,
    host: Option<HeaderValue>,
    origin: Option<HeaderValue>,
    requested_method: Option<HeaderValue>,
    requested_headers: Option<HeaderValue>,
    traceparent: Option<HeaderValue>,
    started: Instant,
    route: Option<Arc<Route>>,
    status: Option<StatusCode>,
    answered_by: Option<AnsweredBy>,
    verdict: Verdict,
    difference: Option<Difference>,
    bytes: u64,
    upstream: Option<Duration>,
    ending: Ending,
}

impl Account {
    pub(crate) fn open(
        watch: &Arc<Watch>,
        client: IpAddr,
        request: &Request<Incoming>,
    ) -> Box<Self> {
        let field = |name| request.headers().get(name).cloned();
        let is_options = request.method() == Method::OPTIONS;
        let of_preflight = |name| is_options.then(|| field(name)).flatten();
        Box::new(Self {
            watch: Arc::clone(watch),
            client,
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            host: field(HOST).or_else(|| authority(request.uri())),
            origin: field(ORIGIN),
            requested_method: of_preflight(ACCESS_CONTROL_REQUEST_METHOD),
            requested_headers: of_preflight(ACCESS_CONTROL_REQUEST_HEADERS),
            traceparent: field(TRACEPARENT),
            started: Instant::now(),
            route: None,
            status: None,
            answered_by: None,
            verdict: Verdict::NotAsked,
            difference: None,
            bytes: 0,
            upstream: None,
            ending: Ending::CutOff,
        })
    }

    /// The request is one for this route, whose policy decided so.
    pub(crate) fn decided(
        &mut self,
        route: &Arc<Route>,
        verdict: Verdict,
        difference: Option<Difference>,
    ) {
        self.route = Some(Arc::clone(route));
        self.verdict = verdict;
        self.difference = difference;
    }

    /// The upstream is done, or has failed, so long after it was asked.
    pub(crate) fn upstream_took(&mut self, duration: Duration) {
        self.upstream = Some(duration);
    }

    /// There is a response; its body may have nothing to send.
    pub(crate) fn answered(&mut self, status: StatusCode, by: AnsweredBy) {
        self.status = Some(status);
        self.answered_by = Some(by);
        // The body of such a response is not asked for anything.
        if self.method == Method::HEAD || status == StatusCode::SWITCHING_PROTOCOLS {
            self.ending = Ending::Whole;
        }
    }

    /// A part of the body is on its way.
    pub(crate) fn passed(&mut self, n_bytes: usize) {
        self.bytes += n_bytes as u64;
    }

    /// All of the body is on its way.
    pub(crate) fn completed(&mut self) {
        self.ending = Ending::Whole;
    }

    fn record(&self) -> Record<'_> {
        Record {
            client: self.client,
            method: &self.method,
            uri: &self.uri,
            version: self.version,
            host: self.host.as_ref(),
            origin: self.origin.as_ref(),
            requested_method: self.requested_method.as_ref(),
            requested_headers: self.requested_headers.as_ref(),
            traceparent: self.traceparent.as_ref().and_then(traceparent),
            route: self.route.as_ref().map(|it| &*it.name),
            status: self.status,
            answered_by: self.answered_by,
            verdict: self.verdict,
            difference: self.difference,
            bytes: self.bytes,
            duration: self.started.elapsed(),
            upstream_duration: self.upstream,
            ending: self.ending,
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let record = self.record();
        let counts = self.route.as_ref().map(|it| &*it.counts);
        self.watch.statistics.count(&record, counts);
        if let Some(recorder) = &self.watch.recorder {
            recorder(&record);
        }
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.record().fmt(f)
    }
}

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The host that a target in absolute form names, which all targets of HTTP/2 are.
fn authority(uri: &Uri) -> Option<HeaderValue> {
    HeaderValue::from_str(uri.authority()?.as_str()).ok()
}

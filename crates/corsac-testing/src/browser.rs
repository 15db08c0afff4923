//! The browser: carries what the machine sends to a service.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{CredentialsMode, Header, HeaderList};
use corsac_fetch::{
    Body, FetchRequest, Outgoing, OutgoingBody, Page, Profile, ResponseHead, Step,
    TransportFailure, UserAgent, fetch,
};
use http::header::{self, HeaderName, HeaderValue};
use http::{Method, Request, Response, Uri};
use http_body_util::BodyExt;
use tower_service::Service;
use url::Url;

use crate::seen::Seen;

/// A browser that shows a page, whose script fetches from a service.
///
/// It remembers cookies and the answers to preflights from one fetch to the next, and its time
/// passes when it is told to.
#[derive(Debug)]
pub struct Browser {
    page: Page,
    user_agent: UserAgent,
    credentials: CredentialsMode,
    now: Duration,
}

impl Browser {
    /// A browser that shows the page at a URL; its origin is what counts.
    ///
    /// # Panics
    ///
    /// If it is not a URL.
    #[must_use]
    #[track_caller]
    pub fn at(page: &str) -> Self {
        let url = match Url::parse(page) {
            Ok(url) => url,
            Err(error) => panic!("{page:?} is not the URL of a page: {error}"),
        };
        Self {
            page: Page::new(url),
            user_agent: UserAgent::new(Profile::default()),
            credentials: CredentialsMode::default(),
            now: Duration::ZERO,
        }
    }

    /// The same browser, whose page fetches with this credentials mode: the second argument of the
    /// script's `fetch`. If nothing is said, credentials go to the page's own origin only.
    #[must_use]
    pub fn with_credentials(self, credentials: CredentialsMode) -> Self {
        Self {
            credentials,
            ..self
        }
    }

    /// The same page in a fresh browser that does as this engine does.
    #[must_use]
    pub fn like(self, profile: Profile) -> Self {
        Self {
            user_agent: UserAgent::new(profile),
            ..self
        }
    }

    /// Lets time pass, so that cookies and the answers to preflights expire.
    pub fn advance(&mut self, duration: Duration) {
        self.now += duration;
    }

    /// Fetches from a service as the page's script does, and tells what the page sees.
    ///
    /// A URI without a host goes to `https://service.test`, which is another origin than the
    /// page's. Whatever the URI, all of it goes to this service, redirects too. An error of the
    /// service is to the browser a connection that breaks.
    ///
    /// # Panics
    ///
    /// If the request's body fails, or if a script cannot make the request at all.
    pub async fn fetch<S, B, R>(&mut self, service: &S, request: Request<B>) -> Seen<R>
    where
        S: Service<Request<B>, Response = Response<R>> + Clone,
        B: http_body::Body<Error: std::fmt::Debug> + From<Vec<u8>>,
    {
        let asked = self.request_of(request).await;
        let what = format!("{} {}", String::from_utf8_lossy(&asked.method), asked.url);
        let mut step = match fetch(&mut self.user_agent, &self.page, asked, self.now) {
            Ok(step) => step,
            Err(error) => panic!("no script can make the request {what}: {error}"),
        };
        let mut last_body = None;
        loop {
            let (outgoing, pending) = match step {
                Step::Send(outgoing, pending) => (outgoing, pending),
                Step::Done(outcome) => {
                    let page = self.page.url.origin().ascii_serialization();
                    return Seen::new(format!("the page of {page}, {what}"), *outcome, last_body);
                }
            };
            step = match send(service.clone(), &outgoing).await {
                Ok(response) => {
                    let (head, body) = received(response);
                    last_body = Some(body);
                    pending.receive(&mut self.user_agent, head, self.now)
                }
                Err(failure) => pending.fail(&mut self.user_agent, failure),
            };
        }
    }

    /// What the script asks for.
    async fn request_of<B>(&self, request: Request<B>) -> FetchRequest
    where
        B: http_body::Body<Error: std::fmt::Debug>,
    {
        let (parts, body) = request.into_parts();
        let bytes = match body.collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) => panic!("the request's body fails: {error:?}"),
        };
        let headers = parts.headers.iter();
        let has_body = !bytes.is_empty();
        FetchRequest {
            method: parts.method.as_str().into(),
            headers: headers
                .map(|(name, value)| (name.as_str().into(), value.as_bytes().into()))
                .collect(),
            body: has_body.then(|| Body::Bytes {
                bytes: Arc::from(&*bytes),
                content_type: None,
            }),
            credentials: self.credentials,
            ..FetchRequest::new(absolute(&parts.uri))
        }
    }
}

fn absolute(uri: &Uri) -> String {
    match uri.host() {
        Some(_) => uri.to_string(),
        None => format!("{SERVICE}{uri}"),
    }
}

/// Where a service is that the request does not name: a name that nobody can have
/// ([RFC 2606](https://www.rfc-editor.org/rfc/rfc2606#section-2)).
const SERVICE: &str = "https://service.test";

/// One exchange with the service, as a server hands it over.
async fn send<S, B>(mut service: S, outgoing: &Outgoing) -> Result<S::Response, TransportFailure>
where
    S: Service<Request<B>>,
    B: From<Vec<u8>>,
{
    let request = incoming(outgoing).ok_or_else(|| {
        TransportFailure::Malformed("the request cannot be handed to a service".to_owned())
    })?;
    let closed = |_| TransportFailure::Closed;
    poll_fn(|context| service.poll_ready(context))
        .await
        .map_err(closed)?;
    service.call(request).await.map_err(closed)
}

/// What is sent, as the service gets it: with a path alone, and with `Host`.
fn incoming<B: From<Vec<u8>>>(outgoing: &Outgoing) -> Option<Request<B>> {
    let url = &outgoing.url;
    let body = match &outgoing.body {
        OutgoingBody::Bytes(bytes) => bytes.to_vec(),
        OutgoingBody::None | OutgoingBody::Stream => Vec::new(),
    };
    let mut request = Request::new(B::from(body));
    *request.method_mut() = Method::from_bytes(&outgoing.method).ok()?;
    *request.uri_mut() = url[url::Position::BeforePath..url::Position::AfterQuery]
        .parse()
        .ok()?;
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_str(host).ok()?);
    for header in outgoing.headers.iter() {
        let name = HeaderName::from_bytes(header.name()).ok()?;
        headers.append(name, HeaderValue::from_bytes(header.value()).ok()?);
    }
    Some(request)
}

/// The response as it comes from a wire.
fn received<R>(response: Response<R>) -> (ResponseHead, R) {
    let (parts, body) = response.into_parts();
    let mut headers = HeaderList::new();
    for (name, value) in &parts.headers {
        if let Some(header) = Header::new(name.as_str().as_bytes(), value.as_bytes()) {
            headers.append(header);
        }
    }
    let reason = parts.status.canonical_reason().unwrap_or_default();
    let head = ResponseHead {
        status: parts.status.as_u16(),
        status_text: reason.into(),
        address: None,
        headers,
    };
    (head, body)
}

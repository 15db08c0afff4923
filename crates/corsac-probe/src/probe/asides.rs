//! What is asked besides, to tell how the server decides.

use std::sync::Arc;
use std::time::Duration;

use corsac::user_agent::{CredentialsMode, Header, HeaderList};
use corsac_fetch::client::Transport;
use corsac_fetch::{
    ConnectionChoice, FetchRequest, Outgoing, OutgoingBody, Page, Purpose, ResponseHead, Step,
    UserAgent, fetch,
};
use url::Url;

use super::again;
use super::exchanges::Exchanges;
use super::{Asides, Probe, Sending, driven};

/// The origin of a page that no server knows, under a name that nobody can own.
const STRANGER: &str = "https://corsac-probe.example";

/// The same of a page that may ask over http, as the page can that is checked.
const INSECURE_STRANGER: &str = "http://corsac-probe.example";

/// What is appended to an address to get one that does not exist.
const NO_SUCH_PATH: &str = "corsac-no-such-path";

/// How long an aside may take: whoever waits for a verdict does not wait longer for a remark.
const ASIDE_TIMEOUT: Duration = Duration::from_secs(3);

/// What came of the asides that were sent and answered.
#[derive(Default)]
pub(super) struct Answers {
    /// To a page of another origin.
    pub(super) stranger: Option<Stranger>,
    /// To a request without an origin.
    pub(super) nobody: Option<ResponseHead>,
    /// To a request for something that does not exist.
    pub(super) missing: Option<ResponseHead>,
    /// To the page's own first request, asked again.
    pub(super) again: Vec<ResponseHead>,
}

impl Answers {
    pub(super) fn n_requests(&self) -> usize {
        let answers = [&self.nobody, &self.missing].into_iter().flatten();
        answers.count() + self.again.len() + self.stranger.as_ref().map_or(0, |it| it.n_requests)
    }
}

/// What a page of another origin was answered last.
pub(super) struct Stranger {
    pub(super) head: ResponseHead,
    /// The origin of that page.
    pub(super) origin: &'static str,
    /// A preflight is all that may be sent for some requests, and all that some servers let pass.
    pub(super) purpose: Purpose,
    n_requests: usize,
}

/// Sends the asides, all at the same time.
pub(super) async fn sent(probe: &Probe, transport: &Transport, now: Duration) -> Answers {
    let url = probe.page.url.join(&probe.request.url);
    let (Asides::Sent, Ok(url)) = (probe.asides, url) else {
        return Answers::default();
    };
    let is_http = matches!(url.scheme(), "http" | "https");
    if !is_http || corsac_fetch::bad_port::is_blocked_due_to_bad_port(&url) {
        return Answers::default();
    }
    // The page's own request goes out first: its answer is what is waited for.
    tokio::task::yield_now().await;
    let (stranger, nobody, missing, again) = tokio::join!(
        in_time(stranger(probe, transport, now)),
        in_time(nobody(probe, transport, &url)),
        in_time(missing(probe, transport, &url, now)),
        again::sent(probe, transport, now),
    );
    Answers {
        stranger,
        nobody,
        missing,
        again,
    }
}

pub(super) async fn in_time<T>(answer: impl Future<Output = Option<T>>) -> Option<T> {
    let answer = tokio::time::timeout(ASIDE_TIMEOUT, answer).await;
    answer.ok().flatten()
}

fn is_read(request: &FetchRequest) -> bool {
    let method = request.method.to_ascii_uppercase();
    matches!(&method[..], b"GET" | b"HEAD")
}

/// The same request from a page of another origin.
async fn stranger(probe: &Probe, transport: &Transport, now: Duration) -> Option<Stranger> {
    let origin = match probe.page.url.scheme() {
        "http" => INSECURE_STRANGER,
        _ => STRANGER,
    };
    let page = Page::new(Url::parse(origin).ok()?);
    let request = FetchRequest {
        body: None,
        ..probe.request.clone()
    };
    let mut ua = UserAgent::default();
    let step = fetch(&mut ua, &page, request, now).ok()?;
    let Step::Send(outgoing, _) = &step else {
        return None;
    };
    if !is_read(&probe.request) {
        // A preflight does nothing; what would come after it might.
        return match outgoing.purpose {
            Purpose::Preflight => Some(Stranger {
                head: answer(transport, outgoing).await?,
                origin,
                purpose: Purpose::Preflight,
                n_requests: 1,
            }),
            Purpose::Request => None,
        };
    }
    let mut exchanges = Exchanges::new(transport, Sending::ReadsAlone, now);
    let outcome = driven(step, &mut ua, &mut exchanges).await;
    let last = outcome.trace.exchanges().last()?;
    Some(Stranger {
        head: last.received.as_deref()?.clone(),
        origin,
        purpose: last.sent.purpose,
        n_requests: exchanges.n_sent(),
    })
}

/// The same request as a program sends it that is no browser.
async fn nobody(probe: &Probe, transport: &Transport, url: &Url) -> Option<ResponseHead> {
    if !is_read(&probe.request) {
        return None;
    }
    let headers = probe.request.headers.iter();
    let headers = headers.filter_map(|(name, value)| Header::new(name, value));
    let accept = Header::new(b"Accept", b"*/*");
    let outgoing = Outgoing {
        url: Arc::new(url.clone()),
        method: probe.request.method.to_ascii_uppercase()[..].into(),
        headers: accept.into_iter().chain(headers).collect::<HeaderList>(),
        body: OutgoingBody::None,
        includes_credentials: false,
        connection: ConnectionChoice::Any,
        purpose: Purpose::Request,
    };
    answer(transport, &outgoing).await
}

/// A request of the same page for something that does not exist.
async fn missing(
    probe: &Probe,
    transport: &Transport,
    url: &Url,
    now: Duration,
) -> Option<ResponseHead> {
    let mut url = url.clone();
    let path = format!("{}/{NO_SUCH_PATH}", url.path().trim_end_matches('/'));
    url.set_path(&path);
    url.set_query(None);
    let mut request = FetchRequest::new(url.as_str());
    request.credentials = CredentialsMode::Omit;
    let mut ua = UserAgent::default();
    let step = fetch(&mut ua, &probe.page, request, now).ok()?;
    let Step::Send(outgoing, _) = &step else {
        return None;
    };
    answer(transport, outgoing).await
}

pub(super) async fn answer(transport: &Transport, outgoing: &Outgoing) -> Option<ResponseHead> {
    let sent = transport.send(outgoing, &mut None).await;
    sent.ok().map(|(head, _)| head)
}

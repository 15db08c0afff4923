//! Asks the server as browsers would, and a little more.

mod again;
mod aside_findings;
mod asides;
mod combined;
mod exchanges;
mod front;
mod neighbours;

use std::cmp::Reverse;
use std::time::Duration;

use corsac_fetch::address_space::Permission;
use corsac_fetch::client::{ClientOptions, ClientOptionsError, Transport};
use corsac_fetch::cookies::{CookieCaller, CookieContext, CookieRefusal, SameSiteContext};
use corsac_fetch::{
    FetchRequest, NetworkError, Outcome, Outgoing, Page, Profile, Step, TypeError, UserAgent, fetch,
};
use tokio::time::Instant;
use url::Url;

use crate::diagnosis::Case;
use crate::finding::Finding;
use crate::fixes::{self, Ground, Stack};
use crate::wording::message;
use exchanges::Exchanges;

/// Checks one request of one page.
#[derive(Debug)]
#[non_exhaustive]
pub struct Probe {
    /// The page.
    pub page: Page,
    /// What its script asks for.
    pub request: FetchRequest,
    /// The response headers that the script wants to read.
    pub read: Vec<String>,
    /// What the server is said to have set before, as `Set-Cookie` has it.
    pub cookies: Vec<String>,
    /// What the user says to a page that wants to talk to the local network.
    pub local_network_permission: Permission,
    /// The browsers.
    pub profiles: Vec<Profile>,
    /// Whether more is asked than the page asks for.
    pub asides: Asides,
    /// Whether a request that a preflight allows is sent.
    pub sending: Sending,
    /// Whose configuration language fixes are written in; guessed from the answers if left out.
    pub stack: Option<Stack>,
    /// The server itself, if something is in front of it: it is asked too.
    pub behind: Option<Url>,
    /// Who is told of each request of the page before it is sent.
    pub tell: Option<Tell>,
}

/// Is told of a request that is about to be sent, so that whoever waits sees what for.
pub type Tell = fn(&Outgoing);

/// Whether more is asked than the page asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "they are sent or not")]
pub enum Asides {
    /// Another origin, no origin, an address that does not exist, and what a failure suggests:
    /// never with a method other than `GET`, `HEAD` and `OPTIONS`.
    #[default]
    Sent,
    /// Nothing more.
    None,
}

/// Whether a request that a preflight allows is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "it is sent or not")]
pub enum Sending {
    /// As a browser does.
    #[default]
    AsBrowsersDo,
    /// Only if it is a `GET` or `HEAD`: otherwise the preflight's answer is all that is looked at.
    ReadsAlone,
}

/// Everything that is known about a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// The page.
    pub page: Page,
    /// What its script asked for.
    pub request: FetchRequest,
    /// What became of it in each browser.
    pub visits: Vec<Visit>,
    /// Which of the visits the steps are told of.
    pub primary: usize,
    /// All that was found, what stops the page first.
    pub findings: Vec<Finding>,
    /// How it ended.
    pub verdict: Verdict,
    /// How many requests were sent for it, asides among them.
    pub n_requests: usize,
    /// How long the page would have waited.
    pub elapsed: Duration,
}

/// What became of a request in one browser.
#[derive(Debug)]
#[non_exhaustive]
pub struct Visit {
    /// The browser.
    pub profile: Profile,
    /// How it ended.
    pub outcome: Outcome,
    /// What the browser prints, if it blocks.
    pub message: Option<String>,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there are these three ends")]
pub enum Verdict {
    /// The page gets its answer.
    Allowed,
    /// A browser keeps it from the page.
    Blocked,
    /// There is none.
    Unreachable,
}

/// Why nothing could be checked.
#[derive(Debug)]
#[non_exhaustive]
pub enum ProbeError {
    /// The script would get a `TypeError`.
    Request(TypeError),
    /// The options are none to make a client with.
    Options(ClientOptionsError),
    /// No browser keeps this cookie, by its place.
    Cookie(usize, CookieRefusal),
}

impl Probe {
    /// A check of a request in all browsers.
    #[must_use]
    pub fn new(page: Page, request: FetchRequest) -> Self {
        Self {
            page,
            request,
            read: Vec::new(),
            cookies: Vec::new(),
            local_network_permission: Permission::default(),
            profiles: Profile::ALL.to_vec(),
            asides: Asides::default(),
            sending: Sending::default(),
            stack: None,
            behind: None,
            tell: None,
        }
    }

    /// Runs it. `now` is the time since the Unix epoch, by which cookies expire.
    pub async fn run(self, options: &ClientOptions, now: Duration) -> Result<Report, ProbeError> {
        let transport = Transport::new(options).map_err(ProbeError::Options)?;
        let start = Instant::now();
        let visiting = async {
            let visits = self.visit(&transport, now).await;
            (visits, start.elapsed())
        };
        let (visited, asides) = tokio::join!(visiting, asides::sent(&self, &transport, now));
        let (visits, elapsed) = visited;
        let (visits, n_visited) = visits?;
        let primary = combined::primary(&visits);
        let mut findings = combined::findings(&self, &visits);
        let mut n_requests = n_visited + asides.n_requests();
        if self.asides == Asides::Sent {
            findings.extend(aside_findings::of(&visits[primary], &asides));
            n_requests +=
                neighbours::explain(&self, (&visits[primary], &mut findings), options).await;
            let seen = (&visits[primary], asides.nobody.as_ref());
            let (found, n_asked) = front::findings(&self, seen, options).await;
            findings.extend(found);
            n_requests += n_asked;
        }
        findings.sort_by_key(|it| Reverse(it.severity));
        fixes::attach(&mut findings, &self.ground(&visits[primary]));
        Ok(Report {
            verdict: combined::verdict(&visits),
            page: self.page,
            request: self.request,
            visits,
            primary,
            findings,
            n_requests,
            elapsed,
        })
    }

    /// What becomes of the request in each browser, and how many requests were sent for that.
    async fn visit(
        &self,
        transport: &Transport,
        now: Duration,
    ) -> Result<(Vec<Visit>, usize), ProbeError> {
        let mut exchanges = Exchanges::new(transport, self.sending, now).telling(self.tell);
        let mut visits = Vec::new();
        for profile in &self.profiles {
            let permission = self.local_network_permission;
            let mut ua = UserAgent::new(*profile).with_local_network_permission(permission);
            self.store_cookies(&mut ua, now)?;
            exchanges.rewind();
            let step = fetch(&mut ua, &self.page, self.request.clone(), now);
            let outcome = driven(step.map_err(ProbeError::Request)?, &mut ua, &mut exchanges).await;
            let case = self.case(*profile);
            let message = message(&case, &outcome);
            visits.push(Visit {
                profile: *profile,
                outcome,
                message,
            });
        }
        Ok((visits, exchanges.n_sent()))
    }

    fn store_cookies(&self, ua: &mut UserAgent, now: Duration) -> Result<(), ProbeError> {
        let Ok(url) = self.page.url.join(&self.request.url) else {
            return Ok(());
        };
        for (at, cookie) in self.cookies.iter().enumerate() {
            let context = CookieContext {
                url: &url,
                caller: CookieCaller::Http,
                same_site: SameSiteContext::StrictOrLess,
            };
            let stored = ua.cookies_mut().store(cookie.as_bytes(), context, now);
            stored.map_err(|refusal| ProbeError::Cookie(at, refusal))?;
        }
        Ok(())
    }

    fn ground(&self, visit: &Visit) -> Ground {
        let heads = visit.outcome.trace.exchanges().iter().rev();
        let mut heads = heads.filter_map(|it| it.received.as_ref());
        let guessed = heads.find_map(|head| Stack::guessed(&head.headers));
        Ground::of(&self.page, &self.request, &self.read).on(self.stack.or(guessed))
    }

    /// The case in one browser.
    pub(crate) fn case(&self, profile: Profile) -> Case<'_> {
        Case {
            read: &self.read,
            profile,
            ..Case::new(&self.page, &self.request)
        }
    }
}

/// Drives a fetch to its end.
async fn driven(mut step: Step, ua: &mut UserAgent, exchanges: &mut Exchanges<'_>) -> Outcome {
    loop {
        let (outgoing, pending) = match step {
            Step::Send(outgoing, pending) => (outgoing, pending),
            Step::Done(outcome) => return *outcome,
        };
        step = match exchanges.answer(&outgoing).await {
            Ok(head) => pending.receive(ua, head, exchanges.now()),
            Err(failure) => pending.fail(ua, failure),
        };
    }
}

impl Report {
    /// The visit that the steps are told of.
    #[must_use]
    pub fn primary_visit(&self) -> Option<&Visit> {
        self.visits.get(self.primary)
    }
}

impl Verdict {
    /// The name, as reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
        }
    }

    /// How one fetch ended.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        match &outcome.result {
            Ok(_) => Self::Allowed,
            Err(NetworkError::Transport(_) | NetworkError::PreflightTransport(_)) => {
                Self::Unreachable
            }
            Err(_) => Self::Blocked,
        }
    }
}

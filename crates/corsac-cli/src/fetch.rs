//! `corsac fetch`: fetches as a page does, and prints what its script would see.

mod json;

use corsac::user_agent::{Header, HeaderList, ResponseType, sorted_lowercase_set};
use corsac_fetch::client::{BodyFailure, Client, Response, ResponseBody};
use corsac_fetch::cookies::{CookieCaller, CookieContext, SameSiteContext};
use corsac_fetch::{
    FetchRequest, FilteredResponse, NetworkError, Outcome, Page, Trace, TypeError, UserAgent,
};

use crate::arguments::FetchArguments;
use crate::exit::{Exit, Failure};
use crate::running;
use crate::terminal::{self, Reader};
use crate::trace::Narrator;

pub(crate) fn run(arguments: &FetchArguments) -> Result<Exit, Failure> {
    let request = arguments.request.request()?;
    let page = arguments.request.page()?;
    let mut options = arguments.request.client_options()?;
    if arguments.json {
        options.body_limit = Some(json::MAX_BODY_LEN);
    }
    let permission = arguments.request.local_network_permission();
    let user_agent =
        UserAgent::new(arguments.browser.into()).with_local_network_permission(permission);
    let client = Client::new(user_agent, &options);
    let client = client.map_err(|error| Failure::misuse(format!("--cacert: {error}")))?;
    store_cookies(arguments, &client, &page)?;
    running::runtime()?.block_on(fetch(arguments, &client, &page, request))
}

/// Keeps the cookies that the server is said to have set.
fn store_cookies(arguments: &FetchArguments, client: &Client, page: &Page) -> Result<(), Failure> {
    // A URL that is none is told when the request is made.
    let Ok(url) = page.url.join(&arguments.request.url) else {
        return Ok(());
    };
    for cookie in &arguments.request.cookies {
        let context = CookieContext {
            url: &url,
            caller: CookieCaller::Http,
            same_site: SameSiteContext::StrictOrLess,
        };
        let now = client.now();
        let stored = client
            .user_agent()
            .cookies_mut()
            .store(cookie.as_bytes(), context, now);
        stored.map_err(|refusal| {
            Failure::misuse(format!("no browser keeps the cookie `{cookie}`: {refusal}"))
        })?;
    }
    Ok(())
}

async fn fetch(
    arguments: &FetchArguments,
    client: &Client,
    page: &Page,
    request: FetchRequest,
) -> Result<Exit, Failure> {
    let mut narrator = arguments.verbose.then(Narrator::new);
    let observe = |trace: &Trace| {
        if let Some(narrator) = &mut narrator {
            narrator.tell(trace);
        }
    };
    let fetched = client.fetch_observed(page, request, observe).await;
    let Response { outcome, body, .. } = fetched.map_err(|error| usage(arguments, &error))?;
    for name in &arguments.request.read {
        terminal::note(&readability(name, &outcome));
    }
    let shown = match arguments.json {
        true => json::print(&outcome, body).await,
        false => print(arguments, &outcome, body).await,
    };
    shown?;
    Ok(verdict(arguments, page, &outcome))
}

/// A script gets a `TypeError`: the request is none.
fn usage(arguments: &FetchArguments, error: &TypeError) -> Failure {
    let failure = Failure::misuse(format!("{error} ({})", error.code()));
    match error {
        TypeError::Header(index) => match arguments.request.header(*index) {
            Some((name, value)) => failure.with_help(format!("look at `{name}:{value}`")),
            None => failure,
        },
        TypeError::UrlWithCredentials => {
            failure.with_help("send them as a header: -H 'Authorization: Basic ...'")
        }
        TypeError::BodyWithGetOrHead => failure.with_help("leave -d out, or say -X POST"),
        TypeError::Url => failure.with_help("write it as https://api.example/pets"),
        _ => failure,
    }
}

/// Prints what the script would see, as it arrives.
async fn print(
    arguments: &FetchArguments,
    outcome: &Outcome,
    body: Option<ResponseBody>,
) -> Result<(), Failure> {
    if let Ok(response) = &outcome.result
        && arguments.include
    {
        terminal::write(&head(response))?;
    }
    let Some(mut body) = body else { return Ok(()) };
    if let Some(coding) = coding_of(outcome) {
        terminal::note(&format!(
            "the body is printed as it came, which is in {coding}"
        ));
    }
    while let Some(chunk) = body.chunk().await.map_err(|failure| cut_off(&failure))? {
        if terminal::write(&chunk)? == Reader::Gone {
            break;
        }
    }
    Ok(())
}

/// The content coding of the body, which a server should not have applied.
fn coding_of(outcome: &Outcome) -> Option<String> {
    let received = outcome.trace.exchanges().last()?.received.as_ref()?;
    let coding = received.headers.get(b"content-encoding")?;
    let is_none = coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    (!is_none).then(|| coding.escape_ascii().to_string())
}

fn cut_off(failure: &BodyFailure) -> Failure {
    Failure::unreachable(format!("the body is not complete: {failure}"))
}

/// The status and the headers, as a script that asks for all of them sees them.
fn head(response: &FilteredResponse) -> Vec<u8> {
    let mut head = format!("{} ", response.status).into_bytes();
    head.extend_from_slice(&response.status_text);
    let mut head = head.trim_ascii_end().to_vec();
    head.push(b'\n');
    for (name, value) in sorted_and_combined(&response.headers) {
        head.extend([&name[..], b": ", &value, b"\n"].concat());
    }
    head.push(b'\n');
    head
}

/// Follows [sort and combine](https://fetch.spec.whatwg.org/#concept-header-list-sort-and-combine).
fn sorted_and_combined(headers: &HeaderList) -> Vec<(Vec<u8>, Vec<u8>)> {
    let names = sorted_lowercase_set(headers.iter().map(Header::name));
    let combined = names.into_iter().map(|name| {
        let value = headers.get(&name).unwrap_or_default().into_owned();
        (name, value)
    });
    combined.collect()
}

/// Says how it ended, where that is not plain from what was printed.
fn verdict(arguments: &FetchArguments, page: &Page, outcome: &Outcome) -> Exit {
    match &outcome.result {
        Ok(response) => {
            if response.r#type == ResponseType::Opaque {
                terminal::note("allowed: the answer is opaque, the page sees nothing of it");
            } else if response.r#type == ResponseType::OpaqueRedirect {
                terminal::note("allowed: the answer is a redirect, the page sees nothing of it");
            } else if arguments.verbose {
                let status = response.status;
                terminal::note(&format!(
                    "allowed: the page sees an answer with status {status}"
                ));
            }
            Exit::AsWanted
        }
        Err(error) => {
            let code = error.code();
            match Verdict::of(outcome) {
                Verdict::Unreachable => {
                    terminal::note(&format!("unreachable: {error} ({code})"));
                    Exit::Unreachable
                }
                Verdict::Allowed | Verdict::Blocked => {
                    let url = error.rule().url();
                    terminal::note(&format!("blocked: {error} ({code})\n{url}"));
                    if is_blocked_by_no_browser(error, page) {
                        terminal::note(NOT_IN_BROWSERS);
                    }
                    Exit::Negative
                }
            }
        }
    }
}

const NOT_IN_BROWSERS: &str =
    "help: to the standard this page is secure, to browsers it is not: see --browser";

/// Pages over http on this machine count as secure in the standard alone.
fn is_blocked_by_no_browser(error: &NetworkError, page: &Page) -> bool {
    *error == NetworkError::MixedContent && page.url.scheme() == "http"
}

/// How a fetch ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    Blocked,
    Unreachable,
}

impl Verdict {
    fn of(outcome: &Outcome) -> Self {
        match &outcome.result {
            Ok(_) => Self::Allowed,
            Err(NetworkError::Transport(_) | NetworkError::PreflightTransport(_)) => {
                Self::Unreachable
            }
            Err(_) => Self::Blocked,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Blocked => "blocked",
            Self::Unreachable => "unreachable",
        }
    }
}

/// Says whether the script may read a header.
fn readability(name: &str, outcome: &Outcome) -> String {
    let Ok(response) = &outcome.result else {
        return format!("{name}: hidden, the page gets no answer");
    };
    if response.headers.contains(name.as_bytes()) {
        return format!("{name}: readable");
    }
    let last = outcome.trace.exchanges().last();
    let received = last.and_then(|exchange| exchange.received.as_ref());
    if !received.is_some_and(|head| head.headers.contains(name.as_bytes())) {
        return format!("{name}: absent, the answer does not have it");
    }
    let (why, filter) = match response.r#type {
        ResponseType::Basic | ResponseType::Default | ResponseType::Error => {
            ("no script may read it", "basic")
        }
        ResponseType::Cors => ("the answer does not expose it", "cors"),
        ResponseType::Opaque => ("the answer is opaque", "opaque"),
        ResponseType::OpaqueRedirect => ("the redirect is not followed", "opaque-redirect"),
    };
    format!(
        "{name}: hidden, {why}\nhttps://fetch.spec.whatwg.org/#concept-filtered-response-{filter}"
    )
}

//! What there is to say of a fetch that was blocked.

use std::sync::Arc;

use corsac::user_agent::{Header, RequestOrigin};
use url::Url;

use super::{Interface, ScriptedFetch, TextOf};
use crate::location::{is_redirect_status, location_url};
use crate::machine::{Outcome, ResponseHead};
use crate::network_error::NetworkError;
use crate::trace::{Exchange, StepOutcome};

/// A blocked fetch: what was asked, what happened, and why it ended.
pub(super) struct Facts<'a> {
    script: ScriptedFetch<'a>,
    pub(super) error: &'a NetworkError,
    /// Where the fetch went: the URL that was asked for, and those of the redirects it followed.
    urls: Vec<Arc<Url>>,
    last: Option<&'a Exchange>,
}

impl<'a> Facts<'a> {
    /// None, if the fetch was not blocked.
    pub(super) fn of(script: ScriptedFetch<'a>, outcome: &'a Outcome) -> Option<Self> {
        let error = outcome.result.as_ref().err()?;
        let first = script.page.url.join(&script.request.url).ok()?;
        let redirects = outcome
            .trace
            .events()
            .iter()
            .filter_map(|event| match &event.outcome {
                StepOutcome::Redirected { to } => Some(Arc::clone(to)),
                _ => None,
            });
        Some(Self {
            script,
            error,
            urls: std::iter::once(Arc::new(first)).chain(redirects).collect(),
            last: outcome.trace.exchanges().last(),
        })
    }

    pub(super) fn is_xhr(&self) -> bool {
        self.script.interface == Interface::XmlHttpRequest
    }

    pub(super) fn is_redirected(&self) -> bool {
        self.urls.len() > 1
    }

    /// Was the last response a redirect?
    pub(super) fn is_redirect(&self) -> bool {
        self.head().is_some_and(|it| is_redirect_status(it.status))
    }

    pub(super) fn url(&self) -> &Url {
        self.urls.last().map_or(&self.script.page.url, |it| it)
    }

    /// Where the last response leads, if that is a URL.
    pub(super) fn target(&self) -> Option<Url> {
        let head = self.head()?;
        location_url(head.status, &head.headers, self.url()).ok()?
    }

    /// The values of a header of the last response, one for each line.
    pub(super) fn lines(&self, name: &str) -> Vec<&[u8]> {
        let headers = self.head().into_iter().flat_map(|it| it.headers.iter());
        let named = headers.filter(|it| it.name().eq_ignore_ascii_case(name.as_bytes()));
        named.map(Header::value).collect()
    }

    /// The value of a header of the last response, all lines joined.
    pub(super) fn value(&self, name: &str) -> Vec<u8> {
        self.lines(name).join(&b", "[..])
    }

    /// What belongs in a place of a template.
    pub(super) fn text(&self, place: &str, text_of: TextOf) -> String {
        match place {
            "url" => self.url().to_string(),
            "first url" => self.urls[0].to_string(),
            "url before" => self.urls[self.urls.len().saturating_sub(2)].to_string(),
            "page" => self.script.page.url.to_string(),
            "origin" => match &self.script.page.origin {
                RequestOrigin::Tuple(origin) => origin.as_str().to_owned(),
                RequestOrigin::Opaque(_) => "null".to_owned(),
            },
            "sent origin" => text_of(&self.sent("origin")),
            "interface" => match self.script.interface {
                Interface::Fetch => "fetch".to_owned(),
                Interface::XmlHttpRequest => "XMLHttpRequest".to_owned(),
            },
            "status" => self.head().map_or(0, |it| it.status).to_string(),
            "method" => text_of(&self.sent("access-control-request-method")),
            "first header" => text_of(self.refused_headers().first().unwrap_or(&Vec::new())),
            "header as set" => text_of(&self.header_as_set()),
            "scheme" => self.url().scheme().to_owned(),
            "port" => self.url().port().unwrap_or_default().to_string(),
            "target" => match self.target() {
                Some(target) => target.to_string(),
                None => text_of(&self.value("location")),
            },
            "target without credentials" => {
                self.target().map_or(String::new(), without_credentials)
            }
            name => match name.strip_prefix("token of ") {
                Some(name) => text_of(&self.first_invalid_token(name)),
                None => text_of(&self.value(name)),
            },
        }
    }

    fn head(&self) -> Option<&'a ResponseHead> {
        self.last?.received.as_deref()
    }

    /// The value of a header that was sent last.
    fn sent(&self, name: &str) -> Vec<u8> {
        let value = self
            .last
            .and_then(|it| it.sent.headers.get(name.as_bytes()));
        value.unwrap_or_default().into_owned()
    }

    /// The names that the preflight asked for and its response does not list, in their order.
    fn refused_headers(&self) -> Vec<Vec<u8>> {
        let allowed = self.value("access-control-allow-headers");
        let is_allowed = |name: &[u8]| tokens(&allowed).any(|it| it.eq_ignore_ascii_case(name));
        let asked = self.sent("access-control-request-headers");
        let refused = tokens(&asked).filter(|it| !is_allowed(it));
        refused.map(<[u8]>::to_vec).collect()
    }

    /// The name of the header that WebKit comes upon first, in the letters in which it keeps it:
    /// those that it knows come first, in their usual letters.
    fn header_as_set(&self) -> Vec<u8> {
        let refused = self.refused_headers();
        let known = |name: &&[u8]| {
            KNOWN_NAMES
                .iter()
                .find(|it| name.eq_ignore_ascii_case(it.as_bytes()))
        };
        let set = self
            .script
            .request
            .headers
            .iter()
            .map(|(name, _)| name.as_slice());
        let set: Vec<_> = set
            .filter(|name| refused.iter().any(|it| it.eq_ignore_ascii_case(name)))
            .collect();
        let usual = set.iter().find_map(known).map(|it| it.as_bytes().to_vec());
        let as_it_is = set.first().map(|it| it.to_vec());
        // The type of a body is set by nobody.
        usual
            .or(as_it_is)
            .unwrap_or_else(|| b"Content-Type".to_vec())
    }

    fn first_invalid_token(&self, name: &str) -> Vec<u8> {
        let value = self.value(name);
        let invalid = tokens(&value).find(|it| !it.iter().all(|byte| is_token_byte(*byte)));
        invalid.unwrap_or_default().to_vec()
    }
}

/// The names that WebKit knows of those that scripts set and that need a preflight.
const KNOWN_NAMES: [&str; 11] = [
    "Authorization",
    "Cache-Control",
    "Content-Type",
    "If-Match",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Last-Event-ID",
    "Pragma",
    "Range",
];

fn tokens(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn without_credentials(mut url: Url) -> String {
    // A URL that has credentials can be without them.
    url.set_username("").ok();
    url.set_password(None).ok();
    url.to_string()
}

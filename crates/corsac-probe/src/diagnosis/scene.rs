//! What is known when a fetch has ended.

use std::ops::Range;

use corsac::user_agent::{
    CheckedRequest, CredentialsMode, HeaderList, SerializedRequestOrigin, UnsafeHeaderNames,
};
use corsac_fetch::internal_request::Request;
use corsac_fetch::{
    Exchange, FetchRequest, NetworkError, Page, Profile, ResponseHead, StepOutcome, Trace,
};

use crate::finding::{Evidence, Finding, value_of};

/// What was asked, by which page, and in which browser.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The page.
    pub page: &'a Page,
    /// What its script asked for.
    pub request: &'a FetchRequest,
    /// The response headers that the script wants to read.
    pub read: &'a [String],
    /// The browser.
    pub profile: Profile,
}

/// A case and what became of it.
pub(crate) struct Scene<'a> {
    pub(crate) case: &'a Case<'a>,
    pub(crate) trace: &'a Trace,
    request: Option<Request>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(case: &'a Case<'a>, trace: &'a Trace) -> Self {
        let redirects = trace
            .events()
            .iter()
            .filter_map(|event| match &event.outcome {
                StepOutcome::Redirected { to } => Some((**to).clone()),
                _ => None,
            });
        // It was one, or there would be no trace.
        let request = Request::new(case.request, case.page).ok();
        let request = request.map(|request| redirects.fold(request, Request::redirected_to));
        Self {
            case,
            trace,
            request,
        }
    }

    /// The request, with the redirects that were followed.
    pub(crate) fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// The origin that the last request names: `null` where a redirect has tainted it.
    pub(crate) fn sent_origin(&self) -> Option<&SerializedRequestOrigin> {
        self.request.as_ref().map(Request::serialized_origin)
    }

    /// The last request as the core's checks read it, with what it asks permission for.
    pub(crate) fn checked<'b>(
        &'b self,
        method: &'b [u8],
        unsafe_header_names: &'b UnsafeHeaderNames,
    ) -> Option<CheckedRequest<'b>> {
        let request = self.request.as_ref()?;
        Some(CheckedRequest {
            method,
            unsafe_header_names,
            origin: request.serialized_origin(),
            credentials_mode: self.case.request.credentials,
            use_cors_preflight: request.use_cors_preflight(),
        })
    }

    /// The page's own origin, serialized.
    pub(crate) fn page_origin(&self) -> String {
        page_origin(self.case.page)
    }

    pub(crate) fn is_credentialed(&self) -> bool {
        self.case.request.credentials == CredentialsMode::Include
    }

    /// Has a redirect been followed?
    pub(crate) fn is_redirected(&self) -> bool {
        let request = self.request.as_ref();
        request.is_some_and(|it| it.url_list().is_redirected())
    }

    /// The last exchange and its place.
    pub(crate) fn last(&self) -> Option<(usize, &'a Exchange)> {
        self.trace.exchanges().iter().enumerate().next_back()
    }

    /// The head that came last.
    pub(crate) fn last_head(&self) -> Option<(usize, &'a ResponseHead)> {
        let (at, exchange) = self.last()?;
        Some((at, exchange.received.as_ref()?))
    }

    /// The address that the fetch had come to.
    pub(crate) fn last_url(&self) -> &str {
        match &self.request {
            Some(request) => request.current_url().as_str(),
            None => &self.case.request.url,
        }
    }

    /// Did this error end the fetch?
    pub(crate) fn error(&self) -> Option<&'a NetworkError> {
        let events = self.trace.events().iter();
        events.rev().find_map(|event| match &event.outcome {
            StepOutcome::Failed(error) => Some(error),
            _ => None,
        })
    }

    /// The finding with some bytes of a header of the last answer as its evidence.
    pub(crate) fn with_header(
        &self,
        finding: Finding,
        header: &str,
        span: Range<usize>,
    ) -> Finding {
        let Some((at, head)) = self.last_head() else {
            return finding;
        };
        let value = value_of(&head.headers, header.as_bytes());
        let len = value.as_ref().map_or(0, Vec::len);
        let span = span.start.min(len)..span.end.min(len);
        finding.with_evidence(Evidence {
            exchange: Some(at),
            header: header.to_owned(),
            value,
            span,
        })
    }

    /// The same with the whole value.
    pub(crate) fn with_whole_header(&self, finding: Finding, header: &str) -> Finding {
        self.with_header(finding, header, 0..usize::MAX)
    }

    /// The finding with the status of the last answer as its evidence.
    pub(crate) fn with_status(&self, finding: Finding) -> Finding {
        let Some((at, head)) = self.last_head() else {
            return finding;
        };
        let value = head.status.to_string().into_bytes();
        let span = 0..value.len();
        finding.with_evidence(Evidence {
            exchange: Some(at),
            header: "status".to_owned(),
            value: Some(value),
            span,
        })
    }
}

/// The origin of a page, serialized.
pub(crate) fn page_origin(page: &Page) -> String {
    use corsac::user_agent::RequestOrigin;
    match &page.origin {
        RequestOrigin::Tuple(tuple) => tuple.as_str().to_owned(),
        RequestOrigin::Opaque(_) => "null".to_owned(),
    }
}

/// The lines of a header.
pub(crate) fn lines<'a>(headers: &'a HeaderList, name: &'a str) -> Vec<&'a [u8]> {
    headers.lines(name.as_bytes()).collect()
}

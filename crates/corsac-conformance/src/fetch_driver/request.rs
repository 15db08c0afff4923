//! What a line asks for.

use corsac::origin::Origin;
use corsac::user_agent::{RequestOrigin, TupleOrigin, UseCorsPreflight};
use corsac_fetch::client::RequestStream;
use corsac_fetch::{Body, FetchRequest, Page, Referrer, ReferrerPolicy};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::enumerations::{CACHES, CREDENTIALS, MODES, REDIRECTS, REFERRER_POLICIES, value};
use super::text::{from_base64, isomorphic_encode};

/// A line.
#[derive(Debug, Deserialize)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) id: Value,
    pub(super) agent: String,
    #[serde(flatten)]
    pub(super) op: Op,
}

/// What to do.
#[derive(Debug, Deserialize)]
#[serde(tag = "op", rename_all = "kebab-case")]
pub(super) enum Op {
    /// Fetches.
    Fetch {
        request: Box<RequestLine>,
        #[serde(default)]
        pieces: BodyPieces,
    },
    /// Reads the next piece of the body that a fetch left.
    Read { of: Value },
    /// Lets a `blob:` URL lead to bytes, or nowhere.
    Blob {
        url: Url,
        #[serde(default)]
        bytes: Option<String>,
        #[serde(default)]
        r#type: String,
    },
    /// Forgets cookies, preflights and connections.
    Reset,
    /// Reads the cookies that a script would see, after setting one.
    Cookies {
        url: Url,
        #[serde(default)]
        set: Option<String>,
    },
    /// Moves the clock.
    Advance { seconds: f64 },
}

/// Whether the body of a response is answered with, or left to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum BodyPieces {
    /// It is read to its end first.
    #[default]
    Whole,
    /// It is left, and each `read` answers with a piece.
    OneByOne,
}

/// A request, as it is written.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RequestLine {
    url: String,
    #[serde(default = "get")]
    method: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default = "cors")]
    mode: String,
    #[serde(default = "same_origin")]
    credentials: String,
    #[serde(default = "follow")]
    redirect: String,
    #[serde(default = "default_cache")]
    cache: String,
    #[serde(default = "about_client")]
    referrer: String,
    #[serde(default)]
    referrer_policy: String,
    #[serde(default)]
    integrity: String,
    #[serde(default)]
    body_is_stream: bool,
    #[serde(default)]
    upload_listener: bool,
    origin: String,
    page: Url,
}

/// A request, as the library takes it.
#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) page: Page,
    pub(super) request: FetchRequest,
    pub(super) stream: Option<RequestStream>,
}

/// The name and the value of a header.
type HeaderPair = (Vec<u8>, Vec<u8>);

impl RequestLine {
    /// Decodes it, or says what a script would have got a `TypeError` for.
    pub(super) fn decode(self) -> Result<Fetch, String> {
        let (body, stream) = self.body()?;
        let request = FetchRequest {
            method: bytes(&self.method)?,
            headers: self.headers()?,
            body,
            mode: value(&self.mode, &MODES)?,
            credentials: value(&self.credentials, &CREDENTIALS)?,
            redirect: value(&self.redirect, &REDIRECTS)?,
            cache: value(&self.cache, &CACHES)?,
            referrer: self.referrer()?,
            referrer_policy: value(&self.referrer_policy, &REFERRER_POLICIES)?,
            integrity: self.integrity,
            upload_listener: match self.upload_listener {
                true => UseCorsPreflight::Set,
                false => UseCorsPreflight::Unset,
            },
            url: self.url,
            target_address_space: None,
        };
        let page = Page {
            origin: origin(&self.origin)?,
            url: self.page.into(),
            referrer_policy: ReferrerPolicy::default(),
            address: None,
        };
        Ok(Fetch {
            page,
            request,
            stream,
        })
    }

    fn body(&self) -> Result<(Option<Body>, Option<RequestStream>), String> {
        let Some(text) = &self.body else {
            return Ok((None, None));
        };
        let bytes = from_base64(text).ok_or("the body is not base64")?;
        Ok(match self.body_is_stream {
            true => (Some(Body::Stream), Some(RequestStream::once(bytes.into()))),
            false => {
                let body = Body::Bytes {
                    bytes: bytes.into(),
                    content_type: None,
                };
                (Some(body), None)
            }
        })
    }

    fn headers(&self) -> Result<Vec<HeaderPair>, String> {
        let pair = |(name, value): &(String, String)| Ok((bytes(name)?, bytes(value)?));
        self.headers.iter().map(pair).collect()
    }

    fn referrer(&self) -> Result<Referrer, String> {
        match self.referrer.as_str() {
            "about:client" => Ok(Referrer::Client),
            "" => Ok(Referrer::NoReferrer),
            url => match self.page.join(url) {
                Ok(url) => Ok(Referrer::Url(url.into())),
                Err(error) => Err(format!("the referrer is not a URL: {error}")),
            },
        }
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    isomorphic_encode(text).ok_or_else(|| format!("{text:?} is not a byte string"))
}

fn origin(text: &str) -> Result<RequestOrigin, String> {
    if text == "null" {
        return Ok(RequestOrigin::Opaque(0));
    }
    match Origin::parse(text.as_bytes()) {
        Ok(origin) => Ok(RequestOrigin::Tuple(TupleOrigin::new(&origin))),
        Err(error) => Err(format!("{text:?} is not an origin: {error}")),
    }
}

fn get() -> String {
    "GET".to_owned()
}

fn cors() -> String {
    "cors".to_owned()
}

fn same_origin() -> String {
    "same-origin".to_owned()
}

fn follow() -> String {
    "follow".to_owned()
}

fn default_cache() -> String {
    "default".to_owned()
}

fn about_client() -> String {
    "about:client".to_owned()
}

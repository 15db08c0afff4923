//! The shape of an HTTP archive, as far as it is read.
//!
//! Follows [HAR 1.2](http://www.softwareishard.com/blog/har-12-spec/).

use corsac::user_agent::{Header, HeaderList, normalize_header_value};
use corsac_fetch::ResponseHead;
use serde::Deserialize;
use url::Url;

use super::HarError;

#[derive(Deserialize)]
pub(super) struct Archive {
    pub(super) log: Log,
}

#[derive(Deserialize)]
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
}

#[derive(Deserialize)]
pub(super) struct Entry {
    pub(super) request: Request,
    pub(super) response: Response,
}

#[derive(Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    pub(super) status: i64,
    #[serde(default)]
    pub(super) status_text: String,
    #[serde(default)]
    pub(super) headers: Vec<Field>,
}

#[derive(Deserialize)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) value: String,
}

impl Archive {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, HarError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        serde_json::from_slice(bytes).map_err(|error| HarError::Malformed(error.to_string()))
    }
}

impl Entry {
    pub(super) fn sent(&self, name: &str) -> Option<&str> {
        let mut fields = self.request.headers.iter();
        let field = fields.find(|it| it.name.eq_ignore_ascii_case(name));
        field.map(|it| it.value.as_str())
    }

    pub(super) fn origin(&self) -> Option<&str> {
        self.sent("origin")
    }

    pub(super) fn is_preflight(&self) -> bool {
        self.request.method == "OPTIONS" && self.sent("access-control-request-method").is_some()
    }

    pub(super) fn is_across_origins(&self) -> bool {
        let own = Url::parse(&self.request.url);
        match (self.origin(), own) {
            (Some(origin), Ok(url)) => url.origin().ascii_serialization() != origin,
            (Some(_), Err(_)) | (None, _) => false,
        }
    }

    /// Do both ask for the same, from the same page?
    pub(super) fn asks_like(&self, other: &Self) -> bool {
        let asked = |it: &Self| (it.is_preflight(), it.sent("cookie").is_some());
        self.request.url == other.request.url
            && self.request.method == other.request.method
            && self.origin() == other.origin()
            && asked(self) == asked(other)
    }

    /// The head of the answer; `None` if there was none.
    pub(super) fn head(&self) -> Option<ResponseHead> {
        let status = u16::try_from(self.response.status).ok()?;
        if !(100..=999).contains(&status) {
            return None;
        }
        let headers = self.response.headers.iter();
        let headers = headers.filter(|it| !it.name.starts_with(':'));
        let lines = headers.flat_map(|field| {
            // Some browsers record the lines of a field as one with line ends in it.
            let values = field.value.split('\n').map(|it| (&field.name, it));
            values.filter_map(|(name, value)| {
                Header::new(name.as_bytes(), normalize_header_value(value.as_bytes()))
            })
        });
        let mut list = HeaderList::new();
        lines.for_each(|header| list.append(header));
        Some(ResponseHead {
            status,
            status_text: self.response.status_text.clone().into_bytes(),
            headers: list,
            address: None,
        })
    }
}

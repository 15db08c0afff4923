//! What was found: values, for whoever shows them.

use std::borrow::Cow;
use std::ops::Range;

use corsac::user_agent::HeaderList;

use crate::code::{Code, Severity};
use crate::fixes::Fix;

/// Something that was found about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What, by its stable name; its page has the title and the standard's address.
    pub code: Code,
    /// How much it matters here.
    pub severity: Severity,
    /// Where on the way.
    pub stage: Stage,
    /// Why, in this very case.
    pub why: String,
    /// The bytes that say so.
    pub evidence: Option<Evidence>,
    /// What to do about it, once it is known on what ground.
    pub fix: Option<Fix>,
}

/// The bytes that are at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Evidence {
    /// The exchange's index in the trace, unless it was only recorded or pasted.
    pub exchange: Option<usize>,
    /// The header's name, in lower case; `status` for the status.
    pub header: String,
    /// The value, all lines joined; `None` if there is none.
    pub value: Option<Vec<u8>>,
    /// The bytes of the value that are wrong; empty if there is no value.
    pub span: Range<usize>,
}

/// Where on the way of a request something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Before anything was sent.
    Script,
    /// While connecting.
    Connection,
    /// In the preflight.
    Preflight,
    /// In a redirect.
    Redirect,
    /// In the answer to the request itself.
    Request,
    /// In what caches or other requests do with it.
    Others,
}

impl Stage {
    /// The name, as reports have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Connection => "connection",
            Self::Preflight => "preflight",
            Self::Redirect => "redirect",
            Self::Request => "request",
            Self::Others => "others",
        }
    }
}

impl Finding {
    /// A finding of the code's usual severity.
    pub(crate) fn new(code: Code, stage: Stage, why: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.page().severity,
            stage,
            why: why.into(),
            evidence: None,
            fix: None,
        }
    }

    pub(crate) fn with_severity(self, severity: Severity) -> Self {
        Self { severity, ..self }
    }

    pub(crate) fn with_evidence(self, evidence: Evidence) -> Self {
        Self {
            evidence: Some(evidence),
            ..self
        }
    }

    /// What is the case.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.code.page().title
    }

    /// Where the standard has it.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        self.code.page().spec
    }
}

/// The value of a header, all lines joined.
pub(crate) fn value_of(headers: &HeaderList, name: &[u8]) -> Option<Vec<u8>> {
    headers.get(name).map(Cow::into_owned)
}

/// Bytes as ASCII that a terminal can show: each other byte as `\xNN`.
#[must_use]
pub fn printable(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
    }
    text
}

//! What user agents differ in when a script makes a request.

use corsac::user_agent::UseCorsPreflight;

use crate::internal_request::Request;

/// Where a user agent departs from the standard in what a script asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScriptRules {
    pub(crate) upload_listener: UploadListener,
    pub(crate) user_agent: ScriptedUserAgent,
}

/// When a listener on the upload asks for a preflight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadListener {
    /// Always, as the standard has it.
    Asks,
    /// If there is something to upload.
    AsksWithBody,
}

/// What becomes of a `User-Agent` that a script sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScriptedUserAgent {
    /// It is sent, with permission, as the standard has it.
    Sent,
    /// It is dropped without a word, and needs no permission.
    Dropped,
}

impl ScriptRules {
    /// The standard.
    pub(crate) const SPEC: Self = Self {
        upload_listener: UploadListener::Asks,
        user_agent: ScriptedUserAgent::Sent,
    };

    /// Makes of the request what this user agent makes of it.
    pub(crate) fn apply(self, request: &mut Request) {
        if self.upload_listener == UploadListener::AsksWithBody && request.body.is_none() {
            request.use_cors_preflight = UseCorsPreflight::Unset;
        }
        if self.user_agent == ScriptedUserAgent::Dropped {
            request.headers.delete(b"user-agent");
        }
    }
}

//! Redirects that are not followed.

use corsac_fetch::NetworkError;

use super::scene::Scene;
use crate::code::Code;
use crate::finding::{Finding, Stage, printable, value_of};

pub(super) fn failed(scene: &Scene<'_>, error: &NetworkError) -> Vec<Finding> {
    let code = match error {
        NetworkError::RedirectMode => Code::RedirectModeError,
        NetworkError::RedirectLocation(_) => Code::RedirectLocationInvalid,
        NetworkError::RedirectScheme => Code::RedirectScheme,
        NetworkError::TooManyRedirects => Code::RedirectLoop,
        NetworkError::RedirectCredentials | NetworkError::RedirectCredentialsBack => {
            Code::RedirectWithCredentialsInUrl
        }
        _ => Code::RedirectStreamBody,
    };
    let location = scene
        .last_head()
        .and_then(|(_, head)| value_of(&head.headers, b"location"));
    let why = match location {
        Some(location) => format!("{error}: `{}`", printable(&location)),
        None => error.to_string(),
    };
    let finding = Finding::new(code, Stage::Redirect, why);
    vec![scene.with_whole_header(finding, "location")]
}

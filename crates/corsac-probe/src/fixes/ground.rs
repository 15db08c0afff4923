//! What a fix is about: a page, what it asks for, and a server.

use corsac::method::{is_cors_safelisted_method, normalize_method};
use corsac::user_agent::{CredentialsMode, UnsafeHeaderNames};
use corsac_fetch::internal_request::Request;
use corsac_fetch::{FetchRequest, Page};

use super::stack::Stack;
use crate::diagnosis::page_origin;
use crate::finding::printable;

/// What a fix is about: a page, what it asks for, and a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ground {
    /// The page's origin.
    pub origin: String,
    /// The method, in upper case: what a script should write.
    pub method: String,
    /// The names of the headers that need permission, in lower case.
    pub headers: Vec<String>,
    /// The names of the response headers that the script reads.
    pub expose: Vec<String>,
    /// Whether the request carries credentials.
    pub credentials: CredentialsMode,
    /// The origin of the server.
    pub server: String,
    /// Whose language a fix is written in, if that is known.
    pub stack: Option<Stack>,
}

impl Ground {
    /// The ground of a request.
    #[must_use]
    pub fn of(page: &Page, request: &FetchRequest, read: &[String]) -> Self {
        let made = Request::new(request, page).ok();
        let names = made.as_ref().map(|it| UnsafeHeaderNames::of(it.headers()));
        let server = made.map(|it| it.current_url().origin().ascii_serialization());
        Self {
            origin: page_origin(page),
            method: printable(&request.method.to_ascii_uppercase()),
            headers: names.unwrap_or_default().iter().map(printable).collect(),
            expose: read.to_vec(),
            credentials: request.credentials,
            server: server.unwrap_or_default(),
            stack: None,
        }
    }

    /// The same for a server with this configuration language.
    #[must_use]
    pub fn on(self, stack: Option<Stack>) -> Self {
        Self { stack, ..self }
    }

    /// Can everything be written as it is in any language?
    pub(super) fn is_plain(&self) -> bool {
        let is_word = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        let is_origin = |text: &str| {
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:/[]".contains(&byte);
            text.contains("://") && text.bytes().all(is_part)
        };
        is_origin(&self.origin)
            && is_origin(&self.server)
            && is_word(&self.method)
            && self.headers.iter().all(|it| is_word(it))
            && self.expose.iter().all(|it| is_word(it))
    }

    /// What stands for a name in a template; `None` if no template may name it.
    pub(super) fn values(&self, name: &str) -> Option<Vec<String>> {
        let is_asked = |method: &&str| *method == self.method;
        let safelisted = ["GET", "HEAD", "POST"];
        let other = [self.method.as_str()];
        let other = other
            .into_iter()
            .filter(|it| !safelisted.contains(it) && *it != "OPTIONS");
        let own = |texts: &mut dyn Iterator<Item = &str>| texts.map(str::to_owned).collect();
        Some(match name {
            "origin" => vec![self.origin.clone()],
            "origin-regex" => vec![escaped(&self.origin)],
            "server" => vec![self.server.clone()],
            "methods" => own(&mut safelisted.into_iter().chain(other)),
            "methods-lower" => {
                let methods = safelisted.into_iter().chain(other);
                methods.map(str::to_ascii_lowercase).collect()
            }
            "bucket-methods" => {
                let bucket = ["PUT", "DELETE"];
                own(&mut safelisted
                    .into_iter()
                    .chain(bucket.into_iter().filter(is_asked)))
            }
            "unsafe-methods" => {
                let method = self.method.as_bytes();
                let is_safelisted = is_cors_safelisted_method(normalize_method(method));
                match is_safelisted {
                    true => Vec::new(),
                    false => vec![self.method.clone()],
                }
            }
            "headers" => self.headers.clone(),
            "expose" => self.expose.clone(),
            "credentials" => match self.credentials {
                CredentialsMode::Include => vec!["true".to_owned()],
                CredentialsMode::Omit | CredentialsMode::SameOrigin => Vec::new(),
            },
            _ => return None,
        })
    }
}

/// An origin as a regular expression that fits it alone.
fn escaped(origin: &str) -> String {
    let mut text = String::with_capacity(origin.len() + 4);
    for char in origin.chars() {
        if matches!(char, '.' | '[' | ']') {
            text.push('\\');
        }
        text.push(char);
    }
    text
}

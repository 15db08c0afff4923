//! What to change, in the configuration language of the server.
//!
//! A snippet names the page's own origin, the method and the headers that were asked for. None
//! sends back whatever origin asks, and none pairs `*` with credentials.

mod ground;
mod stack;
mod template;

use crate::code::Code;
use crate::finding::Finding;

pub use ground::Ground;
pub use stack::{Stack, Tried};

/// What to do about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fix {
    /// In words, a sentence on each line.
    pub summary: &'static str,
    /// The same in the language of a server.
    pub snippet: Option<Snippet>,
}

/// Some lines of configuration or source, ready to be pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snippet {
    /// Whose language it is.
    pub stack: Stack,
    /// The file that it usually is in.
    pub file: &'static str,
    /// The lines.
    pub text: String,
}

/// What to do about a finding, on this ground.
#[must_use]
pub fn fix(code: Code, ground: &Ground) -> Fix {
    let snippet = section(code).and_then(|section| {
        let stack = ground.stack?;
        let text = template::filled(stack.template(), section, ground)?;
        Some(Snippet {
            stack,
            file: stack.file(),
            text,
        })
    });
    Fix {
        summary: code.page().fix,
        snippet,
    }
}

/// Gives each finding its fix; a snippet that would come again is left out.
pub(crate) fn attach(findings: &mut [Finding], ground: &Ground) {
    let mut given: Vec<String> = Vec::new();
    for finding in findings {
        let mut fix = fix(finding.code, ground);
        let text = fix.snippet.as_ref().map(|it| it.text.clone());
        match text {
            Some(text) if given.contains(&text) => fix.snippet = None,
            Some(text) => given.push(text),
            None => {}
        }
        finding.fix = Some(fix);
    }
}

/// Can the fix be written in the language of a server?
pub(crate) fn is_written(code: Code) -> bool {
    section(code).is_some()
}

/// Which section of a stack's templates is about this.
fn section(code: Code) -> Option<&'static str> {
    match code {
        Code::NoAllowOrigin
        | Code::AllowOriginMismatch
        | Code::AllowOriginSchemeMismatch
        | Code::AllowOriginPortMismatch
        | Code::AllowOriginHostMismatch
        | Code::AllowOriginTrailingSlash
        | Code::AllowOriginPath
        | Code::AllowOriginMissingScheme
        | Code::AllowOriginDefaultPort
        | Code::AllowOriginInvalid
        | Code::AllowOriginNull
        | Code::AllowOriginWildcardPattern
        | Code::AllowOriginList
        | Code::AllowOriginCase
        | Code::ReflectsAnyOrigin
        | Code::WildcardWithCredentials
        | Code::NoAllowCredentials
        | Code::AllowCredentialsNotTrue
        | Code::WildcardLiteralWithCredentials
        | Code::ExposeWildcardWithCredentials
        | Code::MethodNotAllowed
        | Code::HeaderNotAllowed
        | Code::WildcardDoesNotCoverAuthorization
        | Code::AllowMethodsInvalid
        | Code::AllowHeadersInvalid
        | Code::PreflightStatus
        | Code::PreflightAuth
        | Code::PreflightNoHandler
        | Code::BucketRuleMissing
        | Code::HeaderNotExposed
        | Code::ExposeHeadersInvalid
        | Code::RedirectCrossOriginNoCors
        | Code::MissingVary
        | Code::VaryOnlyWhenAllowed => Some("allow"),
        Code::NoAllowOriginOnError => Some("errors"),
        Code::AllowOriginDuplicate => Some("duplicate"),
        // The server is not at fault, or it is not a matter of CORS.
        _ => None,
    }
}

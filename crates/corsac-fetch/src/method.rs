//! The method of a request that is under way.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// The bytes of a method.
///
/// Follows [method](https://fetch.spec.whatwg.org/#concept-method). To clone it is cheap: each
/// exchange of a fetch has it, and the trace. Whoever writes it on the wire sees to it that it is
/// a token.
#[derive(Clone)]
pub struct Method(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<[u8]>),
}

impl Method {
    /// `GET`
    pub const GET: Self = Self(Text::Static("GET"));
    /// `OPTIONS`
    pub const OPTIONS: Self = Self(Text::Static("OPTIONS"));
}

impl From<&[u8]> for Method {
    fn from(bytes: &[u8]) -> Self {
        let known = KNOWN.into_iter().find(|it| it.as_bytes() == bytes);
        Self(match known {
            Some(name) => Text::Static(name),
            None => Text::Shared(bytes.into()),
        })
    }
}

/// Those that scripts use, so that nothing is allocated for them.
const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

impl From<&str> for Method {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl Deref for Method {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Text::Static(name) => name.as_bytes(),
            Text::Shared(bytes) => bytes,
        }
    }
}

impl PartialEq for Method {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Method {}

impl<const N: usize> PartialEq<&[u8; N]> for Method {
    fn eq(&self, other: &&[u8; N]) -> bool {
        **self == **other
    }
}

impl Hash for Method {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Debug for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.escape_ascii())
    }
}

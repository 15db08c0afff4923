//! The fields of the answers that a policy gives most, in the form in which they are needed.

use corsac::server::Changes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// What the changes of an answer come to where none of the fields is there yet.
#[derive(Clone, Debug)]
pub(super) struct ReadyFields {
    changes: Changes,
    /// The fields, with any value for an origin that is echoed. To clone them is quicker than to
    /// insert them into an empty map.
    all: HeaderMap,
    /// The same, but for an origin that is echoed.
    prepared: Vec<(HeaderName, HeaderValue)>,
}

impl ReadyFields {
    /// The fields are what the changes made of an empty map, with any value for the origin.
    pub(super) fn new(changes: Changes, fields: HeaderMap) -> Self {
        let prepared = fields
            .iter()
            .filter(|(name, _)| !(changes.echo_origin() && is_echo(name)))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Self {
            changes,
            all: fields,
            prepared,
        }
    }

    #[inline]
    pub(super) fn changes(&self) -> Changes {
        self.changes
    }

    /// The fields of a whole response.
    pub(super) fn to_headers(&self, origin: Option<&HeaderValue>) -> HeaderMap {
        let mut headers = self.all.clone();
        if self.changes.echo_origin()
            && let Some(origin) = origin
            // It was inserted first, so that it is found at once.
            && let Some((_, value)) = headers.iter_mut().find(|(name, _)| is_echo(name))
        {
            *value = origin.clone();
        }
        headers
    }

    /// Adds the fields to a map that has none of them. A map that is full takes no further one.
    #[inline]
    pub(super) fn add_to(&self, headers: &mut HeaderMap, origin: Option<HeaderValue>) {
        if self.changes.echo_origin()
            && let Some(origin) = origin
        {
            let _ = headers.try_append(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        for (name, value) in &self.prepared {
            let _ = headers.try_append(name, value.clone());
        }
    }
}

fn is_echo(name: &HeaderName) -> bool {
    *name == header::ACCESS_CONTROL_ALLOW_ORIGIN
}

//! The fields of a response, changed without more work than there is to do.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use corsac::server::{Changes, ResponseField, vary_covers};

/// The fields of a response.
pub(super) struct Fields<'a> {
    headers: &'a mut HeaderMap,
    /// Are there any that policies change? Most responses have none, which one look at the names
    /// tells in less time than it takes to look them up.
    has_some: bool,
}

impl<'a> Fields<'a> {
    #[inline]
    pub(super) fn of(headers: &'a mut HeaderMap) -> Self {
        let has_some = headers.len_keys() > FEW_FIELDS || headers.keys().any(may_change);
        Self { headers, has_some }
    }

    /// Are there any that policies change, as far as one look tells?
    pub(super) fn has_some(&self) -> bool {
        self.has_some
    }

    pub(super) fn contain(&self, name: &HeaderName) -> bool {
        self.has_some && self.headers.contains_key(name)
    }

    /// Where none of them is there: adds those of an answer.
    #[inline]
    pub(super) fn add(self, ready: &ReadyFields, origin: Option<HeaderValue>) {
        if ready.changes.echo_origin()
            && let Some(origin) = origin
        {
            self.headers
                .append(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        }
        for (name, value) in &ready.prepared {
            self.headers.append(name.clone(), value.clone());
        }
    }

    pub(super) fn set(&mut self, field: ResponseField, value: HeaderValue) {
        let name = name(field).clone();
        match self.has_some {
            true => drop(self.headers.insert(name, value)),
            false => self.headers.append(name, value),
        }
    }

    pub(super) fn remove(&mut self, field: ResponseField) {
        if self.has_some {
            self.headers.remove(name(field));
        }
    }

    /// Lets `Vary` name the members too, and loses none of the lines that are there.
    pub(super) fn merge_vary(&mut self, members: &HeaderValue) {
        if self.contain(&header::VARY) {
            let lines = self.headers.get_all(&header::VARY);
            if vary_covers(lines.map(HeaderValue::as_bytes), members.as_bytes()) {
                return;
            }
        }
        self.headers.append(header::VARY, members.clone());
    }
}

/// Can it be a field that policies change?
fn may_change(name: &HeaderName) -> bool {
    *name == header::VARY
        || *name == header::ACCESS_CONTROL_ALLOW_ORIGIN
        || *name == header::ACCESS_CONTROL_ALLOW_CREDENTIALS
        || *name == header::ACCESS_CONTROL_EXPOSE_HEADERS
        || *name == header::ACCESS_CONTROL_ALLOW_METHODS
        || *name == header::ACCESS_CONTROL_ALLOW_HEADERS
        || *name == header::ACCESS_CONTROL_MAX_AGE
}

fn name(field: ResponseField) -> &'static HeaderName {
    match field {
        ResponseField::AllowOrigin => &header::ACCESS_CONTROL_ALLOW_ORIGIN,
        ResponseField::AllowCredentials => &header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ResponseField::AllowMethods => &header::ACCESS_CONTROL_ALLOW_METHODS,
        ResponseField::AllowHeaders => &header::ACCESS_CONTROL_ALLOW_HEADERS,
        ResponseField::ExposeHeaders => &header::ACCESS_CONTROL_EXPOSE_HEADERS,
        ResponseField::MaxAge => &header::ACCESS_CONTROL_MAX_AGE,
    }
}

/// What the changes of an answer come to where none of the fields is there yet.
#[derive(Clone, Debug)]
pub(super) struct ReadyFields {
    changes: Changes,
    /// All but an origin that is echoed.
    prepared: Vec<(HeaderName, HeaderValue)>,
}

impl ReadyFields {
    /// The fields are what the changes made of an empty map, without an origin.
    pub(super) fn new(changes: Changes, fields: &HeaderMap) -> Self {
        let fields = fields.iter();
        let prepared = fields
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        Self { changes, prepared }
    }

    #[inline]
    pub(super) fn changes(&self) -> Changes {
        self.changes
    }
}

/// So many names are looked at in the time in which the fields of a decoration are hashed.
const FEW_FIELDS: usize = 32;

//! The fields of a request and of a response, found without more work than there is to do.

use corsac::RequestField;
use corsac::server::{ResponseField, vary_covers};
use http::header::{self, HeaderMap, HeaderName, HeaderValue, ValueIter};

use super::ready::ReadyFields;

/// The lines of a field.
pub(super) enum Lines<'a> {
    /// At most one.
    One(Option<&'a HeaderValue>),
    Any(ValueIter<'a, HeaderValue>),
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a HeaderValue;

    #[inline]
    fn next(&mut self) -> Option<&'a HeaderValue> {
        match self {
            Self::One(line) => line.take(),
            Self::Any(lines) => lines.next(),
        }
    }
}

/// The fields of a request that policies read.
#[derive(Debug)]
pub(super) struct RequestFields<'a> {
    headers: &'a HeaderMap,
    /// Every policy asks for the origin, and an allowed one is echoed: it is looked up once.
    origin: Option<&'a HeaderValue>,
}

impl<'a> RequestFields<'a> {
    #[inline]
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        Self {
            headers,
            origin: headers.get(header::ORIGIN),
        }
    }

    /// The first line of `Origin`.
    #[inline]
    pub(super) fn origin(&self) -> Option<&'a HeaderValue> {
        self.origin
    }

    #[inline]
    pub(super) fn lines(&self, field: RequestField) -> Lines<'a> {
        match field {
            RequestField::Origin if self.origin.is_none() || !self.has_repeats() => {
                Lines::One(self.origin)
            }
            RequestField::Origin => self.find(&header::ORIGIN),
            RequestField::AccessControlRequestMethod => {
                self.find(&header::ACCESS_CONTROL_REQUEST_METHOD)
            }
            RequestField::AccessControlRequestHeaders => {
                self.find(&header::ACCESS_CONTROL_REQUEST_HEADERS)
            }
        }
    }

    /// It is kept out of the way of most requests, which have at most one line of `Origin` and are
    /// no preflights.
    #[inline(never)]
    fn find(&self, name: &HeaderName) -> Lines<'a> {
        match self.has_repeats() {
            true => Lines::Any(self.headers.get_all(name).iter()),
            false => Lines::One(self.headers.get(name)),
        }
    }

    /// Has any field come on more than one line? In nearly all requests none has.
    #[inline]
    fn has_repeats(&self) -> bool {
        self.headers.len() != self.headers.keys_len()
    }
}

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
        let has_some = headers.keys_len() > FEW_FIELDS || headers.keys().any(may_change);
        Self { headers, has_some }
    }

    /// Are there any that policies change, as far as one look tells?
    pub(super) fn has_some(&self) -> bool {
        self.has_some
    }

    pub(super) fn contain(&self, name: HeaderName) -> bool {
        self.has_some && self.headers.contains_key(name)
    }

    /// Where none of them is there: adds those of an answer.
    #[inline]
    pub(super) fn add(self, ready: &ReadyFields, origin: Option<HeaderValue>) {
        ready.add_to(self.headers, origin);
    }

    /// Lets the field be there once. A map that is full loses the field rather than keep what the
    /// handler set.
    pub(super) fn set(&mut self, field: ResponseField, value: Option<HeaderValue>) {
        let is_set = value.is_some_and(|value| self.headers.try_insert(name(field), value).is_ok());
        if !is_set {
            self.remove(field);
        }
    }

    pub(super) fn remove(&mut self, field: ResponseField) {
        if self.has_some {
            self.headers.remove(name(field));
        }
    }

    /// Lets `Vary` name the members too, and loses none of the lines that are there. A map that is
    /// full takes no further line.
    pub(super) fn merge_vary(&mut self, members: &HeaderValue) {
        if self.contain(header::VARY) {
            let lines = self.headers.get_all(header::VARY);
            if vary_covers(lines.iter().map(HeaderValue::as_bytes), members.as_bytes()) {
                return;
            }
        }
        let _ = self.headers.try_append(header::VARY, members.clone());
    }
}

/// Can it be a field that policies change?
#[inline]
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

/// A name is compared with this many in the time in which it is hashed.
const FEW_FIELDS: usize = 16;

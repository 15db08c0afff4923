//! The changes of an answer, packed into a number: an answer is copied, kept and compared at no
//! cost, and an adapter can have the fields of a frequent one at hand.

use core::fmt;
use core::iter::FusedIterator;

use super::answer::{Change, FieldValue, PreparedValue, ResponseField};

/// The changes to a response, in the order in which they are to be applied.
///
/// There is a place for each field, with two bits that say what becomes of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Changes(u16);

impl Changes {
    /// As many as an answer can have: what a preflight's answer with everything has.
    pub const MAX: usize = 6;

    /// Nothing is changed.
    pub(super) const NONE: Self = Self(0);

    /// These changes, and one of a field that they do not change yet.
    pub(super) const fn with(self, change: Change) -> Self {
        let (place, bits) = match change {
            Change::Set(field, FieldValue::Prepared(_)) => (place(field), PREPARED),
            Change::Set(field, _) => (place(field), ECHOED),
            Change::Remove(field) => (place(field), REMOVED),
            Change::Vary(PreparedValue::PreflightVary) => (VARY, PREPARED),
            Change::Vary(_) => (VARY, ECHOED),
        };
        Self(self.0 | bits << (place * 2))
    }

    /// These changes, and one more if there is one.
    pub(super) fn and(self, change: Option<Change>) -> Self {
        change.map_or(self, |change| self.with(change))
    }

    /// Does one of them set a field to the request's origin?
    #[must_use]
    #[inline]
    pub const fn echo_origin(self) -> bool {
        self.0 >> (place(ResponseField::AllowOrigin) * 2) & 0b11 == ECHOED
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

impl IntoIterator for Changes {
    type Item = Change;
    type IntoIter = ChangesIter;

    #[inline]
    fn into_iter(self) -> ChangesIter {
        ChangesIter { bits: self.0 }
    }
}

/// The changes of an answer, one after the other.
#[derive(Clone, Debug)]
pub struct ChangesIter {
    /// What is left: the places that were read are empty.
    bits: u16,
}

impl Iterator for ChangesIter {
    type Item = Change;

    #[inline]
    fn next(&mut self) -> Option<Change> {
        if self.bits == 0 {
            return None;
        }
        let place = self.bits.trailing_zeros() / 2;
        let at = place * 2;
        let bits = self.bits >> at & 0b11;
        self.bits &= !(0b11 << at);
        CHANGES[place as usize].get(usize::from(bits)).copied()
    }
}

impl FusedIterator for ChangesIter {}

/// The place of a field, in the order in which fields are changed.
const fn place(field: ResponseField) -> u16 {
    match field {
        ResponseField::AllowOrigin => 0,
        ResponseField::AllowCredentials => 1,
        ResponseField::ExposeHeaders => 2,
        ResponseField::AllowMethods => 3,
        ResponseField::AllowHeaders => 4,
        ResponseField::MaxAge => 5,
    }
}

/// The place of `Vary`, which comes last.
const VARY: u16 = 6;

/// The field is removed.
const REMOVED: u16 = 1;

/// The field is set to what the policy prepared for it, and `Vary` to that of a preflight.
const PREPARED: u16 = 2;

/// The field is set to what the request has, and `Vary` to that of any other request.
const ECHOED: u16 = 3;

/// What bits other than 0 mean, by place.
const CHANGES: [[Change; 4]; 7] = [
    of(
        ResponseField::AllowOrigin,
        PreparedValue::AnyOrigin,
        FieldValue::RequestOrigin,
    ),
    always_prepared(ResponseField::AllowCredentials, PreparedValue::True),
    always_prepared(ResponseField::ExposeHeaders, PreparedValue::ExposedHeaders),
    of(
        ResponseField::AllowMethods,
        PreparedValue::Methods,
        FieldValue::RequestMethod,
    ),
    of(
        ResponseField::AllowHeaders,
        PreparedValue::RequestHeaders,
        FieldValue::RequestHeaderNames,
    ),
    always_prepared(ResponseField::MaxAge, PreparedValue::MaxAge),
    [
        Change::Vary(PreparedValue::Vary),
        Change::Vary(PreparedValue::Vary),
        Change::Vary(PreparedValue::PreflightVary),
        Change::Vary(PreparedValue::Vary),
    ],
];

/// What the bits of a field mean; there are none at the place of 0.
const fn of(field: ResponseField, prepared: PreparedValue, echoed: FieldValue) -> [Change; 4] {
    let removed = Change::Remove(field);
    let prepared = Change::Set(field, FieldValue::Prepared(prepared));
    [removed, removed, prepared, Change::Set(field, echoed)]
}

/// Likewise, for a field that no request has a value for.
const fn always_prepared(field: ResponseField, value: PreparedValue) -> [Change; 4] {
    of(field, value, FieldValue::Prepared(value))
}

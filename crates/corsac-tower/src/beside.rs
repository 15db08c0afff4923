//! What a layer does beside letting a policy answer.

use corsac::Refusal;
use corsac::server::Watch;
use http::Extensions;

/// What a layer does beside letting its policy answer; most do nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    pub(crate) watch: Watch,
    pub(crate) refusals: Refusals,
}

/// Where a refusal is to be found, but for those who observe decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Refusals {
    #[default]
    Nowhere,
    InExtensions,
}

impl Refusals {
    /// What is asked for, if anything is.
    #[inline]
    pub(crate) fn of(beside: Option<&Beside>) -> Self {
        beside.map_or(Self::Nowhere, |beside| beside.refusals)
    }

    /// Puts a refusal where it is to be found.
    #[inline]
    pub(crate) fn tell(self, refusal: Option<Refusal>, extensions: &mut Extensions) {
        if let (Self::InExtensions, Some(refusal)) = (self, refusal) {
            extensions.insert(refusal);
        }
    }
}

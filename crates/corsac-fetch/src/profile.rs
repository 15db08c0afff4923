//! Which engine to be faithful to.

/// A browser engine, or the standard itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "one for each engine, and the standard")]
pub enum Profile {
    /// The Fetch standard to the letter.
    #[default]
    Spec,
    /// Chromium.
    Chromium,
    /// Firefox.
    Firefox,
    /// WebKit.
    WebKit,
}

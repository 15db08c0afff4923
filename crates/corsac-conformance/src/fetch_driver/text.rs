//! Bytes as text without loss: code points 0 to 255 stand for bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// [Isomorphic encode](https://infra.spec.whatwg.org/#isomorphic-encode), if it is possible.
pub(super) fn isomorphic_encode(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|it| u8::try_from(it).ok()).collect()
}

/// [Isomorphic decode](https://infra.spec.whatwg.org/#isomorphic-decode).
pub(super) fn isomorphic_decode(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

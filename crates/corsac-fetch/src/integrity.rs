//! What the bytes of a response must be for a script to get it.

use std::fmt;

use data_url::forgiving_base64::decode_to_vec;

/// The digests of which a body must have one: those of the strongest algorithm that is named.
///
/// Follows [parse metadata](https://w3c.github.io/webappsec-subresource-integrity/#parse-metadata) and
/// [get the strongest metadata from set](https://w3c.github.io/webappsec-subresource-integrity/#get-the-strongest-metadata).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegrityMetadata {
    strongest: Option<HashAlgorithm>,
    /// A digest that cannot be read is one that no body has.
    digests: Vec<Option<Vec<u8>>>,
}

/// An algorithm, from the weakest to the strongest.
///
/// Follows [valid SRI hash algorithm token set](https://w3c.github.io/webappsec-subresource-integrity/#valid-sri-hash-algorithm-token-set).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the standard has these three")]
pub enum HashAlgorithm {
    /// SHA-256
    Sha256,
    /// SHA-384
    Sha384,
    /// SHA-512
    Sha512,
}

impl IntegrityMetadata {
    /// Reads what a script wrote; what is not understood in it asks for nothing.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let parsed: Vec<_> = text.split_ascii_whitespace().filter_map(parse).collect();
        let strongest = parsed.iter().map(|(algorithm, _)| *algorithm).max();
        let is_strongest = |(algorithm, _): &(HashAlgorithm, _)| Some(*algorithm) == strongest;
        let digests = parsed.into_iter().filter(is_strongest);
        Self {
            strongest,
            digests: digests.map(|(_, digest)| digest).collect(),
        }
    }

    /// The algorithm by which the body is judged; without one, any body will do.
    #[must_use]
    pub fn algorithm(&self) -> Option<HashAlgorithm> {
        self.strongest
    }

    /// Is it a body with this digest that is asked for?
    ///
    /// Follows [do bytes match metadata list](https://w3c.github.io/webappsec-subresource-integrity/#does-response-match-metadatalist).
    #[must_use]
    pub fn allows(&self, digest: &[u8]) -> bool {
        let mut digests = self.digests.iter().flatten();
        self.strongest.is_none() || digests.any(|it| it == digest)
    }
}

/// Reads one piece. Digests are in either alphabet of base64, with or without padding: that is
/// what browsers take.
fn parse(piece: &str) -> Option<(HashAlgorithm, Option<Vec<u8>>)> {
    let expression = piece.split('?').next().unwrap_or(piece);
    let (algorithm, value) = expression.split_once('-').unwrap_or((expression, ""));
    let algorithm = match algorithm.to_ascii_lowercase().as_str() {
        "sha256" => HashAlgorithm::Sha256,
        "sha384" => HashAlgorithm::Sha384,
        "sha512" => HashAlgorithm::Sha512,
        _ => return None,
    };
    let value = value.replace('-', "+").replace('_', "/");
    Some((algorithm, decode_to_vec(value.as_bytes()).ok()))
}

/// Why a response was kept from a script that asked for integrity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IntegrityFailure {
    /// There is no body that could be judged: none came, or the script may not see it.
    NoBody,
    /// The body ended early.
    Incomplete,
    /// The body has none of the digests.
    Mismatch,
}

impl IntegrityFailure {
    /// The stable name of the failure.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoBody => "integrity/no-body",
            Self::Incomplete => "integrity/incomplete",
            Self::Mismatch => "integrity/mismatch",
        }
    }
}

impl fmt::Display for IntegrityFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoBody => "there is no body whose integrity could be seen",
            Self::Incomplete => "the body ended before its integrity could be seen",
            Self::Mismatch => "the body is not the one that `integrity` asks for",
        })
    }
}

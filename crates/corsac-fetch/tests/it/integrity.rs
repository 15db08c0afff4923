//! Which bytes a script asks for.

use corsac_fetch::{HashAlgorithm, IntegrityMetadata};
use proptest::prelude::*;

/// Is a body with the digest `[0, 0, 63]` one that is asked for, by its digest of this kind?
fn check(text: &str, algorithm: Option<HashAlgorithm>, is_allowed: bool) {
    let metadata = IntegrityMetadata::parse(text);
    assert_eq!(metadata.algorithm(), algorithm, "{text}");
    assert_eq!(metadata.allows(&[0, 0, 63]), is_allowed, "{text}");
}

#[test]
fn one_digest_of_several_is_enough() {
    let sha256 = Some(HashAlgorithm::Sha256);
    check("sha256-AAA/", sha256, true);
    check("sha256-BBBB", sha256, false);
    check(" sha256-BBBB\n\tsha256-AAA/ ", sha256, true);
}

#[test]
fn only_the_strongest_algorithm_counts() {
    check(
        "sha256-AAA/ sha384-BBBB",
        Some(HashAlgorithm::Sha384),
        false,
    );
    check("sha512-AAA/ sha384-BBBB", Some(HashAlgorithm::Sha512), true);
    check("SHA512-AAA/ sha256-BBBB", Some(HashAlgorithm::Sha512), true);
}

#[test]
fn both_alphabets_are_read_and_padding_may_be_missing() {
    let sha256 = Some(HashAlgorithm::Sha256);
    check("sha256-AAA_", sha256, true);
    let metadata = IntegrityMetadata::parse("sha256--_8");
    assert!(metadata.allows(&[0xFB, 0xFF]));
    assert!(IntegrityMetadata::parse("sha256-+/8=").allows(&[0xFB, 0xFF]));
}

#[test]
fn what_is_not_understood_asks_for_nothing() {
    for text in ["", " ", "md5-AAA/", "AAA/", "sha1-", "sha-256-AAA/"] {
        check(text, None, true);
    }
    check(
        "md5-BBBB sha256-AAA/?option",
        Some(HashAlgorithm::Sha256),
        true,
    );
}

#[test]
fn a_digest_that_cannot_be_read_is_one_that_no_body_has() {
    for text in [
        "sha384",
        "sha384-",
        "sha384-A",
        "sha384-*",
        "sha256-AAA/ sha384-*",
    ] {
        check(text, Some(HashAlgorithm::Sha384), false);
    }
}

proptest! {
    #[test]
    fn whatever_is_written_is_read(text in "(sha(256|384|512)|[-?A-Za-z0-9+/=_ ])*") {
        let metadata = IntegrityMetadata::parse(&text);
        let is_without = metadata.algorithm().is_none();
        prop_assert_eq!(metadata.allows(b"\xFF\0 no body has this digest"), is_without);
    }
}

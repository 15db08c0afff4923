//! See `corsac_conformance::fuzzing::referrer_policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::referrer_policy(data));

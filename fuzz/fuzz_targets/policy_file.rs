//! See `corsac_conformance::fuzzing::policy_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::policy_file(data));

//! See `corsac_conformance::fuzzing::set_cookie`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::set_cookie(data));

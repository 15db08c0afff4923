//! See `corsac_conformance::fuzzing::data_url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::data_url(data));

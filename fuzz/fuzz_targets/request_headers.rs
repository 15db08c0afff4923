//! See `corsac_conformance::fuzzing::request_headers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::request_headers(data));

//! See `corsac_conformance::fuzzing::request_header_list`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::request_header_list(data));

//! See `corsac_conformance::fuzzing::header_value`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::header_value(data));

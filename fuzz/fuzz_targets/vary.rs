//! See `corsac_conformance::fuzzing::vary`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::vary(data));

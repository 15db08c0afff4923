//! See `corsac_conformance::fuzzing::origin`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| corsac_conformance::fuzzing::origin(data));

//! The conformance cases, the lists of what they must cover, and the oracles.

mod server_cases;

//! Runs the conformance cases against every implementation of a policy.

//! What the documents promise.

mod policy_files;

//! Reads corsac policy files, and says everything that is wrong with them at once.

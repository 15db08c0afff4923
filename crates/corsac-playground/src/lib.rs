//! The corsac demo: a page and an API on different origins.

//! A reverse proxy that enforces a corsac policy file.

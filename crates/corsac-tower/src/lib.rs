//! A tower layer that enforces a corsac policy: axum, hyper, tonic.

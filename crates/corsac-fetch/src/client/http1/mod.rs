//! HTTP/1.1, with every byte that the Fetch standard allows in a header.
//!
//! Framing is strict: where a body ends is never guessed. All else is read as browsers read it.

mod body;
mod chunked;
mod connection;
mod framing;
mod head;
mod request;
mod upload;

pub(super) use body::{Decoder, Home, Http1Body, Piece};
pub(super) use connection::{Answered, Connection, ExchangeFailure, Io, Security, is_interim};
pub(super) use framing::{Framing, Persistence};
pub(super) use head::HeadReader;
pub(super) use request::{TargetForm, connect_request, http1_request};

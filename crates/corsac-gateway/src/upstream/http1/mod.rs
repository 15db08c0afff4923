//! HTTP/1.1 towards a server, as [RFC 9112](https://www.rfc-editor.org/rfc/rfc9112) has it.
//!
//! What is written and read is decided without a socket: [`write_head`](request_head::write_head)
//! and [`HeadReader`] know heads, [`Content`] and [`ChunkDecoder`](chunked::ChunkDecoder) know where
//! a response ends. [`Connection`] carries bytes between them and a server.

mod chunked;
mod connection;
mod content;
mod framing;
mod outbox;
mod read_buffer;
mod recorded;
mod request_head;
mod response_head;
mod sender;

pub(crate) use self::connection::Connection;
pub(super) use self::connection::NoResponse;
pub(super) use self::content::Part;
pub use self::recorded::{RecordedResponse, read_http1_response};

use self::content::Content;
use self::framing::{Framing, Malformed};
use self::response_head::{Asked, HeadReader, Read, ResponseHead};

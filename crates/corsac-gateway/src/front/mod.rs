//! The gateway towards its clients: from an accepted connection to its requests.

mod block_timer;
mod certificates;
mod client_io;
mod clients;
mod connections;
mod handover;
mod head_guard;
mod head_timer;
mod http1;
mod http2;
mod idleness;
mod linger;
mod plain_http;
mod proxy_protocol;
mod serve;
mod streams;
mod transport;

pub use self::certificates::{CertificateError, CertificateErrors, CertificateFault, Certificates};
pub(crate) use self::client_io::Ending;
pub(crate) use self::connections::Place;
pub(crate) use self::serve::serve;

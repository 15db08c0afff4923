//! The client: drives a fetch over the network.

mod body;
mod connect;
mod host_override;
mod http1;
mod http2;
mod limits;
mod options;
mod pool;
mod recorded;
mod request_stream;
mod tls;
mod transport;

pub use body::{BodyFailure, ResponseBody};
pub use host_override::{HostOverride, HostOverrideError};
pub use options::{Certificates, ClientOptions, ClientOptionsError};
pub use recorded::read_http1_response;
pub use request_stream::RequestStream;
pub use transport::Transport;

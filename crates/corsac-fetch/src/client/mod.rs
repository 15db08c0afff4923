//! The client: drives a fetch over the network.
//!
//! [`Client`] asks the machine what to send, sends it by its [`Transport`], and hands the machine
//! what comes back. It decides nothing: whatever a page sees was decided without a network.

mod body;
mod clock;
mod connect;
mod drive;
mod host_override;
mod http1;
mod http2;
mod http_proxy;
mod limits;
mod options;
mod pool;
mod recorded;
mod request_stream;
mod tls;
mod transport;
mod tunnel;

pub use body::{BodyFailure, ResponseBody};
pub use drive::{Client, Response};
pub use host_override::{HostOverride, HostOverrideError};
pub use http_proxy::{HttpProxy, HttpProxyError};
pub use options::{Certificates, ClientOptions, ClientOptionsError};
pub use recorded::read_http1_response;
pub use request_stream::RequestStream;
pub use transport::Transport;

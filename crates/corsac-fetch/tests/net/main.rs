//! What the client does over real sockets, all of them on this machine.

mod bodies;
mod bytes_both_ways;
mod connections;
mod fetches;
mod forward_proxy;
mod heads;
mod http2;
mod local_network;
mod properties;
mod proxies;
mod server;
mod tls;

use std::sync::Arc;

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::client::{ClientOptions, ResponseBody, Transport};
use corsac_fetch::{
    ConnectionChoice, Method, Outgoing, OutgoingBody, Purpose, ResponseHead, TransportFailure,
};

/// A GET without headers.
fn get(url: &str) -> Outgoing {
    Outgoing {
        url: Arc::new(url.parse().expect("a URL")),
        method: Method::GET,
        headers: HeaderList::new(),
        body: OutgoingBody::None,
        includes_credentials: false,
        connection: ConnectionChoice::Any,
        purpose: Purpose::Request,
    }
}

fn header(name: &str, value: &[u8]) -> Header {
    Header::new(name.as_bytes(), value).expect("a header")
}

fn transport() -> Transport {
    Transport::new(&ClientOptions::default()).expect("the default options are in order")
}

/// Sends over a transport of its own.
async fn send(outgoing: &Outgoing) -> Result<(ResponseHead, ResponseBody), TransportFailure> {
    transport().send(outgoing, &mut None).await
}

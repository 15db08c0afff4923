//! The gateway as clients and upstreams see it: over sockets, byte for byte.

mod harness;

mod client_faults;
mod connections;
mod cors;
mod forwarding;
mod framing;
mod observer;
mod paths;
mod replacing;
mod routes;
mod shutdown;
mod streaming;
mod upgrade;
mod upstream_faults;

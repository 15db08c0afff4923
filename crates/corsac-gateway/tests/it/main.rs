//! The gateway as clients and upstreams see it: over sockets, byte for byte.

mod harness;
mod http2_client;
mod tls_harness;

mod admin;
mod client_faults;
mod connections;
mod cors;
mod forwarding;
mod framing;
mod hosts;
mod http2;
mod observer;
mod paths;
mod records;
mod replaced_paths;
mod replacing;
mod route_limits;
mod routes;
mod shutdown;
mod streaming;
mod tls;
mod upgrade;
mod upstream_faults;

//! The gateway as clients and upstreams see it: over sockets, byte for byte.

mod frames;
mod harness;
mod http2_cases;
mod http2_client;
mod nginx;
mod tls_harness;

mod admin;
mod client_faults;
mod connections;
mod cors;
mod forwarding;
mod framing;
mod h2load;
mod hosts;
mod http2;
mod http2_conformance;
mod http2_floods;
mod limits;
mod observer;
mod openapi;
mod paths;
mod proxy_protocol;
mod records;
mod replaced_paths;
mod replacing;
mod route_limits;
mod routes;
mod servers;
mod shutdown;
mod smuggling;
mod streaming;
mod tls;
mod upgrade;
mod upstream_faults;
mod upstream_tls;

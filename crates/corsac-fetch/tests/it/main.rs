mod bad_ports;
mod locations;
mod origin_headers;
mod referrers;
mod request_constructor;
mod support;
mod trustworthy;

//! What pages may ask for, and what they get.

mod address_spaces;
mod allocations;
mod bad_ports;
mod blob_urls;
mod cookie_model;
mod cookies;
mod data_urls;
mod integrity;
mod locations;
mod machine;
mod mixed_content;
mod origin_headers;
mod referrers;
mod request_constructor;
mod resource_policy;
mod sec_fetch;
mod support;
mod timing;
mod trustworthy;

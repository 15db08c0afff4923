//! The demo, as its users meet it: over sockets, and in a real browser.

mod addresses;
mod browser;
mod chromium;
mod demo;
mod exchanges;
mod petstore;
mod policy;
mod strangers;

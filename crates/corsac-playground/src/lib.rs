//! The corsac demo: a page and an API on different origins, and a gateway between them.
//!
//! Three listeners on loopback. The page, on port 3000, has a button for each kind of request. The
//! API, on 3001, knows nothing of CORS, so that the browser keeps its answers from the page. The
//! gateway, on 3002, stands before that API with a policy, which the page can edit while it runs.
//! Beside each button the page shows what its script got, and what really went over the wire.
//!
//! ```no_run
//! # async fn demo() -> std::io::Result<()> {
//! use corsac_playground::{Playground, Ports};
//!
//! let playground = Playground::bind(Ports::default())?;
//! let page = playground.addresses().page();
//! assert_eq!(page.to_string(), "http://127.0.0.1:3000");
//! playground.run(std::future::pending()).await
//! # }
//! ```
//!
//! # Security
//!
//! Everything listens on `127.0.0.1` alone. What changes the policy or shows what was recorded
//! takes the token of the run, which only the page has; the module `page::guard` says how it is
//! kept from other pages of the same browser and from rebound host names. Other programs of the
//! same machine are not kept out: they could as well read the memory of the demo.
#![warn(clippy::unwrap_used)]

mod addresses;
mod enforcer;
mod explain;
mod page;
mod petstore;
mod playground;
mod random;
mod recorder;

pub use addresses::{Address, Addresses, Ports};
pub use playground::Playground;

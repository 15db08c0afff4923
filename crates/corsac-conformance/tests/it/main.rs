//! The conformance cases, the lists of what they must cover, and the oracles.

mod browser_drivers;
mod browsers;
mod browsing;
mod console_messages;
mod coverage;
mod fetch_cases;
mod fetch_closed_loop;
mod fetch_driver;
mod fixes_in_rust;
mod fuzzing;
mod loading;
mod misbehaviours;
mod policies_in_browsers;
mod policy_cases;
mod properties;
mod server_cases;
mod sharing;
mod standard;

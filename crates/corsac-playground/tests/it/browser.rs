//! The demo in a real browser: what the page shows is what the browser did.

mod editor;
mod other_pages;
mod people;
mod presses;
mod truth;

//! Reports as people and programs read them.

mod curl;
mod json;
mod junit;
mod markdown;
mod page;
mod sarif;
mod text;
mod words;

pub use curl::as_curl;
pub use json::{CHECK_SCHEMA, explanations_as_json, json, recorded_as_json};
pub use junit::junit;
pub use markdown::markdown;
pub use page::{page_as_markdown, page_as_text};
pub use sarif::sarif;
pub use text::{Detail, Style, TextOptions, finding_as_text, text};

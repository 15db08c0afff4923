//! What there is to say about each code: the one source of the terminal's text and of the
//! documentation.

mod cookies;
mod credentials;
mod network;
mod origin;
mod preflight;
mod reading;
mod redirect;
mod usage;

use crate::code::{Code, Severity};

/// Everything about a code that does not depend on the case.
#[derive(Debug)]
#[non_exhaustive]
pub struct Page {
    /// The code.
    pub code: Code,
    /// Its stable name.
    pub name: &'static str,
    /// How much it matters as a rule.
    pub severity: Severity,
    /// Where the standard has it.
    pub spec: &'static str,
    /// What is the case.
    pub title: &'static str,
    /// Why, a sentence on each line.
    pub why: &'static str,
    /// What to do about it, a sentence on each line.
    pub fix: &'static str,
}

/// Codes that belong together.
#[derive(Debug)]
#[non_exhaustive]
pub struct Family {
    /// The name.
    pub name: &'static str,
    /// What they are about.
    pub about: &'static str,
    /// Their pages.
    pub pages: &'static [&'static Page],
}

/// All families, in the order of the documentation.
pub static FAMILIES: [Family; 8] = [
    Family {
        name: "origin",
        about: "What `Access-Control-Allow-Origin` can get wrong.",
        pages: &origin::ALL,
    },
    Family {
        name: "credentials",
        about: "What credentials ask for.",
        pages: &credentials::ALL,
    },
    Family {
        name: "preflight",
        about: "What the answer to a preflight can get wrong.",
        pages: &preflight::ALL,
    },
    Family {
        name: "redirect",
        about: "What redirects can get wrong.",
        pages: &redirect::ALL,
    },
    Family {
        name: "reading",
        about: "What the page sees of the answer, and what caches do to it.",
        pages: &reading::ALL,
    },
    Family {
        name: "cookies",
        about: "Why cookies stay behind although CORS is right.",
        pages: &cookies::ALL,
    },
    Family {
        name: "network",
        about: "What is not CORS, though the console says so.",
        pages: &network::ALL,
    },
    Family {
        name: "usage",
        about: "What is wrong before anything is sent.",
        pages: &usage::ALL,
    },
];

/// The page of a code.
pub(crate) fn of(code: Code) -> &'static Page {
    let mut pages = FAMILIES.iter().flat_map(|family| family.pages);
    let page = pages.find(|page| page.code == code);
    page.expect("every code has a page, as a test says")
}

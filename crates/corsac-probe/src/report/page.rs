//! The page of a code, for the terminal and for the documentation.

use std::fmt::Write;

use super::words::{browser, wrapped};
use crate::code::Code;
use crate::wording::{Age, Wording, wordings};

fn printed_for(code: Code) -> impl Iterator<Item = &'static Wording> {
    wordings().filter(move |it| it.code == code)
}

/// The page of a code in the documentation.
#[must_use]
pub fn page_as_markdown(code: Code) -> String {
    let page = code.page();
    let mut out = String::new();
    let _ = writeln!(out, "# {}\n", page.title);
    let _ = writeln!(
        out,
        "`{}`, as a rule: {}.\n",
        page.name,
        page.severity.as_str()
    );
    let _ = writeln!(out, "{}\n", page.why);
    let _ = writeln!(out, "Where it is said: <{}>.\n", page.spec);
    let _ = writeln!(out, "## What to do\n\n{}", page.fix);
    let mut rows = String::new();
    for wording in printed_for(code) {
        let age = match wording.age {
            Age::Current => "",
            Age::Former => ", older versions",
        };
        let name = browser(wording.browser);
        let _ = write!(
            rows,
            "\n{name}{age}:\n\n```text\n{}\n```\n",
            wording.text.trim_end()
        );
    }
    if !rows.is_empty() {
        let _ = writeln!(out, "\n## What browsers print\n{}", rows.trim_end());
    }
    out
}

/// The same for a terminal.
#[must_use]
pub fn page_as_text(code: Code) -> String {
    let page = code.page();
    let mut out = String::new();
    let _ = writeln!(out, "{}: {}\n", page.name, page.title);
    let _ = writeln!(out, "{}\n", wrapped(page.why, ""));
    let _ = writeln!(out, "What to do\n{}\n", wrapped(page.fix, "  "));
    for wording in printed_for(code) {
        let _ = writeln!(
            out,
            "{} prints\n  {}",
            browser(wording.browser),
            wording.text
        );
    }
    let _ = writeln!(out, "{}", page.spec);
    out
}

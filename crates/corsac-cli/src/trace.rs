//! A trace, as it is shown on stderr.

use corsac_config::Style;
use corsac_fetch::{Line, LineKind, Trace};

use crate::terminal;

/// Tells the steps of a fetch, each when it is taken.
pub(crate) struct Narrator {
    style: Style,
    n_told: usize,
}

impl Narrator {
    pub(crate) fn new() -> Self {
        Self {
            style: terminal::stderr_style(),
            n_told: 0,
        }
    }

    /// Tells the steps that are new.
    pub(crate) fn tell(&mut self, trace: &Trace) {
        for line in trace.lines_since(self.n_told) {
            terminal::note(&render_line(&line, self.style));
        }
        self.n_told = trace.events().len();
    }
}

fn render_line(line: &Line, style: Style) -> String {
    let colour = match line.kind {
        LineKind::Fault | LineKind::Carets => "31",
        LineKind::Sent => "36",
        LineKind::Received => "35",
        _ => "0",
    };
    match style {
        Style::Coloured => format!("\u{1b}[{colour}m{line}\u{1b}[0m"),
        _ => line.to_string(),
    }
}

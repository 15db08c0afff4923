//! A trace, as it is shown on stderr.

use corsac_config::Style;
use corsac_fetch::{Line, LineKind, Trace};

/// Every step, with the colour of its kind.
pub(crate) fn render(trace: &Trace, style: Style) -> String {
    let lines: Vec<String> = trace
        .lines()
        .iter()
        .map(|line| render_line(line, style))
        .collect();
    lines.join("\n")
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

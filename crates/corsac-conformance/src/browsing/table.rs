//! What came of it, as a table: for who runs it, and for `docs/browsers.md`.

use std::fmt::Write;

use super::held::Held;

/// The table in Markdown, aligned so that it can be read as it is.
#[must_use]
pub fn table(held: &[Held]) -> String {
    let heads = [
        "Browser",
        "Version",
        "Scenarios",
        "As its profile",
        "Known deviations",
        "Disagreements",
        "As the standard",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(held.iter().map(|it| {
        [
            it.engine.name().to_owned(),
            it.version.clone(),
            it.n_scenarios.to_string(),
            it.n_as_profile.to_string(),
            it.n_known.to_string(),
            it.n_disagreeing().to_string(),
            it.n_as_standard.to_string(),
        ]
    }));
    aligned(&rows)
}

/// A table whose first row is its head; all columns but the first two are numbers.
pub(super) fn aligned<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: Vec<_> = (0..N)
        .map(|column| rows.iter().map(|it| it[column].len()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 | 1 => format!(" {cell:<width$} "),
            _ => format!(" {cell:>width$} "),
        });
        writeln!(text, "|{}|", cells.collect::<Vec<_>>().join("|")).expect("it is text");
        if index == 0 {
            let rules = widths
                .iter()
                .enumerate()
                .map(|(column, width)| match column {
                    0 | 1 => "-".repeat(width + 2),
                    _ => "-".repeat(width + 1) + ":",
                });
            writeln!(text, "|{}|", rules.collect::<Vec<_>>().join("|")).expect("it is text");
        }
    }
    text
}

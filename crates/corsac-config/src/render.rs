//! Shows problems to a reader: the line, and what is meant in it underlined.

use annotate_snippets::{
    AnnotationKind, Group, Level, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use crate::lines::{Lines, Position};
use crate::problem::{Problem, Problems, Severity, floor_char_boundary, quoted};

/// How problems are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Style {
    /// Text alone.
    Plain,
    /// With the escape sequences that colour a terminal.
    Coloured,
}

impl Problems {
    /// Shows every problem: file, line and column, and the line with what is meant underlined.
    ///
    /// `source` is the text that was read. The lines are ASCII except for what they quote of it.
    #[must_use]
    pub fn render(&self, file_name: &str, source: &str, style: Style) -> String {
        let renderer = match style {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        };
        let file = File {
            name: file_name,
            lines: Lines::new(source),
        };
        let mut rendered = String::new();
        for (number, problem) in self.iter().enumerate() {
            if number > 0 {
                rendered.push('\n');
            }
            rendered.push_str(&file.render(problem, &renderer));
            rendered.push('\n');
        }
        if self.n_left_out() > 0 {
            rendered.push_str(&format!("\n... and {} more\n", self.n_left_out()));
        }
        rendered
    }
}

/// The file that was read.
struct File<'a> {
    name: &'a str,
    lines: Lines<'a>,
}

impl File<'_> {
    fn render(&self, problem: &Problem, renderer: &Renderer) -> String {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level
            .primary_title(problem.message.as_str())
            .id(problem.code);
        let mut group = self.excerpt(problem, Group::with_title(title));
        if let Some(suggestion) = &problem.suggestion {
            let help = format!("did you mean `{suggestion}`?");
            group = group.element(Level::HELP.message(normalize_untrusted_str(&help)));
        }
        renderer.render(&[group])
    }

    /// Adds the line on which the problem starts, or what is meant of it if the line is too long.
    fn excerpt<'g>(&'g self, problem: &Problem, group: Group<'g>) -> Group<'g> {
        let Position { line, column } = self.lines.position(problem.span.start);
        let start = problem.span.start.saturating_sub(self.lines.start(line));
        let end = problem.span.end.saturating_sub(self.lines.start(line));
        let text = self.lines.text(line);
        let start = floor_char_boundary(text, start);
        let end = floor_char_boundary(text, end).max(start);
        if text.len() <= MAX_LINE_LEN {
            let snippet = Snippet::source(text)
                .path(self.name)
                .line_start(line)
                .annotation(AnnotationKind::Primary.span(start..end));
            return group.element(snippet);
        }
        let note = format!("this is meant: {}", quoted(&text[start..end]));
        group
            .element(Origin::path(self.name).line(line).char_column(column))
            .element(Level::NOTE.message(normalize_untrusted_str(&note)))
    }
}

/// The longest line that is shown, in bytes.
///
/// What does not fit a terminal is cut by the renderer, which takes longer the longer the line is.
const MAX_LINE_LEN: usize = 8 * 1024;

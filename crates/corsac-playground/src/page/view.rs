//! What the page is told, as JSON.

use corsac_config::{Position, Problem, Problems, Style};
use serde::Serialize;

use crate::{
    enforcer::InForce,
    explain::{self, Seen},
    recorder::{AnsweredBy, Exchange, Field, Hop, Refused},
};

/// What the editor shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct EditorView {
    /// The policy that the gateway enforces now.
    in_force: String,
    /// How many policies have been in force in this run, this one included.
    edition: u64,
    /// Whether the last text is the one in force.
    applied: bool,
    n_errors: usize,
    n_warnings: usize,
    problems: Vec<ProblemView>,
    /// The problems with their lines underlined.
    rendered: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ProblemView {
    severity: &'static str,
    code: &'static str,
    message: String,
    suggestion: Option<String>,
    line: usize,
    column: usize,
    /// Where it is in the text, counted as scripts count.
    start: usize,
    end: usize,
}

impl EditorView {
    /// The policy in force, and its warnings.
    pub(crate) fn of(in_force: &InForce) -> Self {
        Self::new(in_force, &in_force.text, &in_force.warnings)
    }

    /// The policy still in force, and why `source` is not.
    pub(crate) fn refused(in_force: &InForce, source: &str, problems: &Problems) -> Self {
        Self {
            applied: false,
            ..Self::new(in_force, source, problems)
        }
    }

    fn new(in_force: &InForce, source: &str, problems: &Problems) -> Self {
        let rendered = match problems.is_empty() {
            true => String::new(),
            false => problems.render(FILE_NAME, source, Style::Plain),
        };
        Self {
            in_force: in_force.text.clone(),
            edition: in_force.edition,
            applied: true,
            n_errors: problems.n_errors(),
            n_warnings: problems.n_warnings(),
            problems: problems
                .iter()
                .zip(problems.positions(source))
                .map(|(problem, position)| ProblemView::of(problem, position, source))
                .collect(),
            rendered,
        }
    }
}

impl ProblemView {
    fn of(problem: &Problem, position: Position, source: &str) -> Self {
        Self {
            severity: problem.severity.as_str(),
            code: problem.code,
            message: problem.message.clone(),
            suggestion: problem.suggestion.clone(),
            line: position.line,
            column: position.column,
            start: utf16_len(source, problem.span.start),
            end: utf16_len(source, problem.span.end),
        }
    }
}

fn utf16_len(source: &str, end: usize) -> usize {
    let before = source.char_indices().take_while(|(at, _)| *at < end);
    before.map(|(_, char)| char.len_utf16()).sum()
}

/// What one press of a button brought.
#[derive(Debug, Serialize)]
pub(crate) struct PressView {
    why: String,
    exchanges: Vec<ExchangeView>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ExchangeView {
    hop: Hop,
    is_preflight: bool,
    method: String,
    target: String,
    status: Option<u16>,
    reason: Option<&'static str>,
    answered_by: Option<AnsweredBy>,
    refused: Option<Refused>,
    note: &'static str,
    request: Vec<FieldView>,
    response: Vec<FieldView>,
    /// The field that the browser looked for in the response in vain.
    absent: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: String,
    value: String,
    decides: bool,
}

impl PressView {
    /// The exchanges, and what they and the outcome on the page mean together.
    pub(crate) fn of(seen: &Seen, exchanges: &[Exchange]) -> Self {
        Self {
            why: explain::why(seen, exchanges),
            exchanges: exchanges
                .iter()
                .map(|it| ExchangeView::of(seen, it))
                .collect(),
        }
    }
}

impl ExchangeView {
    fn of(seen: &Seen, exchange: &Exchange) -> Self {
        let shown = |fields: &[Field]| {
            fields
                .iter()
                .map(|it| FieldView::of(seen, exchange, it))
                .collect()
        };
        let answer = exchange.answer.as_ref();
        Self {
            hop: exchange.hop,
            is_preflight: exchange.preflight_for.is_some(),
            method: exchange.method.clone(),
            target: exchange.target.clone(),
            status: answer.map(|it| it.status.as_u16()),
            reason: answer.and_then(|it| it.status.canonical_reason()),
            answered_by: answer.map(|it| it.by),
            refused: exchange.refused.clone(),
            note: explain::note(exchange),
            request: shown(&exchange.request),
            response: answer.map_or_else(Vec::new, |it| shown(&it.fields)),
            absent: explain::absent(exchange),
        }
    }
}

impl FieldView {
    fn of(seen: &Seen, exchange: &Exchange, field: &Field) -> Self {
        Self {
            name: field.name.clone(),
            value: field.value.clone(),
            decides: explain::decides(seen, exchange, field),
        }
    }
}

/// What the carets call the text area.
const FILE_NAME: &str = "policy";

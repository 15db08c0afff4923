//! Templates of configuration.
//!
//! A line `== NAME` begins a section. `{{name}}` is filled in, a list with commas; `{{name|"%"}}`
//! writes each element of a list as it says, with the element in place of `%`. A line that starts
//! with `{{?name}}` is there only if there is something to fill in, one with `{{!name}}` only if
//! there is not.

use super::ground::Ground;

/// A section of a template, filled in. Without the section `errors` it is the one for all answers.
///
/// Nothing if what is to be filled in is not a plain word: configuration languages differ in what
/// they make of the rest.
pub(super) fn filled(template: &str, name: &str, ground: &Ground) -> Option<String> {
    let named = |name: &str| {
        let start = format!("== {name}\n");
        let (_, rest) = template.split_once(&start)?;
        Some(rest.split("\n== ").next().unwrap_or(rest))
    };
    let section = match name {
        "errors" => named("errors").or_else(|| named("allow")),
        _ => named(name),
    }?;
    if !ground.is_plain() {
        return None;
    }
    let lines: Vec<String> = section
        .trim_end()
        .lines()
        .filter_map(|line| filled_line(line, ground))
        .collect();
    Some(lines.join("\n"))
}

fn filled_line(line: &str, ground: &Ground) -> Option<String> {
    if let Some((name, rest)) = condition(line, "{{?") {
        return (!ground.values(name)?.is_empty()).then(|| filled_in(rest, ground));
    }
    if let Some((name, rest)) = condition(line, "{{!") {
        return ground
            .values(name)?
            .is_empty()
            .then(|| filled_in(rest, ground));
    }
    Some(filled_in(line, ground))
}

fn condition<'a>(line: &'a str, start: &str) -> Option<(&'a str, &'a str)> {
    line.strip_prefix(start)?.split_once("}}")
}

fn filled_in(line: &str, ground: &Ground) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        let (hole, after) = after.split_once("}}").unwrap_or((after, ""));
        let (name, form) = hole.split_once('|').unwrap_or((hole, "%"));
        let values = ground.values(name).unwrap_or_default();
        let values: Vec<String> = values.iter().map(|it| form.replace('%', it)).collect();
        text.push_str(before);
        text.push_str(&values.join(", "));
        rest = after;
    }
    text.push_str(rest);
    text
}

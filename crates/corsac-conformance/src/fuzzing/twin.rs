//! Readers of header values so naive that they are evidently right.
//!
//! They work on text whose code points stand for bytes.

/// Splits at the commas outside quoted strings.
#[must_use]
pub fn decode_and_split(value: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        let piece = pieces.last_mut().expect("there is always one");
        match character {
            ',' if !is_quoted => pieces.push(String::new()),
            '\\' if is_quoted => {
                piece.push(character);
                piece.extend(characters.next());
            }
            _ => {
                is_quoted ^= character == '"';
                piece.push(character);
            }
        }
    }
    pieces
        .iter()
        .map(|it| it.trim_matches([' ', '\t']).to_owned())
        .collect()
}

/// Needs no preflight?
#[must_use]
pub fn is_safelisted(name: &str, value: &str) -> bool {
    let is_safe = |c: char| c == '\t' || c >= ' ' && !"\"():<>?@[\\]{}\u{7f}".contains(c);
    let is_language = |c: char| c.is_ascii_alphanumeric() || " *,-.;=".contains(c);
    value.chars().count() <= 128
        && match name.to_lowercase().as_str() {
            "accept" => value.chars().all(is_safe),
            "accept-language" | "content-language" => value.chars().all(is_language),
            "content-type" => value.chars().all(is_safe) && is_safelisted_type(value),
            "range" => is_safelisted_range(value),
            _ => false,
        }
}

fn is_safelisted_type(value: &str) -> bool {
    let white_space = ['\t', '\n', '\r', ' '];
    let value = value.trim_matches(white_space);
    let essence = value
        .split(';')
        .next()
        .unwrap_or_default()
        .trim_end_matches(white_space);
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
    ]
    .contains(&essence.to_ascii_lowercase().as_str())
}

fn is_safelisted_range(value: &str) -> bool {
    let Some((start, end)) = value
        .strip_prefix("bytes=")
        .and_then(|it| it.split_once('-'))
    else {
        return false;
    };
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    // Of the same length, numbers compare as text.
    let width = start.len().max(end.len());
    let is_forward = end.is_empty() || format!("{start:0>width$}") <= format!("{end:0>width$}");
    !start.is_empty() && is_number(start) && is_number(end) && is_forward
}

/// Which names need permission?
#[must_use]
pub fn unsafe_names(lines: &[(String, String)]) -> Vec<String> {
    let is_safe = |(name, value): &&(String, String)| is_safelisted(name, value);
    let total: usize = lines
        .iter()
        .filter(is_safe)
        .map(|(_, value)| value.chars().count())
        .sum();
    let unsafe_lines = lines.iter().filter(|line| total > 1024 || !is_safe(line));
    let mut names: Vec<_> = unsafe_lines
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The text whose code points stand for these bytes.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

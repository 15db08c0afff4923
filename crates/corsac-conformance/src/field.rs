//! Field lines as data: a name and a value, which may be generated.

use serde::Deserialize;

/// One field line of a case, or several equal ones: `["origin", "https://app.example"]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FieldLine(pub String, pub Value);

/// A field value. The code points of its text, up to 255, stand for bytes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "a value is text, or { before, repeat, times, after, lines } to generate it"
)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the format of the data has these two"
)]
pub enum Value {
    /// What is written.
    Text(String),
    /// What is too long to be written.
    Generated(Generated),
}

/// A value that is generated, on one line or on several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// The start of the value.
    #[serde(default)]
    pub before: String,
    /// What is repeated after the start.
    #[serde(default)]
    pub repeat: String,
    /// How often.
    #[serde(default)]
    pub times: usize,
    /// The end of the value.
    #[serde(default)]
    pub after: String,
    /// On how many lines the whole value comes.
    #[serde(default = "one")]
    pub lines: usize,
}

fn one() -> usize {
    1
}

impl FieldLine {
    /// The lines that this stands for.
    ///
    /// Fails with what is wrong if the text has a code point above 255.
    pub fn expanded(&self) -> Result<Vec<(String, Vec<u8>)>, String> {
        let Self(name, value) = self;
        let (text, lines) = match value {
            Value::Text(text) => (text.clone(), 1),
            Value::Generated(it) => (
                [&*it.before, &it.repeat.repeat(it.times), &it.after].concat(),
                it.lines,
            ),
        };
        let bytes = bytes_of(&text)
            .ok_or_else(|| format!("the value of `{name}` has a code point above 255"))?;
        Ok(vec![(name.clone(), bytes); lines])
    }
}

/// The bytes that the code points of `text` stand for, if all of them are below 256.
#[must_use]
pub fn bytes_of(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|it| u8::try_from(it).ok()).collect()
}

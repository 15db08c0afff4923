//! Where text goes, and whether it is coloured.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, IsTerminal, Write};

use corsac_config::Style;

use crate::exit::Failure;

/// Prints a part of the result.
///
/// A reader who has gone away, as `head` does, is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    write(text.as_bytes()).map(|_: Reader| ())
}

/// Is there still someone who reads the result?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    Present,
    Gone,
}

/// Writes a part of the result as it is.
pub(crate) fn write(bytes: &[u8]) -> Result<Reader, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Reader::Present),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Reader::Gone),
        Err(error) => Err(Failure::misuse(format!("cannot write the result: {error}"))),
    }
}

/// Tells the user something that is not the result.
pub(crate) fn note(text: &str) {
    let mut line = text.to_owned();
    line.push('\n');
    // If stderr is gone, there is nobody left to tell.
    let _ = io::stderr().lock().write_all(line.as_bytes());
}

/// Does someone wait at a terminal for what goes to stderr?
pub(crate) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// How problems are shown on stdout.
pub(crate) fn stdout_style() -> Style {
    style(io::stdout().is_terminal())
}

/// How problems are shown on stderr.
pub(crate) fn stderr_style() -> Style {
    style(io::stderr().is_terminal())
}

fn style(is_terminal: bool) -> Style {
    let no_color = std::env::var_os("NO_COLOR");
    let term = std::env::var_os("TERM");
    let is_refused = no_color.is_some_and(|it| !it.is_empty());
    let is_dumb = term.as_deref() == Some(OsStr::new("dumb"));
    match is_terminal && !is_refused && !is_dumb {
        true => Style::Coloured,
        false => Style::Plain,
    }
}

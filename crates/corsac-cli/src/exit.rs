//! How a command ends.

use std::fmt;
use std::process::ExitCode;

use serde_json::json;

/// How a command ends, the same for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// As wanted: allowed, clean, valid.
    AsWanted,
    /// The finding is negative.
    Negative,
    /// Wrong usage or configuration.
    Misused,
    /// The target could not be reached.
    Unreachable,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::AsWanted => 0,
            Exit::Negative => 1,
            Exit::Misused => 2,
            Exit::Unreachable => 3,
        })
    }
}

/// Why a command could not do what it should, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    message: String,
    help: Option<String>,
}

impl Failure {
    /// The usage or the configuration is at fault.
    pub(crate) fn misuse(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Misused,
            message: message.into(),
            help: None,
        }
    }

    /// The target could not be reached.
    pub(crate) fn unreachable(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Unreachable,
            ..Self::misuse(message)
        }
    }

    /// The failure as a JSON object in place of the result that this schema would have.
    pub(crate) fn json(&self, schema: &str) -> String {
        let error = json!({ "message": self.message, "help": self.help });
        json!({ "schema": schema, "error": error }).to_string()
    }

    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// What `--help` says about it.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  as wanted: allowed, clean, valid
  1  the finding is negative: blocked, misconfigured, cut off
  2  wrong usage or configuration
  3  the target could not be reached";

//! What the commands take.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use corsac_fetch::Profile;
use corsac_probe::{Severity, Stack};
use url::Url;

use crate::exit::EXIT_CODES;
use crate::request_options::RequestOptions;

/// CORS that cannot be insecure by accident: a demo, a gateway, a linter and a client.
#[derive(Debug, Parser)]
#[command(
    name = "corsac",
    version,
    after_help = format!("Examples:\n  corsac demo\n  corsac lint corsac.toml\n  corsac serve -c corsac.toml\n  corsac check https://api.example/pets\n  corsac explain no-allow-origin\n  corsac fetch https://api.example/pets\n\n{EXIT_CODES}"),
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(DemoArguments),
    Serve(ServeArguments),
    Lint(LintArguments),
    Check(Box<CheckArguments>),
    Explain(ExplainArguments),
    Fetch(Box<FetchArguments>),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Shows CORS at work: a page, an API, and a gateway between them.
///
/// The page has a button for each kind of request. The API knows nothing of CORS, so that the
/// browser keeps its answers from the page; the gateway in front of it has a policy, which the
/// page can edit. Everything listens on 127.0.0.1, and nothing needs to be configured.
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  corsac demo\n\n{EXIT_CODES}"))]
pub(crate) struct DemoArguments {
    /// The page's port; the API and the gateway have the next two. 0 is any
    ///
    /// A port that is taken is replaced by the next free one.
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = clap::value_parser!(u16).range(..=65533))]
    pub(crate) port: u16,
}

/// Runs the gateway.
///
/// It reads a policy file, and serves until it gets SIGTERM or Ctrl-C. Then it accepts no more
/// clients and lets requests under way finish; a second signal cuts them off, and the exit code
/// is 1. When the file changes, or at SIGHUP, it is put in force if it has no mistake.
///
/// It listens on the sockets that a service manager hands over, if there are any.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac serve -c corsac.toml\n  corsac serve --check\n\n{EXIT_CODES}"))]
pub(crate) struct ServeArguments {
    /// The policy file; - is stdin
    #[arg(short, long, value_name = "FILE", default_value = "corsac.toml")]
    pub(crate) config: PathBuf,

    /// Says what is wrong with the file and its certificates, and serves nothing
    #[arg(long)]
    pub(crate) check: bool,

    /// Writes a line for each request to stderr; `[access-log]` in the file says it better
    #[arg(long, conflicts_with = "check")]
    pub(crate) access_log: bool,
}

/// Says everything that is wrong with policy files, or doubtful about them.
///
/// A file with warnings is valid. With several files, the exit code is that of the worst.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac lint corsac.toml\n  corsac lint --json - < corsac.toml\n\n{EXIT_CODES}"))]
pub(crate) struct LintArguments {
    /// The policy files; - is stdin
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Prints a JSON object for each file, on a line of its own
    #[arg(long)]
    pub(crate) json: bool,
}

/// Says what browsers would do with a request, why, and what to change.
///
/// The request is sent as a page of this origin would send it, preflights among it. A few more
/// requests find out how the server decides: from another origin, without one, for an address that
/// does not exist, and from the page itself once more. None of those has a method other than GET, HEAD and OPTIONS.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac check https://api.example/pets\n  corsac check -o https://app.example -X PUT -H 'Content-Type: application/json' -c https://api.example/pets/1\n\n{EXIT_CODES}"))]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) request: RequestOptions,

    /// The browsers, or the standard itself; repeatable
    #[arg(long, value_name = "NAME", default_value = "all")]
    pub(crate) browser: Vec<Browsers>,

    /// Whose configuration language a fix is written in; guessed from the answers if left out
    #[arg(long, value_name = "NAME", value_parser = parse_stack)]
    pub(crate) stack: Option<Stack>,

    /// The server itself, if a proxy or a CDN is in front of it: asked too, and compared
    #[arg(long, value_name = "URL")]
    pub(crate) behind: Option<Url>,

    /// What makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub(crate) fail_on: FailOn,

    /// A file of what is promised to which origins; the URL is what its paths are relative to
    ///
    /// Of a method that could change something, only the preflight is sent.
    #[arg(long, value_name = "FILE", conflicts_with = "CheckFormat")]
    pub(crate) expect: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) format: CheckFormat,

    /// Prints every header of every step
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Prints nothing: the exit code says it
    #[arg(short, long, conflicts_with = "CheckFormat")]
    pub(crate) quiet: bool,
}

/// What a check prints; words if nothing is said.
#[derive(Args, Debug)]
#[group(multiple = false)]
pub(crate) struct CheckFormat {
    /// Prints one JSON object
    #[arg(long)]
    pub(crate) json: bool,

    /// Prints a SARIF log, for code scanning
    #[arg(long)]
    pub(crate) sarif: bool,

    /// Prints JUnit's XML, for pipelines
    #[arg(long)]
    pub(crate) junit: bool,

    /// Prints Markdown, for issues and pull requests
    #[arg(long)]
    pub(crate) markdown: bool,

    /// Prints the curl commands that send the same bytes
    #[arg(long)]
    pub(crate) as_curl: bool,
}

/// A browser, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Browsers {
    All,
    Spec,
    Chromium,
    Firefox,
    #[value(name = "webkit")]
    WebKit,
}

impl Browsers {
    /// The profiles that are meant.
    pub(crate) fn profiles(self) -> &'static [Profile] {
        match self {
            Self::All => &Profile::ALL,
            Self::Spec => &[Profile::Spec],
            Self::Chromium => &[Profile::Chromium],
            Self::Firefox => &[Profile::Firefox],
            Self::WebKit => &[Profile::WebKit],
        }
    }
}

/// What makes the exit code 1.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Info,
}

impl From<FailOn> for Severity {
    fn from(fail_on: FailOn) -> Self {
        match fail_on {
            FailOn::Error => Self::Error,
            FailOn::Warning => Self::Warning,
            FailOn::Info => Self::Info,
        }
    }
}

pub(crate) fn parse_stack(name: &str) -> Result<Stack, String> {
    let known = || {
        let names: Vec<&str> = Stack::ALL.into_iter().map(Stack::name).collect();
        format!("it is one of {}", names.join(", "))
    };
    Stack::named(name).ok_or_else(known)
}

/// Explains what a browser printed or recorded.
///
/// The text is what Chromium, Firefox or Safari print into their console, or the code of a finding.
/// Left out, it is read from stdin.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac explain no-allow-origin\n  corsac explain \"Access to fetch at 'https://api.example/' from origin ...\"\n  corsac explain --har recording.har\n\n{EXIT_CODES}"))]
pub(crate) struct ExplainArguments {
    /// A message of a browser's console, or a code; - is stdin
    pub(crate) text: Option<String>,

    /// A recording of the browser's network panel; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    pub(crate) har: Option<PathBuf>,

    /// The page's origin, which some messages do not name
    #[arg(short, long, value_name = "ORIGIN")]
    pub(crate) origin: Option<String>,

    /// Whose configuration language a fix is written in
    #[arg(long, value_name = "NAME", value_parser = parse_stack)]
    pub(crate) stack: Option<Stack>,

    /// Prints one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Fetches as a page does, and prints what its script would see.
///
/// It sends what a browser would send for a page of this origin, preflights among it, and obeys
/// the answers as a browser does. The body goes to stdout as it arrives, everything else to
/// stderr. A browser tells a page nothing of an answer that CORS keeps from it; this says why.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac fetch https://api.example/pets\n  corsac fetch -o https://app.example -X PUT -H 'Content-Type: application/json' -d '{{}}' -v https://api.example/pets/1\n\n{EXIT_CODES}"))]
pub(crate) struct FetchArguments {
    #[command(flatten)]
    pub(crate) request: RequestOptions,

    /// The engine to be faithful to, or the standard itself
    #[arg(long, value_name = "NAME", default_value = "spec")]
    pub(crate) browser: Browser,

    /// Writes every step to stderr, with its rule in the Fetch standard
    #[arg(short, long)]
    pub(crate) verbose: bool,

    /// Prints the status and the headers that the script can read before the body
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) include: bool,

    /// Prints one JSON object: the outcome, what is readable, the exchanges, the steps
    #[arg(long)]
    pub(crate) json: bool,
}

/// An engine, by the name that options take.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Browser {
    Spec,
    Chromium,
    Firefox,
    #[value(name = "webkit")]
    WebKit,
}

impl From<Browser> for Profile {
    fn from(browser: Browser) -> Self {
        match browser {
            Browser::Spec => Self::Spec,
            Browser::Chromium => Self::Chromium,
            Browser::Firefox => Self::Firefox,
            Browser::WebKit => Self::WebKit,
        }
    }
}

/// Prints a script that completes the command in a shell.
#[derive(Args, Debug)]
#[command(after_help = format!("Example:\n  corsac completions bash > ~/.local/share/bash-completion/completions/corsac\n\n{EXIT_CODES}"))]
pub(crate) struct CompletionsArguments {
    /// The shell
    pub(crate) shell: Shell,
}

/// Prints a page of the manual.
#[derive(Args, Debug)]
#[command(after_help = format!("Examples:\n  corsac man > corsac.1\n  corsac man serve | man -l -\n\n{EXIT_CODES}"))]
pub(crate) struct ManArguments {
    /// The command that it is about; left out: the commands as a whole
    pub(crate) command: Option<String>,
}

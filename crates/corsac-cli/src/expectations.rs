//! `corsac check --expect`: what a server promises to pages, kept or not.

use std::path::Path;
use std::time::Duration;

use corsac::user_agent::CredentialsMode;
use corsac_fetch::client::ClientOptions;
use corsac_fetch::{FetchRequest, Page, Profile};
use corsac_probe::{Asides, Probe, ProbeError, Sending, Severity, Verdict};
use serde::Deserialize;
use url::Url;

use crate::exit::{Exit, Failure};
use crate::request_options::{page_of, parse_header};
use crate::source::read_bytes;
use crate::terminal;

/// The largest file of expectations, in bytes: nobody writes as much by hand.
const MAX_FILE_LEN: u64 = 1024 * 1024;

/// The most requests that one file can stand for: a product of four lists grows fast.
const MAX_REQUESTS: usize = 10_000;

/// Requests that are under way at once: few enough for a server that somebody develops on.
const MAX_AT_ONCE: usize = 8;

/// A file of expectations.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    expect: Vec<Expectation>,
}

/// What is promised to each of the origins, for each of the methods and paths.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    answer: Promise,
    origins: Vec<String>,
    #[serde(default = "only_get")]
    methods: Vec<String>,
    #[serde(default = "only_root")]
    paths: Vec<String>,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    credentials: Credentials,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Promise {
    Allowed,
    Blocked,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Credentials {
    Omit,
    #[default]
    SameOrigin,
    Include,
}

fn only_get() -> Vec<String> {
    vec!["GET".to_owned()]
}

fn only_root() -> Vec<String> {
    vec!["/".to_owned()]
}

/// One request of the matrix.
struct Combination {
    name: String,
    promise: Promise,
    probe: Probe,
}

/// How one request of the matrix ended.
struct Kept {
    name: String,
    promise: Promise,
    verdict: Verdict,
    code: Option<&'static str>,
}

pub(crate) async fn run(
    path: &Path,
    (base, profiles): (&str, &[Profile]),
    options: ClientOptions,
    now: Duration,
) -> Result<Exit, Failure> {
    let mut rest = combinations(&read(path)?, base, profiles)?.into_iter();
    let (mut n_kept, mut n_broken, mut n_unreachable) = (0, 0, 0);
    loop {
        let group: Vec<Combination> = rest.by_ref().take(MAX_AT_ONCE).collect();
        if group.is_empty() {
            break;
        }
        let tasks = group.into_iter().map(|it| {
            let options = options.clone();
            tokio::spawn(async move { kept(it, &options, now).await })
        });
        for task in tasks.collect::<Vec<_>>() {
            let ended = task.await;
            let kept = ended.map_err(|_| Failure::misuse("a check was cut off"))??;
            match (kept.verdict, kept.promise) {
                (Verdict::Unreachable, _) => n_unreachable += 1,
                (Verdict::Allowed, Promise::Allowed) | (Verdict::Blocked, Promise::Blocked) => {
                    n_kept += 1;
                }
                (Verdict::Allowed, Promise::Blocked) | (Verdict::Blocked, Promise::Allowed) => {
                    n_broken += 1;
                }
            }
            terminal::print(&line(&kept))?;
        }
    }
    terminal::print(&format!(
        "{n_kept} as promised, {n_broken} not, {n_unreachable} not reached\n"
    ))?;
    Ok(match (n_unreachable, n_broken) {
        (0, 0) => Exit::AsWanted,
        (0, _) => Exit::Negative,
        _ => Exit::Unreachable,
    })
}

fn read(path: &Path) -> Result<File, Failure> {
    let bytes = read_bytes(path, MAX_FILE_LEN)?;
    let text = String::from_utf8_lossy(&bytes);
    toml::from_str(&text).map_err(|error| {
        Failure::misuse(format!(
            "{}: {}",
            path.display(),
            error.to_string().trim_end()
        ))
    })
}

fn combinations(
    file: &File,
    base: &str,
    profiles: &[Profile],
) -> Result<Vec<Combination>, Failure> {
    let base = Url::parse(base).map_err(|error| Failure::misuse(format!("`{base}`: {error}")))?;
    let mut combinations = Vec::new();
    for expectation in &file.expect {
        for origin in &expectation.origins {
            let page = page_of(origin)?;
            for method in &expectation.methods {
                for path in &expectation.paths {
                    if combinations.len() == MAX_REQUESTS {
                        let text = format!("there are more than {MAX_REQUESTS} requests");
                        return Err(Failure::misuse(text));
                    }
                    let mut probe = probe(expectation, (&page, method), (&base, path))?;
                    probe.profiles = profiles.to_vec();
                    combinations.push(Combination {
                        name: format!("{origin} {method} {path}"),
                        promise: expectation.answer,
                        probe,
                    });
                }
            }
        }
    }
    Ok(combinations)
}

/// A preflight is all that is asked of a method that could change something.
fn probe(
    expectation: &Expectation,
    (page, method): (&Page, &str),
    (base, path): (&Url, &str),
) -> Result<Probe, Failure> {
    let url = base
        .join(path)
        .map_err(|error| Failure::misuse(format!("`{path}`: {error}")))?;
    let mut request = FetchRequest::new(url.as_str());
    request.method = method.as_bytes().to_vec();
    request.credentials = match expectation.credentials {
        Credentials::Omit => CredentialsMode::Omit,
        Credentials::SameOrigin => CredentialsMode::SameOrigin,
        Credentials::Include => CredentialsMode::Include,
    };
    for header in &expectation.headers {
        let (name, value) = parse_header(header).map_err(Failure::misuse)?;
        request.headers.push((name.into(), value.into()));
    }
    let mut probe = Probe::new(page.clone(), request);
    probe.asides = Asides::None;
    probe.sending = Sending::ReadsAlone;
    Ok(probe)
}

async fn kept(
    combination: Combination,
    options: &ClientOptions,
    now: Duration,
) -> Result<Kept, Failure> {
    let Combination {
        name,
        promise,
        probe,
    } = combination;
    let report = probe.run(options, now).await.map_err(|error| match error {
        ProbeError::Request(error) => Failure::misuse(format!("{name}: {error}")),
        _ => Failure::misuse(format!("{name}: the check could not start")),
    })?;
    let errors = report.findings.iter();
    let mut errors = errors.filter(|it| it.severity == Severity::Error);
    Ok(Kept {
        name,
        promise,
        verdict: report.verdict,
        code: errors.next().map(|it| it.code.as_str()),
    })
}

fn line(kept: &Kept) -> String {
    let because = match kept.code {
        Some(code) => format!(" ({code})"),
        None => String::new(),
    };
    let verdict = kept.verdict.as_str();
    let (mark, promised) = match (kept.promise, kept.verdict) {
        (Promise::Allowed, Verdict::Allowed) | (Promise::Blocked, Verdict::Blocked) => ("ok  ", ""),
        (Promise::Allowed, _) => ("FAIL", ", promised: allowed"),
        (Promise::Blocked, _) => ("FAIL", ", promised: blocked"),
    };
    format!("{mark} {}: {verdict}{because}{promised}\n", kept.name)
}

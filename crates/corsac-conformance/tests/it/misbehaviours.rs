//! Servers that misbehave: `corsac check` and three real browsers agree on whether the page gets
//! its answer, and the check finds what is wrong, and nothing else.

mod case;
mod secrets;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use case::{Case, Scheme, Site, Verification, cases, file};
use corsac_conformance::browsing::{Browser, Engine, Observation, Scenario, Seen, Stage};
use corsac_fetch::Profile;
use corsac_fetch::client::{Certificates, ClientOptions};
use corsac_probe::{Asides, Code, Probe, ProbeError, Severity, Verdict};
use secrets::Secrets;

/// A case over one of the schemes, as it is served.
struct Served {
    name: String,
    found: Vec<String>,
    remarks: Vec<String>,
    certificates: Verification,
    except: BTreeMap<String, String>,
    scenario: Scenario,
    probe: Probe,
}

/// What a check says.
#[derive(Debug)]
struct Said {
    end: End,
    found: Vec<String>,
    remarks: Vec<String>,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Allowed,
    Blocked,
    /// It is none that a script can make.
    Refused,
}

fn served(stage: &Stage, secrets: &Secrets) -> Vec<Served> {
    let mut all = Vec::new();
    for case in cases() {
        for scheme in Scheme::ALL.into_iter().filter(|it| case.is_over(*it)) {
            all.push(serve(stage, &case, (scheme, secrets)));
        }
    }
    all
}

fn serve(stage: &Stage, case: &Case, (scheme, secrets): (Scheme, &Secrets)) -> Served {
    let places = stage.places();
    let scenario = case.scenario(scheme, Site { places, secrets });
    let id = stage.serve(&scenario);
    Served {
        name: format!("{} over {scheme:?}", case.name),
        found: case.found.clone(),
        remarks: case.remarks.clone(),
        certificates: case.certificates,
        except: case.except.clone(),
        probe: case.probe(&scenario, (places, id)),
        scenario,
    }
}

/// Runs the check of a case.
async fn say(served: Served, secrets: &Secrets) -> Said {
    let options = ClientOptions {
        certificates: match served.certificates {
            Verification::Verified => Certificates::Verified,
            Verification::Unverified => Certificates::Unverified,
        },
        additional_roots: vec![secrets.root.clone()],
        response_timeout: PATIENCE,
        ..ClientOptions::default()
    };
    let report = match served.probe.run(&options, Duration::ZERO).await {
        Ok(report) => report,
        Err(ProbeError::Request(error)) => {
            return Said {
                end: End::Refused,
                found: vec![Code::from(&error).to_string()],
                remarks: Vec::new(),
            };
        }
        Err(error) => panic!("{error:?}"),
    };
    let codes = |is_meant: fn(Severity) -> bool| {
        let findings = report.findings.iter();
        let findings = findings.filter(|it| is_meant(it.severity));
        findings.map(|it| it.code.to_string()).collect()
    };
    Said {
        end: match report.verdict {
            Verdict::Allowed => End::Allowed,
            Verdict::Blocked | Verdict::Unreachable => End::Blocked,
        },
        found: codes(|it| it > Severity::Info),
        remarks: codes(|it| it == Severity::Info),
    }
}

/// How long the check waits for an answer: longer than this machine needs, and less than a page
/// waits.
const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn what_is_wrong_is_found_and_nothing_else() {
    let stage = Stage::start().await.expect("servers");
    let secrets = Secrets::start().await;
    let mut differences = Vec::new();
    for served in served(&stage, &secrets) {
        let (name, found, remarks) = (
            served.name.clone(),
            served.found.clone(),
            served.remarks.clone(),
        );
        let said = say(served, &secrets).await;
        if said.found != found || said.remarks != remarks {
            differences.push(format!("{name}: {said:?}"));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn there_are_many_of_them() {
    let cases = file().case;
    let names: BTreeSet<_> = cases.iter().map(|it| &it.name).collect();
    assert_eq!(names.len(), cases.len());
    assert!(cases.len() >= 140, "{}", cases.len());
}

#[test]
fn every_code_is_played_or_is_said_why_not() {
    let file = file();
    let played = file.case.iter().flat_map(|it| [&it.found, &it.remarks]);
    let mut codes: Vec<&str> = played.flatten().map(String::as_str).collect();
    codes.sort_unstable();
    codes.dedup();
    codes.extend(file.not_played.iter().map(|it| it.code.as_str()));
    codes.sort_unstable();
    let mut all: Vec<_> = Code::all().map(Code::as_str).collect();
    all.sort_unstable();
    assert_eq!(codes, all);
    assert!(file.not_played.iter().all(|it| it.because.ends_with('.')));
}

/// The browser blocks what the check says that it blocks.
async fn check(engine: Engine) {
    let stage = Stage::start().await.expect("servers");
    let secrets = Secrets::start().await;
    let (strict, lenient): (Vec<_>, Vec<_>) = served(&stage, &secrets)
        .into_iter()
        .partition(|it| it.certificates == Verification::Verified);
    let mut browser = Browser::start(engine).await.expect("a browser");
    check_in(&mut browser, engine, (&stage, &secrets), lenient).await;
    drop(browser);
    let mut browser = Browser::start_verifying(engine).await.expect("a browser");
    check_in(&mut browser, engine, (&stage, &secrets), strict).await;
}

async fn check_in(
    browser: &mut Browser,
    engine: Engine,
    (stage, secrets): (&Stage, &Secrets),
    served: Vec<Served>,
) {
    let scenarios: Vec<_> = served.iter().map(|it| it.scenario.clone()).collect();
    let played = stage.play(&scenarios, browser).await;
    let observations = played.unwrap_or_else(|error| panic!("{error}"));
    let mut differences = Vec::new();
    for (mut served, observation) in served.into_iter().zip(observations) {
        served.probe.profiles = vec![engine.profile()];
        served.probe.asides = Asides::None;
        let name = served.name.clone();
        let is_exception = served.except.contains_key(engine.name());
        let said = say(served, secrets).await;
        // What is no exception any longer is to be told of too.
        if (said.end == end(&observation)) == is_exception {
            differences.push((name, said, observation));
        }
    }
    assert!(
        differences.is_empty(),
        "{}: {differences:#?}",
        browser.version()
    );
}

fn end(observation: &Observation) -> End {
    match &observation.seen[..] {
        [Seen::Response(_)] => End::Allowed,
        [Seen::NetworkError | Seen::Nothing] => End::Blocked,
        [Seen::Refused] => End::Refused,
        seen => panic!("{seen:?}"),
    }
}

#[tokio::test]
async fn chromium_blocks_what_a_check_says() {
    check(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_blocks_what_a_check_says() {
    check(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_blocks_what_a_check_says() {
    check(Engine::WebKit).await;
}

#[test]
fn every_profile_of_a_browser_is_checked() {
    let of_engines = Engine::ALL.map(Engine::profile);
    let others: Vec<_> = Profile::ALL
        .into_iter()
        .filter(|it| !of_engines.contains(it))
        .collect();
    assert_eq!(others, [Profile::Spec]);
}

//! Servers that misbehave: `corsac check` and three real browsers agree on whether the page gets
//! its answer, and the check finds what is wrong, and nothing else.

mod case;

use std::collections::BTreeSet;
use std::time::Duration;

use case::{Case, Scheme, cases};
use corsac_conformance::browsing::{Browser, Engine, Observation, Scenario, Seen, Stage};
use corsac_fetch::Profile;
use corsac_fetch::client::{Certificates, ClientOptions};
use corsac_probe::{Asides, Probe, Report, Severity, Verdict};

/// A case over one of the schemes, as it is served.
struct Served {
    name: String,
    found: Vec<String>,
    scenario: Scenario,
    probe: Probe,
}

fn served(stage: &Stage) -> Vec<Served> {
    let mut all = Vec::new();
    for case in cases() {
        for scheme in Scheme::ALL.into_iter().filter(|it| case.is_over(*it)) {
            all.push(serve(stage, &case, scheme));
        }
    }
    all
}

fn serve(stage: &Stage, case: &Case, scheme: Scheme) -> Served {
    let scenario = case.scenario(scheme, stage.places());
    let id = stage.serve(&scenario);
    Served {
        name: format!("{} over {scheme:?}", case.name),
        found: case.found.clone(),
        probe: case.probe(&scenario, (stage.places(), id)),
        scenario,
    }
}

async fn run(probe: Probe) -> Report {
    let options = ClientOptions {
        certificates: Certificates::Unverified,
        ..ClientOptions::default()
    };
    let report = probe.run(&options, Duration::ZERO).await;
    report.unwrap_or_else(|error| panic!("{error:?}"))
}

/// The codes of what was found, but for remarks.
fn codes(report: &Report) -> Vec<&str> {
    let findings = report.findings.iter();
    let findings = findings.filter(|it| it.severity > Severity::Info);
    findings.map(|it| it.code.as_str()).collect()
}

#[tokio::test]
async fn what_is_wrong_is_found_and_nothing_else() {
    let stage = Stage::start().await.expect("servers");
    let mut differences = Vec::new();
    for served in served(&stage) {
        let report = run(served.probe).await;
        if codes(&report) != served.found {
            differences.push(format!("{}: {:?}", served.name, codes(&report)));
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn there_are_many_of_them() {
    let cases = cases();
    let names: BTreeSet<_> = cases.iter().map(|it| &it.name).collect();
    assert_eq!(names.len(), cases.len());
    let codes: BTreeSet<_> = cases.iter().flat_map(|it| &it.found).collect();
    assert!(cases.len() >= 117, "{}", cases.len());
    assert!(codes.len() >= 63, "{}", codes.len());
}

/// The browser blocks what the check says that it blocks.
async fn check(engine: Engine) {
    let mut browser = Browser::start(engine).await.expect("a browser");
    let stage = Stage::start().await.expect("servers");
    let served = served(&stage);
    let scenarios: Vec<_> = served.iter().map(|it| it.scenario.clone()).collect();
    let played = stage.play(&scenarios, &mut browser).await;
    let observations = played.unwrap_or_else(|error| panic!("{error}"));
    let mut differences = Vec::new();
    for (mut served, observation) in served.into_iter().zip(observations) {
        served.probe.profiles = vec![engine.profile()];
        served.probe.asides = Asides::None;
        let verdict = run(served.probe).await.verdict;
        if (verdict == Verdict::Allowed) != is_allowed(&observation) {
            differences.push((served.name, verdict, observation));
        }
    }
    assert!(
        differences.is_empty(),
        "{}: {differences:#?}",
        browser.version()
    );
}

fn is_allowed(observation: &Observation) -> bool {
    match &observation.seen[..] {
        [Seen::Response(_)] => true,
        [Seen::NetworkError] => false,
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

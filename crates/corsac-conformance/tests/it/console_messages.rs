//! What browsers say on their consoles, and what the user agent says that they say.

use std::fs;

use corsac_conformance::browsing::{
    Blocked, Browser, ConsoleMessage, Engine, Places, Scenario, Stage, foretell_blocked,
};
use corsac_conformance::conformance_dir;
use corsac_fetch::Profile;
use serde::Deserialize;

/// What was said of a fetch that was blocked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    code: String,
    scenario: String,
    chromium: Option<Vec<String>>,
    firefox: Option<Vec<String>>,
    webkit: Option<Vec<String>>,
}

impl Case {
    /// What the engine said, if it decides as the user agent does.
    fn said(&self, engine: Engine) -> Option<&Vec<String>> {
        match engine {
            Engine::Chromium => self.chromium.as_ref(),
            Engine::Firefox => self.firefox.as_ref(),
            Engine::WebKit => self.webkit.as_ref(),
        }
    }

    fn scenario(&self) -> Scenario {
        Scenario::parse(&self.scenario).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}

fn cases() -> Vec<Case> {
    #[derive(Deserialize)]
    struct File {
        case: Vec<Case>,
    }
    let path = conformance_dir().join("browsers/messages.toml");
    let text = fs::read_to_string(&path).expect("the file is there");
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    file.case
}

fn blocked(case: &Case, profile: Profile) -> Vec<Blocked> {
    foretell_blocked(&case.scenario(), profile, &Places::default())
}

#[test]
fn every_case_is_blocked_with_its_code() {
    for case in cases() {
        let codes: Vec<_> = blocked(&case, Profile::Spec)
            .iter()
            .map(|it| it.code)
            .collect();
        assert_eq!(codes, [case.code], "{}", case.name);
    }
}

#[test]
fn the_user_agent_says_what_each_engine_said() {
    let places = Places::default();
    let mut differences = Vec::new();
    for case in cases() {
        for engine in Engine::ALL {
            let Some(said) = case.said(engine) else {
                continue;
            };
            let blocked = blocked(&case, engine.profile());
            let foretold = blocked.iter().flat_map(|it| &it.console);
            let foretold: Vec<_> = foretold.map(|it| places.named(it, 0)).collect();
            if foretold != *said {
                differences.push((case.name.clone(), engine, foretold, said.clone()));
            }
        }
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

/// The engine says today what it said when the cases were written down.
async fn check(engine: Engine) {
    let mut browser = Browser::start(engine).await.expect("a browser");
    let stage = Stage::start().await.expect("servers");
    let mut differences = Vec::new();
    for case in cases() {
        let console = stage.play_for_console(&case.scenario(), &mut browser).await;
        let console = console.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        // The end of a line is no part of a sentence.
        let said = console.into_iter().filter(is_about_a_fetch);
        let said: Vec<_> = said
            .map(|it| it.text.trim_end_matches('\n').to_owned())
            .collect();
        if case
            .said(engine)
            .is_some_and(|it| !is_same(engine, it, &said))
        {
            differences.push((case.name, said));
        }
    }
    assert!(
        differences.is_empty(),
        "{}: {differences:#?}",
        browser.version()
    );
}

/// Two of Firefox's processes speak of one failure, and nothing says which is heard first.
fn is_same(engine: Engine, expected: &[String], said: &[String]) -> bool {
    let sorted = |it: &[String]| {
        let mut it = it.to_vec();
        it.sort_unstable();
        it
    };
    match engine {
        Engine::Firefox => sorted(expected) == sorted(said),
        Engine::Chromium | Engine::WebKit => expected == said,
    }
}

/// The network's own words come with the system's.
fn is_about_a_fetch(message: &ConsoleMessage) -> bool {
    message.source != "network"
}

#[tokio::test]
async fn chromium_says_what_is_written_down() {
    check(Engine::Chromium).await;
}

#[tokio::test]
async fn firefox_says_what_is_written_down() {
    check(Engine::Firefox).await;
}

#[tokio::test]
async fn webkit_says_what_is_written_down() {
    check(Engine::WebKit).await;
}

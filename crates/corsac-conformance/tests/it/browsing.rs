//! Scenarios for browsers: their text form, how they are made, and what is foretold of them.

use std::collections::HashSet;
use std::convert::Infallible;

use corsac_conformance::browsing::{
    Deviation, Observation, Place, Places, Scenario, Seen, compare, foretell, generate, reductions,
    scenario_of_case, shrink,
};
use corsac_conformance::conformance_dir;
use corsac_conformance::fetching::load_fetch_cases;
use corsac_fetch::Profile;
use url::Url;

fn foretold(scenario: &str) -> Observation {
    let scenario = Scenario::parse(scenario).unwrap_or_else(|error| panic!("{error}"));
    foretell(&scenario, Profile::Spec, &Places::default())
}

#[test]
fn the_same_seed_makes_the_same_scenarios() {
    let scenarios = generate(500, 7);
    assert_eq!(scenarios.len(), 500);
    assert_eq!(scenarios, generate(500, 7));
    assert_ne!(scenarios, generate(500, 8));
}

#[test]
fn no_scenario_is_made_twice() {
    let scenarios = generate(500, 7);
    let different: HashSet<_> = scenarios.iter().map(Scenario::to_string).collect();
    assert_eq!(different.len(), scenarios.len());
}

#[test]
fn a_scenario_is_what_its_text_form_says() {
    for scenario in generate(500, 7) {
        let parsed = Scenario::parse(&scenario.to_string()).unwrap();
        assert_eq!(parsed, scenario);
    }
}

#[test]
fn what_the_text_of_a_scenario_names_can_be_named_again() {
    let places = Places::default();
    for place in Place::ALL {
        let name = place.name();
        let text = format!("{{{name}}}{{here}}a?b {{{name}:host}}");
        let filled = places.filled(&text, 12);
        assert!(!filled.contains('{'), "{filled}");
        assert_eq!(places.named(&filled, 12), text);
        let url = Url::parse(&places.origin(place)).unwrap();
        assert_eq!(places.place_of(&url), Some(place));
    }
}

#[test]
fn a_page_reads_what_is_shared_with_it() {
    let observation = foretold(
        r#"{
            "calls": [{ "url": "{port}{here}a", "method": "PUT" }],
            "routes": [
                { "at": "{port}{here}a", "preflight": true, "answers": [{ "headers": [
                    ["Access-Control-Allow-Origin", "{origin}"],
                    ["Access-Control-Allow-Methods", "PUT"]
                ] }] },
                { "at": "{port}{here}a", "answers": [{
                    "headers": [["Access-Control-Allow-Origin", "*"], ["X-A", "1"]],
                    "body": "hello"
                }] }
            ]
        }"#,
    );
    let methods: Vec<_> = observation.arrived.iter().map(|it| &it.method).collect();
    assert_eq!(methods, ["OPTIONS", "PUT"]);
    assert!(observation.arrived[0].is_preflight());
    let [Seen::Response(response)] = &observation.seen[..] else {
        panic!("{:?}", observation.seen);
    };
    assert_eq!(response.body.as_deref(), Some("hello"));
    assert!(response.headers.iter().all(|(name, _)| name != "x-a"));
}

#[test]
fn what_no_route_answers_is_not_shared() {
    let observation = foretold(r#"{ "calls": [{ "url": "{port}{here}a" }] }"#);
    assert_eq!(observation.seen, [Seen::NetworkError]);
}

#[test]
fn observations_differ_where_engines_do() {
    let scenario = r#"{
        "calls": [{ "url": "{port}{here}a", "headers": [["Authorization", "a"]] }],
        "routes": [{ "at": "{port}{here}a", "preflight": true, "answers": [{ "headers": [
            ["Access-Control-Allow-Origin", "*"],
            ["Access-Control-Allow-Headers", "*"]
        ] }] }]
    }"#;
    let scenario = Scenario::parse(scenario).unwrap();
    let of_profile = |profile| foretell(&scenario, profile, &Places::default());
    let deviations = compare(&of_profile(Profile::Spec), &of_profile(Profile::Chromium));
    let kinds: Vec<_> = deviations.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(kinds, ["requests"]);
    assert!(compare(&of_profile(Profile::Spec), &of_profile(Profile::Spec)).is_empty());
}

#[test]
fn most_fetch_cases_can_be_played_in_a_browser() {
    let cases = load_fetch_cases(&conformance_dir().join("fetch")).unwrap();
    let n_played = cases.iter().filter_map(scenario_of_case).count();
    assert!(2 * n_played > cases.len(), "{n_played} of {}", cases.len());
}

/// What a fetch with the engine's profile is taken for, so that no browser is needed.
fn deviations_of(scenarios: &[Scenario]) -> Vec<Vec<Deviation>> {
    let of_profile = |it, profile| foretell(it, profile, &Places::default());
    let deviations = scenarios.iter().map(|it| {
        compare(
            &of_profile(it, Profile::Spec),
            &of_profile(it, Profile::Chromium),
        )
    });
    deviations.collect()
}

#[tokio::test]
async fn a_scenario_is_made_as_small_as_it_still_deviates() {
    let scenarios = generate(300, 7);
    let found = deviations_of(&scenarios);
    let mut n_shrunk = 0;
    for (scenario, deviations) in scenarios.iter().zip(found) {
        let Some(first) = deviations.first() else {
            continue;
        };
        let play = async |it: &[Scenario]| Ok::<_, Infallible>(deviations_of(it));
        let Ok(smallest) = shrink(scenario, &deviations, play).await;
        let gists = |it: &[Deviation]| it.iter().map(Deviation::gist).collect::<Vec<_>>();
        let left = deviations_of(std::slice::from_ref(&smallest)).remove(0);
        assert!(gists(&left).contains(&first.gist()), "{smallest}");
        let smaller = deviations_of(&reductions(&smallest));
        assert!(
            smaller.iter().all(|it| !gists(it).contains(&first.gist())),
            "{smallest}"
        );
        n_shrunk += 1;
    }
    assert!(n_shrunk > 3, "{n_shrunk}");
}

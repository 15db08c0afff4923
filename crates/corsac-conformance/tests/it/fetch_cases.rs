//! Every fetch case, and that they cover all rules and all steps.

use std::collections::{BTreeMap, BTreeSet};

use crate::coverage::is_there;
use corsac_conformance::conformance_dir;
use corsac_conformance::fetching::{
    FetchCase, FetchRule, load_fetch_cases, load_fetch_rules, run_fetch_cases,
};

pub(crate) fn fetch_cases() -> Vec<FetchCase> {
    load_fetch_cases(&conformance_dir().join("fetch")).unwrap_or_else(|errors| panic!("{errors}"))
}

fn fetch_rules() -> Vec<FetchRule> {
    let path = conformance_dir().join("fetch-rules.toml");
    load_fetch_rules(&path).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "how many cases ran is for the reader of the test's output"
)]
fn a_page_sees_what_the_standard_lets_it_see() {
    let cases = fetch_cases();
    let report = run_fetch_cases(&cases);
    eprintln!("{} fetch cases", report.n_cases);
    assert!(report.failures.is_empty(), "\n{report}");
    assert!(report.n_cases >= 200, "{} cases only", report.n_cases);
}

#[test]
fn every_rule_of_the_browsers_half_has_a_case() {
    let rules = fetch_rules();
    let mut n_cases: BTreeMap<_, usize> = rules.iter().map(|it| (it.id.clone(), 0)).collect();
    for case in fetch_cases() {
        for rule in case.rules {
            let count = n_cases.get_mut(&rule);
            *count.unwrap_or_else(|| panic!("{}: `{rule}` is no rule", case.name)) += 1;
        }
    }
    let excused = rules.iter().filter(|it| it.because.is_some());
    let excused: BTreeSet<_> = excused.map(|it| it.id.clone()).collect();
    let without: BTreeSet<_> = n_cases
        .into_iter()
        .filter(|(_, n_cases)| *n_cases == 0)
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        without, excused,
        "rules without a case, and those that say why"
    );
}

#[test]
fn a_test_that_shows_a_rule_is_there() {
    for rule in fetch_rules() {
        let Some(test) = &rule.test else { continue };
        assert!(is_there(test), "{}: there is no `{test}`", rule.id);
    }
}

//! Every server case against every subject.

use std::collections::BTreeMap;

use corsac_conformance::subject::all_subjects;
use corsac_conformance::{ServerCase, conformance_dir, load_server_cases, run};

pub(crate) fn server_cases() -> Vec<ServerCase> {
    load_server_cases(&conformance_dir().join("server")).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "how many cases ran is for the reader of the test's output"
)]
fn every_subject_meets_every_case() {
    let mut subjects = all_subjects().expect("the subjects start");
    let n_subjects = subjects.len();
    let report = run(&server_cases(), &mut subjects);
    eprintln!("{report}");
    assert!(report.failures.is_empty(), "\n{report}");
    assert_eq!(report.asked.len(), n_subjects);
    for (subject, n_cases) in report.asked {
        assert!(n_cases >= 150, "{subject} was asked {n_cases} cases only");
    }
}

#[test]
fn every_rule_has_at_least_three_cases() {
    let mut n_cases: BTreeMap<u8, usize> = (1..=14).map(|rule| (rule, 0)).collect();
    for rule in server_cases().iter().flat_map(|case| &case.rule) {
        *n_cases.entry(*rule).or_default() += 1;
    }
    n_cases.retain(|_, n_cases| *n_cases < 3);
    assert_eq!(n_cases, BTreeMap::new(), "rules with fewer cases");
}

//! Every policy case, and that they cover all codes.

use corsac_conformance::{PolicyCase, conformance_dir, load_policy_cases, run_policy_case};

pub(crate) fn policy_cases() -> Vec<PolicyCase> {
    load_policy_cases(&conformance_dir().join("policy")).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "how many cases ran is for the reader of the test's output"
)]
fn every_mistake_and_every_doubt_is_found_and_nothing_else() {
    let cases = policy_cases();
    let failures: Vec<_> = cases
        .iter()
        .filter_map(|case| run_policy_case(case).err())
        .collect();
    eprintln!("{} policies, {} failed", cases.len(), failures.len());
    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    assert!(cases.len() >= 80);
}

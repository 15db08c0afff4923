//! What the cases must cover: every code that the core can say, and every known fault of another
//! library.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use corsac_conformance::{Fault, conformance_dir, load_faults};

use crate::policy_cases::policy_cases;
use crate::server_cases::server_cases;

/// Codes that no policy file and no request of a case can cause, and why.
const ELSEWHERE: [(&str, &str); 2] = [
    (
        "too-many-origins",
        "it takes four gibibytes of origins to be that many",
    ),
    (
        "wildcard-origin-with-function",
        "a policy file has no function",
    ),
];

#[test]
fn every_code_of_a_mistake_a_doubt_or_a_fault_is_expected_by_a_case() {
    let policies = policy_cases();
    let remarks = policies
        .iter()
        .flat_map(|case| case.errors.iter().chain(&case.warnings));
    let mut expected: BTreeSet<String> = remarks.map(|remark| remark.code.clone()).collect();
    let requests = server_cases();
    let faults = requests.iter().filter_map(|case| case.expect.fault());
    expected.extend(faults.map(str::to_owned));
    let mut codes = codes_in("crates/corsac/src/server/remark.rs");
    codes.extend(codes_in("crates/corsac/src/origin.rs"));
    assert!(codes.len() > 50, "the codes are not where they were");
    for (code, _) in ELSEWHERE {
        assert!(codes.remove(code), "{code} is no code any more");
    }
    let uncovered: Vec<_> = codes.difference(&expected).collect();
    assert!(uncovered.is_empty(), "no case expects {uncovered:?}");
}

#[test]
fn every_code_of_a_refusal_is_expected_by_a_case() {
    let cases = server_cases();
    let expected = cases.iter().filter_map(|case| case.expect.refusal());
    let expected: BTreeSet<_> = expected.map(str::to_owned).collect();
    assert_eq!(codes_in("crates/corsac/src/server/refusal.rs"), expected);
}

#[test]
fn every_fault_of_another_library_is_guarded() {
    let mut n_guards: BTreeMap<_, usize> = faults()
        .into_iter()
        .map(|fault| (fault.id, usize::from(fault.test.is_some())))
        .collect();
    let of_requests = server_cases()
        .into_iter()
        .map(|case| (case.name, case.guards));
    let of_policies = policy_cases()
        .into_iter()
        .map(|case| (case.name, case.guards));
    for (case, guards) in of_requests.chain(of_policies) {
        for fault in guards {
            let count = n_guards.get_mut(&fault);
            *count.unwrap_or_else(|| panic!("{case}: `{fault}` is no known fault")) += 1;
        }
    }
    n_guards.retain(|_, n_guards| *n_guards == 0);
    assert_eq!(n_guards, BTreeMap::new(), "faults that nothing guards");
}

#[test]
fn a_test_that_guards_a_fault_is_there() {
    for fault in faults() {
        let Some(test) = &fault.test else { continue };
        assert!(is_there(test), "{}: there is no `{test}`", fault.id);
    }
}

/// Is there this test, told as `crate: name of the test`?
pub(crate) fn is_there(test: &str) -> bool {
    let (crate_name, function) = test.split_once(": ").expect("`crate: name of the test`");
    let dir = root().join("crates").join(crate_name).join("tests");
    is_in_dir(&dir, &format!("fn {function}("))
}

#[test]
fn the_five_libraries_are_there() {
    let libraries: BTreeSet<_> = faults().into_iter().map(|fault| fault.library).collect();
    let expected = [
        "actix-cors",
        "expressjs/cors",
        "jub0bs/cors",
        "rs/cors",
        "tower-http",
    ];
    assert_eq!(libraries, expected.map(str::to_owned).into());
}

fn faults() -> Vec<Fault> {
    load_faults(&conformance_dir().join("faults.toml")).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The codes that a source file gives its variants: `Self::Variant => "code",`.
///
/// They are read from the source because the enums are not exhaustive: a list of variants made
/// here would silently lack the next one.
fn codes_in(file: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join(file)).expect("the file is there");
    let (_, after) = source
        .split_once("fn code(")
        .expect("there is a function `code`");
    let bodies = after
        .split("fn code(")
        .filter_map(|it| it.split("\n    }\n").next());
    let arms = bodies
        .flat_map(|body| body.lines())
        .filter_map(|line| line.split_once(" => \""));
    arms.filter_map(|(_, code)| code.strip_suffix("\","))
        .map(str::to_owned)
        .collect()
}

fn root() -> PathBuf {
    conformance_dir().join("..")
}

fn is_in_dir(dir: &Path, needle: &str) -> bool {
    let Ok(entries) = fs::read_dir(dir) else {
        return false;
    };
    let mut paths = entries.flatten().map(|entry| entry.path());
    paths.any(|path| match path.is_dir() {
        true => is_in_dir(&path, needle),
        false => fs::read_to_string(&path).is_ok_and(|text| text.contains(needle)),
    })
}

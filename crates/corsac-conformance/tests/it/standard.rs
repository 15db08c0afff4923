//! `docs/standard.md` lists what of the standards is followed, and every line of it has a case.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use corsac_conformance::conformance_dir;
use corsac_conformance::fetching::run_fetch_cases;

use crate::fetch_cases::fetch_cases;

/// Where algorithms of the standards are followed.
const SOURCES: [(&str, &str); 4] = [
    ("corsac::user_agent", "crates/corsac/src/user_agent"),
    ("corsac::header", "crates/corsac/src/header.rs"),
    ("corsac::method", "crates/corsac/src/method.rs"),
    ("corsac_fetch", "crates/corsac-fetch/src"),
];

/// What no case can show, and why.
const WITHOUT_A_CASE: [(&str, &str); 5] = [
    (
        "concept-connection-pool",
        "the client's, which no case runs over",
    ),
    ("concept-tao-check", "a filtered response has no timing"),
    (
        "dom-headers-delete",
        "a script's headers are given all at once",
    ),
    (
        "dom-headers-set",
        "a script's headers are given all at once",
    ),
    (
        "name-garbage-collect-cookies",
        "thousands of cookies are no case for a reader",
    ),
];

/// An algorithm, by its address.
#[derive(Default)]
struct Followed {
    name: String,
    modules: BTreeSet<String>,
    steps: BTreeSet<Vec<u16>>,
}

/// All that is followed: what the comments name, and what the traces of the cases name.
fn followed() -> BTreeMap<String, Followed> {
    let mut followed = BTreeMap::<String, Followed>::new();
    let mut rules = BTreeSet::new();
    for (module, path) in SOURCES {
        for (module, source) in sources(module, &root().join(path)) {
            for (name, address) in links(&source) {
                let algorithm = followed.entry(address).or_default();
                algorithm.name = name;
                algorithm.modules.insert(module.clone());
            }
            rules.extend(rules_in(&source));
        }
    }
    let traced = run_fetch_cases(&fetch_cases()).rules;
    rules.extend(
        traced
            .iter()
            .map(|(anchor, step)| ((*anchor).to_owned(), (*step).to_owned())),
    );
    for (anchor, step) in rules {
        let address = match anchor.as_str() {
            "local-network-access-check" => {
                format!("https://wicg.github.io/local-network-access/#{anchor}")
            }
            _ => format!("https://fetch.spec.whatwg.org/#{anchor}"),
        };
        let algorithm = followed.entry(address).or_default();
        let numbers = step
            .split('.')
            .map(|it| it.parse().expect("a step is numbers and dots"));
        algorithm.steps.insert(numbers.collect());
    }
    followed
}

/// The lines of the document, one for each algorithm.
fn lines() -> Vec<String> {
    let line = |(address, it): (&String, &Followed)| {
        let name = match it.name.as_str() {
            "" => address
                .rsplit('#')
                .next()
                .expect("an address has an anchor"),
            name => name,
        };
        let dotted = |step: &Vec<u16>| {
            let numbers: Vec<_> = step.iter().map(ToString::to_string).collect();
            numbers.join(".")
        };
        let steps: Vec<_> = it.steps.iter().map(dotted).collect();
        let modules: Vec<_> = it.modules.iter().map(|it| format!("`{it}`")).collect();
        format!(
            "| [{name}]({address}) | {} | {} |",
            steps.join(", "),
            modules.join(", ")
        )
    };
    followed().iter().map(line).collect()
}

#[test]
fn the_document_lists_what_is_followed_and_nothing_else() {
    let path = root().join("docs/standard.md");
    let document = fs::read_to_string(path).expect("docs/standard.md is there");
    let listed: BTreeSet<_> = document
        .lines()
        .filter(|it| it.starts_with("| ["))
        .collect();
    let lines = lines();
    let lines: BTreeSet<_> = lines.iter().map(String::as_str).collect();
    let missing: Vec<_> = lines.difference(&listed).copied().collect();
    let surplus: Vec<_> = listed.difference(&lines).copied().collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing:\n{}\n\nno longer so:\n{}",
        missing.join("\n"),
        surplus.join("\n")
    );
}

#[test]
fn all_that_is_followed_has_a_case() {
    let cases = fetch_cases();
    let shown: BTreeSet<_> = cases.iter().flat_map(|case| case.shown_steps()).collect();
    let anchors: BTreeSet<_> = shown.iter().map(|(anchor, _)| *anchor).collect();
    let mut without = BTreeSet::new();
    for (address, algorithm) in followed() {
        let anchor = address
            .rsplit('#')
            .next()
            .expect("an address has an anchor");
        if !anchors.contains(anchor) {
            without.insert(anchor.to_owned());
        }
        for step in algorithm.steps {
            let step: Vec<_> = step.iter().map(ToString::to_string).collect();
            let step = step.join(".");
            if !shown.contains(&(anchor, Some(&step))) {
                without.insert(format!("{anchor} {step}"));
            }
        }
    }
    let excused = WITHOUT_A_CASE.map(|(step, _)| step.to_owned());
    assert_eq!(
        without,
        excused.into(),
        "what has no case, and what says why"
    );
}

fn root() -> PathBuf {
    conformance_dir().join("..")
}

/// Every source file under a path, with its module.
fn sources(module: &str, path: &Path) -> Vec<(String, String)> {
    if !path.is_dir() {
        return vec![(
            module.to_owned(),
            fs::read_to_string(path).expect("a source file"),
        )];
    }
    let mut paths: Vec<_> = fs::read_dir(path)
        .expect("a directory")
        .map(|it| it.expect("an entry").path())
        .collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let stem = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let module = match stem.as_str() {
            "mod" | "lib" => module.to_owned(),
            stem => format!("{module}::{stem}"),
        };
        found.extend(sources(&module, &path));
    }
    found
}

/// The name and address of every algorithm that a comment says it follows.
fn links(source: &str) -> Vec<(String, String)> {
    let is_comment = |line: &&str| line.starts_with("///") || line.starts_with("//!");
    let comments = source.lines().map(str::trim_start);
    let comments = comments.map(|line| {
        if is_comment(&line) {
            line[3..].trim()
        } else {
            ""
        }
    });
    let text = comments.collect::<Vec<_>>().join("\n");
    let mut links = Vec::new();
    for paragraph in text.split("\n\n") {
        let paragraph = paragraph.replace('\n', " ");
        let Some((_, after)) = paragraph.split_once("Follows [") else {
            continue;
        };
        let sentence = after.split(". ").next().unwrap_or(after);
        for link in sentence.split('[') {
            let Some((name, rest)) = link.split_once("](") else {
                continue;
            };
            let Some((address, _)) = rest.split_once(')') else {
                continue;
            };
            if address.contains('#') {
                links.push((name.to_owned(), address.to_owned()));
            }
        }
    }
    links
}

/// The anchors and steps that a source file writes as they are.
fn rules_in(source: &str) -> Vec<(String, String)> {
    let quoted = |text: &str| text.split('"').map(str::to_owned).collect::<Vec<_>>();
    let written = source.split("anchor: \"").skip(1).filter_map(|rest| {
        let (rule, _) = rest.split_once('}')?;
        match quoted(rule).as_slice() {
            [anchor, middle, step, ..] if middle == ", step: " => {
                Some((anchor.clone(), step.clone()))
            }
            _ => None,
        }
    });
    let paired = source.lines().filter_map(|line| {
        let (_, pair) = line.split_once("(\"")?;
        match quoted(pair).as_slice() {
            // `("Content-Length", "0")` is a header.
            [anchor, middle, step, ..]
                if middle == ", " && is_step(step) && !anchor.contains(char::is_uppercase) =>
            {
                Some((anchor.clone(), step.clone()))
            }
            _ => None,
        }
    });
    written.chain(paired).collect()
}

fn is_step(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

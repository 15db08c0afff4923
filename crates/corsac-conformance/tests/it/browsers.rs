//! Three real browsers: what a page sees in each is what its profile foretells.

use corsac_conformance::browsing::{Engine, hold, load_known_deviations, scenarios};
use corsac_conformance::conformance_dir;

/// `cargo xtask browsers` plays more of them, and others.
const N_SCENARIOS: usize = 2_000;
const SEED: u64 = 1;

/// `n_unexplained` is how many scenarios may still disagree without being on the list of known
/// deviations. It only ever goes down.
#[expect(
    clippy::print_stderr,
    reason = "which browser it was is for the reader of the test's output"
)]
async fn check(engine: Engine, n_unexplained: usize) {
    let scenarios = scenarios(N_SCENARIOS, SEED).unwrap_or_else(|errors| panic!("{errors}"));
    let known = load_known_deviations(&conformance_dir().join("browsers/deviations.toml"))
        .unwrap_or_else(|error| panic!("{error}"));
    let held = hold(engine, &scenarios, &known)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    eprintln!("{engine} {}: {N_SCENARIOS} scenarios", held.version);
    let disagreements: Vec<_> = held.disagreements.iter().map(|it| it.to_string()).collect();
    assert!(
        held.n_disagreeing() <= n_unexplained,
        "{} of {N_SCENARIOS} scenarios; to repeat: cargo xtask browsers --browser {engine} \
         --scenarios {N_SCENARIOS} --seed {SEED}\n\n{}",
        held.n_disagreeing(),
        disagreements.join("\n")
    );
    assert_eq!(held.gone, [""; 0], "they no longer deviate");
}

#[tokio::test]
async fn a_page_sees_in_chromium_what_its_profile_foretells() {
    check(Engine::Chromium, 0).await;
}

#[tokio::test]
async fn a_page_sees_in_firefox_what_its_profile_foretells() {
    check(Engine::Firefox, 0).await;
}

#[tokio::test]
async fn a_page_sees_in_webkit_what_its_profile_foretells() {
    check(Engine::WebKit, 0).await;
}

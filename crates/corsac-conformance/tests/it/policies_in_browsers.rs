//! Policies in the gateway: what a page sees in each of three browsers is what they mean.

use std::collections::HashSet;

use corsac_conformance::browsing::{Engine, Trial, hold_policies, smaller_trials, trials};

/// `cargo xtask browsers --policies N` tries more of them, and others.
const N_POLICIES: usize = 300;
const SEED: u64 = 1;

#[expect(
    clippy::print_stderr,
    reason = "which browser it was is for the reader of the test's output"
)]
async fn check(engine: Engine) {
    let held = hold_policies(engine, &trials(N_POLICIES, SEED))
        .await
        .unwrap_or_else(|error| panic!("{error}"));
    eprintln!(
        "{engine} {}: {N_POLICIES} policies, {} requests, {} preflights, {} responses read",
        held.version, held.n_requests, held.n_preflights, held.n_read
    );
    let surprises: Vec<_> = held.surprises.iter().map(|it| it.to_string()).collect();
    assert_eq!(
        held.n_surprising(),
        0,
        "of {} trials; to repeat: cargo xtask browsers --browser {engine} \
         --policies {N_POLICIES} --seed {SEED}\n\n{}",
        held.n_trials,
        surprises.join("\n")
    );
    assert!(2 * held.n_read > held.n_requests, "most is refused");
}

#[tokio::test]
async fn a_page_sees_in_chromium_what_a_policy_means() {
    check(Engine::Chromium).await;
}

#[tokio::test]
async fn a_page_sees_in_firefox_what_a_policy_means() {
    check(Engine::Firefox).await;
}

#[tokio::test]
async fn a_page_sees_in_webkit_what_a_policy_means() {
    check(Engine::WebKit).await;
}

#[test]
fn the_same_seed_makes_the_same_policies() {
    let made = trials(50, 7);
    assert_eq!(made, trials(50, 7));
    assert_ne!(made, trials(50, 8));
    let different: HashSet<_> = made.iter().map(Trial::to_string).collect();
    assert_eq!(different.len(), made.len());
}

#[test]
fn a_trial_is_what_its_text_form_says() {
    for trial in trials(50, 7) {
        assert_eq!(Trial::parse(&trial.to_string()).unwrap(), trial);
    }
}

#[test]
fn a_trial_can_be_made_smaller_until_little_is_left() {
    for mut trial in trials(20, 7) {
        let mut n_steps = 0;
        while let Some(smaller) = smaller_trials(&trial).pop() {
            assert_ne!(smaller, trial);
            trial = smaller;
            n_steps += 1;
            assert!(n_steps < 200, "{trial}");
        }
        assert_eq!(trial.scenario.calls.len(), 1);
        assert_eq!(trial.policy.allow_origins.len(), 1);
    }
}

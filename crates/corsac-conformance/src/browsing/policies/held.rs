//! Holds what pages see against what policies mean.

use std::collections::BTreeMap;
use std::fmt;
use std::iter;

use super::super::browser::{Browser, Engine};
use super::super::compare::Deviation;
use super::super::held::HoldError;
use super::super::shrink::shrink_by;
use super::super::stage::Stage;
use super::super::table::aligned;
use super::gateway::Served;
use super::judge::{Tried, judge};
use super::meaning::meaning;
use super::smaller::smaller_trials;
use super::trial::Trial;

/// What came of trying policies in a browser.
#[derive(Clone, Debug)]
pub struct HeldPolicies {
    /// The engine.
    pub engine: Engine,
    /// The version of the browser.
    pub version: String,
    /// How many policies were tried.
    pub n_policies: usize,
    /// How many trials there were.
    pub n_trials: usize,
    /// How many requests the pages made.
    pub n_requests: usize,
    /// How many of them gave the page a response to read.
    pub n_read: usize,
    /// How many preflights the gateway answered.
    pub n_preflights: usize,
    /// What is not as the policies mean it, alike with alike.
    pub surprises: Vec<Surprise>,
}

/// Trials in which the same things are not as the policy means it.
#[derive(Clone, Debug)]
pub struct Surprise {
    /// How many trials.
    pub n_trials: usize,
    /// One of them; for the first surprises it was made as small as it gets.
    pub trial: Trial,
    /// What is otherwise.
    pub deviations: Vec<Deviation>,
}

impl HeldPolicies {
    /// How many trials were not as their policies mean it.
    #[must_use]
    pub fn n_surprising(&self) -> usize {
        self.surprises.iter().map(|it| it.n_trials).sum()
    }
}

/// Starts the browser and the gateway, tries the policies, and compares.
pub async fn hold_policies(engine: Engine, trials: &[Trial]) -> Result<HeldPolicies, HoldError> {
    let mut court = Court {
        browser: Browser::start(engine).await?,
        stage: Stage::start().await?,
        served: Served::start().await?,
        engine,
    };
    let mut policies: Vec<_> = trials.iter().map(|it| &it.policy).collect();
    policies.dedup();
    let mut held = HeldPolicies {
        engine,
        version: court.browser.version().to_owned(),
        n_policies: policies.len(),
        n_trials: trials.len(),
        n_requests: trials.iter().map(|it| it.scenario.calls.len()).sum(),
        n_read: 0,
        n_preflights: 0,
        surprises: Vec::new(),
    };
    for batch in trials.chunks(BATCH) {
        court.hold(batch, &mut held).await?;
    }
    held.surprises
        .sort_by_key(|it| std::cmp::Reverse(it.n_trials));
    for surprise in held.surprises.iter_mut().take(MAX_SHRUNK) {
        court.make_small(surprise).await?;
    }
    Ok(held)
}

/// How many trials there are before the policies of the gateway are replaced.
const BATCH: usize = 400;

/// How many surprises are made as small as they get: each takes the browser some seconds.
const MAX_SHRUNK: usize = 8;

/// A browser, a gateway, and what is behind it.
struct Court {
    browser: Browser,
    stage: Stage,
    served: Served,
    engine: Engine,
}

impl Court {
    async fn hold(&mut self, trials: &[Trial], held: &mut HeldPolicies) -> Result<(), HoldError> {
        let tried = self.try_all(trials).await?;
        let seen = tried.iter().flat_map(|it| &it.observation.seen);
        held.n_read += seen.filter(|it| it.is_readable()).count();
        held.n_preflights += tried.iter().map(|it| it.preflights.len()).sum::<usize>();
        let both = trials.iter().zip(&tried);
        let surprising: Vec<_> = both
            .filter(|(trial, tried)| !self.judge(trial, tried).is_empty())
            .map(|(trial, _)| trial.clone())
            .collect();
        // What depends on how busy the machine is does not happen twice.
        let again = self.try_all(&surprising).await?;
        let mut alike: BTreeMap<Vec<String>, Surprise> = BTreeMap::new();
        for surprise in held.surprises.drain(..) {
            alike.insert(gists(&surprise.deviations), surprise);
        }
        for (trial, tried) in iter::zip(&surprising, &again) {
            let deviations = self.judge(trial, tried);
            if !deviations.is_empty() {
                let surprise = alike.entry(gists(&deviations)).or_insert_with(|| Surprise {
                    n_trials: 0,
                    trial: trial.clone(),
                    deviations,
                });
                surprise.n_trials += 1;
            }
        }
        held.surprises = alike.into_values().collect();
        Ok(())
    }

    fn judge(&self, trial: &Trial, tried: &Tried) -> Vec<Deviation> {
        let quirks = self.engine.profile().quirks();
        judge(trial, &meaning(trial, &quirks, self.stage.places()), tried)
    }

    /// Replaces the policies of the gateway, and lets the pages make their requests.
    async fn try_all(&mut self, trials: &[Trial]) -> Result<Vec<Tried>, HoldError> {
        if trials.is_empty() {
            // A gateway without a route is none.
            return Ok(Vec::new());
        }
        let first = self.stage.next_id();
        self.served.replace(trials, (first, self.stage.places()))?;
        let doors = self.served.doors();
        let scenarios: Vec<_> = trials.iter().map(|it| doors.filled(&it.scenario)).collect();
        let observations = self.stage.play(&scenarios, &mut self.browser).await?;
        let preflights = self.served.take_preflights(first, trials.len());
        let all = scenarios.into_iter().zip(observations).zip(preflights);
        let tried = all.map(|((scenario, observation), preflights)| Tried {
            observation,
            preflights,
            calls: scenario.calls,
        });
        Ok(tried.collect())
    }

    async fn make_small(&mut self, surprise: &mut Surprise) -> Result<(), HoldError> {
        let play = async |trials: &[Trial]| {
            let tried = self.try_all(trials).await?;
            let both = trials.iter().zip(&tried);
            let found = both.map(|(trial, tried)| self.judge(trial, tried));
            Ok::<_, HoldError>(found.collect())
        };
        let smallest =
            shrink_by(smaller_trials, &surprise.trial, &surprise.deviations, play).await?;
        let tried = self.try_all(std::slice::from_ref(&smallest)).await?;
        let left = tried.first().map(|it| self.judge(&smallest, it));
        if let Some(left) = left.filter(|it| !it.is_empty()) {
            surprise.deviations = left;
            surprise.trial = smallest;
        }
        Ok(())
    }
}

fn gists(deviations: &[Deviation]) -> Vec<String> {
    let mut gists: Vec<_> = deviations.iter().map(Deviation::gist).collect();
    gists.sort();
    gists.dedup();
    gists
}

impl fmt::Display for Surprise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} trials, such as", self.n_trials)?;
        writeln!(f, "{}", self.trial)?;
        for Deviation {
            place,
            foretold,
            happened,
            ..
        } in &self.deviations
        {
            writeln!(f, "  {place}: meant {foretold}, happened {happened}")?;
        }
        Ok(())
    }
}

/// The table in Markdown.
#[must_use]
pub fn policies_table(held: &[HeldPolicies]) -> String {
    let heads = [
        "Browser",
        "Version",
        "Policies",
        "Requests",
        "Preflights",
        "Responses read",
        "Not as meant",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(held.iter().map(|it| {
        [
            it.engine.name().to_owned(),
            it.version.clone(),
            it.n_policies.to_string(),
            it.n_requests.to_string(),
            it.n_preflights.to_string(),
            it.n_read.to_string(),
            it.n_surprising().to_string(),
        ]
    }));
    aligned(&rows)
}

//! Holds an engine's profile against the engine.

use std::collections::BTreeMap;
use std::fmt;

use corsac_fetch::Profile;

use super::browser::{Browser, Engine, StartError};
use super::compare::{Deviation, compare};
use super::foretell::foretell;
use super::known::KnownDeviation;
use super::observation::Observation;
use super::scenario::Scenario;
use super::shrink::shrink;
use super::stage::{Stage, StageError};

/// What came of holding an engine's profile against the engine.
#[derive(Clone, Debug)]
pub struct Held {
    /// The engine.
    pub engine: Engine,
    /// The version of the browser.
    pub version: String,
    /// How many scenarios were played.
    pub n_scenarios: usize,
    /// On how many of them the browser did just what its own profile foretells.
    pub n_as_profile: usize,
    /// On how many it did something else, which is on the list of known deviations.
    pub n_known: usize,
    /// On how many it did just what the profile of the standard foretells.
    pub n_as_standard: usize,
    /// Everything else, alike with alike.
    pub disagreements: Vec<Disagreement>,
    /// The names of known deviations that were not to be seen any more.
    pub gone: Vec<String>,
}

/// Scenarios on which browser and profile disagree in the same things.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// How many scenarios.
    pub n_scenarios: usize,
    /// One of them; for the first disagreements it was made as small as it gets.
    pub scenario: Scenario,
    /// What deviates in it.
    pub deviations: Vec<Deviation>,
    /// What was on the console.
    pub console: Vec<String>,
}

impl Held {
    /// How many scenarios the browser played otherwise than foretold, and nobody knows why.
    #[must_use]
    pub fn n_disagreeing(&self) -> usize {
        self.disagreements.iter().map(|it| it.n_scenarios).sum()
    }

    /// Is all as it should be?
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.disagreements.is_empty() && self.gone.is_empty()
    }
}

/// Starts the browser, plays the scenarios in it and compares.
pub async fn hold(
    engine: Engine,
    scenarios: &[Scenario],
    known: &[KnownDeviation],
) -> Result<Held, HoldError> {
    let mut player = Player {
        browser: Browser::start(engine).await?,
        stage: Stage::start().await?,
        engine,
    };
    let known: Vec<_> = known.iter().filter(|it| it.engine == engine).collect();
    let examples: Vec<_> = known.iter().map(|it| it.example.clone()).collect();
    let all = [examples, scenarios.to_vec()].concat();
    let observations = player.play(&all).await?;
    let mut held = Held {
        engine,
        version: player.browser.version().to_owned(),
        n_scenarios: scenarios.len(),
        n_as_profile: 0,
        n_known: 0,
        n_as_standard: 0,
        disagreements: Vec::new(),
        gone: Vec::new(),
    };
    let mut alike: BTreeMap<Vec<String>, Disagreement> = BTreeMap::new();
    for (index, (scenario, observation)) in all.iter().zip(observations).enumerate() {
        let deviations = player.deviations(scenario, &observation);
        let is_known = is_known(engine, &known, scenario, &deviations);
        if let Some(example) = known.get(index) {
            if deviations.is_empty() || !is_known {
                held.gone.push(example.name.clone());
            }
            continue;
        }
        held.n_as_standard += usize::from(player.is_as_standard(scenario, &observation));
        match (deviations.is_empty(), is_known) {
            (true, _) => held.n_as_profile += 1,
            (false, true) => held.n_known += 1,
            (false, false) => note(&mut alike, scenario, deviations, observation),
        }
    }
    held.disagreements = alike.into_values().collect();
    held.disagreements
        .sort_by_key(|it| std::cmp::Reverse(it.n_scenarios));
    for disagreement in held.disagreements.iter_mut().take(MAX_SHRUNK) {
        player.make_small(disagreement).await?;
    }
    Ok(held)
}

/// How many disagreements are made as small as they get: each takes the browser some seconds.
const MAX_SHRUNK: usize = 12;

fn is_known(
    engine: Engine,
    known: &[&KnownDeviation],
    scenario: &Scenario,
    deviations: &[Deviation],
) -> bool {
    if deviations.is_empty() || known.is_empty() {
        return false;
    }
    let text = scenario.to_string();
    let is_covered = |deviation| known.iter().any(|it| it.covers(engine, &text, deviation));
    deviations.iter().all(is_covered)
}

/// Puts scenarios in which the same things deviate alike together.
fn note(
    alike: &mut BTreeMap<Vec<String>, Disagreement>,
    scenario: &Scenario,
    deviations: Vec<Deviation>,
    observation: Observation,
) {
    let mut gists: Vec<_> = deviations.iter().map(Deviation::gist).collect();
    gists.sort();
    gists.dedup();
    let found = Disagreement {
        n_scenarios: 1,
        scenario: scenario.clone(),
        deviations,
        console: observation.console,
    };
    alike
        .entry(gists)
        .and_modify(|it| {
            it.n_scenarios += 1;
            if it.scenario.to_string().len() > found.scenario.to_string().len() {
                *it = Disagreement {
                    n_scenarios: it.n_scenarios,
                    ..found.clone()
                };
            }
        })
        .or_insert(found);
}

/// A browser and the servers that it plays with.
struct Player {
    browser: Browser,
    stage: Stage,
    engine: Engine,
}

impl Player {
    /// Plays the scenarios, and those that surprise once more: what depends on how busy the
    /// machine is does not happen twice.
    async fn play(&mut self, scenarios: &[Scenario]) -> Result<Vec<Observation>, HoldError> {
        let mut observations = self.stage.play(scenarios, &mut self.browser).await?;
        let surprising: Vec<_> = (0..scenarios.len())
            .filter(|at| {
                !self
                    .deviations(&scenarios[*at], &observations[*at])
                    .is_empty()
            })
            .collect();
        let again: Vec<_> = surprising.iter().map(|at| scenarios[*at].clone()).collect();
        let second = self.stage.play(&again, &mut self.browser).await?;
        for (at, observation) in surprising.into_iter().zip(second) {
            observations[at] = observation;
        }
        Ok(observations)
    }

    fn deviations(&self, scenario: &Scenario, observation: &Observation) -> Vec<Deviation> {
        let foretold = foretell(scenario, self.engine.profile(), self.stage.places());
        compare(&foretold, observation)
    }

    fn is_as_standard(&self, scenario: &Scenario, observation: &Observation) -> bool {
        let foretold = foretell(scenario, Profile::Spec, self.stage.places());
        compare(&foretold, observation).is_empty()
    }

    async fn make_small(&mut self, disagreement: &mut Disagreement) -> Result<(), HoldError> {
        let Disagreement {
            scenario,
            deviations,
            console,
            ..
        } = disagreement;
        let smallest = shrink(scenario, deviations, async |candidates| {
            let observations = self.stage.play(candidates, &mut self.browser).await?;
            let both = candidates.iter().zip(&observations);
            let found = both.map(|(it, observation)| self.deviations(it, observation));
            Ok::<_, HoldError>(found.collect())
        });
        let smallest = smallest.await?;
        let observations = self
            .stage
            .play(std::slice::from_ref(&smallest), &mut self.browser)
            .await?;
        if let [observation] = &observations[..] {
            *deviations = self.deviations(&smallest, observation);
            console.clone_from(&observation.console);
            *scenario = smallest;
        }
        Ok(())
    }
}

/// Why a profile could not be held against its engine.
#[derive(Debug)]
#[non_exhaustive]
pub enum HoldError {
    /// The browser does not start.
    Start(StartError),
    /// The scenarios could not be played.
    Stage(StageError),
}

impl From<StartError> for HoldError {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

impl From<StageError> for HoldError {
    fn from(error: StageError) -> Self {
        Self::Stage(error)
    }
}

impl fmt::Display for HoldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Stage(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for HoldError {}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} scenarios, such as", self.n_scenarios)?;
        writeln!(f, "{}", self.scenario)?;
        for deviation in &self.deviations {
            writeln!(f, "  {deviation}")?;
        }
        self.console
            .iter()
            .try_for_each(|it| writeln!(f, "  console: {it}"))
    }
}

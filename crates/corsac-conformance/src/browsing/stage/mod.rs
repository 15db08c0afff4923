//! The servers, and the page that plays scenarios in a browser.

mod connection;
pub(super) mod listening;
mod playing;

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::browser::{Browser, BrowserError, ConsoleMessage, Engine};
use super::observation::Observation;
use super::place::Places;
use super::scenario::{Page, Scenario};
use listening::Listeners;
use playing::Playing;

/// Servers at every place, until it is dropped.
#[derive(Debug)]
pub struct Stage {
    places: Places,
    playing: Arc<Playing>,
    _servers: JoinSet<()>,
}

impl Stage {
    /// Starts the servers, on ports that are free.
    pub async fn start() -> Result<Self, StageError> {
        let listeners = Listeners::bind().await?;
        let places = listeners.places;
        let playing = Arc::new(Playing::new(places));
        Ok(Self {
            places,
            _servers: listeners.serve(&playing),
            playing,
        })
    }

    /// Where the servers are.
    #[must_use]
    pub const fn places(&self) -> &Places {
        &self.places
    }

    /// Serves a scenario to whoever asks, for as long as the servers run, and returns the number
    /// that its `{here}` [stands for](Places::filled).
    pub fn serve(&self, scenario: &Scenario) -> u64 {
        self.playing.add(std::slice::from_ref(scenario))
    }

    /// The number of the scenario that is played next: its paths begin with it.
    pub(super) fn next_id(&self) -> u64 {
        self.playing.next_id()
    }

    /// Plays scenarios in a browser, which opens every page that there is among them once.
    pub async fn play(
        &self,
        scenarios: &[Scenario],
        browser: &mut Browser,
    ) -> Result<Vec<Observation>, StageError> {
        let first = self.playing.add(scenarios);
        let mut pages: Vec<Page> = Vec::new();
        for scenario in scenarios {
            if !pages.contains(&scenario.page) {
                pages.push(scenario.page);
            }
        }
        for page in pages {
            for message in self.play_page(page, first, browser).await? {
                self.playing.note_console(&message.text);
            }
        }
        Ok(self.playing.take_observations(first))
    }

    /// Plays one scenario in a browser, and returns what is on the console then, with the places
    /// that are named in it.
    pub async fn play_for_console(
        &self,
        scenario: &Scenario,
        browser: &mut Browser,
    ) -> Result<Vec<ConsoleMessage>, StageError> {
        let id = self.playing.add(std::slice::from_ref(scenario));
        let console = self.play_page(scenario.page, id, browser).await?;
        self.playing.take_observations(id);
        let named = console.into_iter().map(|it| ConsoleMessage {
            text: self.places.named(&it.text, id),
            ..it
        });
        Ok(named.collect())
    }

    /// Plays the scenarios from `first` on that are for a page, and returns what is on the console.
    async fn play_page(
        &self,
        page: Page,
        first: u64,
        browser: &mut Browser,
    ) -> Result<Vec<ConsoleMessage>, StageError> {
        self.playing.set_page(page, first);
        self.open_and_wait(&page.url(&self.places), browser).await?;
        // The servers know that all has been played before the page has their last answer. If it
        // were left without, the console would tell of that, and with the next page.
        browser.evaluate("await played").await?;
        Ok(browser.console().await?)
    }

    /// Opens the page and waits until it is done, which it may be before it counts as opened.
    async fn open_and_wait(&self, url: &str, browser: &mut Browser) -> Result<(), StageError> {
        let engine = browser.engine();
        let mut opening = pin!(browser.open(url));
        tokio::select! {
            opened = &mut opening => {
                opened?;
                self.wait().await?;
            }
            done = self.wait() => {
                done?;
                match engine {
                    Engine::Chromium | Engine::Firefox => opening.await?,
                    // Now and then it never says that it has opened what it has long played.
                    Engine::WebKit => timeout(GRACE, opening).await.unwrap_or(Ok(()))?,
                }
            }
        }
        Ok(())
    }

    /// Waits until all scenarios of the page have been played.
    async fn wait(&self) -> Result<(), StageError> {
        while self.playing.n_left() > 0 {
            let progress = timeout(PATIENCE, self.playing.progress());
            progress
                .await
                .map_err(|_| StageError::Stuck(self.playing.n_left()))?;
        }
        Ok(())
    }
}

/// How long a page that is done may take to count as opened.
const GRACE: Duration = Duration::from_secs(10);

/// The page itself waits less for a call, but tells of several scenarios at once.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why scenarios could not be played.
#[derive(Debug)]
#[non_exhaustive]
pub enum StageError {
    /// A server could not be started.
    Bind(std::io::Error),
    /// No certificate could be made.
    Certificate(String),
    /// A policy is refused.
    Policy(String),
    /// The browser does not do what it is told.
    Browser(BrowserError),
    /// The page does not go on; so many scenarios are left.
    Stuck(usize),
}

impl From<std::io::Error> for StageError {
    fn from(error: std::io::Error) -> Self {
        Self::Bind(error)
    }
}

impl From<BrowserError> for StageError {
    fn from(error: BrowserError) -> Self {
        Self::Browser(error)
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(error) => write!(f, "a server cannot be started: {error}"),
            Self::Certificate(error) => write!(f, "no certificate can be made: {error}"),
            Self::Policy(problems) => write!(f, "a policy is refused: {problems}"),
            Self::Browser(error) => error.fmt(f),
            Self::Stuck(n_left) => {
                write!(f, "the page does not go on, with {n_left} scenarios left")
            }
        }
    }
}

impl std::error::Error for StageError {}

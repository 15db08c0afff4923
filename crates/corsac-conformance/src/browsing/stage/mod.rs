//! The servers, and the page that plays scenarios in a browser.

mod connection;
mod listening;
mod playing;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::timeout;

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

    /// Plays scenarios in a browser. `open` lets it open a page, and is called once for each page
    /// that there is among them, one after the other.
    pub async fn play<E: fmt::Display>(
        &self,
        scenarios: &[Scenario],
        mut open: impl AsyncFnMut(String) -> Result<(), E>,
    ) -> Result<Vec<Observation>, StageError> {
        let first = self.playing.add(scenarios);
        let mut pages: Vec<Page> = Vec::new();
        for scenario in scenarios {
            if !pages.contains(&scenario.page) {
                pages.push(scenario.page);
            }
        }
        for page in pages {
            self.playing.set_page(page, first);
            let opened = open(page.url(&self.places)).await;
            opened.map_err(|error| StageError::Page(error.to_string()))?;
            self.wait().await?;
        }
        Ok(self.playing.take_observations(first))
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

/// The page itself waits less for a call.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why scenarios could not be played.
#[derive(Debug)]
#[non_exhaustive]
pub enum StageError {
    /// A server could not be started.
    Bind(std::io::Error),
    /// No certificate could be made.
    Certificate(String),
    /// The page could not be opened.
    Page(String),
    /// The page does not go on; so many scenarios are left.
    Stuck(usize),
}

impl From<std::io::Error> for StageError {
    fn from(error: std::io::Error) -> Self {
        Self::Bind(error)
    }
}

impl fmt::Display for StageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(error) => write!(f, "a server cannot be started: {error}"),
            Self::Certificate(error) => write!(f, "no certificate can be made: {error}"),
            Self::Page(error) => write!(f, "the page cannot be opened: {error}"),
            Self::Stuck(n_left) => {
                write!(f, "the page does not go on, with {n_left} scenarios left")
            }
        }
    }
}

impl std::error::Error for StageError {}

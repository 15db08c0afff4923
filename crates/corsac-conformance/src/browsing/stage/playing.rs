//! Which scenarios are being played, and what has been seen of them.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::super::observation::{
    About, Arrived, Line, Observation, Seen, SeenResponse, with_high_bytes_alike,
};
use super::super::place::{Place, Places};
use super::super::scenario::{Answer, Call, Page, Route, Scenario};

/// What servers and page share.
#[derive(Debug)]
pub(super) struct Playing {
    places: Places,
    state: Mutex<State>,
    progress: Notify,
}

#[derive(Debug, Default)]
struct State {
    next_id: u64,
    played: BTreeMap<u64, OneScenario>,
    /// What the page is to play first, by itself.
    rehearsal: Option<u64>,
    /// What the page has not fetched yet.
    queue: VecDeque<u64>,
    /// How many of the page have not been seen to their end.
    n_left: usize,
}

#[derive(Debug, Default)]
struct OneScenario {
    scenario: Scenario,
    n_asked: HashMap<Option<usize>, usize>,
    observation: Observation,
    /// Nobody looks at what is seen of it.
    is_rehearsal: bool,
}

/// A scenario as the page gets it.
#[derive(Serialize)]
struct Order {
    id: u64,
    calls: Vec<Call>,
}

/// What the page saw of a scenario.
#[derive(Deserialize)]
struct Done {
    id: u64,
    seen: Vec<Seen>,
}

/// A request that came to a server.
pub(super) struct Came<'a> {
    pub(super) id: u64,
    pub(super) line: Line<'a>,
    pub(super) headers: &'a [(String, String)],
}

impl Playing {
    pub(super) fn new(places: Places) -> Self {
        Self {
            places,
            state: Mutex::default(),
            progress: Notify::new(),
        }
    }

    /// The number that the next scenario gets.
    pub(super) fn next_id(&self) -> u64 {
        self.state().next_id
    }

    /// Adds scenarios, and returns the number of the first.
    pub(super) fn add(&self, scenarios: &[Scenario]) -> u64 {
        let mut state = self.state();
        let first = state.next_id;
        for (id, scenario) in (first..).zip(scenarios) {
            let scenario = scenario.clone();
            let played = OneScenario {
                scenario,
                ..OneScenario::default()
            };
            state.played.insert(id, played);
            state.next_id = id + 1;
        }
        first
    }

    /// Lets the next page have all scenarios from `first` on that are for it.
    pub(super) fn set_page(&self, page: Page, first: u64) {
        let mut state = self.state();
        let id = state.next_id;
        state.next_id += 1;
        let of_page = state.played.range(first..);
        let of_page = of_page.filter(|(_, it)| it.scenario.page == page);
        let mut queue: Vec<_> = of_page.collect();
        // Those that wait do so together.
        queue.sort_by_key(|(_, it)| it.scenario.calls.iter().any(|it| it.wait > 0));
        let queue: VecDeque<_> = queue.into_iter().map(|(id, _)| *id).collect();
        state.n_left = queue.len() + 1;
        state.queue = queue;
        state.rehearsal = Some(id);
        let rehearsal = OneScenario {
            scenario: rehearsal(page),
            is_rehearsal: true,
            ..OneScenario::default()
        };
        state.played.insert(id, rehearsal);
    }

    pub(super) fn n_left(&self) -> usize {
        self.state().n_left
    }

    /// Waits until the page has told something.
    pub(super) async fn progress(&self) {
        self.progress.notified().await;
    }

    /// Takes what the page has done, and returns what it is to do next.
    pub(super) fn next(&self, done: &[u8]) -> Result<String, serde_json::Error> {
        let done: Vec<Done> = serde_json::from_slice(done)?;
        let mut state = self.state();
        for Done { id, seen } in done {
            let Some(played) = state.played.get_mut(&id) else {
                continue;
            };
            let named = seen.into_iter().map(|it| named(it, &self.places, id));
            played.observation.seen = named.collect();
            state.n_left = state.n_left.saturating_sub(1);
        }
        let next: Vec<_> = match state.rehearsal.take() {
            Some(id) => vec![id],
            None => {
                let n_next = state.queue.len().min(BATCH);
                state.queue.drain(..n_next).collect()
            }
        };
        let orders = next.iter().filter_map(|id| {
            let scenario = &state.played.get(id)?.scenario;
            Some(self.order(*id, scenario))
        });
        let orders = serde_json::to_string(&orders.collect::<Vec<_>>())?;
        drop(state);
        self.progress.notify_one();
        Ok(orders)
    }

    /// Notes what came, and returns the bytes of the answer; none if nobody knows of the scenario.
    pub(super) fn answer(&self, came: &Came<'_>) -> Option<Vec<u8>> {
        let mut state = self.state();
        let played = state.played.get_mut(&came.id)?;
        let OneScenario {
            scenario,
            n_asked,
            observation,
            ..
        } = played;
        let about = self.about(scenario, came.id);
        let arrived = Arrived::new(came.line, came.headers, about);
        let asked = about.asked(&arrived, arrived.is_preflight());
        let n_asked = n_asked.entry(scenario.route(&asked)).or_default();
        let answer = scenario.answer(&asked, *n_asked);
        *n_asked += 1;
        let bytes = about.bytes(&answer, &arrived);
        observation.arrived.push(arrived);
        Some(bytes)
    }

    /// Notes a message of the console with the scenario whose URL it has.
    pub(super) fn note_console(&self, text: &str) {
        let id = text.split_inclusive("/s/").skip(1);
        let id = id
            .filter_map(|it| it.split('/').next()?.parse::<u64>().ok())
            .next();
        let Some(id) = id else {
            return;
        };
        if let Some(played) = self.state().played.get_mut(&id) {
            let text = self.places.named(text, id);
            played.observation.console.push(text);
        }
    }

    /// What was seen of the scenarios from `first` on.
    pub(super) fn take_observations(&self, first: u64) -> Vec<Observation> {
        let played = self.state().played.split_off(&first);
        let played = played.into_values().filter(|it| !it.is_rehearsal);
        played.map(|it| it.observation).collect()
    }

    fn order(&self, id: u64, scenario: &Scenario) -> Order {
        let about = self.about(scenario, id);
        let calls = scenario.calls.iter().map(|call| Call {
            url: about.filled(&call.url),
            headers: call
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), about.filled(value)))
                .collect(),
            ..call.clone()
        });
        Order {
            id,
            calls: calls.collect(),
        }
    }

    fn about<'a>(&'a self, scenario: &'a Scenario, id: u64) -> About<'a> {
        let places = &self.places;
        About {
            places,
            scenario,
            id,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is left half done where it could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many scenarios a page fetches at once. With a handful of preflights in each they stay below
/// the 100 URLs for which Firefox keeps answers; the other engines keep more.
const BATCH: usize = 20;

/// What lets the page ask another site a few times before anybody looks.
///
/// What a new page of Firefox was allowed first by another site is lost again, within a tenth of a
/// second.
fn rehearsal(page: Page) -> Scenario {
    let place = match page.place {
        Place::SecureAddress => Place::Secure,
        Place::Address => Place::Port,
        Place::Subdomain | Place::Home | Place::Port | Place::Secure | Place::SecurePort => {
            Place::SecureAddress
        }
    };
    let call = Call {
        url: format!("{{{}}}{{here}}a", place.name()),
        method: "PUT".to_owned(),
        ..Call::default()
    };
    let headers = [
        ("Access-Control-Allow-Origin", "{origin}"),
        ("Access-Control-Allow-Methods", "PUT"),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let route = |preflight| Route {
        at: call.url.clone(),
        preflight,
        answers: vec![Answer {
            headers: headers.to_vec(),
            ..Answer::default()
        }],
        ..Route::default()
    };
    Scenario {
        page,
        routes: vec![route(true), route(false)],
        calls: vec![call; REHEARSED_CALLS],
    }
}

/// Four times as many as it takes.
const REHEARSED_CALLS: usize = 12;

fn named(seen: Seen, places: &Places, id: u64) -> Seen {
    let Seen::Response(response) = seen else {
        return seen;
    };
    let headers = response.headers.into_iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name, with_high_bytes_alike(&places.named(&value, id))))
        .collect();
    headers.sort();
    Seen::Response(SeenResponse {
        url: places.named(&response.url, id),
        headers,
        ..response
    })
}

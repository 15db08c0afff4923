//! What became of each request at the servers.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::plan::Plan;

/// The requests under way, and what servers did with them.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    requests: Mutex<HashMap<u64, Vec<Attempt>>>,
    wrongs: Mutex<Vec<String>>,
}

/// A request that a server has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attempt {
    pub(crate) server: usize,
    pub(crate) state: State,
    since: Instant,
}

/// How far a server has come with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It has read the head.
    Received,
    /// It is writing an answer, all of which it means to write; so long after it got the request.
    Answering(Duration),
    /// It has written all of the answer.
    Answered(Duration),
    /// It says nothing for longer than anybody waits.
    Silent,
    /// It has written what is no HTTP.
    Garbage,
    /// It has ended the connection before the answer was whole, on purpose.
    BrokenOff,
    /// The connection ended under it, so long after it got the request.
    Cut(Duration),
}

/// Where a server notes what it does with a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    number: u64,
    position: usize,
}

impl Ledger {
    /// A client is about to ask.
    pub(crate) fn expect(&self, number: u64) {
        self.requests().insert(number, Vec::new());
    }

    /// What became of a request that is over for the client.
    pub(crate) fn close(&self, number: u64) -> Vec<Attempt> {
        self.requests().remove(&number).unwrap_or_default()
    }

    /// A server has got the head of a request. None if nobody waits for it any more.
    pub(crate) fn received(&self, plan: &Plan, server: usize) -> Option<Entry> {
        let mut requests = self.requests();
        let attempts = requests.get_mut(&plan.number)?;
        let number = plan.number;
        if !attempts.is_empty() && !plan.may_be_repeated() {
            self.wrong(format!("request {number} was sent to servers twice"));
        }
        if let Some(State::Answering(_) | State::Answered(_)) = attempts.last().map(|it| it.state) {
            self.wrong(format!("request {number} was sent again when answered"));
        }
        attempts.push(Attempt {
            server,
            state: State::Received,
            since: Instant::now(),
        });
        let position = attempts.len() - 1;
        Some(Entry { number, position })
    }

    pub(crate) fn note(&self, entry: Option<Entry>, state: impl FnOnce(Duration) -> State) {
        let Some(entry) = entry else { return };
        let mut requests = self.requests();
        let attempts = requests.get_mut(&entry.number);
        if let Some(attempt) = attempts.and_then(|it| it.get_mut(entry.position)) {
            attempt.state = match (attempt.state, state(attempt.since.elapsed())) {
                // It began when it began.
                (State::Answering(after), State::Answered(_)) => State::Answered(after),
                // On a connection that ends, others may not have heard of it yet.
                (State::BrokenOff, State::Answering(_) | State::Answered(_)) => State::BrokenOff,
                (_, state) => state,
            };
        }
    }

    /// The connection is gone, and with it what was not answered.
    pub(crate) fn cut_down(&self, entry: Entry) {
        let mut requests = self.requests();
        let attempts = requests.get_mut(&entry.number);
        if let Some(attempt) = attempts.and_then(|it| it.get_mut(entry.position)) {
            match attempt.state {
                State::Received => attempt.state = State::Cut(attempt.since.elapsed()),
                State::Answering(after) => attempt.state = State::Cut(after),
                State::Answered(_)
                | State::Silent
                | State::Garbage
                | State::BrokenOff
                | State::Cut(_) => {}
            }
        }
    }

    /// The server ends the connection, and whatever is under way on it.
    pub(crate) fn break_off(&self, entry: Entry) {
        let mut requests = self.requests();
        let attempts = requests.get_mut(&entry.number);
        if let Some(attempt) = attempts.and_then(|it| it.get_mut(entry.position)) {
            match attempt.state {
                State::Received | State::Answering(_) | State::Answered(_) => {
                    attempt.state = State::BrokenOff;
                }
                State::Silent | State::Garbage | State::BrokenOff | State::Cut(_) => {}
            }
        }
    }

    /// Something went wrong that no client can see.
    pub(crate) fn wrong(&self, what: String) {
        let wrongs = self.wrongs.lock();
        wrongs.unwrap_or_else(PoisonError::into_inner).push(what);
    }

    pub(crate) fn take_wrongs(&self) -> Vec<String> {
        let wrongs = self.wrongs.lock();
        std::mem::take(&mut wrongs.unwrap_or_else(PoisonError::into_inner))
    }

    fn requests(&self) -> MutexGuard<'_, HashMap<u64, Vec<Attempt>>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Attempt {
    /// Has the connection ended before the answer was whole?
    pub(crate) fn is_broken_off(&self) -> bool {
        matches!(self.state, State::BrokenOff | State::Cut(_))
    }

    /// Has the server begun to answer in time, and meant the answer whole?
    pub(crate) fn is_good(&self) -> bool {
        match self.state {
            State::Answering(after) | State::Answered(after) => after < IN_TIME,
            State::Received | State::Silent | State::Garbage | State::BrokenOff | State::Cut(_) => {
                false
            }
        }
    }

    /// Had the server got the request long ago, and not yet begun to answer?
    pub(crate) fn is_late(&self) -> bool {
        match self.state {
            State::Answering(after) | State::Answered(after) | State::Cut(after) => {
                after >= IN_TIME
            }
            State::Received => self.since.elapsed() >= IN_TIME,
            State::Silent | State::Garbage | State::BrokenOff => false,
        }
    }
}

/// The gateway waits five seconds for an answer; what comes later than this is not held against
/// it, as the machine may be busy.
pub(crate) const IN_TIME: Duration = Duration::from_millis(1500);

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(may_be_repeated: bool) -> Plan {
        let mut plans = (0..1000).map(|it| Plan::new(0, it));
        plans
            .find(|it| it.may_be_repeated() == may_be_repeated)
            .unwrap()
    }

    #[test]
    fn a_request_is_sent_again_only_if_it_may_be_and_was_not_answered() {
        let ledger = Ledger::default();
        for (may_be_repeated, n_wrongs) in [(true, 0), (false, 1)] {
            let plan = plan(may_be_repeated);
            ledger.expect(plan.number);
            let entry = ledger.received(&plan, 0);
            ledger.note(entry, |_| State::BrokenOff);
            let entry = ledger.received(&plan, 1);
            assert_eq!(ledger.take_wrongs().len(), n_wrongs);
            ledger.note(entry, State::Answered);
            assert_eq!(ledger.close(plan.number).len(), 2);
        }
        let plan = plan(true);
        ledger.expect(plan.number);
        let entry = ledger.received(&plan, 0);
        ledger.note(entry, State::Answering);
        ledger.received(&plan, 1);
        assert_eq!(ledger.take_wrongs().len(), 1);
    }

    #[test]
    fn what_is_cut_down_before_its_end_has_broken_off() {
        let ledger = Ledger::default();
        let plan = plan(true);
        ledger.expect(plan.number);
        let entry = ledger.received(&plan, 0).unwrap();
        ledger.note(Some(entry), State::Answering);
        ledger.cut_down(entry);
        assert!(ledger.close(plan.number)[0].is_broken_off());
        assert!(ledger.received(&plan, 0).is_none());
    }
}

//! Lines on their way to the thread that writes them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lines that wait for the thread that writes them.
///
/// Whoever has one to say holds the lock for as long as it takes to copy it, and so does the thread
/// to take all of them at once. The thread is woken for the first line, and leaves the others the
/// time to come: to wake it for each would cost more than to write it.
#[derive(Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    change: Condvar,
}

#[derive(Default)]
struct Waiting {
    text: Vec<u8>,
    n_dropped: u64,
    is_over: bool,
}

/// There is no room for a line.
#[derive(Debug)]
pub(super) struct Full;

/// Will there be more lines?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    More,
    NoMore,
}

impl Queue {
    /// Adds a line, or counts it if there is no room.
    pub(super) fn add(&self, line: &[u8]) -> Result<(), Full> {
        let mut waiting = self.lock();
        if waiting.text.len() + line.len() > MAX_WAITING_BYTES {
            waiting.n_dropped += 1;
            return Err(Full);
        }
        let is_first = waiting.text.is_empty();
        waiting.text.extend_from_slice(line);
        drop(waiting);
        if is_first {
            self.change.notify_one();
        }
        Ok(())
    }

    /// Says that there will be no more lines.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.change.notify_one();
    }

    /// Waits for lines, and takes all that are there in exchange for an empty buffer.
    pub(super) fn take(&self, text: &mut Vec<u8>) -> Then {
        let is_idle = |it: &mut Waiting| it.text.is_empty() && !it.is_over;
        let waiting = self.change.wait_while(self.lock(), is_idle);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let is_serving = |it: &mut Waiting| !it.is_over;
        let waited = self
            .change
            .wait_timeout_while(waiting, GATHERING, is_serving);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut waiting.text, text);
        match waiting.is_over {
            true => Then::NoMore,
            false => Then::More,
        }
    }

    /// How many lines there was no room for since this was asked last.
    pub(super) fn take_dropped(&self) -> u64 {
        std::mem::take(&mut self.lock().n_dropped)
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that wait: what is said in a tenth of a second of a hundred thousand requests.
const MAX_WAITING_BYTES: usize = 4 * 1024 * 1024;

/// How long the first line waits for others, which nobody who reads along notices.
const GATHERING: Duration = Duration::from_millis(10);

//! Wakes the task that drives a connection, unless it is driving it right now.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// What a connection to an upstream wakes.
///
/// The two halves of a connection, its state machine and the response that it feeds, are polled
/// by the same task, and wake each other all the time. Passed on, each such wake would have the
/// runtime poll the whole task once more for nothing. The relay keeps those that fall into a turn
/// to itself, where they cause another round of the same turn, and passes on those that come from
/// outside.
#[derive(Debug)]
pub(crate) struct Relay {
    state: Arc<State>,
    waker: Waker,
}

#[derive(Debug)]
struct State {
    task: Mutex<Waker>,
    is_turning: AtomicBool,
    was_woken: AtomicBool,
}

impl Relay {
    pub(crate) fn new() -> Self {
        let state = Arc::new(State {
            task: Mutex::new(Waker::noop().clone()),
            is_turning: AtomicBool::new(false),
            was_woken: AtomicBool::new(false),
        });
        Self {
            waker: Waker::from(Arc::clone(&state)),
            state,
        }
    }

    /// Polls until there is a result or nothing left to do, on behalf of the task of `cx`.
    ///
    /// Whoever gets a result polls again if it wants more: wakes before a result are forgotten.
    pub(crate) fn turn<T>(
        &self,
        cx: &Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.state.attach(cx.waker());
        self.state.is_turning.store(true, Ordering::SeqCst);
        let mut cx = Context::from_waker(&self.waker);
        let mut result = Poll::Pending;
        for _ in 0..MAX_ROUNDS {
            self.state.was_woken.store(false, Ordering::SeqCst);
            result = poll(&mut cx);
            if result.is_ready() || !self.state.was_woken.load(Ordering::SeqCst) {
                break;
            }
        }
        self.state.is_turning.store(false, Ordering::SeqCst);
        if result.is_pending() && self.state.was_woken.load(Ordering::SeqCst) {
            self.state.wake_task();
        }
        result
    }

    /// Lets nobody be woken until the next turn.
    pub(crate) fn detach(&self) {
        self.state.attach(Waker::noop());
    }
}

impl State {
    fn attach(&self, waker: &Waker) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        task.clone_from(waker);
    }

    fn wake_task(&self) {
        self.task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .wake_by_ref();
    }
}

impl Wake for State {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // The flag is set before it is asked whether a turn is on, and a turn ends before the flag
        // is read: a wake that comes at that moment is seen by one of the two.
        self.was_woken.store(true, Ordering::SeqCst);
        if !self.is_turning.load(Ordering::SeqCst) {
            self.wake_task();
        }
    }
}

/// Rounds of one turn. Past that the task goes to the end of the runtime's queue, so that a
/// connection with much to do does not keep others waiting.
const MAX_ROUNDS: usize = 4;

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
    /// What the state has as its task, where no lock is needed to look at it.
    attached: Waker,
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
            attached: Waker::noop().clone(),
            state,
        }
    }

    /// Polls until there is a result or nothing left to do, on behalf of the task of `cx`.
    ///
    /// Whoever gets a result polls again if it wants more: wakes before a result are forgotten.
    pub(crate) fn turn<T>(
        &mut self,
        cx: &Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.attach(cx.waker());
        let State {
            is_turning,
            was_woken,
            ..
        } = &*self.state;
        // Whoever does not see it yet wakes the task once more than needed.
        is_turning.store(true, Ordering::Relaxed);
        let mut cx = Context::from_waker(&self.waker);
        for _ in 0..MAX_ROUNDS {
            // Before anything is looked at: what happens from here on is seen, or sets it again. It
            // is a swap and no store, since only who reads the flag sees what went before it.
            was_woken.swap(false, Ordering::SeqCst);
            let result = poll(&mut cx);
            if result.is_ready() {
                // A wake that is lost now is nobody's: the next turn looks for itself.
                is_turning.store(false, Ordering::Relaxed);
                return result;
            }
            if !was_woken.load(Ordering::Relaxed) {
                break;
            }
        }
        is_turning.store(false, Ordering::SeqCst);
        if was_woken.load(Ordering::SeqCst) {
            self.state.wake_task();
        }
        Poll::Pending
    }

    /// Lets nobody be woken until the next turn.
    pub(crate) fn detach(&mut self) {
        self.attach(Waker::noop());
    }

    fn attach(&mut self, waker: &Waker) {
        if !self.attached.will_wake(waker) {
            self.attached.clone_from(waker);
            self.state.attach(waker);
        }
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

//! What a function said about origins, kept for a while.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use corsac::RequestField;
use corsac::server::{DynamicPolicy, Verdict};
use http::request::Parts;

/// What a function said, by the origin and by what else it varies on.
///
/// All clones are one memory. It is bounded: by [`MAX_VERDICTS`], and by leaving out what is long.
#[derive(Clone)]
pub struct Verdicts(Arc<Memory>);

/// How many verdicts are kept: some hundred kibibytes for origins of usual length. Past that all
/// are forgotten, so that who makes origins up gains nothing but questions that cost what they
/// would without a memory.
pub const MAX_VERDICTS: usize = 4096;

/// The longest question that is kept: an origin has at most 326 bytes, and what else varies, such
/// as a host or a tenant's name, is shorter.
const LONGEST_QUESTION: usize = 1024;

struct Memory {
    duration: Duration,
    clock: Box<dyn Fn() -> Duration + Send + Sync>,
    kept: Mutex<HashMap<Question, (Verdict, Duration)>>,
}

/// The lines of all fields that a verdict depends on.
pub(super) type Question = Vec<u8>;

impl Verdicts {
    /// Keeps each verdict for so long.
    #[must_use]
    pub fn kept_for(duration: Duration) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "a verdict is kept for a time; tests give a clock of their own"
        )]
        let start = Instant::now();
        Self::by_clock(duration, move || start.elapsed())
    }

    /// The same by a clock of the caller's, which says how much time has passed.
    #[must_use]
    pub fn by_clock(
        duration: Duration,
        clock: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Memory {
            duration,
            clock: Box::new(clock),
            kept: Mutex::default(),
        }))
    }

    /// Forgets all of them: what the function knows has changed.
    pub fn forget(&self) {
        self.locked().clear();
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.locked().len()
    }

    /// Is none kept?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What identifies the question that a request asks, unless that is too long to keep.
    pub(super) fn question(&self, policy: &DynamicPolicy, parts: &Parts) -> Option<Question> {
        let varies_on = policy.varies_on().iter().map(String::as_str);
        let names = std::iter::once(RequestField::Origin.name()).chain(varies_on);
        let lines = |name| parts.headers.get_all(name).iter();
        let len_of = |name| 1 + lines(name).map(|it| it.len() + 1).sum::<usize>();
        let len = names.clone().map(len_of).sum::<usize>();
        if len > LONGEST_QUESTION {
            return None;
        }
        let mut question = Vec::with_capacity(len);
        for name in names {
            for line in lines(name) {
                question.extend_from_slice(line.as_bytes());
                // No field value has these bytes, so that two questions do not look alike.
                question.push(b'\n');
            }
            question.push(b'\r');
        }
        Some(question)
    }

    pub(super) fn recall(&self, question: &Question) -> Option<Verdict> {
        let now = (self.0.clock)();
        let kept = self.locked();
        let (verdict, until) = kept.get(question)?;
        (now < *until).then_some(*verdict)
    }

    pub(super) fn keep(&self, question: Question, verdict: Verdict) {
        let now = (self.0.clock)();
        let mut kept = self.locked();
        if kept.len() >= MAX_VERDICTS {
            kept.retain(|_, (_, until)| now < *until);
        }
        if kept.len() >= MAX_VERDICTS {
            kept.clear();
        }
        kept.insert(question, (verdict, now.saturating_add(self.0.duration)));
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<Question, (Verdict, Duration)>> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verdicts")
            .field("duration", &self.0.duration)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

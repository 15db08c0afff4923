//! Makes a scenario smaller while engines still differ on it in the same way.

use super::compare::Deviation;
use super::scenario::{Answer, Call, Page, Scenario};

/// How many times a scenario is made smaller at most, so that one that changes its mind ends.
const MAX_ROUNDS: usize = 40;

/// The smallest scenario that still deviates in what `deviations` begin with.
///
/// `deviations_of` plays scenarios and returns what deviates in each.
pub async fn shrink<E>(
    scenario: &Scenario,
    deviations: &[Deviation],
    deviations_of: impl AsyncFnMut(&[Scenario]) -> Result<Vec<Vec<Deviation>>, E>,
) -> Result<Scenario, E> {
    shrink_by(reductions, scenario, deviations, deviations_of).await
}

/// The smallest of anything that still deviates in what `deviations` begin with; `reductions` are
/// those that are one step smaller.
pub(super) async fn shrink_by<T: Clone, E>(
    reductions: impl Fn(&T) -> Vec<T>,
    whole: &T,
    deviations: &[Deviation],
    mut deviations_of: impl AsyncFnMut(&[T]) -> Result<Vec<Vec<Deviation>>, E>,
) -> Result<T, E> {
    let mut smallest = whole.clone();
    let Some(first) = deviations.first() else {
        return Ok(smallest);
    };
    let gist = first.gist();
    for _ in 0..MAX_ROUNDS {
        let candidates = reductions(&smallest);
        let found = deviations_of(&candidates).await?;
        let deviates = |it: &Vec<Deviation>| it.iter().any(|it| it.gist() == gist);
        let at = found.iter().position(deviates);
        match at {
            Some(at) => smallest = candidates[at].clone(),
            None => break,
        }
    }
    Ok(smallest)
}

/// Every scenario that is one step smaller, the largest steps first.
#[must_use]
pub fn reductions(scenario: &Scenario) -> Vec<Scenario> {
    let mut reduced = Vec::new();
    for index in 0..scenario.calls.len() {
        if scenario.calls.len() > 1 {
            reduced.push(with(scenario, |it| drop(it.calls.remove(index))));
        }
    }
    for index in 0..scenario.routes.len() {
        reduced.push(with(scenario, |it| drop(it.routes.remove(index))));
    }
    reduced.push(with(scenario, |it| it.page = Page::default()));
    reduced.push(with(scenario, |it| it.page.sandboxed = false));
    for (at, call) in scenario.calls.iter().enumerate() {
        let smaller = smaller_calls(call).into_iter();
        reduced.extend(smaller.map(|call| with(scenario, |it| it.calls[at] = call)));
    }
    for (at, route) in scenario.routes.iter().enumerate() {
        for (index, answer) in route.answers.iter().enumerate() {
            if route.answers.len() > 1 {
                let without = |it: &mut Scenario| drop(it.routes[at].answers.remove(index));
                reduced.push(with(scenario, without));
            }
            let smaller = smaller_answers(answer).into_iter();
            let replaced = |answer| {
                with(scenario, |it: &mut Scenario| {
                    it.routes[at].answers[index] = answer;
                })
            };
            reduced.extend(smaller.map(replaced));
        }
    }
    reduced.retain(|it| it != scenario);
    reduced
}

fn with(scenario: &Scenario, change: impl FnOnce(&mut Scenario)) -> Scenario {
    let mut changed = scenario.clone();
    change(&mut changed);
    changed
}

fn smaller_calls(call: &Call) -> Vec<Call> {
    let usual = Call::default();
    let mut smaller: Vec<_> = (0..call.headers.len())
        .map(|index| {
            let mut call = call.clone();
            call.headers.remove(index);
            call
        })
        .collect();
    let call = || call.clone();
    smaller.extend([
        Call {
            api: usual.api,
            upload_listener: false,
            ..call()
        },
        Call {
            upload_listener: false,
            ..call()
        },
        Call {
            method: usual.method,
            ..call()
        },
        Call {
            body: None,
            ..call()
        },
        Call {
            credentials: usual.credentials,
            ..call()
        },
        Call {
            mode: usual.mode,
            ..call()
        },
        Call {
            redirect: usual.redirect,
            ..call()
        },
        Call { wait: 0, ..call() },
    ]);
    smaller
}

fn smaller_answers(answer: &Answer) -> Vec<Answer> {
    let mut smaller: Vec<_> = (0..answer.headers.len())
        .map(|index| {
            let mut answer = answer.clone();
            answer.headers.remove(index);
            answer
        })
        .collect();
    let answer = || answer.clone();
    smaller.extend([
        Answer {
            status: 200,
            ..answer()
        },
        Answer {
            body: String::new(),
            ..answer()
        },
    ]);
    smaller
}

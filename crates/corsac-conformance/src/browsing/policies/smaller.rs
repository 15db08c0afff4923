//! Every trial that is one step smaller.

use super::super::shrink::reductions;
use super::trial::{Behind, Refuse, StatedPolicy, Trial, Upstream};

/// Every trial that is one step smaller: of the policy first, then of what the page does.
#[must_use]
pub fn smaller_trials(trial: &Trial) -> Vec<Trial> {
    let mut smaller: Vec<_> = smaller_policies(&trial.policy)
        .into_iter()
        .map(|policy| Trial {
            policy,
            ..trial.clone()
        })
        .collect();
    smaller.push(Trial {
        methods: None,
        ..trial.clone()
    });
    smaller.push(Trial {
        behind: Behind::Server,
        ..trial.clone()
    });
    let scenarios = reductions(&trial.scenario).into_iter();
    smaller.extend(scenarios.map(|scenario| Trial {
        scenario,
        ..trial.clone()
    }));
    smaller.retain(|it| it != trial);
    smaller
}

fn smaller_policies(policy: &StatedPolicy) -> Vec<StatedPolicy> {
    let mut smaller = Vec::new();
    let mut add = |change: &dyn Fn(&mut StatedPolicy)| {
        let mut changed = policy.clone();
        change(&mut changed);
        smaller.push(changed);
    };
    let lists: [fn(&mut StatedPolicy) -> &mut Vec<String>; 4] = [
        |it| &mut it.allow_origins,
        |it| &mut it.allow_methods,
        |it| &mut it.allow_headers,
        |it| &mut it.expose_headers,
    ];
    for (number, list) in lists.into_iter().enumerate() {
        let len = list(&mut policy.clone()).len();
        // A policy without an origin is none.
        let least = usize::from(number == 0);
        for index in 0..len {
            if len > least {
                add(&|it| drop(list(it).remove(index)));
            }
        }
    }
    add(&|it| it.allow_credentials = false);
    // Without one, time would make a difference.
    add(&|it| it.max_age = Some("10m".to_owned()));
    add(&|it| it.refuse = Refuse::Forward);
    add(&|it| it.upstream = Upstream::Override);
    smaller
}

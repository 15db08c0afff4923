//! What happened how often.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What happened how often, by group and name.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<BTreeMap<(Group, String), u64>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// What came of the requests.
    Requests,
    /// What servers speak whose answers were right.
    Protocols,
    /// What the gateway answered itself.
    Failures,
    /// What servers did.
    Servers,
    /// What clients did.
    Clients,
    /// What was changed while all went on.
    Changes,
}

impl Group {
    pub(crate) const ALL: [Self; 6] = [
        Self::Requests,
        Self::Protocols,
        Self::Failures,
        Self::Servers,
        Self::Clients,
        Self::Changes,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Protocols => "answered right over",
            Self::Failures => "answered by the gateway",
            Self::Servers => "servers",
            Self::Clients => "clients",
            Self::Changes => "changes",
        }
    }
}

impl Counts {
    pub(crate) fn count(&self, group: Group, name: &str) {
        *self.lock().entry((group, name.to_owned())).or_default() += 1;
    }

    pub(crate) fn of(&self, group: Group, name: &str) -> u64 {
        let key = (group, name.to_owned());
        self.lock().get(&key).copied().unwrap_or_default()
    }

    /// All of a group, by name.
    pub(crate) fn group(&self, group: Group) -> Vec<(String, u64)> {
        let counts = self.lock();
        let of_group = counts.iter().filter(|((it, _), _)| *it == group);
        of_group
            .map(|((_, name), count)| (name.clone(), *count))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(Group, String), u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

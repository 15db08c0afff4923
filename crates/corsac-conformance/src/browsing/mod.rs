//! Real browsers as the oracle: what a page of corsac's user agent sees is held against what a page
//! in a browser saw.
//!
//! A [`Scenario`] is a page, the requests that its script makes, and what servers answer, byte for
//! byte. It is played twice: [`foretell`] plays it against the machine of `corsac-fetch`, and
//! [`Stage::play`] in a browser, with servers on several origins of the loopback interface. Both
//! give an [`Observation`], and [`compare`] says where they differ.

mod browser;
mod compare;
mod foretell;
mod generate;
mod held;
mod known;
mod observation;
mod place;
mod policies;
mod scenario;
mod shrink;
mod stage;
mod table;

pub use browser::{
    Browser, BrowserError, ConsoleMessage, DevTools, Engine, Processes, Program, StartError,
};
pub use compare::{Deviation, compare};
pub use foretell::{Blocked, foretell, foretell_blocked};
pub use generate::{generate, scenario_of_case, scenarios};
pub use held::{Disagreement, Held, HoldError, hold};
pub use known::{KnownDeviation, KnownDeviationsError, load_known_deviations};
pub use observation::{Arrived, Observation, Seen, SeenResponse};
pub use place::{Place, Places};
pub use policies::{
    Behind, HeldPolicies, Refuse, StatedPolicy, Surprise, Trial, UPSTREAM, Upstream, hold_policies,
    policies_table, smaller_trials, trials,
};
pub use scenario::{
    Answer, Api, Asked, Body, Cache, Call, Credentials, Mode, Page, Redirect, Route, Scenario,
    ScenarioError,
};
pub use shrink::{reductions, shrink};
pub use stage::{Stage, StageError};
pub use table::table;

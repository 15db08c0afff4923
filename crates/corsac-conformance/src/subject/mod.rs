//! The implementations that are asked.

mod actix;
mod axum;
mod core;
mod gateway;
mod lambda;
mod raw_http;
mod tower;

use std::fmt;

pub use self::actix::ActixSubject;
pub use self::axum::AxumSubject;
pub use self::core::CoreSubject;
pub use self::gateway::GatewaySubject;
pub use self::lambda::{Caller, LambdaSubject};
pub use self::tower::TowerSubject;
use crate::question::{Outcome, Question};
use crate::server_case::Transport;

/// Something that enforces a policy.
pub trait Subject {
    /// How it takes requests.
    fn transport(&self) -> Transport;

    /// Does a question get to it as it is?
    ///
    /// Says no where what carries requests changes them; what changes is for the subject to say.
    fn carries(&self, _: &Question) -> bool {
        true
    }

    /// Does it send all lines of a field as one, with commas between?
    fn joins_lines(&self) -> bool {
        false
    }

    /// Asks it a question.
    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError>;
}

/// Every implementation that there is.
pub fn all_subjects() -> Result<Vec<Box<dyn Subject>>, SubjectError> {
    let mut subjects: Vec<Box<dyn Subject>> = vec![
        Box::new(CoreSubject),
        Box::new(TowerSubject::new()?),
        Box::new(AxumSubject::new()?),
        Box::new(ActixSubject::new()),
        Box::new(GatewaySubject::start()?),
    ];
    for caller in Caller::ALL {
        subjects.push(Box::new(LambdaSubject::behind(caller)?));
    }
    Ok(subjects)
}

/// Why a subject could not be asked, or gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectError(pub String);

impl SubjectError {
    pub(crate) fn new(what: &str, error: impl fmt::Display) -> Self {
        Self(format!("{what}: {error}"))
    }
}

impl fmt::Display for SubjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SubjectError {}

/// The question's policy, for the methods that exist.
fn policy_of(question: &Question) -> Result<corsac::Policy, SubjectError> {
    let policy = policy_without_methods_of(question)?;
    match &question.methods {
        None => Ok(policy),
        Some(methods) => policy
            .with_existing_methods(methods.iter().cloned())
            .map_err(|errors| SubjectError::new("the methods are refused", errors)),
    }
}

/// The question's policy, whatever methods exist.
fn policy_without_methods_of(question: &Question) -> Result<corsac::Policy, SubjectError> {
    corsac_config::read_policy(&question.policy)
        .map_err(|problems| SubjectError::new("the policy is refused", problems))
}

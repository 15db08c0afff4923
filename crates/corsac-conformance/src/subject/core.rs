//! The core alone, with changes applied in the plainest way.

use corsac::server::{
    Change, FieldValue, Reply, ResponseField, requested_header_names, vary_covers,
};
use corsac::{Answer, Policy, RequestField, RequestHead};

use super::{Subject, SubjectError, policy_of};
use crate::question::{AnsweredBy, Fields, HandlerResponse, Outcome, Question};
use crate::server_case::Transport;

/// The core alone: bytes in memory, and a list of fields to which the changes are applied.
#[derive(Clone, Copy, Debug)]
pub struct CoreSubject;

impl Subject for CoreSubject {
    fn transport(&self) -> Transport {
        Transport::Core
    }

    fn ask(&mut self, question: &Question) -> Result<Outcome, SubjectError> {
        let policy = policy_of(question)?;
        let answer = policy.answer(question);
        let (answered_by, status, lines) = match answer {
            Answer::Preflight(reply) | Answer::Reject(reply) => (
                AnsweredBy::Policy,
                reply.status(),
                reply_lines(&policy, question, &reply),
            ),
            Answer::Forward(decoration) => {
                let (status, mut lines) = match &question.response {
                    HandlerResponse::Response { status, fields } => (*status, fields.clone()),
                    HandlerResponse::Failure => (502, Vec::new()),
                };
                let is_left_alone = decoration.keeps_allow_origin()
                    && lines
                        .iter()
                        .any(|(name, _)| is_named(name, ResponseField::AllowOrigin));
                if !is_left_alone {
                    for change in decoration.changes() {
                        apply(&policy, question, change, &mut lines);
                    }
                }
                (AnsweredBy::Handler, status, lines)
            }
        };
        let (refusal, fault) = Outcome::codes_of(answer.refusal());
        let fields = Fields::of(lines);
        Ok(Outcome {
            answered_by,
            status,
            refusal,
            fault,
            fields,
            body_len: 0,
        })
    }
}

impl RequestHead for Question {
    fn method(&self) -> &[u8] {
        self.method.as_bytes()
    }

    fn lines(&self, field: RequestField) -> impl Iterator<Item = &[u8]> {
        let lines = self.fields.iter();
        lines
            .filter(move |(name, _)| name.eq_ignore_ascii_case(field.name()))
            .map(|(_, value)| value.as_slice())
    }
}

type Lines = Vec<(String, Vec<u8>)>;

fn reply_lines(policy: &Policy, question: &Question, reply: &Reply) -> Lines {
    let mut lines = Vec::new();
    for change in reply.changes() {
        apply(policy, question, change, &mut lines);
    }
    lines
}

fn apply(policy: &Policy, question: &Question, change: Change, lines: &mut Lines) {
    match change {
        Change::Set(field, value) => {
            lines.retain(|(name, _)| !is_named(name, field));
            lines.push((field.name().to_owned(), value_of(policy, question, value)));
        }
        Change::Remove(field) => lines.retain(|(name, _)| !is_named(name, field)),
        Change::Vary(value) => {
            let members = value_of(policy, question, FieldValue::Prepared(value));
            let vary = lines
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case("vary"));
            if !vary_covers(vary.map(|(_, value)| value.as_slice()), &members) {
                lines.push(("vary".to_owned(), members));
            }
        }
    }
}

fn value_of(policy: &Policy, question: &Question, value: FieldValue) -> Vec<u8> {
    let first = |field| {
        let value = question.lines(field).next();
        value
            .expect("an answer echoes what the request has")
            .to_vec()
    };
    match value {
        FieldValue::Prepared(value) => policy
            .value(value)
            .expect("a policy has what its answers name")
            .to_vec(),
        FieldValue::RequestOrigin => first(RequestField::Origin),
        FieldValue::RequestMethod => first(RequestField::AccessControlRequestMethod),
        FieldValue::RequestHeaderNames => requested_header_names(question),
    }
}

fn is_named(name: &str, field: ResponseField) -> bool {
    name.eq_ignore_ascii_case(field.name())
}

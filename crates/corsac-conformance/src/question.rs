//! What a subject is asked, and what comes out.

use std::collections::BTreeMap;
use std::fmt;

/// A policy, a request and a handler's response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The keys of one policy, as they stand in a policy file.
    pub policy: String,
    /// The methods that exist where the request goes, if that is told.
    pub methods: Option<Vec<String>>,
    /// The request's method.
    pub method: String,
    /// The request's field lines, in order.
    pub fields: Vec<(String, Vec<u8>)>,
    /// What the handler answers.
    pub response: HandlerResponse,
}

/// What a handler answers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a handler answers or it does not")]
pub enum HandlerResponse {
    /// A response.
    Response {
        /// Its status.
        status: u16,
        /// Its field lines, in order.
        fields: Vec<(String, Vec<u8>)>,
    },
    /// Nothing: it breaks off, and whoever called it makes a response of 502.
    Failure,
}

/// What a subject answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Was the handler called?
    pub answered_by: AnsweredBy,
    /// The status.
    pub status: u16,
    /// Why the policy said no, by the code of the refusal.
    pub refusal: Option<&'static str>,
    /// What was wrong with the origin, by the code of the fault, if it was malformed.
    pub fault: Option<&'static str>,
    /// The fields of CORS and `Vary`, all of them.
    pub fields: Fields,
    /// How many bytes the body has.
    pub body_len: usize,
}

/// Who answered a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is nobody else")]
pub enum AnsweredBy {
    /// The policy, without the handler.
    Policy,
    /// The handler.
    Handler,
}

impl fmt::Display for AnsweredBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Policy => "the policy",
            Self::Handler => "the handler",
        })
    }
}

/// The fields of a response that a policy has to do with: those of CORS, and `Vary`.
///
/// By name, in lower case; the values of each in the order of their lines. The order of different
/// fields means nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub BTreeMap<String, Vec<Vec<u8>>>);

impl Fields {
    /// The fields among these lines that a policy has to do with.
    pub fn of<N: AsRef<str>, V: Into<Vec<u8>>>(lines: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut fields = BTreeMap::<_, Vec<_>>::new();
        for (name, value) in lines {
            let name = name.as_ref().to_ascii_lowercase();
            if name.starts_with("access-control-") || name == "vary" {
                fields.entry(name).or_default().push(value.into());
            }
        }
        Self(fields)
    }

    /// The same with one line for each field, as some subjects send them.
    #[must_use]
    pub fn joined(self) -> Self {
        let joined = self.0.into_iter();
        Self(
            joined
                .map(|(name, values)| (name, vec![values.join(&b", "[..])]))
                .collect(),
        )
    }

    /// The values of a field, one for each line.
    #[must_use]
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Outcome {
    /// The codes of a refusal: its own, and that of the origin's fault.
    #[must_use]
    pub fn codes_of(
        refusal: Option<corsac::Refusal>,
    ) -> (Option<&'static str>, Option<&'static str>) {
        let fault = match refusal {
            Some(corsac::Refusal::MalformedOrigin(error)) => Some(error.fault.code()),
            _ => None,
        };
        (refusal.map(|it| it.code()), fault)
    }
}

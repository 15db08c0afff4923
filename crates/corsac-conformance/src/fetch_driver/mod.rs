//! Lets test suites in any language drive the user agent over the network.
//!
//! One JSON object a line comes in, one a line goes out, in any order. There is no logic here: a
//! line is decoded, the library called, and what it returns encoded.

mod answer;
mod enumerations;
mod request;
mod text;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use corsac_fetch::client::{Client, ClientOptions, ClientOptionsError, ResponseBody};
use corsac_fetch::{Blob, Profile, UserAgent};
use serde_json::{Value, json};
use url::Url;

use answer::{begun, fetched, piece, refused};
use request::{BodyPieces, Fetch, Line, Op};
use text::{from_base64, isomorphic_encode};

/// All agents, each with its own cookies, preflight cache, connections and clock.
///
/// An agent comes into being when it is first named.
pub struct FetchDriver {
    profile: Profile,
    options: ClientOptions,
    agents: Mutex<HashMap<String, Arc<Agent>>>,
}

/// A user agent, and the bodies that are left to be read.
#[derive(Debug)]
struct Agent {
    client: Client,
    /// By the number of the fetch, as it is written.
    bodies: Mutex<HashMap<String, ResponseBody>>,
}

impl Agent {
    fn bodies(&self) -> MutexGuard<'_, HashMap<String, ResponseBody>> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is left to do about a line.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a line is done with or is not")]
pub enum Answer {
    /// The line to write.
    Ready(Value),
    /// A fetch, which takes a while.
    Fetch(PendingFetch),
    /// A piece of a body, which may take a while.
    Read(PendingRead),
}

/// A fetch that has not started.
#[derive(Debug)]
pub struct PendingFetch {
    id: Value,
    agent: Arc<Agent>,
    fetch: Box<Fetch>,
    pieces: BodyPieces,
}

/// A piece of a body that has not been read.
#[derive(Debug)]
pub struct PendingRead {
    id: Value,
    agent: Arc<Agent>,
    of: Value,
}

impl FetchDriver {
    /// A driver without agents, unless no agent can be made with these options.
    pub fn new(profile: Profile, options: ClientOptions) -> Result<Self, ClientOptionsError> {
        Client::new(UserAgent::new(profile), &options)?;
        Ok(Self {
            profile,
            options,
            agents: Mutex::default(),
        })
    }

    /// Does what a line says, but for fetches, which are for the caller to run.
    ///
    /// So a cookie that one line sets is there for the fetch of the next.
    #[must_use]
    pub fn take(&self, line: &str) -> Answer {
        match serde_json::from_str::<Line>(line) {
            Ok(Line { id, agent, op }) => self.perform(id, &agent, op),
            Err(error) => Answer::Ready(json!({ "error": error.to_string() })),
        }
    }

    fn perform(&self, id: Value, agent: &str, op: Op) -> Answer {
        let agent = self.agent(agent);
        let client = &agent.client;
        let answer = match op {
            Op::Fetch { request, pieces } => match request.decode() {
                Ok(fetch) => {
                    return Answer::Fetch(PendingFetch {
                        id,
                        agent,
                        fetch: Box::new(fetch),
                        pieces,
                    });
                }
                Err(message) => json!({ "id": id, "type-error": message }),
            },
            Op::Read { of } => return Answer::Read(PendingRead { id, agent, of }),
            Op::Blob { url, bytes, r#type } => blob(id, client, &url, (bytes, &r#type)),
            Op::Reset => {
                client.reset();
                agent.bodies().clear();
                json!({ "id": id })
            }
            Op::Cookies { url, set } => cookies(id, client, &url, set.as_deref()),
            Op::Advance { seconds } => match std::time::Duration::try_from_secs_f64(seconds) {
                Ok(duration) => {
                    client.advance(duration);
                    json!({ "id": id })
                }
                Err(error) => json!({ "id": id, "error": error.to_string() }),
            },
        };
        Answer::Ready(answer)
    }

    fn agent(&self, name: &str) -> Arc<Agent> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(name) {
            return Arc::clone(agent);
        }
        let client = Client::new(UserAgent::new(self.profile), &self.options)
            .expect("one was made with these options");
        let agent = Arc::new(Agent {
            client,
            bodies: Mutex::default(),
        });
        agents.insert(name.to_owned(), Arc::clone(&agent));
        agent
    }
}

/// Sets a cookie as a script would, if there is one to set, and says what a script would read.
fn cookies(id: Value, client: &Client, url: &Url, set: Option<&str>) -> Value {
    let now = client.now();
    let mut user_agent = client.user_agent();
    let store = user_agent.cookies_mut();
    if let Some(cookie) = set {
        // A script does not learn of a cookie that is refused; it sees that it is not there.
        let _ = store.set_document_cookie(cookie.as_bytes(), url, now);
    }
    let cookies = store.document_cookie(url, now);
    json!({ "id": id, "cookies": String::from_utf8_lossy(&cookies) })
}

/// Lets a `blob:` URL lead to bytes, or nowhere if there are none.
fn blob(id: Value, client: &Client, url: &Url, (bytes, r#type): (Option<String>, &str)) -> Value {
    let mut user_agent = client.user_agent();
    let store = user_agent.blob_urls_mut();
    let Some(text) = bytes else {
        store.remove(url);
        return json!({ "id": id });
    };
    let (Some(bytes), Some(r#type)) = (from_base64(&text), isomorphic_encode(r#type)) else {
        return json!({ "id": id, "error": "the blob cannot be read" });
    };
    let bytes = bytes.into();
    store.insert(url, Blob { bytes, r#type });
    json!({ "id": id })
}

impl PendingRead {
    /// Reads, and returns the line to write.
    ///
    /// A body is read by one at a time: meanwhile it is not there for others, nor after its end.
    pub async fn run(self) -> Value {
        let Self { id, agent, of } = self;
        let key = of.to_string();
        let Some(mut body) = agent.bodies().remove(&key) else {
            return json!({ "id": id, "error": "no such body is left to be read" });
        };
        let chunk = body.chunk().await;
        if let Ok(Some(_)) = chunk {
            agent.bodies().insert(key, body);
        }
        piece(&id, chunk.as_ref().map(|bytes| bytes.as_deref()))
    }
}

impl PendingFetch {
    /// Fetches, and returns the line to write.
    pub async fn run(self) -> Value {
        let Fetch {
            page,
            request,
            stream,
        } = *self.fetch;
        let client = &self.agent.client;
        let fetching = match stream {
            Some(stream) => client.fetch_with_stream(&page, request, stream).await,
            None => client.fetch(&page, request).await,
        };
        match fetching {
            Ok(response) => match self.pieces {
                BodyPieces::Whole => fetched(&self.id, response).await,
                BodyPieces::OneByOne => {
                    let (line, body) = begun(&self.id, response);
                    let body = body.map(|body| (self.id.to_string(), body));
                    self.agent.bodies().extend(body);
                    line
                }
            },
            Err(error) => refused(&self.id, error),
        }
    }
}

//! Lets test suites in any language drive the user agent over the network.
//!
//! One JSON object a line comes in, one a line goes out, in any order. There is no logic here: a
//! line is decoded, the library called, and what it returns encoded.

mod answer;
mod enumerations;
mod request;
mod text;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use corsac_fetch::client::{Client, ClientOptions, ClientOptionsError};
use corsac_fetch::{Profile, UserAgent};
use serde_json::{Value, json};
use url::Url;

use answer::{fetched, refused};
use request::{Fetch, Line, Op};

/// All agents, each with its own cookies, preflight cache, connections and clock.
///
/// An agent comes into being when it is first named.
pub struct FetchDriver {
    profile: Profile,
    options: ClientOptions,
    agents: Mutex<HashMap<String, Arc<Client>>>,
}

/// What is left to do about a line.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a line is done with or is not")]
pub enum Answer {
    /// The line to write.
    Ready(Value),
    /// A fetch, which takes a while.
    Fetch(PendingFetch),
}

/// A fetch that has not started.
#[derive(Debug)]
pub struct PendingFetch {
    id: Value,
    client: Arc<Client>,
    fetch: Box<Fetch>,
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
        let client = self.agent(agent);
        let answer = match op {
            Op::Fetch { request } => match request.decode() {
                Ok(fetch) => {
                    let fetch = Box::new(fetch);
                    return Answer::Fetch(PendingFetch { id, client, fetch });
                }
                Err(message) => json!({ "id": id, "type-error": message }),
            },
            Op::Reset => {
                client.reset();
                json!({ "id": id })
            }
            Op::Cookies { url, set } => cookies(id, &client, &url, set.as_deref()),
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

    fn agent(&self, name: &str) -> Arc<Client> {
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = agents.get(name) {
            return Arc::clone(client);
        }
        let client = Client::new(UserAgent::new(self.profile), &self.options)
            .expect("one was made with these options");
        let client = Arc::new(client);
        agents.insert(name.to_owned(), Arc::clone(&client));
        client
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

impl PendingFetch {
    /// Fetches, and returns the line to write.
    pub async fn run(self) -> Value {
        let Fetch {
            page,
            request,
            stream,
        } = *self.fetch;
        let fetching = match stream {
            Some(stream) => self.client.fetch_with_stream(&page, request, stream).await,
            None => self.client.fetch(&page, request).await,
        };
        match fetching {
            Ok(response) => fetched(&self.id, response).await,
            Err(error) => refused(&self.id, error),
        }
    }
}

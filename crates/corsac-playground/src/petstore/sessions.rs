//! Who is logged in.

use std::collections::VecDeque;

use axum::http::{HeaderMap, header};

use crate::random;

/// The sessions that are open, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Sessions(VecDeque<Session>);

#[derive(Debug)]
struct Session {
    id: String,
    name: String,
}

impl Sessions {
    /// Opens a session and returns its id. The oldest one makes room if there are too many.
    pub(crate) fn open(&mut self, name: &str) -> Result<String, getrandom::Error> {
        let id = random::unguessable_name()?;
        if self.0.len() == MAX_SESSIONS {
            self.0.pop_front();
        }
        self.0.push_back(Session {
            id: id.clone(),
            name: name.to_owned(),
        });
        Ok(id)
    }

    pub(crate) fn name(&self, id: &str) -> Option<&str> {
        self.0.iter().find(|it| it.id == id).map(|it| &*it.name)
    }

    pub(crate) fn close(&mut self, id: &str) {
        self.0.retain(|it| it.id != id);
    }
}

/// The session that the request's cookies name.
///
/// A browser sends the cookies of all ports of `127.0.0.1` together, so others may stand before it.
pub(crate) fn session_of(fields: &HeaderMap) -> Option<&str> {
    fields
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split("; "))
        .find_map(|cookie| cookie.strip_prefix(SESSION_COOKIE)?.strip_prefix('='))
}

/// The name of the cookie that holds a session.
pub(crate) const SESSION_COOKIE: &str = "petstore-session";

/// More people than ever sit before one demo.
const MAX_SESSIONS: usize = 32;

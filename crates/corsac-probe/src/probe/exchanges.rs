//! The exchanges with the server, each of which is enough for all browsers that would have it.

use std::time::Duration;

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::client::Transport;
use corsac_fetch::{Outgoing, Purpose, ResponseHead, TransportFailure};

use super::{Sending, Tell};
use crate::finding::value_of;

/// What was sent, and what came of it.
///
/// The browsers send the same, but where they differ. A request is sent once, so that a `POST` is
/// not made four times; what a later browser would send in the same place is answered from here.
pub(super) struct Exchanges<'a> {
    transport: &'a Transport,
    sending: Sending,
    now: Duration,
    done: Vec<Done>,
    tell: Option<Tell>,
}

struct Done {
    outgoing: Outgoing,
    answer: Result<ResponseHead, TransportFailure>,
    /// Has the present browser had it?
    is_used: bool,
}

impl<'a> Exchanges<'a> {
    pub(super) fn new(transport: &'a Transport, sending: Sending, now: Duration) -> Self {
        Self {
            transport,
            sending,
            now,
            done: Vec::new(),
            tell: None,
        }
    }

    /// The same, with someone who is told of each request before it is sent.
    pub(super) fn telling(self, tell: Option<Tell>) -> Self {
        Self { tell, ..self }
    }

    /// Starts over for another browser.
    pub(super) fn rewind(&mut self) {
        for done in &mut self.done {
            done.is_used = false;
        }
    }

    /// The time since the Unix epoch.
    pub(super) fn now(&self) -> Duration {
        self.now
    }

    pub(super) fn n_sent(&self) -> usize {
        self.done.len()
    }

    /// The answer to a request: the one that another browser got, or a new one.
    pub(super) async fn answer(
        &mut self,
        outgoing: &Outgoing,
    ) -> Result<ResponseHead, TransportFailure> {
        let same = self
            .done
            .iter_mut()
            .find(|it| !it.is_used && is_same(&it.outgoing, outgoing));
        if let Some(done) = same {
            done.is_used = true;
            return done.answer.clone();
        }
        if self.sending == Sending::ReadsAlone && !is_read(outgoing) {
            return Ok(imagined_answer(outgoing));
        }
        if let Some(tell) = self.tell {
            tell(outgoing);
        }
        // The body is not read: it may never end.
        let answer = self.transport.send(outgoing, &mut None).await;
        let answer = answer.map(|(head, _)| head);
        self.done.push(Done {
            outgoing: outgoing.clone(),
            answer: answer.clone(),
            is_used: true,
        });
        answer
    }
}

fn is_same(one: &Outgoing, two: &Outgoing) -> bool {
    one.purpose == two.purpose
        && one.method == two.method
        && one.url == two.url
        && asking(&one.headers).eq(asking(&two.headers))
}

/// The headers without those that say where a request comes from beside its origin: browsers
/// differ in them, and for that alone nothing is sent again.
fn asking(headers: &HeaderList) -> impl Iterator<Item = &Header> {
    headers.iter().filter(|it| {
        let name = it.name().to_ascii_lowercase();
        name != b"referer" && !name.starts_with(b"sec-fetch-")
    })
}

pub(super) fn is_read(outgoing: &Outgoing) -> bool {
    outgoing.purpose == Purpose::Preflight || matches!(&outgoing.method[..], b"GET" | b"HEAD")
}

/// An answer that allows everything, in place of a request that is not to be made.
fn imagined_answer(outgoing: &Outgoing) -> ResponseHead {
    let origin = value_of(&outgoing.headers, b"origin").unwrap_or_default();
    let allowed = [
        (&b"Access-Control-Allow-Origin"[..], &origin[..]),
        (b"Access-Control-Allow-Credentials", b"true"),
    ];
    let headers = allowed
        .iter()
        .filter_map(|(name, value)| Header::new(name, value));
    ResponseHead {
        status: 204,
        status_text: Vec::new(),
        headers: headers.collect::<HeaderList>(),
        address: None,
    }
}

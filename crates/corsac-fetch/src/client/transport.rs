//! Sends one request and returns the head of its response.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::body::ResponseBody;
use super::connect::{Connected, Connector};
use super::http1::{
    Answered, Connection, ExchangeFailure, Framing, Home, Http1Body, Persistence, http1_request,
};
use super::http2::{Session, is_carried};
use super::options::{ClientOptions, ClientOptionsError};
use super::pool::{Pool, PoolKey, Turn};
use super::request_stream::RequestStream;
use super::tls::Versions;
use crate::machine::{ConnectionChoice, Outgoing, OutgoingBody, ResponseHead, TransportFailure};

/// Sends requests as they are, one exchange at a time.
///
/// It knows nothing of the Fetch standard: what to send and what to make of the response is for
/// the machine. It keeps connections and uses them again. A request whose connection turns out to
/// have been closed meanwhile is sent once more, over a new one, unless its body is a stream.
pub struct Transport {
    connector: Connector,
    pool: Mutex<Arc<Pool>>,
    response_timeout: Duration,
}

impl Transport {
    /// Makes one without connections. Only what the options say of the network counts here.
    pub fn new(options: &ClientOptions) -> Result<Self, ClientOptionsError> {
        Ok(Self {
            connector: Connector::new(options)?,
            pool: Mutex::default(),
            response_timeout: options.response_timeout,
        })
    }

    /// Sends a request and waits for the head of the response.
    ///
    /// The stream is the body if that is [`OutgoingBody::Stream`]. It is taken when it is sent.
    pub async fn send(
        &self,
        outgoing: &Outgoing,
        stream: &mut Option<RequestStream>,
    ) -> Result<(ResponseHead, ResponseBody), TransportFailure> {
        self.send_if(outgoing, stream, &|_| true).await
    }

    /// The same, but nothing is sent to an address that is not permitted.
    pub(super) async fn send_if(
        &self,
        outgoing: &Outgoing,
        stream: &mut Option<RequestStream>,
        is_permitted: &(dyn Fn(IpAddr) -> bool + Sync),
    ) -> Result<(ResponseHead, ResponseBody), TransportFailure> {
        let sending = Sending {
            transport: self,
            is_permitted,
            pool: self.pool().clone(),
            key: PoolKey::of(outgoing),
            outgoing,
        };
        sending.send(stream).await
    }

    /// Forgets all connections. What is under way goes on.
    pub fn forget_connections(&self) {
        *self.pool() = Arc::default();
    }

    fn pool(&self) -> MutexGuard<'_, Arc<Pool>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

/// A request that is being sent.
struct Sending<'a> {
    transport: &'a Transport,
    pool: Arc<Pool>,
    key: PoolKey,
    outgoing: &'a Outgoing,
    is_permitted: &'a (dyn Fn(IpAddr) -> bool + Sync),
}

type Answer = (ResponseHead, ResponseBody);

impl Sending<'_> {
    async fn send(&self, stream: &mut Option<RequestStream>) -> Result<Answer, TransportFailure> {
        let versions = match is_carried(self.outgoing) {
            true => Versions::Any,
            false => Versions::Http1Only,
        };
        let is_stream = matches!(self.outgoing.body, OutgoingBody::Stream);
        if self.outgoing.connection == ConnectionChoice::Any
            && let Some(used) = self.used_connection(versions)
        {
            match self.exchange(used, stream).await {
                Ok(answer) => return Ok(answer),
                Err(ExchangeFailure { failure, answered }) => {
                    if answered == Answered::Something || is_stream {
                        return Err(failure);
                    }
                }
            }
        }
        let new = self.new_connection(versions).await?;
        let answer = self.exchange(new, stream).await;
        answer.map_err(|it| it.failure)
    }

    /// Connects, or waits for someone who is about to: over HTTP/2 one connection is enough for
    /// all. Who turns out to have waited in vain connects too.
    async fn new_connection(&self, versions: Versions) -> Result<Connected, TransportFailure> {
        let may_be_http2 = versions == Versions::Any && self.outgoing.url.scheme() == "https";
        let may_share = may_be_http2 && self.outgoing.connection == ConnectionChoice::Any;
        let turn = match may_share {
            true => self.pool.turn(&self.key),
            false => Turn::Any,
        };
        let _attempt = match turn {
            Turn::First(attempt) => Some(attempt),
            Turn::Later(mut ended) => {
                // It never changes: what comes is its end.
                let _ = ended.changed().await;
                if let Some(session) = self.pool.http2(&self.key) {
                    return Ok(Connected::Http2(session));
                }
                None
            }
            Turn::Any => None,
        };
        let url = &self.outgoing.url;
        let new = self.transport.connector.connect(url, versions).await?;
        match &new {
            Connected::Http2(session) => self.pool.put_http2(&self.key, session.clone()),
            Connected::Http1(_) if may_be_http2 => self.pool.note_http1_only(&self.key),
            Connected::Http1(_) => {}
        }
        Ok(new)
    }

    fn used_connection(&self, versions: Versions) -> Option<Connected> {
        let session = match versions {
            Versions::Any => self.pool.http2(&self.key),
            Versions::Http1Only => None,
        };
        match session {
            Some(session) => Some(Connected::Http2(session)),
            None => self.pool.take_http1(&self.key).map(Connected::Http1),
        }
    }

    async fn exchange(
        &self,
        connection: Connected,
        stream: &mut Option<RequestStream>,
    ) -> Result<Answer, ExchangeFailure> {
        let address = connection.address();
        if let Some(address) = address
            && !(self.is_permitted)(address)
        {
            let failure = TransportFailure::AddressRefused(address);
            return Err(ExchangeFailure::after_answer(failure));
        }
        let exchanging = async {
            match connection {
                Connected::Http1(connection) => self.http1(connection).await,
                Connected::Http2(session) => self.http2(session, stream).await,
            }
        };
        let timeout = self.transport.response_timeout;
        let timed_out = || ExchangeFailure::after_answer(TransportFailure::Timeout);
        let (head, body) = tokio::time::timeout(timeout, exchanging)
            .await
            .unwrap_or_else(|_| Err(timed_out()))?;
        Ok((ResponseHead { address, ..head }, body))
    }

    async fn http1(&self, mut connection: Connection) -> Result<Answer, ExchangeFailure> {
        let form = self.transport.connector.target_form(&self.outgoing.url);
        let request = http1_request(self.outgoing, form).map_err(ExchangeFailure::after_answer)?;
        let response = connection.exchange(request).await?;
        let framing =
            Framing::of(&response, &self.outgoing.method).map_err(ExchangeFailure::after_answer)?;
        let persistence = Persistence::of(&response, framing);
        let home = Home {
            pool: Arc::downgrade(&self.pool),
            key: self.key.clone(),
        };
        let body = Http1Body::new(connection, framing, persistence, home);
        Ok((response.head, ResponseBody::http1(body)))
    }

    async fn http2(
        &self,
        session: Session,
        stream: &mut Option<RequestStream>,
    ) -> Result<Answer, ExchangeFailure> {
        match session.exchange(self.outgoing, stream).await {
            Ok((head, body)) => Ok((head, ResponseBody::http2(body))),
            Err(failure) => {
                if failure.answered == Answered::Nothing {
                    self.pool.remove_http2(&self.key);
                }
                Err(failure)
            }
        }
    }
}

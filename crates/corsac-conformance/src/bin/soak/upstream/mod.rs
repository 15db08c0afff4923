//! The servers behind the gateway, which misbehave.

mod http1;
mod http2;
mod stream;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use self::stream::ServerStream;
use crate::World;
use crate::counts::Group;
use crate::plan::{Plan, Protocol, Route};
use corsac_conformance::seeded::Seeded;

/// A server, and how it is at the moment.
#[derive(Debug)]
pub(crate) struct Server {
    number: usize,
    pub(crate) address: SocketAddr,
    /// From when on it was how; the present is the last.
    history: Mutex<Vec<(Instant, Mood)>>,
}

/// How a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Nobody listens, and all connections are gone.
    Down,
    /// It takes requests and says nothing.
    Hangs,
    /// It resets the connection before or within the head.
    ResetsHead,
    /// It resets the connection within the body.
    ResetsBody,
    /// It ends the connection in an orderly way within the body.
    EndsBody,
    /// It answers what is no HTTP.
    Garbage,
    /// It closes each connection after an answer without a word, and at times before it.
    Closes,
    /// It answers in small parts.
    Slow,
}

impl Mood {
    const BAD: [Self; 8] = [
        Self::Down,
        Self::Hangs,
        Self::ResetsHead,
        Self::ResetsBody,
        Self::EndsBody,
        Self::Garbage,
        Self::Closes,
        Self::Slow,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Well => "came back",
            Self::Down => "died",
            Self::Hangs => "hung",
            Self::ResetsHead => "reset within a head",
            Self::ResetsBody => "reset within a body",
            Self::EndsBody => "ended within a body",
            Self::Garbage => "answered garbage",
            Self::Closes => "closed without a word",
            Self::Slow => "answered slowly",
        }
    }

    /// Does it end connections on which a request may be on its way?
    pub(crate) const fn closes(self) -> bool {
        matches!(self, Self::Down | Self::ResetsHead | Self::Closes)
    }

    /// Does it end connections on which others have requests on their way?
    pub(crate) const fn closes_shared(self) -> bool {
        self.closes() || matches!(self, Self::ResetsBody | Self::EndsBody | Self::Garbage)
    }
}

impl Server {
    /// A server that does not listen yet.
    pub(crate) async fn new(number: usize) -> io::Result<Self> {
        let listener = TcpListener::bind((own_address(number), 0)).await?;
        Ok(Self {
            number,
            address: listener.local_addr()?,
            history: Mutex::new(vec![(Instant::now(), Mood::Down)]),
        })
    }

    /// As the gateway's file has it.
    pub(crate) fn url(&self) -> String {
        let scheme = match Route::of_server(self.number).protocol() {
            Protocol::Plain => "http",
            Protocol::Tls | Protocol::Http2 => "https",
        };
        format!("{scheme}://{}", self.address)
    }

    fn mood(&self) -> Mood {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.last().map_or(Mood::Well, |(_, mood)| *mood)
    }

    fn become_(&self, mood: Mood) {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        history.push((Instant::now(), mood));
        let surplus = history.len().saturating_sub(MAX_HISTORY);
        history.drain(..surplus);
    }

    /// How it was from then on, and before it.
    pub(crate) fn moods(&self, since: Instant) -> Vec<Mood> {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let n_before = history.iter().filter(|(from, _)| *from < since).count();
        let from_then = history.iter().skip(n_before.saturating_sub(2));
        from_then.map(|(_, mood)| *mood).collect()
    }

    /// Was it like that at some time from then on?
    pub(crate) fn was(&self, is_meant: impl Fn(Mood) -> bool, since: Instant) -> bool {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let ends = history.iter().skip(1).map(|(from, _)| Some(*from));
        let mut spans = history.iter().zip(ends.chain([None]));
        spans.any(|(&(_, mood), until)| is_meant(mood) && until.is_none_or(|it| it >= since))
    }
}

/// Each server has an address of its own.
///
/// On the one that clients connect from, a connection to a port on which nobody listens could be
/// given that very port, and be one with itself.
fn own_address(number: usize) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, u8::try_from(number + 2).unwrap_or(u8::MAX))
}

/// A request is under way for some seconds at the most, in which a mood changes a few times.
const MAX_HISTORY: usize = 64;

/// Lets a server live by its schedule for as long as the run lasts. Then it goes down.
pub(crate) async fn live(world: Arc<World>, number: usize) {
    let random = &mut Seeded::about(world.seed, u64::MAX - number as u64);
    let server = &world.servers[number];
    let mut serving: Option<JoinSet<()>> = None;
    let mut moods = Vec::new();
    while !world.is_over() {
        let turns_bad = world.has_begun() && server.mood() == Mood::Well;
        let mood = match turns_bad {
            true => {
                if moods.is_empty() {
                    moods = Mood::BAD.to_vec();
                }
                moods.swap_remove(random.below(moods.len()))
            }
            false => Mood::Well,
        };
        if mood != Mood::Down && serving.is_none() {
            match listen(&world, server.address) {
                Ok(accepting) => serving = Some(accepting),
                Err(error) => world
                    .ledger
                    .wrong(format!("a server cannot listen: {error}")),
            }
        }
        server.become_(mood);
        if world.has_begun() {
            world.counts.count(Group::Servers, mood.name());
        }
        if mood == Mood::Down {
            serving = None;
        }
        let milliseconds = match mood {
            Mood::Well => 1000 + random.below(4000),
            Mood::Down
            | Mood::Hangs
            | Mood::ResetsHead
            | Mood::ResetsBody
            | Mood::EndsBody
            | Mood::Garbage
            | Mood::Closes
            | Mood::Slow => 300 + random.below(1700),
        };
        world
            .unless_over(sleep(Duration::from_millis(milliseconds as u64)))
            .await;
        while !world.has_begun() && !world.is_over() {
            sleep(Duration::from_millis(20)).await;
        }
    }
    server.become_(Mood::Down);
}

fn listen(world: &Arc<World>, address: SocketAddr) -> io::Result<JoinSet<()>> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(1024)?;
    let world = Arc::clone(world);
    let mut accepting = JoinSet::new();
    accepting.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let world = Arc::clone(&world);
            let number = world.servers.iter().position(|it| it.address == address);
            connections.spawn(serve(world, number.unwrap_or(0), stream));
            while connections.try_join_next().is_some() {}
        }
    });
    Ok(accepting)
}

async fn serve(world: Arc<World>, number: usize, stream: TcpStream) {
    // Without it the packets of an answer would wait for one another.
    let _ = stream.set_nodelay(true);
    let acceptor = match Route::of_server(number).protocol() {
        Protocol::Plain => {
            return http1::serve(&world, number, ServerStream::Plain(stream)).await;
        }
        Protocol::Tls => &world.acceptors[0],
        Protocol::Http2 => &world.acceptors[1],
    };
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = ServerStream::Tls(Box::new(stream));
    match is_http2 {
        true => http2::serve(world, number, stream).await,
        false => http1::serve(&world, number, stream).await,
    }
}

/// Looks whether a request came as it was sent.
fn check_request(world: &World, plan: &Plan, (method, path): (&str, &str), body: &[u8]) {
    let number = plan.number;
    if method != plan.method() || path != plan.path() {
        let wrong = format!("request {number} came as `{method} {path}`");
        world.ledger.wrong(wrong);
    }
    if body != plan.request_body() {
        let len = body.len();
        let wrong = format!("request {number} came with another body, of {len} bytes");
        world.ledger.wrong(wrong);
    }
}

/// How long a server says nothing: longer than the gateway waits.
const HANGING: Duration = Duration::from_secs(20);

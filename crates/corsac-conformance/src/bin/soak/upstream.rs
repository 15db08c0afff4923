//! The servers behind the gateway, which misbehave.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::World;
use crate::counts::Group;
use crate::ledger::{Entry, State};
use crate::plan::{Framing, Plan};
use crate::seeded::Seeded;
use crate::wire::{self, LAST_CHUNK, Pace, Reader};

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
    let random = &mut Seeded::new(world.seed, u64::MAX - number as u64);
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
            connections.spawn(async move {
                let mut connection = Connection::new(&world, number.unwrap_or(0), stream);
                // How a connection ends, the gateway sees for itself.
                let _ = connection.serve().await;
            });
            while connections.try_join_next().is_some() {}
        }
    });
    Ok(accepting)
}

/// A connection of the gateway.
struct Connection<'w> {
    world: &'w World,
    server: &'w Server,
    stream: Reader<TcpStream>,
    entry: Option<Entry>,
    random: Seeded,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.world.ledger.cut_down(entry);
            // An orderly end could be taken for that of the answer.
            let _ = self.stream.stream_mut().set_zero_linger();
        }
    }
}

impl<'w> Connection<'w> {
    fn new(world: &'w World, number: usize, stream: TcpStream) -> Self {
        // Without it the packets of an answer would wait for one another.
        let _ = stream.set_nodelay(true);
        Self {
            world,
            server: &world.servers[number],
            stream: Reader::new(stream),
            entry: None,
            random: Seeded::new(world.seed, number as u64),
        }
    }

    async fn serve(&mut self) -> io::Result<()> {
        while let Some(head) = self.stream.head().await? {
            let path = head.start.split(' ').nth(1).unwrap_or_default();
            let Some((_, number)) = path.rsplit_once('/') else {
                return Ok(());
            };
            let Ok(number) = number.parse() else {
                self.answer_check().await?;
                continue;
            };
            let plan = Plan::new(self.world.seed, number);
            self.random = Seeded::new(self.world.seed ^ 1, number);
            self.entry = self.world.ledger.received(&plan, self.server.number);
            let mut body = Vec::new();
            self.stream.request_body(&head, &mut body).await?;
            if !head.start.starts_with(plan.method()) || path != plan.path() {
                let start = &head.start;
                let wrong = format!("request {number} came as `{start}`");
                self.world.ledger.wrong(wrong);
            }
            if body != plan.request_body() {
                let len = body.len();
                let wrong = format!("request {number} came with another body, of {len} bytes");
                self.world.ledger.wrong(wrong);
            }
            self.answer(&plan).await?;
            self.entry = None;
        }
        Ok(())
    }

    /// Answers a health check.
    async fn answer_check(&mut self) -> io::Result<()> {
        match self.server.mood() {
            Mood::Well | Mood::Closes | Mood::Slow => {
                self.stream
                    .stream_mut()
                    .write_all(b"HTTP/1.1 204 No Content\r\n\r\n")
                    .await
            }
            Mood::Hangs => {
                self.hang().await;
                Err(io::ErrorKind::TimedOut.into())
            }
            Mood::Down | Mood::ResetsHead | Mood::ResetsBody | Mood::EndsBody | Mood::Garbage => {
                Err(io::ErrorKind::ConnectionReset.into())
            }
        }
    }

    /// Says nothing, for longer than anybody waits, or until the other end is gone.
    async fn hang(&mut self) {
        let _ = timeout(Duration::from_secs(20), self.stream.head()).await;
    }

    async fn answer(&mut self, plan: &Plan) -> io::Result<()> {
        let mood = match self.random.once_in(3) {
            true => Mood::Well,
            false => self.server.mood(),
        };
        match mood {
            Mood::Well | Mood::Down => self.answer_whole(plan, Pace::Brisk).await,
            Mood::Slow => self.answer_whole(plan, Pace::Slow).await,
            Mood::Hangs => {
                self.note(State::Silent);
                self.hang().await;
                Err(io::ErrorKind::TimedOut.into())
            }
            Mood::ResetsHead | Mood::ResetsBody | Mood::EndsBody => {
                self.break_off(plan, mood).await
            }
            Mood::Garbage => {
                self.note(State::Garbage);
                self.entry = None;
                let garbage = GARBAGE[self.random.below(GARBAGE.len())];
                self.stream.stream_mut().write_all(garbage).await?;
                self.stream.stream_mut().shutdown().await?;
                Err(io::ErrorKind::InvalidData.into())
            }
            Mood::Closes if self.random.once_in(4) => {
                self.note(State::BrokenOff);
                self.entry = None;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Mood::Closes => {
                self.answer_whole(plan, Pace::Brisk).await?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        }
    }

    fn note(&self, state: State) {
        self.world.ledger.note(self.entry, |_| state);
    }

    async fn answer_whole(&mut self, plan: &Plan, pace: Pace) -> io::Result<()> {
        let bytes = answer(plan);
        self.world.ledger.note(self.entry, State::Answering);
        wire::write(self.stream.stream_mut(), &bytes, pace).await?;
        self.world.ledger.note(self.entry, State::Answered);
        self.entry = None;
        match plan.framing {
            Framing::Close => {
                self.stream.stream_mut().shutdown().await?;
                Err(io::ErrorKind::ConnectionAborted.into())
            }
            Framing::Length | Framing::Chunked => Ok(()),
        }
    }

    /// Ends the connection before the answer is whole, of which the end must be recognisable.
    async fn break_off(&mut self, plan: &Plan, mood: Mood) -> io::Result<()> {
        let mut plan = plan.clone();
        if plan.framing == Framing::Close {
            plan.framing = Framing::Length;
        }
        self.note(State::BrokenOff);
        let bytes = answer(&plan);
        let end_of_head = bytes.windows(4).position(|it| it == b"\r\n\r\n");
        let end_of_head = end_of_head.unwrap_or(0) + 4;
        let n_written = match mood {
            Mood::ResetsHead => self.random.below(end_of_head),
            _ => end_of_head + self.random.below((bytes.len() - end_of_head).max(1)),
        };
        // An answer without a body is whole with its head.
        let n_written = n_written.min(bytes.len() - 1);
        self.stream
            .stream_mut()
            .write_all(&bytes[..n_written])
            .await?;
        if mood == Mood::EndsBody {
            self.entry = None;
            self.stream.stream_mut().shutdown().await?;
        } else {
            // What is read first is then as often the reset as what was written before it.
            if self.random.once_in(2) {
                sleep(Duration::from_millis(5)).await;
            }
            self.stream.stream_mut().set_zero_linger()?;
        }
        Err(io::ErrorKind::ConnectionReset.into())
    }
}

/// The answer that belongs to a request, to its last byte.
fn answer(plan: &Plan) -> Vec<u8> {
    let body = plan.response_body();
    let number = plan.number;
    let mut bytes = format!("HTTP/1.1 200 OK\r\nx-request: {number}\r\n").into_bytes();
    match plan.framing {
        Framing::Length => {
            bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
            bytes.extend(body);
        }
        Framing::Chunked => {
            bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
            bytes.extend(wire::chunks(&body));
            bytes.extend(LAST_CHUNK);
        }
        Framing::Close => {
            bytes.extend(b"connection: close\r\n\r\n");
            bytes.extend(body);
        }
    }
    bytes
}

/// What no client must ever see a byte of.
const GARBAGE: [&[u8]; 5] = [
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 7\r\n\r\nwrongwrong",
    b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nwrong",
    b"HTTP/9.9 wrong\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nwro ng\r\ncontent-length: 5\r\n\r\nwrong",
];

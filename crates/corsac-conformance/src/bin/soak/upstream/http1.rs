//! A connection of the gateway over HTTP/1.1.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{sleep, timeout};

use super::stream::ServerStream;
use super::{HANGING, Mood, Server, check_request};
use crate::World;
use crate::ledger::{Entry, State};
use crate::plan::{Framing, Plan};
use crate::wire::{self, LAST_CHUNK, Pace, Reader};
use corsac_conformance::seeded::Seeded;

/// Serves the requests of a connection, one after the other.
pub(super) async fn serve(world: &World, number: usize, stream: ServerStream) {
    let mut connection = Connection::new(world, number, stream);
    // If the gateway has ended it, what the server was about to do still counts.
    let _ = connection.serve().await;
    connection.entry = None;
}

/// A connection of the gateway.
struct Connection<'w> {
    world: &'w World,
    server: &'w Server,
    stream: Reader<ServerStream>,
    entry: Option<Entry>,
    random: Seeded,
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.world.ledger.cut_down(entry);
            // An orderly end could be taken for that of the answer.
            self.stream.stream_mut().end_by_reset();
        }
    }
}

impl<'w> Connection<'w> {
    fn new(world: &'w World, number: usize, stream: ServerStream) -> Self {
        Self {
            world,
            server: &world.servers[number],
            stream: Reader::new(stream),
            entry: None,
            random: Seeded::about(world.seed, number as u64),
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
            self.random = Seeded::about(self.world.seed ^ 1, number);
            self.entry = self.world.ledger.received(&plan, self.server.number);
            let mut body = Vec::new();
            self.stream.request_body(&head, &mut body).await?;
            let method = head.start.split(' ').next().unwrap_or_default();
            check_request(self.world, &plan, (method, path), &body);
            self.answer(&plan).await?;
            self.entry = None;
        }
        Ok(())
    }

    /// Answers a health check.
    async fn answer_check(&mut self) -> io::Result<()> {
        match self.server.mood() {
            Mood::Well | Mood::Closes | Mood::Slow => {
                let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
                wire::write(self.stream.stream_mut(), answer, Pace::Brisk).await
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
        let _ = timeout(HANGING, self.stream.head()).await;
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
                wire::write(self.stream.stream_mut(), garbage, Pace::Brisk).await?;
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
        // With TLS an end that was not announced is none.
        let is_unannounced = self.stream.stream_mut().is_tls() && self.random.once_in(2);
        if plan.framing == Framing::Close && !is_unannounced {
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
        wire::write(self.stream.stream_mut(), &bytes[..n_written], Pace::Brisk).await?;
        if mood == Mood::EndsBody {
            self.entry = None;
            if !is_unannounced {
                self.stream.stream_mut().shutdown().await?;
            }
        } else {
            // What is read first is then as often the reset as what was written before it.
            if self.random.once_in(2) {
                sleep(Duration::from_millis(5)).await;
            }
            self.stream.stream_mut().end_by_reset();
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

//! Clients, some of them slow, some of which vanish.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::World;
use crate::authority::Authority;
use crate::counts::Group;
use crate::gateway::{Front, Gateway};
use crate::http1::{self, Stream};
use crate::http2;
use crate::judge::{self, Verdict};
use crate::plan::{Kind, ORIGINS, Plan};
use crate::progress::Progress;
use crate::wire::{Fields, Pace};
use corsac_conformance::seeded::Seeded;

/// What a client has seen of an answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) status: Option<u16>,
    pub(crate) fields: Fields,
    pub(crate) body: Vec<u8>,
    pub(crate) is_whole: bool,
    pub(crate) is_malformed: bool,
    pub(crate) took_too_long: bool,
    /// Why it is not whole, as far as the client knows.
    pub(crate) error: Option<String>,
    pub(crate) progress: Progress,
}

/// What a client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    Http1,
    Http1OverTls,
    Http2OverTls,
}

/// How a client behaves with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    Brisk,
    Slow,
    /// It is gone before all of its request is sent.
    VanishesAsking,
    /// It is gone when the answer has begun.
    VanishesAnswered,
}

impl Habit {
    fn choose(random: &mut Seeded) -> Self {
        let habits = [
            (84, Self::Brisk),
            (8, Self::Slow),
            (4, Self::VanishesAsking),
            (4, Self::VanishesAnswered),
        ];
        random.one_of(&habits).unwrap_or(Self::Brisk)
    }

    pub(crate) const fn pace(self) -> Pace {
        match self {
            Self::Slow => Pace::Slow,
            Self::Brisk | Self::VanishesAsking | Self::VanishesAnswered => Pace::Brisk,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Brisk => "brisk",
            Self::Slow => "slow",
            Self::VanishesAsking => "vanished within a request",
            Self::VanishesAnswered => "vanished within an answer",
        }
    }

    const fn vanishes(self) -> bool {
        matches!(self, Self::VanishesAsking | Self::VanishesAnswered)
    }
}

impl Speech {
    const fn front(self) -> Front {
        match self {
            Self::Http1 => Front::Plain,
            Self::Http1OverTls | Self::Http2OverTls => Front::Tls,
        }
    }
}

/// A client, for as long as the run lasts.
pub(crate) async fn live(world: Arc<World>, speech: Speech, number: u64) {
    let mut random = Seeded::about(world.seed, 2 << 40 | number);
    while !world.is_over() {
        let client = Client {
            world: &world,
            gateway: world.gateway(speech.front()),
            speech,
            has_vanished: AtomicBool::new(false),
            n_cancelled: AtomicUsize::new(0),
        };
        let opened = timeout(PATIENCE, client.open()).await;
        match opened.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(stream) if speech == Speech::Http2OverTls => {
                client.live_http2(stream, &mut random).await;
            }
            Ok(stream) => client.live_http1(stream, &mut random).await,
            Err(error) => {
                let wrong = format!("{speech:?}: there is no connection: {error}");
                world.ledger.wrong(wrong);
                pause(&mut random).await;
            }
        }
    }
}

/// How long nothing may happen: longer than all timeouts of the gateway together.
const PATIENCE: Duration = Duration::from_secs(60);

async fn pause(random: &mut Seeded) {
    let milliseconds = random.below(2 * MEAN_PAUSE);
    sleep(Duration::from_millis(milliseconds as u64)).await;
}

/// Between two requests, so that what is slow is the fault of a fault, and not of the machine.
const MEAN_PAUSE: usize = 600;

/// A connection of a client.
struct Client<'w> {
    world: &'w World,
    gateway: &'w Gateway,
    speech: Speech,
    has_vanished: AtomicBool,
    /// Streams of HTTP/2 that it has cancelled.
    n_cancelled: AtomicUsize,
}

impl Client<'_> {
    async fn open(&self) -> io::Result<Box<dyn Stream>> {
        let stream = http1::connect(&self.gateway.address).await?;
        let connector = match self.speech {
            Speech::Http1 => return Ok(Box::new(stream)),
            Speech::Http1OverTls => &self.world.connectors[0],
            Speech::Http2OverTls => &self.world.connectors[1],
        };
        begin_tls(connector, stream).await
    }

    async fn live_http1(&self, stream: Box<dyn Stream>, random: &mut Seeded) {
        let progress = Progress::default();
        let mut connection = http1::Connection::new(stream, progress.clone());
        for _ in 0..random.below(MAX_REQUESTS) {
            let plan = self.world.next_plan();
            let habit = Habit::choose(random);
            self.world.counts.count(Group::Clients, habit.name());
            let fields = fields(&plan);
            let start = Instant::now();
            self.world.ledger.expect(plan.number);
            if habit.vanishes() {
                let _ = match habit {
                    Habit::VanishesAsking => {
                        let part = random.below(1 << 20);
                        let sending = connection.send_part(&plan, &fields, part);
                        timeout(PATIENCE, sending).await
                    }
                    _ => timeout(PATIENCE, connection.read_head(&plan, &fields)).await,
                };
                self.world.ledger.close(plan.number);
                return;
            }
            let mut seen = Seen {
                progress: progress.clone(),
                ..Seen::default()
            };
            progress.begin();
            let exchanging = connection.exchange(&plan, &fields, habit, &mut seen);
            let is_last = progress.wait_for(PATIENCE, exchanging).await;
            seen.took_too_long = is_last.is_err();
            self.judge(&plan, &seen, start);
            if is_last.unwrap_or(true) || self.world.is_over() {
                return;
            }
            pause(random).await;
        }
    }

    async fn live_http2(&self, stream: Box<dyn Stream>, random: &mut Seeded) {
        let opened = timeout(PATIENCE, http2::Connection::open(stream)).await;
        let Ok(Ok(connection)) = opened else {
            let wrong = "a connection of HTTP/2 was not opened".to_owned();
            return self.world.ledger.wrong(wrong);
        };
        let n_requests = random.below(MAX_REQUESTS);
        let mut others = Seeded::about(random.below(1 << 30) as u64, 0);
        tokio::join!(
            self.ask_http2(&connection, n_requests, random),
            self.ask_http2(&connection, n_requests, &mut others),
        );
    }

    /// Sends one request after the other, on a connection on which others are sent meanwhile.
    async fn ask_http2(
        &self,
        connection: &http2::Connection,
        n_requests: usize,
        random: &mut Seeded,
    ) {
        for _ in 0..n_requests {
            let plan = self.world.next_plan();
            let habit = Habit::choose(random);
            self.world.counts.count(Group::Clients, habit.name());
            let fields = fields(&plan);
            let start = Instant::now();
            self.world.ledger.expect(plan.number);
            let sender = connection.sender();
            if habit.vanishes() {
                let part = (habit == Habit::VanishesAsking).then(|| random.below(1 << 20));
                let cancelling = http2::cancel(sender, &plan, &fields, part);
                let _ = timeout(PATIENCE, cancelling).await;
                self.n_cancelled.fetch_add(1, Ordering::SeqCst);
                if random.once_in(2) {
                    self.has_vanished.store(true, Ordering::SeqCst);
                    connection.cut_off();
                }
                self.world.ledger.close(plan.number);
            } else {
                let mut seen = Seen::default();
                let progress = seen.progress.clone();
                let exchanging = http2::exchange(sender, &plan, &fields, habit, &mut seen);
                seen.took_too_long = progress.wait_for(PATIENCE, exchanging).await.is_err();
                self.judge(&plan, &seen, start);
            }
            if self.has_vanished.load(Ordering::SeqCst) || self.world.is_over() {
                return;
            }
            pause(random).await;
        }
    }

    fn judge(&self, plan: &Plan, seen: &Seen, start: Instant) {
        let attempts = self.world.ledger.close(plan.number);
        let counts = &self.world.counts;
        if self.has_vanished.load(Ordering::SeqCst) {
            return counts.count(Group::Requests, "not judged, as the client had vanished");
        }
        let asked = judge::Asked {
            plan,
            attempts: &attempts,
            start,
            policies: &self.gateway.timeline.since(start),
            speech: self.speech,
            longest_pause: seen.progress.longest_pause(),
        };
        let verdict = judge::judge(self.world, &asked, seen);
        if verdict == Verdict::Right && asked.was_held_up() {
            counts.count(Group::Requests, judge::HELD_UP);
        }
        counts.count(Group::Requests, verdict.name());
        match verdict {
            Verdict::Right if plan.kind != Kind::Preflight => {
                counts.count(Group::Protocols, plan.route.protocol().name());
            }
            Verdict::Right | Verdict::BrokenOff | Verdict::Late => {}
            Verdict::Failure(code) => counts.count(Group::Failures, &code),
            Verdict::Lost(why) | Verdict::Wrong(why) => self.complain(&asked, seen, &why),
        }
    }

    /// Says all that is known of what went wrong.
    fn complain(&self, asked: &judge::Asked<'_>, seen: &Seen, why: &str) {
        let judge::Asked {
            plan,
            attempts,
            start,
            speech,
            ..
        } = asked;
        let servers = plan.route.servers().iter();
        let moods: Vec<_> = servers
            .map(|&it| self.world.servers[it].moods(*start))
            .collect();
        self.world.ledger.wrong(format!(
            "{speech:?}: {why}, after {} cancelled\n    {plan:?}\n    seen: {:?}, {} bytes, {:?}, {:?}, after {:?}, of which {:?} without any progress\n    \
             servers: {attempts:?}, which were {moods:?}",
            self.n_cancelled.load(Ordering::SeqCst),
            seen.status,
            seen.body.len(),
            seen.error,
            seen.fields,
            start.elapsed(),
            seen.progress.longest_pause(),
        ));
    }
}

/// On one connection, at the most.
const MAX_REQUESTS: usize = 60;

async fn begin_tls(
    connector: &TlsConnector,
    stream: tokio::net::TcpStream,
) -> io::Result<Box<dyn Stream>> {
    let name = ServerName::try_from(Authority::HOST).map_err(io::Error::other)?;
    Ok(Box::new(connector.connect(name, stream).await?))
}

/// The fields of a request.
pub(crate) fn fields(plan: &Plan) -> Fields {
    let mut fields = vec![("host", Authority::HOST), ("origin", ORIGINS[plan.origin])];
    if plan.kind == Kind::Preflight {
        fields.push(("access-control-request-method", "PUT"));
    }
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    fields.into_iter().map(owned).collect()
}

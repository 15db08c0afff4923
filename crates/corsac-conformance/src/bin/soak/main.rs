//! `soak`: the gateway under load, while everything around it goes wrong.
//!
//! It starts the real command, twice, with TLS and without. Behind it are servers that misbehave,
//! before it are clients of which some are slow and some vanish, and its files are replaced all the
//! while. Each request has a number, from which both ends know what it is and what the answer must
//! be; `judge` says of each answer whether it is the right one.
#![expect(clippy::print_stdout, reason = "a command talks to who runs it")]

mod authority;
mod client;
mod counts;
mod gateway;
mod http1;
mod http2;
mod judge;
mod ledger;
mod plan;
mod progress;
mod report;
mod timeline;
mod upstream;
mod wire;

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Parser;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::authority::Authority;
use crate::client::Speech;
use crate::counts::Counts;
use crate::gateway::{Front, Gateway, Operator};
use crate::ledger::Ledger;
use crate::plan::{Kind, N_SERVERS, ORIGINS, Plan};
use crate::progress::Progress;
use crate::report::Measured;
use crate::upstream::Server;
use crate::wire::Fields;

/// The gateway under load, while everything around it goes wrong.
#[derive(Parser)]
struct Arguments {
    /// The command `corsac`; the one beside this program if none is given.
    #[arg(long, value_name = "FILE")]
    corsac: Option<PathBuf>,
    /// How long.
    #[arg(long, value_name = "N", default_value_t = 600)]
    seconds: u64,
    /// Where the choice begins; another one every time if none is given.
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
}

/// All that takes part in a run.
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) servers: Vec<Server>,
    pub(crate) gateways: Vec<Gateway>,
    pub(crate) authority: Authority,
    /// For HTTP/1.1 and HTTP/2.
    pub(crate) connectors: [TlsConnector; 2],
    /// The same for servers.
    pub(crate) acceptors: [TlsAcceptor; 2],
    pub(crate) ledger: Ledger,
    pub(crate) counts: Counts,
    /// The CORS fields that each policy has answered in calm, by kind and origin.
    pub(crate) calm: Vec<[[Fields; ORIGINS.len()]; 2]>,
    stage: watch::Sender<Stage>,
    next_number: AtomicU64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Calm,
    Running,
    Over,
}

/// Clients of each kind: 256 connections.
const CLIENTS: [(Speech, u64); 3] = [
    (Speech::Http1, 96),
    (Speech::Http1OverTls, 64),
    (Speech::Http2OverTls, 96),
];

impl World {
    pub(crate) fn has_begun(&self) -> bool {
        *self.stage.borrow() != Stage::Calm
    }

    pub(crate) fn is_over(&self) -> bool {
        *self.stage.borrow() == Stage::Over
    }

    /// Waits for something, if the run does not end before it.
    pub(crate) async fn unless_over(&self, future: impl Future<Output = ()>) {
        let mut stage = self.stage.subscribe();
        tokio::select! {
            () = future => {}
            _ = stage.wait_for(|it| *it == Stage::Over) => {}
        }
    }

    pub(crate) fn gateway(&self, front: Front) -> &Gateway {
        let found = self.gateways.iter().find(|it| it.front == front);
        found.unwrap_or(&self.gateways[0])
    }

    pub(crate) fn next_plan(&self) -> Plan {
        let number = self.next_number.fetch_add(1, Ordering::Relaxed);
        Plan::new(self.seed, number)
    }

    fn enter(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed;
    let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(0) % 1_000_000);
    println!("seed {seed}, {} seconds", arguments.seconds);
    match run(&arguments, seed).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            println!("\nfailed with --seed {seed}");
            ExitCode::FAILURE
        }
        Err(error) => {
            println!("\nfailed with --seed {seed}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Did all go as it must?
async fn run(arguments: &Arguments, seed: u64) -> io::Result<bool> {
    let directory = std::env::temp_dir().join(format!("corsac-soak-{}", std::process::id()));
    std::fs::create_dir_all(&directory)?;
    let outcome = run_in(&directory, arguments, seed).await;
    std::fs::remove_dir_all(&directory)?;
    outcome
}

async fn run_in(directory: &std::path::Path, arguments: &Arguments, seed: u64) -> io::Result<bool> {
    let program = match &arguments.corsac {
        Some(program) => program.clone(),
        None => std::env::current_exe()?.with_file_name("corsac"),
    };
    let authority = Authority::new()?;
    authority.write_pair(directory)?;
    authority.write_root(directory)?;
    let mut servers = Vec::new();
    for number in 0..N_SERVERS {
        servers.push(Server::new(number).await?);
    }
    let addresses: Vec<String> = servers.iter().map(Server::url).collect();
    let mut gateways = Vec::new();
    let mut operators = Vec::new();
    for front in [Front::Plain, Front::Tls] {
        let start = Gateway::start(&program, directory, front, &addresses);
        let (gateway, operator) = start.await?;
        gateways.push(gateway);
        operators.push(operator);
    }
    let mut world = World {
        seed,
        servers,
        gateways,
        connectors: [
            authority.connector(b"http/1.1")?,
            authority.connector(b"h2")?,
        ],
        acceptors: [authority.acceptor(b"http/1.1")?, authority.acceptor(b"h2")?],
        authority,
        ledger: Ledger::default(),
        counts: Counts::default(),
        calm: Vec::new(),
        stage: watch::Sender::new(Stage::Calm),
        next_number: AtomicU64::new(1),
    };
    // Some health checks have failed by then, so that whatever they need is there.
    sleep(Duration::from_secs(3)).await;
    let mut measured = Measured::default();
    measured.start(&world)?;
    for policy in 0..2 {
        let calm = ask_in_calm(&world, &mut operators[0], policy).await?;
        world.calm.push(calm);
    }
    let gateway = &world.gateways[0];
    operators[0].change(&world, gateway, 0, true).await?;
    world.counts = Counts::default();
    soak(world, operators, measured, arguments.seconds).await
}

/// What a policy answers when nothing is wrong. The servers need not be there.
async fn ask_in_calm(
    world: &World,
    operator: &mut Operator,
    policy: usize,
) -> io::Result<[[Fields; ORIGINS.len()]; 2]> {
    let gateway = world.gateway(Front::Plain);
    operator.change(world, gateway, policy, true).await?;
    let mut calm: [[Fields; ORIGINS.len()]; 2] = Default::default();
    for kind in [Kind::Get, Kind::Preflight] {
        for (origin, calm) in calm[judge::kind_of(kind)].iter_mut().enumerate() {
            let mut plan = Plan::new(world.seed, 0);
            (plan.kind, plan.origin) = (kind, origin);
            let stream = http1::connect(&gateway.address).await?;
            let mut connection = http1::Connection::new(Box::new(stream), Progress::default());
            let fields = client::fields(&plan);
            let mut seen = client::Seen::default();
            let brisk = client::Habit::Brisk;
            connection.exchange(&plan, &fields, brisk, &mut seen).await;
            *calm = judge::of_policy(&plan, &seen);
        }
    }
    Ok(calm)
}

async fn soak(
    world: World,
    operators: Vec<Operator>,
    mut measured: Measured,
    seconds: u64,
) -> io::Result<bool> {
    report::check_calm(&world)?;
    let world = Arc::new(world);
    let mut servers = JoinSet::new();
    for number in 0..N_SERVERS {
        servers.spawn(upstream::live(Arc::clone(&world), number));
    }
    sleep(Duration::from_secs(2)).await;
    world.enter(Stage::Running);
    let mut clients = JoinSet::new();
    for (speech, count) in CLIENTS {
        for number in 0..count {
            clients.spawn(client::live(
                Arc::clone(&world),
                speech,
                (speech as u64) << 20 | number,
            ));
        }
    }
    let mut changing = JoinSet::new();
    for (position, mut operator) in operators.into_iter().enumerate() {
        let world = Arc::clone(&world);
        changing.spawn(async move {
            operator.change_all(&world, position).await;
            operator
        });
    }
    measured.during(&world, seconds).await?;
    world.enter(Stage::Over);
    let ended = timeout(END_PATIENCE, clients.join_all()).await;
    if ended.is_err() {
        world
            .ledger
            .wrong("clients do not come to an end".to_owned());
    }
    let operators = changing.join_all().await;
    servers.join_all().await;
    measured.end(&world).await?;
    for mut operator in operators {
        if !operator.end().await? {
            world
                .ledger
                .wrong("the gateway did not end in order".to_owned());
        }
    }
    Ok(report::print(&world, &measured, seconds))
}

/// How long the last requests may take: as long as any may on a machine that has much to do.
const END_PATIENCE: Duration = Duration::from_secs(120);

//! What is measured, and what is said of it.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::World;
use crate::counts::Group;
use crate::gateway::Front;
use crate::judge::{HELD_UP, LOST};

/// What is measured of the gateways.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// Descriptors at the start and at the end, of each gateway.
    descriptors: Vec<[usize; 2]>,
    /// Memory of each gateway in KiB, second by second.
    memory: Vec<Vec<u64>>,
    /// Requests that are over, second by second.
    n_requests: Vec<u64>,
    /// How much later than it wanted to the soak itself has come to something.
    lag: Duration,
    wrongs: Vec<String>,
}

impl Measured {
    /// Before the first client, when no server is there.
    pub(crate) fn start(&mut self, world: &World) -> io::Result<()> {
        for gateway in &world.gateways {
            let n_descriptors = gateway.n_descriptors()?;
            self.descriptors.push([n_descriptors, n_descriptors]);
            self.memory.push(Vec::new());
        }
        Ok(())
    }

    /// Looks on for so many seconds.
    pub(crate) async fn during(&mut self, world: &World, seconds: u64) -> io::Result<()> {
        let end = Instant::now() + Duration::from_secs(seconds);
        let mut n_looks = 0;
        while Instant::now() < end && self.wrongs.len() < MAX_WRONGS {
            let look = Instant::now();
            sleep(Duration::from_secs(1)).await;
            self.lag = self
                .lag
                .max(look.elapsed().saturating_sub(Duration::from_secs(1)));
            for (gateway, memory) in world.gateways.iter().zip(&mut self.memory) {
                memory.push(gateway.memory()?);
            }
            self.n_requests.push(n_requests(world));
            self.take_wrongs(world);
            n_looks += 1;
            if n_looks % 10 == 0 {
                self.say(world, n_looks)?;
            }
        }
        Ok(())
    }

    fn take_wrongs(&mut self, world: &World) {
        for wrong in world.ledger.take_wrongs() {
            if self.wrongs.len() < MAX_WRONGS {
                println!("  wrong: {wrong}");
            }
            self.wrongs.push(wrong);
        }
    }

    fn say(&self, world: &World, n_looks: u64) -> io::Result<()> {
        let total = n_requests(world);
        let right = world.counts.of(Group::Requests, "answered right");
        print!("{n_looks:>5} s  {total:>8} requests, {right:>8} right;");
        for gateway in &world.gateways {
            let (memory, n_descriptors) = (gateway.memory()?, gateway.n_descriptors()?);
            print!(
                "  {:?} {memory} KiB, {n_descriptors} descriptors",
                gateway.front
            );
        }
        println!();
        Ok(())
    }

    /// Waits until the descriptors are back where they were: the servers are gone, and the gateway
    /// looks every ten seconds whether the connections that it keeps are still there.
    pub(crate) async fn end(&mut self, world: &World) -> io::Result<()> {
        let end = Instant::now() + Duration::from_secs(90);
        for (gateway, [start, last]) in world.gateways.iter().zip(&mut self.descriptors) {
            *last = gateway.n_descriptors()?;
            while *last > *start && Instant::now() < end {
                sleep(Duration::from_millis(100)).await;
                *last = gateway.n_descriptors()?;
            }
        }
        self.take_wrongs(world);
        Ok(())
    }
}

fn n_requests(world: &World) -> u64 {
    let requests = world.counts.group(Group::Requests);
    let requests = requests.iter().filter(|(name, _)| name != HELD_UP);
    requests.map(|(_, count)| count).sum()
}

/// After so many there is no point in going on.
const MAX_WRONGS: usize = 20;

/// Two policies that answer the same would show nothing.
pub(crate) fn check_calm(world: &World) -> io::Result<()> {
    for kind in 0..2 {
        for (first, second) in world.calm[0][kind].iter().zip(&world.calm[1][kind]) {
            if first == second {
                return Err(io::Error::other(format!("both policies answer {first:?}")));
            }
        }
    }
    Ok(())
}

/// Prints what happened. Is it as it must be?
pub(crate) fn print(world: &World, measured: &Measured, seconds: u64) -> bool {
    for group in Group::ALL {
        println!("\n{}", group.name());
        for (name, count) in world.counts.group(group) {
            println!("    {name:<44} {count:>10}");
        }
    }
    let mut failures = Vec::new();
    if !measured.wrongs.is_empty() {
        failures.push(format!("{} things were wrong", measured.wrongs.len()));
    }
    for name in [LOST, "answered wrongly"] {
        println!("{name:<48} {:>10}", world.counts.of(Group::Requests, name));
    }
    println!();
    for (position, gateway) in world.gateways.iter().enumerate() {
        let front = gateway.front;
        let [start, end] = measured.descriptors[position];
        println!("{front:?}: descriptors {start} at the start, {end} at the end");
        if end > start {
            failures.push(format!("{front:?} has {} descriptors more", end - start));
        }
        failures.extend(memory_failure(
            front,
            &measured.memory[position],
            &measured.n_requests,
        ));
    }
    if seconds >= LONG_ENOUGH {
        let missing = MUST_HAPPEN
            .iter()
            .filter(|(group, name)| world.counts.of(*group, name) == 0);
        failures.extend(missing.map(|(_, name)| format!("it never happened: {name}")));
    }
    let n_held_up = world.counts.of(Group::Requests, HELD_UP);
    println!("a second took up to {:?} longer", measured.lag);
    if n_held_up > 0 && measured.lag < QUIET {
        failures.push(format!("{n_held_up} answers were held up"));
    }
    for failure in &failures {
        println!("\nnot as it must be: {failure}");
    }
    failures.is_empty()
}

/// The medians of five parts of the run, and whether the last is above the third.
fn memory_failure(front: Front, memory: &[u64], n_requests: &[u64]) -> Option<String> {
    let parts: Vec<u64> = memory
        .chunks(memory.len().div_ceil(5).max(1))
        .map(|part| {
            let mut part = part.to_vec();
            part.sort_unstable();
            part[part.len() / 2]
        })
        .collect();
    println!("{front:?}: memory {parts:?} KiB, medians of the five parts of the run");
    let (&warm, &last) = (parts.get(2)?, parts.last()?);
    let at = |tenths: usize| n_requests.get(n_requests.len() * tenths / 10).copied();
    let n_between = at(9)? - at(5)?;
    let is_flat = last <= warm + max_growth(front) + n_between / REQUESTS_PER_KIB;
    (!is_flat).then(|| {
        let growth = last - warm;
        format!("{front:?} has grown by {growth} KiB within {n_between} requests")
    })
}

/// KiB by which the memory may grow from the third fifth of a run to the last, whatever happens.
///
/// With TLS it takes some 30,000 requests until there has been all that can be under way at the
/// same time, and on a slow machine these are the whole run.
const fn max_growth(front: Front) -> u64 {
    match front {
        Front::Plain => 1536,
        Front::Tls => 6 * 1024,
    }
}

/// Requests to both gateways together for which one may grow by a KiB more.
///
/// The one without TLS has three of eight requests. If it kept a kilobyte of each, it would grow by
/// three times as much as this.
const REQUESTS_PER_KIB: u64 = 8;

/// On a machine on which the soak itself is held up for longer, the gateway may be too.
const QUIET: Duration = Duration::from_millis(250);

/// Seconds in which everything happens.
const LONG_ENOUGH: u64 = 60;

/// What a run must have seen, or it has shown nothing.
const MUST_HAPPEN: [(Group, &str); 24] = [
    (Group::Requests, "answered right"),
    (Group::Requests, "broken off where the server broke off"),
    (Group::Protocols, "HTTP/1.1"),
    (Group::Protocols, "HTTP/1.1 with TLS"),
    (Group::Protocols, "HTTP/2"),
    (Group::Failures, "502 upstream-closed"),
    (Group::Failures, "502 upstream-invalid-response"),
    (Group::Failures, "502 upstream-unreachable"),
    (Group::Failures, "504 upstream-response-timeout"),
    (Group::Servers, "answered garbage"),
    (Group::Servers, "answered slowly"),
    (Group::Servers, "came back"),
    (Group::Servers, "closed without a word"),
    (Group::Servers, "died"),
    (Group::Servers, "ended within a body"),
    (Group::Servers, "hung"),
    (Group::Servers, "reset within a body"),
    (Group::Servers, "reset within a head"),
    (Group::Clients, "slow"),
    (Group::Clients, "vanished within a request"),
    (Group::Clients, "vanished within an answer"),
    (Group::Changes, "broken policy refused"),
    (Group::Changes, "certificate in force"),
    (Group::Changes, "policy in force by looking"),
];

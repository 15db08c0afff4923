//! The gateway as a process, whose files change.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::World;
use crate::authority::Authority;
use crate::counts::Group;
use crate::plan::{Protocol, Route};
use crate::timeline::Timeline;
use corsac_conformance::seeded::Seeded;

/// What both policies and both processes share.
const SETTINGS: &str = "\
listen = '127.0.0.1:0'
connect-timeout = '20s'
response-timeout = '5s'
shutdown-timeout = '5s'
";

/// What glibc's allocator keeps of what was given back would hide a leak: an arena for each thread,
/// and large pieces among small ones. Without that the memory is what the gateway has in use.
const ALLOCATOR: [(&str, &str); 3] = [
    ("MALLOC_ARENA_MAX", "1"),
    ("MALLOC_MMAP_THRESHOLD_", "65536"),
    ("MALLOC_TRIM_THRESHOLD_", "65536"),
];

/// The policies that take turns. Whatever they answer differs, for each origin.
const POLICIES: [&str; 2] = [
    "allow-origins = ['https://first.example', 'https://both.example']
allow-methods = ['PUT']
allow-credentials = true
expose-headers = ['x-request']
max-age = '10m'
",
    "allow-origins = ['https://second.example', 'https://both.example']
allow-methods = ['PUT', 'DELETE']
expose-headers = ['x-request', 'x-other']
max-age = '1h'
",
];

/// Does the gateway speak TLS to its clients?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    Plain,
    Tls,
}

/// A gateway that serves.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) front: Front,
    pub(crate) address: String,
    pub(crate) timeline: Timeline,
    process: u32,
}

/// Whoever changes the files of a gateway, and hears what it says to that.
pub(crate) struct Operator {
    child: Child,
    file: PathBuf,
    notes: UnboundedReceiver<Note>,
    servers: String,
}

/// What the gateway says about its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Note {
    InForce,
    Refused,
}

impl Gateway {
    pub(crate) async fn start(
        program: &Path,
        directory: &Path,
        front: Front,
        addresses: &[String],
    ) -> io::Result<(Self, Operator)> {
        let name = match front {
            Front::Plain => "plain.toml",
            Front::Tls => "tls.toml",
        };
        let file = directory.join(name);
        let servers = routes(front, addresses);
        fs::write(&file, text(0, &servers))?;
        let mut child = Command::new(program)
            .args(["serve", "-c"])
            .arg(&file)
            .envs(ALLOCATOR)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let process = child.id().unwrap_or(0);
        let stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(stderr).lines();
        let address = loop {
            let line = lines.next_line().await?;
            let line = line.ok_or_else(|| io::Error::other("the gateway has ended"))?;
            match line.strip_prefix("listening on ") {
                Some(url) => break url.rsplit('/').next().unwrap_or_default().to_owned(),
                None => println!("    {line}"),
            }
        };
        let gateway = Self {
            front,
            address,
            timeline: Timeline::new(0),
            process,
        };
        let notes = notes(lines);
        let operator = Operator {
            child,
            file,
            notes,
            servers,
        };
        Ok((gateway, operator))
    }

    /// Memory that the process has, in KiB.
    pub(crate) fn memory(&self) -> io::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
        let number = line.and_then(|it| it.trim().strip_suffix(" kB"));
        let number = number.and_then(|it| it.parse().ok());
        number.ok_or_else(|| io::Error::other("no memory is stated"))
    }

    /// Descriptors that the process has open.
    pub(crate) fn n_descriptors(&self) -> io::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.process))?.count())
    }
}

fn notes(mut lines: Lines<BufReader<ChildStderr>>) -> UnboundedReceiver<Note> {
    let (sender, receiver) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            let note = if line.ends_with("is in force as it is now") {
                Note::InForce
            } else if line.ends_with("stays in force") {
                Note::Refused
            } else {
                if line.contains("panicked") || line.starts_with("warning") {
                    println!("    {line}");
                }
                continue;
            };
            if sender.send(note).is_err() {
                return;
            }
        }
    });
    receiver
}

impl Operator {
    /// Lets a policy take over from another one twice a second, and certificates too, for as long
    /// as the run lasts.
    pub(crate) async fn change_all(&mut self, world: &Arc<World>, position: usize) {
        let random = &mut Seeded::about(world.seed, 1 << 40 | position as u64);
        let gateway = &world.gateways[position];
        let mut policy = 0;
        let mut n_changes = 0_u64;
        while !world.is_over() {
            world.unless_over(sleep(CHANGE_PERIOD)).await;
            n_changes += 1;
            policy = 1 - policy;
            let changed = match n_changes % 20 {
                5 if gateway.front == Front::Tls => self.halve_certificate(world).await,
                10 => self.break_file(world, policy).await,
                _ => Ok(()),
            };
            if n_changes.is_multiple_of(7) && gateway.front == Front::Tls && changed.is_ok() {
                // Both are there before the gateway is told.
                if let Err(error) = world.authority.write_pair(self.directory()) {
                    world.ledger.wrong(format!("no certificate: {error}"));
                }
                world.counts.count(Group::Changes, "certificate in force");
            }
            let is_told = !random.once_in(10);
            let result = match changed {
                Ok(()) => self.change(world, gateway, policy, is_told).await,
                Err(error) => Err(error),
            };
            if let Err(error) = result {
                world.ledger.wrong(format!("{:?}: {error}", gateway.front));
            }
        }
    }

    /// Puts a policy in force.
    pub(crate) async fn change(
        &mut self,
        world: &World,
        gateway: &Gateway,
        policy: usize,
        is_told: bool,
    ) -> io::Result<()> {
        gateway.timeline.may_begin(policy);
        self.replace(&text(policy, &self.servers))?;
        if is_told {
            self.tell().await?;
        }
        self.wait_for(Note::InForce).await?;
        gateway.timeline.has_begun();
        let how = match is_told {
            true => "policy in force by signal",
            false => "policy in force by looking",
        };
        world.counts.count(Group::Changes, how);
        Ok(())
    }

    async fn break_file(&mut self, world: &World, policy: usize) -> io::Result<()> {
        let broken = text(policy, &self.servers).replace("allow-methods", "allow-method");
        self.replace(&broken)?;
        self.tell().await?;
        world.counts.count(Group::Changes, "broken policy refused");
        self.wait_for(Note::Refused).await
    }

    /// Leaves a certificate with the key of another.
    async fn halve_certificate(&mut self, world: &World) -> io::Result<()> {
        world.authority.write_half_a_pair(self.directory())?;
        self.tell().await?;
        self.wait_for(Note::Refused).await?;
        world.authority.write_pair(self.directory())?;
        let name = "half a certificate refused";
        world.counts.count(Group::Changes, name);
        Ok(())
    }

    fn directory(&self) -> &Path {
        self.file.parent().unwrap_or_else(|| Path::new(""))
    }

    /// Never is half of the file there.
    fn replace(&self, text: &str) -> io::Result<()> {
        let new = self.file.with_extension("new");
        fs::write(&new, text)?;
        fs::rename(&new, &self.file)
    }

    async fn tell(&mut self) -> io::Result<()> {
        while self.notes.try_recv().is_ok() {}
        self.signal("HUP").await
    }

    async fn signal(&self, signal: &str) -> io::Result<()> {
        let process = self.child.id().ok_or(io::ErrorKind::NotFound)?;
        let process = process.to_string();
        let mut told = Command::new("kill");
        told.args(["-s", signal, &process]);
        match told.status().await?.success() {
            true => Ok(()),
            false => Err(io::Error::other("the gateway has ended")),
        }
    }

    async fn wait_for(&mut self, wanted: Note) -> io::Result<()> {
        match timeout(NOTE_PATIENCE, self.notes.recv()).await {
            Ok(Some(note)) if note == wanted => Ok(()),
            it => Err(io::Error::other(format!(
                "wanted {wanted:?}, and got {it:?}"
            ))),
        }
    }

    /// Ends the gateway. Was that in order?
    pub(crate) async fn end(&mut self) -> io::Result<bool> {
        self.signal("TERM").await?;
        let status = timeout(NOTE_PATIENCE, self.child.wait()).await??;
        Ok(status.success())
    }
}

/// Twice a second.
const CHANGE_PERIOD: Duration = Duration::from_millis(500);

/// The gateway looks twice a second, and acts at the second look; the rest is for a busy machine.
const NOTE_PATIENCE: Duration = Duration::from_secs(60);

fn text(policy: usize, routes: &str) -> String {
    let policy = POLICIES[policy];
    let (before, after) = routes.split_once("[upstream").unwrap_or((routes, ""));
    format!("{SETTINGS}{before}[policy.soak]\n{policy}[upstream{after}")
}

/// The certificate, if there is one, and what is behind.
fn routes(front: Front, addresses: &[String]) -> String {
    let mut text = match front {
        Front::Plain => String::new(),
        Front::Tls => {
            let [certificate, key] = Authority::FILES;
            format!("[[tls]]\ncertificate = '{certificate}'\nkey = '{key}'\n")
        }
    };
    for route in Route::ALL {
        let name = route.path().trim_start_matches('/');
        let servers = route.servers().iter().map(|&it| addresses[it].as_str());
        let servers: Vec<&str> = servers.collect();
        let trust = match route.protocol() {
            Protocol::Plain => String::new(),
            Protocol::Tls | Protocol::Http2 => {
                let (host, root) = (Authority::HOST, Authority::ROOT);
                format!("host = '{host}'\nroots = '{root}'\n")
            }
        };
        let _ = write!(
            text,
            "[upstream.{name}]\nservers = {servers:?}\n{trust}health-path = '/health'\n\
             health-interval = '1s'\n[[route]]\npath = '/{name}'\nupstream = '{name}'\n\
             policy = 'soak'\n"
        );
    }
    text
}

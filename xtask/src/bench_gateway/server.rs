//! A server that runs on one core, and how much of it it takes.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Which of the two cores a process runs on.
#[derive(Clone, Copy)]
pub(super) enum Core {
    /// That of the server that is measured.
    Server,
    /// That of the load generator and the upstream.
    Load,
}

impl Core {
    /// The command, pinned to the core.
    pub(super) fn pinned(self, command: &Command) -> Command {
        let core = match self {
            Self::Server => "0",
            Self::Load => "1",
        };
        let mut pinned = Command::new("taskset");
        pinned
            .args(["-c", core])
            .arg(command.get_program())
            .args(command.get_args());
        pinned
    }
}

/// A server, until this is dropped.
pub(super) struct Server {
    name: &'static str,
    child: Child,
    address: SocketAddr,
}

impl Server {
    pub(super) fn start(
        name: &'static str,
        command: Command,
        address: SocketAddr,
        core: Core,
    ) -> Result<Self> {
        let mut command = core.pinned(&command);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit());
        let child = command
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let mut server = Self {
            name,
            child,
            address,
        };
        server.wait_until_it_listens()?;
        Ok(server)
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long the server has been running on its core since it was started.
    pub(super) fn cpu_time(&self) -> Result<Duration> {
        let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", self.child.id()))?;
        let own = self.child.id().to_string();
        let processes = children.split_whitespace().chain([own.as_str()]);
        processes.map(cpu_time_of).sum()
    }

    fn wait_until_it_listens(&mut self) -> Result<()> {
        for _ in 0..ATTEMPTS {
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once: {status}", self.name);
            }
            sleep(PAUSE);
        }
        bail!("{} does not listen at {}", self.name, self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An orderly end first: nginx takes its worker along only then.
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        for _ in 0..ATTEMPTS {
            if told.is_err() || matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                break;
            }
            sleep(PAUSE);
        }
        // It fails if the process is gone, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// User and system time of a process, from `/proc/PID/stat`.
fn cpu_time_of(pid: &str) -> Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name, in parentheses, may hold anything; numbers follow it.
    let numbers = stat.rsplit_once(')').context("a process has a name")?.1;
    let numbers: Vec<&str> = numbers.split_whitespace().collect();
    let ticks: u64 = numbers
        .get(11..13)
        .context("a process has times")?
        .iter()
        .map(|it| it.parse::<u64>())
        .sum::<Result<_, _>>()?;
    Ok(Duration::from_millis(ticks * MILLISECONDS_PER_TICK))
}

/// The kernel counts in hundredths of a second, on every architecture that Rust runs on.
const MILLISECONDS_PER_TICK: u64 = 10;

const ATTEMPTS: u32 = 250;
const PAUSE: Duration = Duration::from_millis(20);

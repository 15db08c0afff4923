//! A server that runs on one core, and how much of it it takes.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
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
        // Ended with what has started it, however that ends.
        let mut pinned = Command::new("setpriv");
        pinned
            .args(["--pdeathsig", "TERM", "taskset", "-c", core])
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
    /// Starts a server that says what it has to say into a file of a directory.
    pub(super) fn start(
        name: &'static str,
        command: &Command,
        address: SocketAddr,
        core: Core,
        directory: &Path,
    ) -> Result<Self> {
        let mut command = core.pinned(command);
        let log = directory.join(format!("{name}.log"));
        let log_file = fs::File::create(&log)?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file);
        let child = command
            .spawn()
            .with_context(|| format!("{name} could not be started"))?;
        let mut server = Self {
            name,
            child,
            address,
        };
        let listens = server.wait_until_it_listens();
        listens.with_context(|| format!("its words are in {}", log.display()))?;
        Ok(server)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How long the server has been running on its core since it was started.
    pub(super) fn cpu_time(&self) -> Result<Duration> {
        self.processes()?.iter().map(|it| cpu_time_of(it)).sum()
    }

    /// The bytes that it has of the memory.
    pub(super) fn memory(&self) -> Result<u64> {
        self.processes()?.iter().map(|it| memory_of(it)).sum()
    }

    /// The process that was started, and its children.
    fn processes(&self) -> Result<Vec<String>> {
        let own = self.child.id().to_string();
        let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children"))?;
        let children = children.split_whitespace().map(str::to_owned);
        Ok(children.chain([own]).collect())
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

/// What is resident of a process, from `/proc/PID/status`.
fn memory_of(pid: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"));
    let number = line.and_then(|it| it.split_whitespace().next());
    let kibibytes: u64 = number.context("a process has memory")?.parse()?;
    Ok(kibibytes * 1024)
}

/// The kernel counts in hundredths of a second, on every architecture that Rust runs on.
const MILLISECONDS_PER_TICK: u64 = 10;

/// Under valgrind a server takes its time.
const ATTEMPTS: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(20);

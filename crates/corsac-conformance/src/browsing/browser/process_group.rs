//! A program with everything that it starts, which ends as a whole.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A running program and its descendants, as one process group.
///
/// A shell leads the group and waits for the end of its input, which is this value's end or that of
/// the whole process, however it comes. Then it kills the group.
#[derive(Debug)]
pub(super) struct ProcessGroup {
    leader: Child,
    processes: Processes,
    lines: UnboundedReceiver<String>,
    said: Vec<String>,
}

/// The group's leader. What is redirected away from it is what only the program may hold open.
const LEADER: &str = r#"
    exec 3<&0 4>&1 </dev/null >/dev/null 2>&1
    "$@" >&4 2>&4 3<&- 4>&- &
    exec 4>&-
    read -r _ <&3
    kill -s KILL 0
"#;

impl ProcessGroup {
    /// Starts a program that keeps all its files in `directory`.
    pub(super) fn start<I>(
        program: &Path,
        arguments: I,
        directory: &Path,
        variables: &[(&str, &str)],
    ) -> io::Result<Self>
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", LEADER, "sh"]).arg(program);
        command.args(arguments);
        for variable in DIRECTORIES {
            command.env(variable, directory);
        }
        for variable in SESSION {
            command.env_remove(variable);
        }
        command.envs(variables.iter().copied());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0);
        let mut leader = command.spawn()?;
        let output = leader.stdout.take().expect("it is piped");
        let (sender, lines) = unbounded_channel();
        thread::spawn(move || {
            for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
                // What nobody waits for is still read, or the program would stand still.
                sender
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .ok();
            }
        });
        let processes = Processes {
            groups: vec![leader.id()],
            directory: directory.to_owned(),
        };
        Ok(Self {
            leader,
            processes,
            lines,
            said: Vec::new(),
        })
    }

    pub(super) const fn processes(&self) -> &Processes {
        &self.processes
    }

    /// Waits for a line of output from which something can be read.
    pub(super) async fn find_line<T>(
        &mut self,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, String> {
        while let Some(line) = self.lines.recv().await {
            if let Some(found) = read(&line) {
                return Ok(found);
            }
            self.said.push(line);
        }
        Err(self.ending())
    }

    /// Has the program ended? Then this is what it said.
    pub(super) fn output(&mut self) -> Option<String> {
        self.take_lines();
        let has_ended = self.lines.is_closed();
        has_ended.then(|| self.ending())
    }

    /// Has the program said this?
    pub(super) fn has_said(&mut self, text: &str) -> bool {
        self.take_lines();
        self.said.iter().any(|line| line.contains(text))
    }

    fn take_lines(&mut self) {
        while let Ok(line) = self.lines.try_recv() {
            self.said.push(line);
        }
    }

    fn ending(&self) -> String {
        format!("it ended:\n{}", self.said.join("\n"))
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        drop(self.leader.stdin.take());
        self.leader.wait().ok();
        // The dead may still be on their way: what they write must not outlive the directory.
        for _ in 0..ROUNDS {
            if self.processes.alive().is_empty() {
                return;
            }
            thread::sleep(ROUND);
        }
    }
}

/// The processes of a browser, whether or not there are any left.
#[derive(Clone, Debug)]
pub struct Processes {
    groups: Vec<u32>,
    directory: PathBuf,
}

impl Processes {
    /// The numbers of those that are alive.
    #[must_use]
    pub fn alive(&self) -> Vec<u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let numbers = entries.filter_map(|it| it.file_name().to_str()?.parse().ok());
        numbers.filter(|it| self.has(*it)).collect()
    }

    /// The directory that holds all that they write.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// These and others that use the same directory.
    pub(super) fn and(mut self, others: &Self) -> Self {
        self.groups.extend(&others.groups);
        self
    }

    /// Most are in the group; one that has left it has still inherited where to put its files.
    fn has(&self, process: u32) -> bool {
        let group = living_group(process);
        group.is_some_and(|it| self.groups.contains(&it) || self.is_home_of(process))
    }

    fn is_home_of(&self, process: u32) -> bool {
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let home = format!("HOME={}", self.directory.display());
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|it| it == home.as_bytes())
    }
}

/// The group of a process that is not dead.
fn living_group(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it is in parentheses and may have anything in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let (state, group) = (fields.next()?, fields.nth(1)?);
    match state {
        "Z" | "X" => None,
        _ => group.parse().ok(),
    }
}

/// Where programs put files: all of them lead to the one directory.
const DIRECTORIES: [&str; 5] = [
    "HOME",
    "TMPDIR",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
];

/// What would tie a browser to the session of whoever runs the tests.
const SESSION: [&str; 3] = ["DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY"];

/// A killed process is gone in milliseconds; whatever takes ten seconds is stuck in the kernel.
const ROUNDS: u32 = 1000;
const ROUND: Duration = Duration::from_millis(10);

//! Starts servers, and ends them with the test.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use corsac_fetch::client::ClientOptions;
use corsac_probe::Report;

use crate::{Asked, run, runtime};

/// How a server is started.
pub(super) struct Launch {
    pub(super) program: Program,
    /// The name of its file of configuration, or of its source.
    pub(super) file: &'static str,
    /// Gets the directory and the two ports, and where the snippet goes.
    pub(super) config: fn(&Path, (u16, u16), &str) -> String,
    /// Gets the path of the file and the port.
    pub(super) arguments: fn(&Path, u16) -> Vec<String>,
}

/// Where a program comes from; `cargo xtask servers` installs all of them.
pub(super) enum Program {
    /// It is on the `PATH`.
    OfSystem(&'static str),
    /// It is in the environment of Python in the target directory.
    OfPython(&'static str),
    /// Node, with the packages in the target directory.
    Node,
}

impl Program {
    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::OfSystem(name) => name.into(),
            Self::OfPython(name) => packages().join("python/bin").join(name),
            Self::Node => "node".into(),
        }
    }
}

/// Where `cargo xtask test` installs what does not come with the system.
pub(super) fn packages() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("servers")
}

impl Launch {
    /// Starts it in front of a port, with the snippet in its configuration.
    pub(super) fn start(&self, name: &str, behind: u16, snippet: &str) -> Running {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&directory).unwrap();
        let port = free_port();
        let path = directory.join(self.file);
        fs::write(&path, (self.config)(&directory, (port, behind), snippet)).unwrap();
        let log = fs::File::create(directory.join("log")).unwrap();
        let program = self.program.path();
        let mut command = Command::new(&program);
        command
            .args((self.arguments)(&path, port))
            .current_dir(&directory)
            .env("APACHE_RUN_DIR", &directory)
            .env("NODE_PATH", packages().join("node/node_modules"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let child = command.spawn().unwrap_or_else(|error| {
            let program = program.display();
            panic!("{program} is not installed: {error}; cargo xtask servers installs it")
        });
        let mut running = Running { child, port };
        runtime().block_on(running.wait(&directory));
        running
    }
}

/// A server that runs until it is dropped.
pub(super) struct Running {
    child: Child,
    port: u16,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has seen.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How often a server is asked whether it is there. Python's take seconds on a loaded machine.
const MAX_TRIES: usize = 3_000;

/// How long it is left in peace in between, so that it gets to start.
const PAUSE: Duration = Duration::from_millis(20);

impl Running {
    /// Waits until it answers with what is behind it: some listen before they know what to do.
    async fn wait(&mut self, directory: &Path) {
        let log = || fs::read_to_string(directory.join("log"));
        let mut tries = tokio::time::interval(PAUSE);
        for _ in 0..MAX_TRIES {
            if status(self.port).is_ok_and(|status| status == "200") {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it has ended: {ended:?}: {:?}", log());
            tries.tick().await;
        }
        panic!("it does not answer: {:?}", log());
    }

    pub(super) fn check(&self, asked: &Asked, path: &str) -> Report {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        run(asked.probe(url), &ClientOptions::default())
    }
}

/// The status of `/pets`.
fn status(port: u16) -> io::Result<String> {
    let mut stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    stream.write_all(b"GET /pets HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
    let mut line = [0; 12];
    stream.read_exact(&mut line)?;
    // The rest is read too, so that no server sees a client that goes away.
    stream.read_to_end(&mut Vec::new())?;
    Ok(String::from_utf8_lossy(&line[9..]).into_owned())
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

//! A new `corsac serve` takes over from an old one while clients ask for more: none loses a
//! request.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};

use crate::{Running, TestFile};

/// How often a new process takes over.
const RESTARTS: usize = 4;

/// Clients of each kind.
const CLIENTS: usize = 4;

/// What a client does with a connection.
#[derive(Clone, Copy)]
enum Habit {
    /// One request on each.
    Anew,
    /// One after the other, until it is told that there will be no more.
    KeepAlive,
}

/// Clients that ask without a pause.
pub(crate) struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

/// What the clients share.
pub(crate) struct Shared {
    address: String,
    is_over: AtomicBool,
    n_answered: AtomicUsize,
    n_lost: AtomicUsize,
}

impl Load {
    fn start(address: &str) -> Self {
        Self::of(address, |shared| {
            let habits = [Habit::Anew, Habit::KeepAlive].repeat(CLIENTS);
            let clients = habits.into_iter().map(|habit| {
                let shared = Arc::clone(shared);
                thread::spawn(move || shared.ask(habit))
            });
            clients.collect()
        })
    }

    /// The load of clients that are started with what they share.
    pub(crate) fn of(
        address: &str,
        start: impl FnOnce(&Arc<Shared>) -> Vec<JoinHandle<()>>,
    ) -> Self {
        let shared = Arc::new(Shared {
            address: address.to_owned(),
            is_over: AtomicBool::new(false),
            n_answered: AtomicUsize::new(0),
            n_lost: AtomicUsize::new(0),
        });
        let clients = start(&shared);
        Self { shared, clients }
    }

    /// Waits for so many more answers.
    fn wait_for_answers(&self, n_more: usize) {
        let wanted = self.shared.n_answered.load(Ordering::SeqCst) + n_more;
        while self.shared.n_answered.load(Ordering::SeqCst) < wanted {
            thread::yield_now();
        }
    }

    /// How many requests were answered, and how many were not.
    fn stop(self) -> (usize, usize) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        for client in self.clients {
            client.join().unwrap();
        }
        let count = |it: &AtomicUsize| it.load(Ordering::SeqCst);
        (count(&self.shared.n_answered), count(&self.shared.n_lost))
    }
}

impl Shared {
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }

    pub(crate) fn answered(&self) {
        self.n_answered.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn lost(&self) {
        self.n_lost.fetch_add(1, Ordering::SeqCst);
    }

    fn ask(&self, habit: Habit) {
        let mut kept = None;
        while !self.is_over() {
            let asked = kept
                .take()
                .map_or_else(|| Connection::open(&self.address), Ok)
                .and_then(|connection| connection.request(habit));
            match asked {
                Ok(connection) => {
                    kept = connection;
                    self.answered();
                }
                Err(_) => self.lost(),
            }
        }
    }
}

struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: &str) -> io::Result<Self> {
        TcpStream::connect(address).map(|it| Self(BufReader::new(it)))
    }

    /// Sends a request. Gives the connection back if there may be another on it.
    fn request(mut self, habit: Habit) -> io::Result<Option<Self>> {
        let close = match habit {
            Habit::Anew => "connection: close\r\n",
            Habit::KeepAlive => "",
        };
        let head = format!("GET / HTTP/1.1\r\nhost: shop\r\n{close}\r\n");
        self.0.get_mut().write_all(head.as_bytes())?;
        let mut is_last = false;
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if self.0.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            is_last |= line.eq_ignore_ascii_case("connection: close\r\n");
        }
        let mut body = [0; 4];
        io::Read::read_exact(&mut self.0, &mut body)?;
        assert_eq!(&body, b"pets");
        Ok((!is_last).then_some(self))
    }
}

/// A server behind the gateway that answers every request alike.
fn upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                let mut line = String::new();
                while lines.read_line(&mut line).is_ok_and(|it| it > 0) {
                    if line == "\r\n" {
                        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\npets";
                        if stream.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                    line.clear();
                }
            });
        }
    });
    address
}

/// A gateway before a server; `settings` may end with tables.
pub(crate) fn config(name: &str, settings: &str, listen: &str) -> TestFile {
    let content = format!(
        "listen = '{listen}'\n{settings}\n[[route]]\npath = '/'\nupstream = 'http://{}'\n",
        upstream()
    );
    TestFile::new(name, content)
}

/// Lets one process after the other take over under load.
pub(crate) fn restarted(
    mut old: Running,
    load: Load,
    start: impl Fn() -> Running,
) -> (usize, usize) {
    for _ in 0..RESTARTS {
        load.wait_for_answers(200);
        let mut new = start();
        new.wait_for_note("listening on http");
        load.wait_for_answers(200);
        old.signal("TERM");
        assert_eq!(old.wait().code(), Some(0));
        old = new;
    }
    load.wait_for_answers(200);
    load.stop()
}

/// Starts the gateway with this socket, as a service manager does.
pub(crate) fn start_with(listener: &TcpListener, config: &TestFile) -> Running {
    let socket: OwnedFd = listener.try_clone().unwrap().into();
    let hand_over = "exec 3<&0 0</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", hand_over, env!("CARGO_BIN_EXE_corsac")])
        .args(["serve", "-c", config.path()])
        .stdin(Stdio::from(socket))
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    Running { child, stderr }
}

#[test]
fn a_socket_that_is_handed_over_loses_no_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // Where the file would have it listen does not count.
    let config = config("restart-socket.toml", "", "192.0.2.1:1");
    let mut old = start_with(&listener, &config);
    assert_eq!(old.wait_for_note("listening on http://"), address);
    let (n_answered, n_lost) = restarted(old, Load::start(&address), || {
        start_with(&listener, &config)
    });
    assert_eq!(n_lost, 0, "of {n_answered}");
}

#[test]
fn a_port_that_is_shared_loses_no_request() {
    let first = config(
        "restart-port-first.toml",
        "reuse-port = true",
        "127.0.0.1:0",
    );
    let mut old = Running::start(&["serve", "-c", first.path()]);
    let address = old.wait_for_note("listening on http://");
    let config = config("restart-port.toml", "reuse-port = true", &address);
    let start = || Running::start(&["serve", "-c", config.path()]);
    let (n_answered, n_lost) = restarted(old, Load::start(&address), start);
    assert_eq!(n_lost, 0, "of {n_answered}");
}

//! What `corsac serve` tells the service manager that has started it.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use crate::{Running, TestFile, corsac};

const ROUTE: &str = "[[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\n";

/// A service manager, which listens.
struct ServiceManager {
    socket: UnixDatagram,
    /// Removes the socket.
    file: TestFile,
}

impl ServiceManager {
    fn new(name: &str) -> Self {
        let file = TestFile::new(name, "");
        std::fs::remove_file(file.path()).unwrap();
        let socket = UnixDatagram::bind(file.path()).unwrap();
        Self { socket, file }
    }

    /// The command, as this service manager starts it.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = corsac(arguments);
        command
            .env("NOTIFY_SOCKET", self.file.path())
            .env_remove("WATCHDOG_USEC")
            .env_remove("WATCHDOG_PID");
        command
    }

    fn message(&self) -> String {
        let mut bytes = [0; 4096];
        let len = self.socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..len].to_vec()).unwrap()
    }

    /// The next message that is not about the gateway being alive.
    fn news(&self) -> String {
        loop {
            let message = self.message();
            if message != "WATCHDOG=1\n" {
                return message;
            }
        }
    }

    /// Waits for a reload to begin and to end. It gives when it began, and what came of it.
    fn reload(&self) -> (u64, String) {
        let began = self.news();
        let time = began.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
        let time = time.and_then(|it| it.trim_end().parse().ok());
        let time = time.unwrap_or_else(|| panic!("{began:?}"));
        let ended = self.news();
        let outcome = ended.strip_prefix("READY=1\nSTATUS=");
        (
            time,
            outcome.expect("it is ready again").trim_end().to_owned(),
        )
    }
}

fn config(name: &str) -> TestFile {
    TestFile::new(name, format!("listen = '127.0.0.1:0'\n{ROUTE}"))
}

#[test]
fn it_says_when_it_is_ready_reads_its_file_and_ends() {
    let manager = ServiceManager::new("notify.socket");
    let config = config("notify.toml");
    let running = manager.command(&["serve", "-c", config.path()]);
    let mut running = Running::spawn(running);
    let address = running.wait_for_note("listening on ");
    let ready = format!("READY=1\nSTATUS=listening on {address}\n");
    assert_eq!(manager.news(), ready);

    running.signal("HUP");
    let (first, outcome) = manager.reload();
    assert_eq!(
        outcome,
        format!("{} is in force as it is now", config.path())
    );
    std::fs::write(config.path(), "route = 7").unwrap();
    let (second, outcome) = manager.reload();
    let refused = "has a mistake: the old one stays in force";
    assert!(outcome.ends_with(refused), "{outcome}");
    assert!(second > first, "{second} {first}");
    std::fs::remove_file(config.path()).unwrap();
    running.signal("HUP");
    let (third, outcome) = manager.reload();
    assert!(outcome.starts_with("error: cannot read "), "{outcome}");
    assert!(third > second, "{third} {second}");

    running.signal("TERM");
    let stopping = "STOPPING=1\nSTATUS=finishing the requests under way; \
                    a second signal cuts them off\n";
    assert_eq!(manager.news(), stopping);
    assert_eq!(running.wait().code(), Some(0));
    std::fs::write(config.path(), "").unwrap();
}

#[test]
fn it_says_that_it_is_alive_if_that_is_asked_for() {
    let manager = ServiceManager::new("watchdog.socket");
    let config = config("watchdog.toml");
    let mut command = manager.command(&["serve", "-c", config.path()]);
    command.env("WATCHDOG_USEC", "20000");
    let _running = Running::spawn(command);
    for _ in 0..4 {
        while manager.message() != "WATCHDOG=1\n" {}
    }
}

#[test]
fn another_process_than_the_one_that_is_watched_says_nothing() {
    let manager = ServiceManager::new("other-watchdog.socket");
    let config = config("other-watchdog.toml");
    let mut command = manager.command(&["serve", "-c", config.path()]);
    command
        .env("WATCHDOG_USEC", "1000")
        .env("WATCHDOG_PID", "1");
    let running = Running::spawn(command);
    assert!(manager.message().starts_with("READY=1\n"));
    running.signal("TERM");
    assert!(manager.message().starts_with("STOPPING=1\n"));
    running.wait();
    nothing_more_is_said(&manager);
}

#[test]
fn who_only_checks_or_never_listens_is_not_ready() {
    let manager = ServiceManager::new("not-ready.socket");
    let valid = config("not-ready.toml");
    let broken = TestFile::new("never-ready.toml", "route = 7");
    for arguments in [
        &["serve", "--check", "-c", valid.path()][..],
        &["serve", "-c", broken.path()],
    ] {
        manager.command(arguments).output().unwrap();
    }
    nothing_more_is_said(&manager);
}

#[test]
fn a_service_manager_that_is_gone_is_no_reason_to_end() {
    let manager = ServiceManager::new("gone.socket");
    let config = config("gone.toml");
    let command = manager.command(&["serve", "-c", config.path()]);
    drop(manager);
    let mut running = Running::spawn(command);
    running.wait_for_note("listening on ");
    running.wait_for_note("warning: the service manager cannot be told: ");
    running.signal("TERM");
    assert_eq!(running.wait().code(), Some(0));
}

fn nothing_more_is_said(manager: &ServiceManager) {
    manager.socket.set_nonblocking(true).unwrap();
    let error = manager.socket.recv(&mut [0; 64]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
}

//! `corsac serve` while its policy file changes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use base64::Engine as _;

use crate::{Running, TestFile};

/// A file with an admin listener, in which one origin is allowed. Nothing is behind the gateway.
fn config(origin: &str) -> String {
    format!(
        "listen = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0' # the password is 1234\n\
         [policy.shop]\nallow-origins = ['{origin}']\n\
         [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\npolicy = 'shop'\n"
    )
}

/// A gateway that serves a policy file.
struct Served {
    running: Running,
    file: TestFile,
    address: String,
    admin: String,
}

impl Served {
    fn start(name: &str) -> Self {
        let file = TestFile::new(name, config("https://old.example"));
        let mut running = Running::start(&["serve", "-c", file.path()]);
        let address = running.wait_for_note("listening on http://");
        let admin = running.wait_for_note("admin on http://");
        Self {
            running,
            file,
            address,
            admin,
        }
    }

    /// Replaces the file as editors and deployments do: never is half of it there.
    fn write(&self, content: &str) {
        let new = format!("{}.new", self.file.path());
        std::fs::write(&new, content).unwrap();
        std::fs::rename(new, self.file.path()).unwrap();
    }

    fn wait_until_in_force(&mut self) {
        let note = format!("{} is in force as it is now", self.file.path());
        self.running.wait_for_note(&note);
    }

    #[track_caller]
    fn check_allows(&self, origin: &str) {
        let other = match origin {
            "https://old.example" => "https://new.example",
            _ => "https://old.example",
        };
        let field = |origin: &str| format!("origin: {origin}\r\n");
        let allowed = get(&self.address, "/", &field(origin));
        let expected = format!("access-control-allow-origin: {origin}\r\n");
        assert!(allowed.contains(&expected), "{allowed}");
        let refused = get(&self.address, "/", &field(other));
        assert!(
            !refused.contains("access-control-allow-origin"),
            "{refused}"
        );
    }

    fn metrics(&self) -> String {
        get(&self.admin, "/metrics", "")
    }
}

fn get(address: &str, path: &str, fields: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{fields}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

#[test]
fn a_changed_file_is_put_in_force() {
    let mut served = Served::start("reload-change.toml");
    served.check_allows("https://old.example");
    served.write(&config("https://new.example"));
    served.wait_until_in_force();
    served.check_allows("https://new.example");
    let shown = get(&served.admin, "/config", "");
    assert!(shown.contains("https://new.example"), "{shown}");
    assert!(!shown.contains("password"), "{shown}");
}

#[test]
fn a_signal_puts_the_file_in_force() {
    let mut served = Served::start("reload-signal.toml");
    served.write(&config("https://new.example"));
    served.running.signal("HUP");
    served.wait_until_in_force();
    served.check_allows("https://new.example");
}

#[test]
fn a_file_with_mistakes_leaves_the_old_one_in_force_and_is_shown() {
    let mut served = Served::start("reload-mistakes.toml");
    let broken = config("https://new.example/").replace("path = '/'", "path = 'x'");
    served.write(&broken);
    served
        .running
        .wait_for_note("error[origin-trailing-slash]: ");
    served.running.wait_for_note("error[path-missing-slash]: ");
    let note = format!("error: {} has 2 mistakes: ", served.file.path());
    let rest = served.running.wait_for_note(&note);
    assert_eq!(rest, "the old one stays in force");
    served.check_allows("https://old.example");
    let metrics = served.metrics();
    assert!(metrics.contains("corsac_reloads_total{result=\"refused\"} 1\n"));
    assert!(get(&served.admin, "/config", "").contains("https://old.example"));
    served.write(&config("https://new.example"));
    served.wait_until_in_force();
    served.check_allows("https://new.example");
}

#[test]
fn a_link_that_leads_elsewhere_is_a_change() {
    let old = TestFile::new("reload-link-old.toml", config("https://old.example"));
    let new = TestFile::new("reload-link-new.toml", config("https://new.example"));
    let link = TestFile::new("reload-link.toml", "");
    std::fs::remove_file(link.path()).unwrap();
    std::os::unix::fs::symlink(old.path(), link.path()).unwrap();
    let mut running = Running::start(&["serve", "-c", link.path()]);
    let address = running.wait_for_note("listening on http://");
    let admin = running.wait_for_note("admin on http://");
    let mut served = Served {
        running,
        file: link,
        address,
        admin,
    };
    served.check_allows("https://old.example");
    let other = format!("{}.new", served.file.path());
    std::os::unix::fs::symlink(new.path(), &other).unwrap();
    std::fs::rename(&other, served.file.path()).unwrap();
    served.wait_until_in_force();
    served.check_allows("https://new.example");
}

#[test]
fn what_takes_a_restart_is_said() {
    let mut served = Served::start("reload-restart.toml");
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = free.local_addr().unwrap().to_string();
    let moved = config("https://new.example").replacen("127.0.0.1:0", &other, 1);
    let tables = "[access-log]\n[limits]\nconnections = 7\n[policy";
    served.write(&moved.replace("[policy", tables));
    served.wait_until_in_force();
    served
        .running
        .wait_for_note("warning: `listen` has changed, which takes a restart");
    served
        .running
        .wait_for_note("warning: `connections` has changed, which takes a restart");
    served
        .running
        .wait_for_note("warning: `[access-log]` has changed, which takes a restart");
    served.check_allows("https://new.example");
}

#[test]
fn a_policy_from_stdin_is_not_read_again() {
    let mut command = crate::corsac(&["serve", "-c", "-"]);
    command
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(config("https://old.example").as_bytes())
        .unwrap();
    drop(stdin);
    let stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut running = Running { child, stderr };
    running.wait_for_note("listening on http://");
    running.wait_for_note("admin on http://");
    running.signal("HUP");
    running.wait_for_note("the policy was read from stdin, and cannot be read again");
}

#[test]
fn a_certificate_that_is_renewed_is_put_in_force() {
    let certificate = |name: &str| {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        (
            pem("CERTIFICATE", made.cert.der()),
            pem("PRIVATE KEY", &made.signing_key.serialize_der()),
        )
    };
    let (old, old_key) = certificate("old.example");
    let pair = TestFile::new("reload-tls.pem", old);
    let key = TestFile::new("reload-tls-key.pem", old_key);
    let content = "listen = '127.0.0.1:0'\n[[tls]]\ncertificate = 'reload-tls.pem'\n\
                   key = 'reload-tls-key.pem'\n\
                   [[route]]\npath = '/'\nupstream = 'http://127.0.0.1:1'\n";
    let config = TestFile::new("reload-tls.toml", content);
    let mut running = Running::start(&["serve", "-c", config.path()]);
    running.wait_for_note("listening on https://");
    let (new, new_key) = certificate("new.example");
    // Only half of it is there: the old pair goes on.
    std::fs::write(pair.path(), new).unwrap();
    running.signal("HUP");
    running.wait_for_note("error: the certificates are not in order: the old one stays in force");
    std::fs::write(key.path(), new_key).unwrap();
    running.wait_for_note(&format!("{} is in force as it is now", config.path()));
}

/// The bytes in the form that certificates and keys have in files.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64);
    let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

//! Fixes at work: the real server is blocked without them, and allowed with them.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use corsac_fetch::client::ClientOptions;
use corsac_probe::{Code, Ground, Report, Stack, Verdict, fix};

use super::server::{Server, Wire};
use super::{Asked, answer, codes, get, put, run};

/// A server in front of one that knows nothing of preflights and lets everyone in.
struct Front {
    child: Child,
    port: u16,
}

impl Drop for Front {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has seen.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How a server is started.
struct Kind {
    stack: Stack,
    program: &'static str,
    /// Gets the directory and the two ports, and where the snippet goes.
    config: fn(&Path, (u16, u16), &str) -> String,
    arguments: fn(&Path) -> Vec<String>,
}

/// How often a port is tried: each try takes some microseconds, and a server starts in a second.
const MAX_TRIES: usize = 3_000_000;

impl Kind {
    fn start(&self, name: &str, behind: u16, snippet: &str) -> Front {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}-{name}", self.stack.name()));
        fs::create_dir_all(&directory).unwrap();
        let port = free_port();
        let config = (self.config)(&directory, (port, behind), snippet);
        let path = directory.join("config");
        fs::write(&path, config).unwrap();
        let log = fs::File::create(directory.join("log")).unwrap();
        let mut command = Command::new(self.program);
        command
            .args((self.arguments)(&path))
            .env("APACHE_RUN_DIR", &directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        let child = command.spawn().unwrap_or_else(|error| {
            panic!(
                "{} is not installed: {error}; cargo xtask test installs it",
                self.program
            )
        });
        let front = Front { child, port };
        front.wait(&directory);
        front
    }
}

impl Front {
    fn wait(&self, directory: &Path) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        for _ in 0..MAX_TRIES {
            if TcpStream::connect(address).is_ok() {
                return;
            }
            std::thread::yield_now();
        }
        let log = fs::read_to_string(directory.join("log"));
        panic!("it does not listen: {log:?}");
    }

    fn check(&self, asked: &Asked, path: &str) -> Report {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        run(asked.probe(url), &ClientOptions::default())
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn check(kind: &Kind) {
    let behind = Server::start(Wire::Plain, |heard| {
        let allowed = ["Access-Control-Allow-Origin: *", "X-Total: 3"];
        match (heard.is_preflight(), heard.path.as_str()) {
            (true, _) => answer("405 Method Not Allowed", &[]),
            (false, "/pets") => answer("200 OK", &allowed),
            (false, _) => answer("404 Not Found", &[]),
        }
    });
    let asked = put().header("X-One", "1").credentialed().read("x-total");
    let port = behind.address.port();
    let broken = kind.start("broken", port, "");
    let report = broken.check(&asked, "/pets");
    assert_eq!(codes(&report), ["preflight-no-handler"]);

    let probe = asked.probe(behind.url("/pets"));
    let ground = Ground::of(&probe.page, &probe.request, &probe.read).on(Some(kind.stack));
    let snippet = fix(Code::PreflightNoHandler, &ground).snippet.unwrap().text;
    let mended = kind.start("mended", port, &snippet);
    let simple = || get().credentialed();
    for (asked, path) in [
        (asked, "/pets"),
        (simple().read("x-total"), "/pets"),
        (simple(), "/nothing"),
    ] {
        let report = mended.check(&asked, path);
        assert_eq!(codes(&report), Vec::<&str>::new(), "{path}: {report:#?}");
        assert_eq!(report.verdict, Verdict::Allowed);
    }
    let stranger = get().of("https://app.example.evil.test").credentialed();
    assert_eq!(mended.check(&stranger, "/pets").verdict, Verdict::Blocked);
}

#[test]
fn nginx_is_mended() {
    check(&Kind {
        stack: Stack::Nginx,
        program: "nginx",
        config: |directory, (port, behind), snippet| {
            let (http, server) = snippet.split_once("# In server").unwrap_or_default();
            let directory = directory.display();
            let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
                .iter()
                .map(|it| format!("{it}_temp_path {directory}/{it};\n"))
                .collect();
            format!(
                "daemon off; master_process off; pid {directory}/pid; error_log stderr;\n\
                 events {{}}\nhttp {{\naccess_log off;\n{temporary}{http}\nserver {{\n\
                 listen 127.0.0.1:{port};\n# {server}\n\
                 location / {{ proxy_pass http://127.0.0.1:{behind}; }}\n}}\n}}\n"
            )
        },
        arguments: |path| vec!["-c".to_owned(), path.display().to_string()],
    });
}

#[test]
fn haproxy_is_mended() {
    check(&Kind {
        stack: Stack::HaProxy,
        program: "haproxy",
        config: |_, (port, behind), snippet| {
            format!(
                "defaults\nmode http\ntimeout connect 5s\ntimeout client 5s\ntimeout server 5s\n\
                 frontend front\nbind 127.0.0.1:{port}\n{snippet}\ndefault_backend behind\n\
                 backend behind\nserver one 127.0.0.1:{behind}\n"
            )
        },
        arguments: |path| vec!["-f".to_owned(), path.display().to_string()],
    });
}

#[test]
fn apache_is_mended() {
    check(&Kind {
        stack: Stack::Apache,
        program: "apache2",
        config: |directory, (port, behind), snippet| {
            let directory = directory.display();
            let modules = [
                "mpm_event",
                "authz_core",
                "headers",
                "setenvif",
                "rewrite",
                "proxy",
                "proxy_http",
            ];
            let modules: String = modules
                .iter()
                .map(|it| format!("LoadModule {it}_module /usr/lib/apache2/modules/mod_{it}.so\n"))
                .collect();
            format!(
                "ServerRoot {directory}\nServerName localhost\nListen 127.0.0.1:{port}\n\
                 PidFile {directory}/pid\nErrorLog /dev/stderr\n{modules}\
                 <VirtualHost *:{port}>\n{snippet}\nProxyPass / http://127.0.0.1:{behind}/\n\
                 </VirtualHost>\n"
            )
        },
        arguments: |path| {
            let config = path.display().to_string();
            vec!["-X".to_owned(), "-f".to_owned(), config]
        },
    });
}

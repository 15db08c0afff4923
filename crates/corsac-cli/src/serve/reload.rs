//! Puts a new policy file in force while the gateway serves.

use std::fs::Metadata;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use corsac_config::{Config, Operations, without_comments};
use corsac_gateway::{Admin, Gateway};
use tokio::time::{MissedTickBehavior, interval};

use super::service_manager;
use crate::exit::Failure;
use crate::source::Source;
use crate::terminal;

/// Follows a policy file.
pub(super) struct Reload {
    hangup: Hangup,
    follower: Follower,
}

/// A policy file, as it was when it was last read.
struct Follower {
    path: PathBuf,
    text: String,
    /// The other files that it names.
    others: Vec<PathBuf>,
    stamps: Vec<Option<Stamp>>,
    /// What the files looked like at the last look, if that is not what was read.
    unsettled: Vec<Option<Stamp>>,
    is_tls: bool,
    listen: SocketAddr,
    n_connections: usize,
    operations: Operations,
    admin: Option<Admin>,
}

/// What tells one state of a file from another, without reading it.
///
/// Links are followed: a mounted volume may change where one leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    inode: u64,
}

impl Reload {
    /// Follows a file from what was read of it. Who asks for a reload by signal is heard from now
    /// on.
    pub(super) fn new(
        path: &Path,
        source: Source,
        config: &Config,
        admin: Option<Admin>,
    ) -> Result<Self, Failure> {
        let hangup = Hangup::catch()?;
        let mut follower = Follower {
            path: path.to_owned(),
            text: source.text,
            others: files_beside(path, config),
            stamps: Vec::new(),
            unsettled: Vec::new(),
            is_tls: !config.front.certificates.is_empty(),
            listen: config.listen,
            n_connections: config.front.limits.connections,
            operations: config.operations.clone(),
            admin,
        };
        follower.stamps = follower.look_at_all();
        Ok(Self { hangup, follower })
    }

    /// Puts what the file says in force whenever it has changed, and at each signal.
    pub(super) async fn follow(mut self, gateway: Gateway) {
        let mut looks = interval(LOOK_PERIOD);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_asked = tokio::select! {
                () = self.hangup.next() => true,
                _ = looks.tick() => false,
            };
            let gateway = gateway.clone();
            let mut follower = self.follower;
            // A large file takes a while to read, which is no reason for a client to wait.
            let looked = tokio::task::spawn_blocking(move || {
                match is_asked {
                    true => follower.reload(&gateway),
                    false => follower.look(&gateway),
                }
                follower
            });
            self.follower = match looked.await {
                Ok(follower) => follower,
                Err(_) => return,
            };
        }
    }
}

impl Follower {
    /// Reads the file if it has changed, and stays as it is from one look to the next: who writes
    /// it may not be done yet.
    fn look(&mut self, gateway: &Gateway) {
        let stamps = self.look_at_all();
        let is_there = stamps.first().is_some_and(Option::is_some);
        if !is_there || stamps == self.stamps {
            self.unsettled.clear();
            return;
        }
        if self.unsettled != stamps {
            self.unsettled = stamps;
            return;
        }
        self.remember(stamps);
        match Source::read(&self.path) {
            Ok(source) if source.text == self.text && self.others.is_empty() => {}
            source => {
                service_manager::is_reloading();
                let outcome = self.put_in_force(source, gateway);
                service_manager::is_ready(&outcome);
            }
        }
    }

    /// Reads the file because someone has asked for it, who may wait for the outcome.
    fn reload(&mut self, gateway: &Gateway) {
        service_manager::is_reloading();
        let outcome = match self.path.to_str() {
            Some("-") => {
                told("the policy was read from stdin, and cannot be read again".to_owned())
            }
            Some(_) | None => {
                let stamps = self.look_at_all();
                self.remember(stamps);
                self.put_in_force(Source::read(&self.path), gateway)
            }
        };
        service_manager::is_ready(&outcome);
    }

    fn look_at_all(&self) -> Vec<Option<Stamp>> {
        let others = self.others.iter().map(|it| Stamp::of(it));
        [Stamp::of(&self.path)].into_iter().chain(others).collect()
    }

    fn remember(&mut self, stamps: Vec<Option<Stamp>>) {
        self.stamps = stamps;
        self.unsettled.clear();
    }

    /// Either all of it is in force afterwards, or nothing. It gives what came of it in a sentence.
    fn put_in_force(&mut self, source: Result<Source, Failure>, gateway: &Gateway) -> String {
        let source = match source {
            Ok(source) => source,
            Err(failure) => return refuse(gateway, &failure),
        };
        let read = super::read(&source, CONSEQUENCE).and_then(|config| {
            // Whoever mends a certificate need not touch the policy file.
            self.others = files_beside(&self.path, &config);
            self.stamps = self.look_at_all();
            let certificates = super::certificates(&self.path, &config, CONSEQUENCE)?;
            Ok((config, certificates))
        });
        let outcome = match read {
            Ok((config, certificates)) => {
                gateway.replace(&config);
                gateway.replace_certificates(certificates);
                if let Some(admin) = &self.admin {
                    admin.show_config(without_comments(&source.text));
                }
                let outcome = told(format!("{} is in force as it is now", source.name));
                self.note_what_stays(&config);
                outcome
            }
            Err(failure) => refuse(gateway, &failure),
        };
        self.text = source.text;
        outcome
    }

    /// Says what the file says now that takes a restart.
    fn note_what_stays(&self, config: &Config) {
        let (old, new) = (&self.operations, &config.operations);
        let changed = [
            ("listen", self.listen != config.listen),
            (
                "connections",
                self.n_connections != config.front.limits.connections,
            ),
            ("reuse-port", old.reuse_port != new.reuse_port),
            ("[admin]", old.admin != new.admin),
            ("[access-log]", old.access_log != new.access_log),
            (
                "[[tls]]",
                self.is_tls == config.front.certificates.is_empty(),
            ),
        ];
        for (key, _) in changed.iter().filter(|(_, is_changed)| *is_changed) {
            terminal::note(&format!(
                "warning: `{key}` has changed, which takes a restart: until then it is as it was"
            ));
        }
    }
}

fn refuse(gateway: &Gateway, failure: &Failure) -> String {
    gateway.count_failed_reload();
    told(failure.to_string())
}

/// Tells the user, and gives what was told.
fn told(outcome: String) -> String {
    terminal::note(&outcome);
    outcome
}

/// The other files that a policy file names, relative to where it is.
fn files_beside(path: &Path, config: &Config) -> Vec<PathBuf> {
    let directory = super::directory(path);
    let pairs = config.front.certificates.iter();
    let certificates = pairs.flat_map(|it| [&it.certificate, &it.key]);
    let certificates = certificates.map(|it| directory.join(it));
    let others = config.files.iter().map(|it| directory.join(it));
    certificates.chain(others).collect()
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            len: metadata.len(),
            inode: inode(&metadata),
        })
    }
}

#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> u64 {
    0
}

/// The signal that asks for a reload.
struct Hangup {
    #[cfg(unix)]
    signal: tokio::signal::unix::Signal,
}

impl Hangup {
    #[cfg(unix)]
    fn catch() -> Result<Self, Failure> {
        use tokio::signal::unix::{SignalKind, signal};
        let signal = signal(SignalKind::hangup())
            .map_err(|error| Failure::misuse(format!("cannot catch signals: {error}")))?;
        Ok(Self { signal })
    }

    #[cfg(not(unix))]
    fn catch() -> Result<Self, Failure> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        if self.signal.recv().await.is_none() {
            std::future::pending().await
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        std::future::pending().await
    }
}

/// What becomes of a file with a mistake.
const CONSEQUENCE: &str = "the old one stays in force";

/// How often the file is looked at. A look is one call of the system, without reading.
const LOOK_PERIOD: Duration = Duration::from_millis(500);

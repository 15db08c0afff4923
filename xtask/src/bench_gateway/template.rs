//! Configurations with places to fill in.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::engine::Engine;
use crate::repository::root;

/// What clients speak to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transport {
    Plain,
    /// TLS, and HTTP/2 over it.
    Tls,
}

/// What is filled in.
pub(super) struct Values<'a> {
    pub(super) listen: SocketAddr,
    pub(super) upstream: SocketAddr,
    pub(super) transport: Transport,
    /// What all servers share.
    pub(super) common: &'a Path,
}

impl Transport {
    /// The mark at the start of lines that are for the other one.
    fn unwanted(self) -> &'static str {
        match self {
            Self::Plain => "#tls# ",
            Self::Tls => "#plain# ",
        }
    }
}

impl Values<'_> {
    /// Writes the configuration of a server into a directory of its own; returns its first file.
    pub(super) fn write(&self, engine: Engine) -> Result<PathBuf> {
        let directory = self.directory(engine.name())?;
        for file in engine.files() {
            fs::write(directory.join(file), self.filled_in(file, &directory)?)?;
        }
        Ok(directory.join(engine.files()[0]))
    }

    /// Writes the configuration of the server behind all of them.
    pub(super) fn write_upstream(&self) -> Result<PathBuf> {
        let directory = self.directory("upstream")?;
        fs::write(directory.join("large"), vec![b'x'; LARGE])?;
        let path = directory.join("upstream.conf");
        fs::write(&path, self.filled_in("upstream.conf", &directory)?)?;
        Ok(path)
    }

    fn directory(&self, name: &str) -> Result<PathBuf> {
        let kind = match self.transport {
            Transport::Plain => "plain",
            Transport::Tls => "tls",
        };
        let directory = self.common.join(format!("{name}-{kind}"));
        fs::create_dir_all(&directory)?;
        Ok(directory)
    }

    /// The text of a template with everything filled in.
    pub(super) fn filled_in(&self, file: &str, directory: &Path) -> Result<String> {
        let path = templates().join(file);
        let text = fs::read_to_string(&path);
        let text = text.with_context(|| format!("{} cannot be read", path.display()))?;
        let common = |file| self.common.join(file).display().to_string();
        let values = [
            ("@directory@", directory.display().to_string()),
            ("@listen@", self.listen.to_string()),
            ("@port@", self.listen.port().to_string()),
            ("@upstream@", self.upstream.to_string()),
            ("@upstream_host@", self.upstream.ip().to_string()),
            ("@upstream_port@", self.upstream.port().to_string()),
            ("@certificate@", common(CERTIFICATE)),
            ("@key@", common(KEY)),
            ("@both@", common(BOTH)),
        ];
        let text = opened(&text, self.transport);
        let filled = values.iter();
        Ok(filled.fold(text, |text, (name, value)| text.replace(name, value)))
    }
}

/// The text with the lines that are for this transport, and without those for the other one.
fn opened(text: &str, transport: Transport) -> String {
    let is_wanted = |line: &&str| !line.trim_start().starts_with(transport.unwanted());
    let lines = text.lines().filter(is_wanted);
    let lines = lines.map(|line| line.replacen("#tls# ", "", 1).replacen("#plain# ", "", 1));
    lines.map(|line| line + "\n").collect()
}

/// The configurations and scripts.
pub(super) fn templates() -> PathBuf {
    root().join("xtask/bench/gateway")
}

pub(super) const CERTIFICATE: &str = "certificate.pem";
pub(super) const KEY: &str = "key.pem";
/// One after the other, as HAProxy wants them.
pub(super) const BOTH: &str = "both.pem";

/// The size of the large answer.
const LARGE: usize = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_for_the_other_transport_are_left_out() {
        let text = "a\n  #plain# b\n#tls# c\n";
        assert_eq!(opened(text, Transport::Plain), "a\n  b\n");
        assert_eq!(opened(text, Transport::Tls), "a\nc\n");
    }
}

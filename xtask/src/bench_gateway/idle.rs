//! What a connection costs that nobody uses at the moment.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::server::Server;

/// Bytes of memory for each of the connections.
///
/// Each has asked for something once, as connections do that are kept.
pub(super) fn memory_per_connection(server: &Server) -> Result<f64> {
    let warm = ask(server.address())?;
    let before = server.memory()?;
    let connections: Result<Vec<_>> = (0..CONNECTIONS).map(|_| ask(server.address())).collect();
    let connections = connections?;
    std::thread::sleep(REST);
    let after = server.memory()?;
    drop((warm, connections));
    #[expect(
        clippy::cast_precision_loss,
        reason = "the memory of a machine is exact in an f64"
    )]
    let grown = after.saturating_sub(before) as f64;
    Ok(grown / f64::from(CONNECTIONS))
}

/// Waits until a server that listens has read its configuration too.
pub(super) fn wait_until_it_serves(server: SocketAddr) -> Result<()> {
    let mut attempts = 0;
    while let Err(error) = ask(server) {
        attempts += 1;
        if attempts == ATTEMPTS {
            return Err(error);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

/// A connection that has had one answer.
fn ask(server: SocketAddr) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(REQUEST)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while !answer.ends_with(END) {
        match stream.read(&mut buffer).context("no answer")? {
            0 => bail!("closed after {}", String::from_utf8_lossy(&answer)),
            n => answer.extend_from_slice(&buffer[..n]),
        }
        if !answer.starts_with(SUCCESS) {
            bail!("refused: {}", String::from_utf8_lossy(&answer));
        }
    }
    Ok(stream)
}

pub(super) const CONNECTIONS: u32 = 10_000;

/// A proxied GET has used all that there is to use.
const REQUEST: &[u8] =
    b"GET /v1/pets/1 HTTP/1.1\r\nHost: bench\r\nOrigin: https://app.example.com\r\n\r\n";

/// How the answer begins.
const SUCCESS: &[u8] = b"HTTP/1.1 200 ";

/// How the body ends: all on one line.
const END: &[u8] = b"}";

const PATIENCE: Duration = Duration::from_secs(10);

const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(50);

/// In which a server may put away what it does not need.
const REST: Duration = Duration::from_secs(1);

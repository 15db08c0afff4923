//! A client that asks over many connections at once, so many times and no more.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::load::Load;

/// Sends so many rounds of requests, each over all connections at the same time.
pub(super) fn ask(server: SocketAddr, load: Load, rounds: u32) -> Result<()> {
    let connect = |_| {
        let stream = TcpStream::connect(server)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(BufReader::new(stream))
    };
    let mut connections = (0..CONNECTIONS).map(connect).collect::<Result<Vec<_>>>()?;
    let request = request(load);
    for _ in 0..rounds {
        for connection in &mut connections {
            connection.get_mut().write_all(&request)?;
        }
        for connection in &mut connections {
            read_answer(connection)?;
        }
    }
    Ok(())
}

fn request(load: Load) -> Vec<u8> {
    let (method, fields, body): (_, _, &[u8]) = match load {
        Load::Preflight | Load::PreflightOverHttp2 => ("OPTIONS", PREFLIGHT, b""),
        Load::Get | Load::GetOverHttp2 | Load::Download => ("GET", "", b""),
        Load::Upload => ("POST", UPLOAD, &[b'x'; 1024 * 1024]),
    };
    let path = load.path();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: bench\r\nOrigin: https://app.example.com\r\n{fields}\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn read_answer(connection: &mut impl BufRead) -> Result<()> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 2") {
        bail!("refused: {line}");
    }
    let mut length = 0;
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line).context("no answer")?;
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    let body = connection.by_ref().take(length);
    let n = std::io::copy(&mut { body }, &mut std::io::sink())?;
    if n != length {
        bail!("the answer broke off after {n} of {length} bytes");
    }
    Ok(())
}

pub(super) const CONNECTIONS: u32 = 16;

const PREFLIGHT: &str =
    "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: content-type\r\n";
const UPLOAD: &str = "Content-Type: image/jpeg\r\nContent-Length: 1048576\r\n";
const PATIENCE: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_to_its_end() {
        let mut text =
            &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nxyHTTP/1.1 204 No Content\r\n\r\n"[..];
        read_answer(&mut text).unwrap();
        read_answer(&mut text).unwrap();
        assert_eq!(text, b"");
        assert!(read_answer(&mut &b"HTTP/1.1 404 Not Found\r\n\r\n"[..]).is_err());
        assert!(read_answer(&mut &b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nx"[..]).is_err());
    }
}

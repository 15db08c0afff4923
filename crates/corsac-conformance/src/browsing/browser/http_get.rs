//! The question that a browser's tools answer in HTTP: which pages are there?

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// What is at a path of a port of this machine.
pub(super) async fn http_get(port: u16, path: &str) -> io::Result<String> {
    let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", port)).await?);
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let head = read_head(&mut stream).await?;
    let mut body = vec![0; content_length(&head).ok_or_else(|| io::Error::other(head))?];
    stream.read_exact(&mut body).await?;
    String::from_utf8(body).map_err(io::Error::other)
}

/// Reads up to the empty line, and no further.
pub(super) async fn read_head(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MAXIMUM_HEAD {
            return Err(io::Error::other("the head is too long"));
        }
        head.push(stream.read_u8().await?);
    }
    String::from_utf8(head).map_err(io::Error::other)
}

fn content_length(head: &str) -> Option<usize> {
    let lines = head.lines().filter_map(|it| it.split_once(':'));
    let mut lengths = lines.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = lengths.next()?.1.trim().parse().ok()?;
    (length <= MAXIMUM_BODY).then_some(length)
}

/// What these servers send is some hundred bytes.
const MAXIMUM_HEAD: usize = 16 << 10;

/// The list of a few pages.
const MAXIMUM_BODY: usize = 1 << 20;

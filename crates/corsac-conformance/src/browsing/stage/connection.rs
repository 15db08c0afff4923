//! A connection over HTTP/1.1: as much of it as browsers make of it.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::super::observation::Line;
use super::super::place::{Place, scenario_of};
use super::super::scenario::{PAGE_PATH, SANDBOXED_PAGE_PATH, isomorphic_decode};
use super::playing::{Came, Playing};

/// Answers the requests of a connection until there are no more.
pub(super) async fn serve_connection(
    place: Place,
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    playing: &Playing,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    while let Some(request) = read(&mut stream, &mut bytes).await? {
        let Some(answer) = answer(place, &request, playing) else {
            return Ok(());
        };
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
    Ok(())
}

struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn answer(place: Place, request: &Request, playing: &Playing) -> Option<Vec<u8>> {
    if let Some(id) = scenario_of(&request.target) {
        let line = Line {
            place,
            method: &request.method,
            path: &request.target,
            body: &isomorphic_decode(&request.body),
        };
        return playing.answer(&Came {
            id,
            line,
            headers: &request.headers,
        });
    }
    let answer = match request.target.as_str() {
        PAGE_PATH => document("text/html", "", PAGE),
        SANDBOXED_PAGE_PATH => document("text/html", SANDBOX, PAGE),
        "/page.js" => document("text/javascript", "", SCRIPT),
        "/next" => match playing.next(&request.body) {
            Ok(orders) => document("application/json", SHARED, &orders),
            Err(error) => document("text/plain", SHARED, &error.to_string()),
        },
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
    };
    Some(answer)
}

fn document(content_type: &str, more: &str, text: &str) -> Vec<u8> {
    let length = text.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nCache-Control: no-store\r\n{more}\
         Content-Length: {length}\r\n\r\n{text}"
    )
    .into_bytes()
}

const PAGE: &str = include_str!("../page.html");
const SCRIPT: &str = include_str!("../page.js");

/// Gives the page an origin that is opaque.
const SANDBOX: &str = "Content-Security-Policy: sandbox allow-scripts\r\n";

/// The sandboxed page is of another origin than its own server.
const SHARED: &str = "Access-Control-Allow-Origin: *\r\n";

/// Reads a request; nothing if the connection ends before one begins.
async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    bytes: &mut Vec<u8>,
) -> io::Result<Option<Request>> {
    let head_len = loop {
        if let Some(at) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            break at + 4;
        }
        if bytes.len() > MAX_LEN || !read_more(stream, bytes).await? {
            return Ok(None);
        }
    };
    let Some(mut request) = parse_head(&bytes[..head_len]) else {
        return Ok(None);
    };
    let is_length = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-length");
    let length = request.headers.iter().find(is_length);
    let body_len = length.map_or(Some(0), |(_, value)| value.parse::<usize>().ok());
    let Some(body_len) = body_len.filter(|it| *it <= MAX_LEN) else {
        return Ok(None);
    };
    while bytes.len() < head_len + body_len {
        if !read_more(stream, bytes).await? {
            return Ok(None);
        }
    }
    request.body = bytes[head_len..head_len + body_len].to_vec();
    bytes.drain(..head_len + body_len);
    Ok(Some(request))
}

/// More than a page ever sends, so that a mistake does not fill the memory.
const MAX_LEN: usize = 16 * 1024 * 1024;

async fn read_more(stream: &mut (impl AsyncRead + Unpin), bytes: &mut Vec<u8>) -> io::Result<bool> {
    Ok(stream.read_buf(bytes).await? > 0)
}

fn parse_head(head: &[u8]) -> Option<Request> {
    let head = isomorphic_decode(head);
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers = lines.take_while(|it| !it.is_empty()).map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
    });
    Some(Request {
        method,
        target,
        headers: headers.collect::<Option<_>>()?,
        body: Vec::new(),
    })
}

//! As much of HTTP/1.1 as is needed to see every line as it is on the wire.

use std::io::{self, Read, Write};
use std::net::TcpStream;

use crate::question::{HandlerResponse, Question};

/// The head of a message and what follows it.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) start_line: String,
    pub(super) lines: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// The status, if it is a response.
    pub(super) fn status(&self) -> Option<u16> {
        self.start_line.split(' ').nth(1)?.parse().ok()
    }
}

/// The bytes of a question's request to a host.
pub(super) fn request_bytes(question: &Question, host: &str) -> Vec<u8> {
    let mut bytes = format!("{} / HTTP/1.1\r\nhost: {host}\r\n", question.method).into_bytes();
    push_lines(&mut bytes, &question.fields);
    let is_named = |name: &str| {
        question
            .fields
            .iter()
            .any(|(it, _)| it.eq_ignore_ascii_case(name))
    };
    if !is_named("connection") {
        bytes.extend(b"connection: close\r\n");
    }
    if matches!(question.method.as_str(), "POST" | "PUT") {
        bytes.extend(b"content-length: 0\r\n");
    }
    bytes.extend(b"\r\n");
    bytes
}

/// The bytes of a handler's response to a request, or nothing if it fails.
pub(super) fn response_bytes(response: &HandlerResponse, is_head: bool) -> Vec<u8> {
    let HandlerResponse::Response { status, fields } = response else {
        return Vec::new();
    };
    let mut bytes = format!("HTTP/1.1 {status} Answer\r\nconnection: close\r\n").into_bytes();
    push_lines(&mut bytes, fields);
    let has_body = !matches!(status, 204 | 304);
    if has_body {
        bytes.extend(format!("content-length: {}\r\n", HANDLER_BODY.len()).bytes());
    }
    bytes.extend(b"\r\n");
    if has_body && !is_head {
        bytes.extend(HANDLER_BODY);
    }
    bytes
}

fn push_lines(bytes: &mut Vec<u8>, lines: &[(String, Vec<u8>)]) {
    for (name, value) in lines {
        bytes.extend(name.bytes().chain(*b": "));
        bytes.extend(value);
        bytes.extend(b"\r\n");
    }
}

const HANDLER_BODY: &[u8] = b"the handler's body";

/// Sends a request and reads the response.
pub(super) fn exchange(mut stream: TcpStream, request: &[u8]) -> io::Result<Message> {
    // The other side may refuse a request before it has all of it, and its answer counts.
    let sent = stream.write_all(request);
    let head = match read_head(&mut stream) {
        Ok(head) => head,
        Err(error) => return Err(sent.err().unwrap_or(error)),
    };
    let mut message = parse_head(&head).ok_or_else(|| unreadable("the head", &head))?;
    let is_named = |name: &str, line: &&(String, Vec<u8>)| line.0.eq_ignore_ascii_case(name);
    let length = message
        .lines
        .iter()
        .find(|it| is_named("content-length", it));
    let length = length.and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
    let is_empty = request.starts_with(b"HEAD ") || matches!(message.status(), Some(204 | 304));
    match (is_empty, length) {
        (true, _) => {}
        (false, Some(length)) => {
            message.body = vec![0; length];
            stream.read_exact(&mut message.body)?;
        }
        (false, None) => drop(stream.read_to_end(&mut message.body)?),
    }
    Ok(message)
}

/// Reads up to the empty line, byte by byte, so that nothing behind it is taken.
pub(super) fn read_head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut reader = io::BufReader::with_capacity(1, stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        reader.read_exact(&mut byte)?;
        head.extend(byte);
    }
    Ok(head)
}

fn parse_head(head: &[u8]) -> Option<Message> {
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r"));
    let start_line = String::from_utf8(lines.next()??.to_vec()).ok()?;
    let mut fields = Vec::new();
    for line in lines.map_while(|line| line.filter(|it| !it.is_empty())) {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8(line[..colon].to_vec()).ok()?;
        fields.push((name, line[colon + 1..].trim_ascii().to_vec()));
    }
    Some(Message {
        start_line,
        lines: fields,
        body: Vec::new(),
    })
}

fn unreadable(what: &str, bytes: &[u8]) -> io::Error {
    io::Error::other(format!("{what} is not HTTP/1.1: {}", bytes.escape_ascii()))
}

//! What a server answers, as far as the two must agree.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result};

use super::load::Load;

/// The status, the fields that CORS is about, and the body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    status: String,
    fields: BTreeMap<String, String>,
    body: String,
}

impl Answer {
    pub(super) fn of(server: SocketAddr, load: Load) -> Result<Self> {
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(load.head().as_bytes())?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        Self::read(&response).with_context(|| format!("{load}: not a response: {response}"))
    }

    fn read(response: &str) -> Option<Self> {
        let (head, body) = response.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.to_owned();
        let fields = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()));
        let fields =
            fields.filter(|(name, _)| name.starts_with("access-control-") || name == "vary");
        Some(Self {
            status,
            fields: fields.collect(),
            body: body.to_owned(),
        })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n_fields, n_bytes) = (self.fields.len(), self.body.len());
        write!(
            f,
            "{} with the same {n_fields} fields and {n_bytes} bytes",
            self.status
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_differ_in_what_pages_see_and_in_nothing_else() {
        let read = |text: &str| Answer::read(text).unwrap();
        let one = read("HTTP/1.1 200 OK\r\nServer: a\r\nVary: Origin\r\n\r\nx");
        assert_eq!(
            one,
            read("HTTP/1.1 200 OK\r\nvary: Origin\r\nVia: b\r\n\r\nx")
        );
        assert_ne!(one, read("HTTP/1.1 200 OK\r\n\r\nx"));
        assert_ne!(one, read("HTTP/1.1 404 Not Found\r\nVary: Origin\r\n\r\nx"));
        assert_ne!(one, read("HTTP/1.1 200 OK\r\nVary: Origin\r\n\r\ny"));
        assert_eq!(Answer::read("garbage"), None);
    }
}

//! What a server answers, as far as a page sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Context, Result};

use super::load::Load;

/// Whether it is a success, the fields that CORS is about, and the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    is_success: bool,
    /// The members of each, whatever their order.
    fields: BTreeMap<String, BTreeSet<String>>,
    body: String,
}

impl Answer {
    pub(super) fn of(server: SocketAddr, load: Load) -> Result<Self> {
        let mut stream = TcpStream::connect(server)?;
        let request = match load == Load::Preflight {
            true => PREFLIGHT,
            false => GET,
        };
        stream.write_all(request.as_bytes())?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        Self::read(&response, load).with_context(|| format!("{load}: not a response: {response}"))
    }

    fn read(response: &str, load: Load) -> Option<Self> {
        let (head, body) = response.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let is_success = lines.next()?.split(' ').nth(1)?.starts_with('2');
        let mut fields = BTreeMap::<_, BTreeSet<_>>::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let name = name.trim().to_lowercase();
            if counts(&name, load) {
                let members = value.split(',').map(|it| it.trim().to_lowercase());
                fields.entry(name).or_default().extend(members);
            }
        }
        Some(Self {
            is_success,
            fields,
            body: body.to_owned(),
        })
    }
}

/// Does the field make a difference to a page, or to a cache?
///
/// No cache keeps a preflight; and what is exposed is a matter of the response proper.
fn counts(name: &str, load: Load) -> bool {
    let is_of_cors = name.starts_with("access-control-");
    match load == Load::Preflight {
        true => is_of_cors && name != "access-control-expose-headers",
        false => is_of_cors || name == "vary",
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n_fields, n_bytes) = (self.fields.len(), self.body.len());
        write!(f, "with the same {n_fields} fields and {n_bytes} bytes")
    }
}

const PREFLIGHT: &str = "OPTIONS /v1/pets/1 HTTP/1.1\r\nHost: bench\r\n\
    Origin: https://app.example.com\r\nAccess-Control-Request-Method: PUT\r\n\
    Access-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n";

const GET: &str = "GET /v1/pets/1 HTTP/1.1\r\nHost: bench\r\n\
    Origin: https://app.example.com\r\nConnection: close\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_differ_in_what_pages_see_and_in_nothing_else() {
        let read = |text: &str| Answer::read(text, Load::Get).unwrap();
        let one = read("HTTP/1.1 200 OK\r\nServer: a\r\nVary: A, Origin\r\n\r\nx");
        assert_eq!(
            one,
            read("HTTP/1.1 204 No Content\r\nvary: Origin\r\nvary: a\r\nVia: b\r\n\r\nx")
        );
        assert_ne!(one, read("HTTP/1.1 200 OK\r\n\r\nx"));
        assert_ne!(
            one,
            read("HTTP/1.1 404 Not Found\r\nVary: A, Origin\r\n\r\nx")
        );
        assert_ne!(one, read("HTTP/1.1 200 OK\r\nVary: A, Origin\r\n\r\ny"));
        assert_eq!(Answer::read("garbage", Load::Get), None);
    }
}

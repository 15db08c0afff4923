//! A server that answers what it was told, and remembers what it was asked.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A server on a port of its own; the answers are given in their order.
pub(crate) struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

/// An answer with its length.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// The URL of a port at which nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    format!(
        "http://localhost:{}/",
        listener.local_addr().unwrap().port()
    )
}

impl Server {
    pub(crate) fn start(answers: impl IntoIterator<Item = String>) -> Self {
        Self::start_over(answers, Ok)
    }

    /// One that speaks TLS.
    pub(crate) fn start_with_tls(
        answers: impl IntoIterator<Item = String>,
        tls: Arc<ServerConfig>,
    ) -> Self {
        Self::start_over(answers, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&tls)).map_err(io::Error::other)?;
            Ok(StreamOwned::new(connection, stream))
        })
    }

    fn start_over<S: Read + Write>(
        answers: impl IntoIterator<Item = String>,
        over: impl Fn(TcpStream) -> io::Result<S> + Clone + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answers = Arc::new(Mutex::new(answers.into_iter().collect::<VecDeque<_>>()));
        let shared = (Arc::clone(&requests), answers);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let ((requests, answers), over) = (shared.clone(), over.clone());
                thread::spawn(move || serve(over(stream.unwrap()).unwrap(), &requests, &answers));
            }
        });
        Self { port, requests }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    pub(crate) fn request(&self, index: usize) -> String {
        self.requests.lock().unwrap()[index].clone()
    }

    pub(crate) fn n_requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

/// Answers until an answer ends with the connection, as all do that may have a body.
fn serve(
    mut stream: impl Read + Write,
    requests: &Mutex<Vec<String>>,
    answers: &Mutex<VecDeque<String>>,
) {
    while let Some(request) = read(&mut stream) {
        requests.lock().unwrap().push(request);
        let answer = answers.lock().unwrap().pop_front().unwrap();
        // The client may have heard enough.
        let written = stream.write_all(answer.as_bytes());
        if written.is_err() || !answer.starts_with("HTTP/1.1 204 ") {
            return;
        }
    }
}

/// Reads a request to the end of its body; `None` if the client has no more.
fn read(stream: &mut impl Read) -> Option<String> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&request);
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && body.len() >= content_length(head)
        {
            return Some(text.into_owned());
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(n_read) => request.extend_from_slice(&buffer[..n_read]),
        }
    }
}

fn content_length(head: &str) -> usize {
    let value = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "));
    value.map_or(0, |value| value.parse().unwrap())
}

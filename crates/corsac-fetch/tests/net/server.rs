//! A server that plays a script: it says exactly these bytes.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;

/// What a server does next on a connection. After the last act it closes the connection.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Reads a request: a head, and the body that its Content-Length announces.
    Read,
    /// Writes.
    Write(Vec<u8>),
    /// Writes, each byte on its own.
    Trickle(Vec<u8>),
    /// Writes again and again, for as long as someone reads.
    WriteForever(Vec<u8>),
    /// Says to the test, by an empty request, that it has come so far.
    Report,
    /// Waits until the test says so.
    Await(Arc<Notify>),
    /// Waits until the client closes the connection.
    AwaitClose,
}

/// Reads a request and writes these bytes.
pub(crate) fn answer(bytes: impl Into<Vec<u8>>) -> Vec<Act> {
    vec![Act::Read, Act::Write(bytes.into())]
}

/// A server that is playing its script, one list of acts for each connection that comes.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Vec<u8>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(script: impl IntoIterator<Item = Vec<Act>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        let script: Vec<_> = script.into_iter().collect();
        let task = tokio::spawn(async move {
            for acts in script {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(play(stream, acts, sender.clone()));
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    /// One that says the same on its only connection.
    pub(crate) async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        Self::start([answer(bytes)]).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next request that arrives, if one does before all connections end.
    pub(crate) async fn last_request(&mut self) -> Option<Vec<u8>> {
        self.requests.recv().await
    }

    /// The next request that arrived.
    pub(crate) async fn request(&mut self) -> Vec<u8> {
        self.requests.recv().await.expect("a request")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Plays on one connection. Failures are the client's doing, and what it sees is looked at.
pub(crate) async fn play(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    acts: Vec<Act>,
    requests: mpsc::UnboundedSender<Vec<u8>>,
) {
    for act in acts {
        let played = match act {
            Act::Read => match read_request(&mut stream).await {
                Ok(request) => {
                    let _ = requests.send(request);
                    Ok(())
                }
                Err(error) => Err(error),
            },
            Act::Write(bytes) => stream.write_all(&bytes).await,
            Act::Trickle(bytes) => trickle(&mut stream, &bytes).await,
            Act::WriteForever(bytes) => loop {
                if let Err(error) = stream.write_all(&bytes).await {
                    break Err(error);
                }
            },
            Act::Report => {
                let _ = requests.send(Vec::new());
                Ok(())
            }
            Act::Await(notify) => {
                notify.notified().await;
                Ok(())
            }
            Act::AwaitClose => {
                let mut rest = Vec::new();
                stream.read_to_end(&mut rest).await.map(drop)
            }
        };
        if played.is_err() {
            return;
        }
    }
    let _ = stream.shutdown().await;
}

async fn trickle(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        stream.flush().await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// Reads a head, and the body that its Content-Length announces.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    request.extend_from_slice(&body);
    Ok(request)
}

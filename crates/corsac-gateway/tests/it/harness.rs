//! A gateway on a loopback port, and the two ends to talk to it by hand.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use corsac_gateway::Gateway;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// The origin that the policy of [`config`] allows.
pub(crate) const ORIGIN: &str = "https://app.example";

/// A configuration with one route, `/v1`, and a policy for it. `extra` goes to the top.
pub(crate) fn config(upstream: SocketAddr, extra: &str) -> String {
    format!(
        r#"
        {extra}

        [policy.shop]
        allow-origins     = ["{ORIGIN}"]
        allow-methods     = ["PUT"]
        expose-headers    = ["x-total-count"]
        allow-credentials = true

        [[route]]
        path = "/v1"
        upstream = "http://{upstream}"
        policy = "shop"
        "#
    )
}

pub(crate) fn gateway(config: &str) -> Gateway {
    Gateway::new(&corsac_config::read(config).expect("the configuration of a test is valid"))
}

/// A gateway that is serving.
pub(crate) struct Serving {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Serving {
    pub(crate) async fn start(gateway: &Gateway) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            // A test that does not stop its gateway drops the sender at its end.
            let _ = stopped.await;
        };
        let task = tokio::spawn(gateway.serve(listener, shutdown));
        Self {
            address,
            stop,
            task,
        }
    }

    /// A gateway in front of this upstream, with the configuration of [`config`].
    pub(crate) async fn before(upstream: &Upstream) -> Self {
        Self::start(&gateway(&config(upstream.address, ""))).await
    }

    pub(crate) async fn client(&self) -> Peer {
        Peer::connect(self.address).await
    }

    /// Sends one request over a connection of its own.
    pub(crate) async fn request(&self, line: &str, fields: &[&str]) -> Response {
        let mut client = self.client().await;
        client.send_head(line, &with_host(fields)).await;
        client.response(line).await
    }

    /// Shows that the gateway serves others, whatever happened to one.
    pub(crate) async fn still_serves(&self) {
        let response = self
            .request("GET /v1/healthy HTTP/1.1", &["origin: https://app.example"])
            .await;
        assert_eq!(response.status, 200, "{response:?}");
        assert_eq!(response.field("access-control-allow-origin"), Some(ORIGIN));
    }

    /// Drops the future that serves.
    pub(crate) fn abort(self) {
        self.task.abort();
    }

    /// Tells the gateway to stop.
    pub(crate) fn stop(self) -> JoinHandle<()> {
        let _ = self.stop.send(());
        self.task
    }
}

pub(crate) fn with_host<'a>(fields: &[&'a str]) -> Vec<&'a str> {
    [&["host: gateway.test"], fields].concat()
}

/// A server that speaks TCP by hand.
pub(crate) struct Upstream {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Upstream {
    /// A server that does this on each connection. It is told the number of the connection,
    /// from 0.
    pub(crate) async fn start<F, C>(converse: C) -> Self
    where
        C: Fn(Peer, usize) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(converse(Peer::new(stream), number));
            }
        });
        Self { address, task }
    }

    /// A server that answers every request with these bytes.
    pub(crate) async fn answering(response: impl Into<Vec<u8>>) -> Self {
        let response: Arc<[u8]> = response.into().into();
        Self::start(move |mut peer, _| {
            let response = Arc::clone(&response);
            async move {
                while peer.head().await.is_some() {
                    peer.send(&response).await;
                }
            }
        })
        .await
    }

    /// A server that does this to a request for `/v1/faulty`, and answers all others with 200.
    pub(crate) async fn faulty<F, C>(fault: C) -> Self
    where
        C: Fn(Peer) -> F + Send + Sync + Copy + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start(move |mut peer, _| async move {
            while let Some(head) = peer.head().await {
                match head[0].contains(" /v1/faulty ") {
                    true => return fault(peer).await,
                    false => peer.send(OK).await,
                }
            }
        })
        .await
    }

    /// A server that hands out the head of each request, and answers it with 200.
    pub(crate) async fn recording() -> (Self, mpsc::UnboundedReceiver<Vec<String>>) {
        let (heads, received) = mpsc::unbounded_channel();
        let upstream = Self::start(move |mut peer, _| {
            let heads = heads.clone();
            async move {
                while let Some(head) = peer.head().await {
                    let _ = heads.send(head);
                    peer.send(OK).await;
                }
            }
        })
        .await;
        (upstream, received)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// One end of a connection, that speaks HTTP by hand.
pub(crate) struct Peer<S = TcpStream> {
    stream: BufReader<S>,
}

impl Peer {
    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }

    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).await.unwrap())
    }

    /// Its own end of the connection.
    pub(crate) fn address(&self) -> SocketAddr {
        self.stream.get_ref().local_addr().unwrap()
    }

    /// Ends the connection by a reset, which no one can take for an orderly end.
    pub(crate) fn reset(self) {
        self.stream.get_ref().set_zero_linger().unwrap();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Sends bytes. Whether they arrive is for the other end to say.
    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    pub(crate) async fn send_head(&mut self, line: &str, fields: &[&str]) {
        let lines = [&[line], fields, &["", ""]].concat();
        self.send(lines.join("\r\n")).await;
    }

    /// Reads a head: its lines, or none if the connection ends instead.
    pub(crate) async fn head(&mut self) -> Option<Vec<String>> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await?;
            if line.is_empty() {
                return Some(lines);
            }
            lines.push(line);
        }
    }

    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let read = self.stream.read_until(b'\n', &mut line).await.unwrap_or(0);
        let line = String::from_utf8_lossy(&line);
        (read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// Reads so many bytes.
    pub(crate) async fn bytes(&mut self, len: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; len];
        self.stream.read_exact(&mut bytes).await.ok().map(|_| bytes)
    }

    /// Reads one chunk; the last one is empty, and no trailers follow.
    pub(crate) async fn chunk(&mut self) -> Option<Vec<u8>> {
        let len = usize::from_str_radix(&self.line().await?, 16).ok()?;
        let chunk = self.bytes(len).await;
        self.line().await?;
        chunk
    }

    /// Reads one chunk; behind the last, which is empty, it reads the trailers.
    pub(crate) async fn chunk_with_trailers(&mut self) -> Option<Vec<u8>> {
        let len = usize::from_str_radix(&self.line().await?, 16).ok()?;
        if len == 0 {
            return self.head().await.map(|_| Vec::new());
        }
        let chunk = self.bytes(len).await;
        self.line().await?;
        chunk
    }

    /// Reads to the end of the connection. None if it ends by a reset.
    pub(crate) async fn rest(&mut self) -> Option<Vec<u8>> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).await.ok().map(|_| rest)
    }

    /// Waits until the other end is gone.
    pub(crate) async fn gone(&mut self) {
        let _ = self.rest().await;
    }

    /// Reads the response to the request with this line.
    pub(crate) async fn response(&mut self, line: &str) -> Response {
        let response = self.response_head().await;
        let is_empty = line.starts_with("HEAD") || [101, 204, 304].contains(&response.status);
        let body = match (is_empty, response.field("content-length")) {
            (true, _) => Some(Vec::new()),
            (false, Some(len)) => self.bytes(len.parse().unwrap()).await,
            (false, None) if response.field("transfer-encoding").is_some() => self.chunks().await,
            (false, None) => self.rest().await,
        };
        Response { body, ..response }
    }

    pub(crate) async fn response_head(&mut self) -> Response {
        let head = self.head().await.expect("there is a response");
        let status = head[0].split(' ').nth(1).unwrap().parse().unwrap();
        let fields = head[1..].iter().map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_lowercase(), value.trim().to_owned())
        });
        Response {
            status,
            fields: fields.collect(),
            body: None,
        }
    }

    async fn chunks(&mut self) -> Option<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let chunk = self.chunk().await?;
            if chunk.is_empty() {
                return Some(body);
            }
            body.extend(chunk);
        }
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        self.stream.shutdown().await.unwrap();
    }
}

/// A response as it came.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    /// None if it did not come to its end.
    pub(crate) body: Option<Vec<u8>>,
}

impl Response {
    /// The value of a field that may be there once.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() <= 1, "{name}: {values:?}");
        values.first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.fields.iter().filter(|(it, _)| it == name);
        fields.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.body.as_ref().expect("the body came to its end")).unwrap()
    }
}

/// Which timer the system runs on each connection to this address: `02:` begins the one that asks
/// whether someone is there.
#[cfg(target_os = "linux")]
pub(crate) fn timers_towards(address: SocketAddr) -> Vec<String> {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let remote = format!("0100007F:{:04X}", address.port());
    let rows = table.lines().map(|line| line.split_whitespace().collect());
    let connected = rows.filter(|words: &Vec<_>| words[2] == remote && words[3] == "01");
    connected.map(|words| words[5].to_owned()).collect()
}

/// The value of a field in a head that an upstream received.
pub(crate) fn field<'a>(head: &'a [String], name: &str) -> Option<&'a str> {
    let values = fields(head, name);
    assert!(values.len() <= 1, "{name}: {values:?}");
    values.first().copied()
}

pub(crate) fn fields<'a>(head: &'a [String], name: &str) -> Vec<&'a str> {
    let fields = head[1..].iter().filter_map(|line| line.split_once(": "));
    let named = fields.filter(|(it, _)| it.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value).collect()
}

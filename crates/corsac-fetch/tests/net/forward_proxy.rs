//! A proxy that forwards what it gets, to servers on this machine.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::server::read_request;

/// A proxy to which every host name is one of this machine.
pub(crate) struct ForwardProxy {
    address: SocketAddr,
    requests: mpsc::UnboundedReceiver<String>,
    task: JoinHandle<()>,
}

impl ForwardProxy {
    /// One that asks for these credentials, if for any.
    pub(crate) async fn start(credentials: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let sender = sender.clone();
                // Whatever fails is seen by the client.
                tokio::spawn(async move { drop(forward(stream, credentials, sender).await) });
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    /// The URL of the proxy, with what goes before its host.
    pub(crate) fn url(&self, user_info: &str) -> String {
        format!("http://{user_info}{}", self.address)
    }

    /// The next request that arrived.
    pub(crate) async fn request(&mut self) -> String {
        self.requests.recv().await.expect("a request")
    }
}

impl Drop for ForwardProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Forwards one request; the connection ends with its response, or with the tunnel.
async fn forward(
    mut client: TcpStream,
    credentials: Option<&str>,
    requests: mpsc::UnboundedSender<String>,
) -> io::Result<()> {
    let request = read_request(&mut client).await?;
    let request = String::from_utf8(request).map_err(io::Error::other)?;
    let _ = requests.send(request.clone());
    let is_authorized = credentials
        .is_none_or(|it| request.contains(&format!("\r\nProxy-Authorization: Basic {it}\r\n")));
    if !is_authorized {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
        return client.write_all(refusal.as_bytes()).await;
    }
    let not_a_request = || io::Error::other("not a request for a proxy");
    let (line, rest) = request.split_once("\r\n").ok_or_else(not_a_request)?;
    let mut server;
    if let Some(authority) = line
        .strip_prefix("CONNECT ")
        .and_then(|it| it.strip_suffix(" HTTP/1.1"))
    {
        server = connect(authority).await?;
        client
            .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .await?;
    } else {
        let (method, url) = line.split_once(" http://").ok_or_else(not_a_request)?;
        let (authority, path) = url.split_once('/').ok_or_else(not_a_request)?;
        server = connect(authority).await?;
        let rest: String = rest
            .split_inclusive("\r\n")
            .filter(|line| !line.starts_with("Proxy-Authorization:"))
            .collect();
        let forwarded = format!("{method} /{path}\r\n{rest}");
        server.write_all(forwarded.as_bytes()).await?;
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn connect(authority: &str) -> io::Result<TcpStream> {
    let port = authority
        .rsplit_once(':')
        .and_then(|(_, it)| it.parse().ok());
    TcpStream::connect((Ipv4Addr::LOCALHOST, port.unwrap_or(80))).await
}

//! As much of a WebSocket client as the tools of a browser need, on the same machine.
//!
//! [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455): one text message after another, without
//! extensions.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::http_get::read_head;

/// An open connection.
#[derive(Debug)]
pub(super) struct WebSocket(BufReader<TcpStream>);

impl WebSocket {
    /// Connects to a path of a port of this machine.
    pub(super) async fn connect(port: u16, path: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::new(stream);
        // Whether the other side understood is seen by what it sends, so that the key may be any.
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Key: Y29yc2FjIGNvcnNhYyBjbw==\r\n\
             Sec-WebSocket-Version: 13\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let head = read_head(&mut stream).await?;
        match head.starts_with("HTTP/1.1 101 ") {
            true => Ok(Self(stream)),
            false => Err(io::Error::other(head)),
        }
    }

    pub(super) async fn send(&mut self, text: &str) -> io::Result<()> {
        self.send_frame(TEXT, text.as_bytes()).await
    }

    /// The next message, in as many frames as it comes.
    pub(super) async fn receive(&mut self) -> io::Result<String> {
        let mut message = Vec::new();
        loop {
            let first = self.0.read_u8().await?;
            let payload = self.payload(MAXIMUM_MESSAGE - message.len()).await?;
            match first & OPCODE {
                PING => self.send_frame(PONG, &payload).await?,
                PONG => {}
                CLOSE => return Err(io::ErrorKind::ConnectionAborted.into()),
                _ => {
                    message.extend(payload);
                    if first & FINAL != 0 {
                        return String::from_utf8(message).map_err(io::Error::other);
                    }
                }
            }
        }
    }

    async fn payload(&mut self, maximum: usize) -> io::Result<Vec<u8>> {
        let length = match self.0.read_u8().await? {
            126 => u64::from(self.0.read_u16().await?),
            127 => self.0.read_u64().await?,
            length => u64::from(length),
        };
        let length = usize::try_from(length).ok().filter(|it| *it <= maximum);
        let length = length.ok_or_else(|| io::Error::other("the message is too long"))?;
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await?;
        Ok(payload)
    }

    /// What a client sends is masked; with a mask of zeros it stays as it is.
    async fn send_frame(&mut self, opcode: u8, payload: &[u8]) -> io::Result<()> {
        let mut frame = vec![FINAL | opcode];
        match payload.len() {
            length @ ..126 => frame.push(MASKED | length as u8),
            length @ ..0x1_0000 => {
                frame.push(MASKED | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            length => {
                frame.push(MASKED | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.0.write_all(&frame).await?;
        self.0.flush().await
    }
}

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const OPCODE: u8 = 0x0F;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// The observations of thousands of scenarios are some megabytes.
const MAXIMUM_MESSAGE: usize = 256 << 20;

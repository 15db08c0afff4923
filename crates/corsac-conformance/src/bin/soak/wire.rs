//! HTTP/1.1 as both ends of the gateway read it: strictly, and without any part of the gateway.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::sleep;

/// A stream that is read.
pub(crate) struct Reader<R> {
    stream: R,
    buffer: Vec<u8>,
    pace: Pace,
}

/// How fast a peer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    Brisk,
    Slow,
}

/// The head of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) fields: Fields,
}

/// Names in lower case, and values.
pub(crate) type Fields = Vec<(String, String)>;

/// Where a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    After(usize),
    LastChunk,
    Close,
}

impl Head {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        field(&self.fields, name)
    }

    fn has_chunks(&self) -> bool {
        self.field("transfer-encoding") == Some("chunked")
    }

    fn length(&self) -> io::Result<Option<usize>> {
        let length = self.field("content-length").map(str::parse).transpose();
        length.map_err(|_| malformed("a length"))
    }
}

pub(crate) fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    let found = fields.iter().find(|(it, _)| it == name);
    found.map(|(_, value)| value.as_str())
}

impl<R: AsyncRead + Unpin> Reader<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            pace: Pace::Brisk,
        }
    }

    pub(crate) fn stream_mut(&mut self) -> &mut R {
        &mut self.stream
    }

    pub(crate) fn set_pace(&mut self, pace: Pace) {
        self.pace = pace;
    }

    /// The next head; none if the stream ends before it.
    pub(crate) async fn head(&mut self) -> io::Result<Option<Head>> {
        let mut lines = Vec::new();
        loop {
            match self.line().await {
                Ok(line) if line.is_empty() => return parsed(&lines).map(Some),
                Ok(line) => lines.push(line),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return match lines.is_empty() && self.buffer.is_empty() {
                        true => Ok(None),
                        false => Err(error),
                    };
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads the body of a request into `body`, whole if there is no error.
    pub(crate) async fn request_body(&mut self, head: &Head, body: &mut Vec<u8>) -> io::Result<()> {
        let end = match head.has_chunks() {
            true => End::LastChunk,
            false => End::After(head.length()?.unwrap_or(0)),
        };
        self.body(end, body).await
    }

    /// Reads the body of a response into `body`, whole if there is no error.
    pub(crate) async fn response_body(
        &mut self,
        head: &Head,
        body: &mut Vec<u8>,
    ) -> io::Result<()> {
        let end = match (head.has_chunks(), head.length()?) {
            _ if head.start.split(' ').nth(1) == Some("204") => End::After(0),
            (true, Some(_)) => return Err(malformed("two lengths")),
            (true, None) => End::LastChunk,
            (false, Some(length)) => End::After(length),
            (false, None) => End::Close,
        };
        self.body(end, body).await
    }

    async fn body(&mut self, end: End, body: &mut Vec<u8>) -> io::Result<()> {
        match end {
            End::After(length) => self.bytes(length, body).await,
            End::LastChunk => loop {
                let size = self.line().await?;
                let size =
                    usize::from_str_radix(&size, 16).map_err(|_| malformed("a chunk's size"))?;
                self.bytes(size, body).await?;
                if !self.line().await?.is_empty() {
                    return Err(malformed("a chunk's end"));
                }
                if size == 0 {
                    return Ok(());
                }
            },
            End::Close => loop {
                body.append(&mut self.buffer);
                if self.fill().await? == 0 {
                    return Ok(());
                }
            },
        }
    }

    async fn bytes(&mut self, mut length: usize, body: &mut Vec<u8>) -> io::Result<()> {
        while length > 0 {
            if self.buffer.is_empty() {
                self.fill_more().await?;
            }
            let n_taken = length.min(self.buffer.len());
            body.extend_from_slice(&self.buffer[..n_taken]);
            self.buffer.drain(..n_taken);
            length -= n_taken;
        }
        Ok(())
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|it| it == b"\r\n") {
                let line: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
                return String::from_utf8(line).map_err(|_| malformed("text"));
            }
            if self.buffer.len() > MAX_LINE {
                return Err(malformed("a line"));
            }
            self.fill_more().await?;
        }
    }

    async fn fill_more(&mut self) -> io::Result<()> {
        match self.fill().await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }

    async fn fill(&mut self) -> io::Result<usize> {
        let most = match self.pace {
            Pace::Brisk => 64 * 1024,
            Pace::Slow => {
                sleep(PAUSE).await;
                16 * 1024
            }
        };
        self.buffer.reserve(most);
        let mut limited = (&mut self.stream).take(most as u64);
        limited.read_buf(&mut self.buffer).await
    }
}

/// Longer lines than these nobody sends here.
const MAX_LINE: usize = 16 * 1024;

/// How long a slow peer waits before each part: some hundreds of milliseconds for a whole body.
const PAUSE: Duration = Duration::from_millis(15);

/// Writes all bytes, if slowly, in parts.
pub(crate) async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    pace: Pace,
) -> io::Result<()> {
    if pace == Pace::Slow {
        for part in bytes.chunks(bytes.len().div_ceil(PARTS).max(1)) {
            stream.write_all(part).await?;
            stream.flush().await?;
            sleep(PAUSE).await;
        }
    } else {
        stream.write_all(bytes).await?;
    }
    stream.flush().await
}

const PARTS: usize = 12;

/// The body in chunks of uneven sizes, without the last one.
pub(crate) fn chunks(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(body.len() + 64);
    for chunk in body.chunks(7001) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes
}

pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

fn parsed(lines: &[String]) -> io::Result<Head> {
    let (start, lines) = lines.split_first().ok_or_else(|| malformed("a head"))?;
    let fields = lines.iter().map(|line| {
        let (name, value) = line.split_once(':').ok_or_else(|| malformed("a field"))?;
        Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    Ok(Head {
        start: start.clone(),
        fields: fields.collect::<io::Result<_>>()?,
    })
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is malformed"))
}

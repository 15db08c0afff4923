//! A client of HTTP/1.1.

use std::io;
use std::pin::pin;

use tokio::io::{AsyncRead, AsyncWrite, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;

use crate::client::{Habit, Seen};
use crate::plan::{Kind, Plan};
use crate::progress::{Progress, Watched};
use crate::wire::{self, LAST_CHUNK, Pace, Reader};

/// A stream with TLS or without.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection to the gateway.
pub(crate) struct Connection {
    reader: Reader<ReadHalf<Watched<Box<dyn Stream>>>>,
    writer: WriteHalf<Watched<Box<dyn Stream>>>,
}

impl Connection {
    pub(crate) fn new(stream: Box<dyn Stream>, progress: Progress) -> Self {
        let stream = Watched { stream, progress };
        let (reader, writer) = split(stream);
        Self {
            reader: Reader::new(reader),
            writer,
        }
    }

    /// Sends a request, and reads its answer at the same time: it may come before all is sent.
    ///
    /// Says whether there may be no other one on the connection.
    pub(crate) async fn exchange(
        &mut self,
        plan: &Plan,
        fields: &wire::Fields,
        habit: Habit,
        seen: &mut Seen,
    ) -> bool {
        let bytes = request(plan, fields);
        let Self { reader, writer } = self;
        let pace = habit.pace();
        reader.set_pace(pace);
        let mut is_sent = false;
        let mut is_last = false;
        let mut writing = pin!(wire::write(writer, &bytes, pace));
        let mut reading = pin!(read(reader, seen));
        loop {
            tokio::select! {
                written = &mut writing, if !is_sent => {
                    is_sent = true;
                    is_last |= written.is_err();
                }
                is_over = &mut reading => return is_over || is_last || !is_sent,
            }
        }
    }

    /// Sends a part of a request.
    pub(crate) async fn send_part(&mut self, plan: &Plan, fields: &wire::Fields, part: usize) {
        let bytes = request(plan, fields);
        let n_bytes = part % bytes.len();
        // Who vanishes does not care.
        let _ = wire::write(&mut self.writer, &bytes[..n_bytes], Pace::Brisk).await;
    }

    /// Sends a request, and reads nothing but the head of its answer.
    pub(crate) async fn read_head(&mut self, plan: &Plan, fields: &wire::Fields) {
        let bytes = request(plan, fields);
        let sent = wire::write(&mut self.writer, &bytes, Pace::Brisk);
        // Who vanishes does not care.
        let _ = tokio::join!(sent, self.reader.head());
    }
}

/// Reads an answer. Is it the last on its connection?
async fn read<R: AsyncRead + Unpin>(reader: &mut Reader<R>, seen: &mut Seen) -> bool {
    let head = match reader.head().await {
        Ok(Some(head)) => head,
        Ok(None) => return true,
        Err(error) => {
            seen.is_malformed = error.kind() == io::ErrorKind::InvalidData;
            return true;
        }
    };
    let status = head.start.strip_prefix("HTTP/1.1 ");
    let status = status.and_then(|it| it.get(..3)).map(str::parse);
    let Some(Ok(status)) = status else {
        seen.is_malformed = true;
        return true;
    };
    seen.status = Some(status);
    seen.fields.clone_from(&head.fields);
    match reader.response_body(&head, &mut seen.body).await {
        Ok(()) => seen.is_whole = true,
        Err(error) => {
            seen.is_malformed = error.kind() == io::ErrorKind::InvalidData;
            return true;
        }
    }
    let has_end = head
        .field("content-length")
        .or_else(|| head.field("transfer-encoding"));
    head.field("connection") == Some("close") || (has_end.is_none() && status != 204)
}

fn request(plan: &Plan, fields: &wire::Fields) -> Vec<u8> {
    let body = plan.request_body();
    let mut bytes = format!("{} {} HTTP/1.1\r\n", plan.method(), plan.path()).into_bytes();
    for (name, value) in fields {
        bytes.extend(format!("{name}: {value}\r\n").bytes());
    }
    if plan.kind == Kind::Get {
        bytes.extend(b"\r\n");
    } else if plan.number.is_multiple_of(2) {
        bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
        bytes.extend(body);
    } else {
        bytes.extend(b"transfer-encoding: chunked\r\n\r\n");
        bytes.extend(wire::chunks(&body));
        bytes.extend(LAST_CHUNK);
    }
    bytes
}

/// Opens a connection.
pub(crate) async fn connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

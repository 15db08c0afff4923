//! Marionette, the protocol by which Firefox is driven.
//!
//! A message is its length, a colon, and an array in JSON:
//! [the protocol](https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html).

use std::io;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::BrowserError;

/// An open connection.
#[derive(Debug)]
pub(super) struct Marionette {
    stream: BufReader<TcpStream>,
    commands: u64,
}

impl Marionette {
    pub(super) async fn connect(port: u16) -> Result<Self, BrowserError> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let mut marionette = Self {
            stream: BufReader::new(stream),
            commands: 0,
        };
        let greeting = marionette.receive().await?;
        match greeting["marionetteProtocol"] == 3 {
            true => Ok(marionette),
            false => Err(BrowserError::Refused(greeting.to_string())),
        }
    }

    /// Sends a command, and waits for its answer.
    pub(super) async fn command(
        &mut self,
        name: &str,
        parameters: Value,
    ) -> Result<Value, BrowserError> {
        self.commands += 1;
        let command = json!([COMMAND, self.commands, name, parameters]).to_string();
        let message = format!("{}:{command}", command.len());
        self.stream.write_all(message.as_bytes()).await?;
        let mut answer = self.receive().await?;
        match answer[2].is_null() {
            true => Ok(answer[3].take()),
            false => Err(BrowserError::Refused(format!("{name}: {}", answer[2]))),
        }
    }

    async fn receive(&mut self) -> Result<Value, BrowserError> {
        let mut length = 0;
        loop {
            match self.stream.read_u8().await? {
                b':' => break,
                digit @ b'0'..=b'9' => length = length * 10 + usize::from(digit - b'0'),
                _ => return Err(io::Error::from(io::ErrorKind::InvalidData).into()),
            }
            if length > MAXIMUM_MESSAGE {
                return Err(io::Error::other("the message is too long").into());
            }
        }
        let mut message = vec![0; length];
        self.stream.read_exact(&mut message).await?;
        Ok(serde_json::from_slice(&message).map_err(io::Error::from)?)
    }
}

/// What kind of message it is.
const COMMAND: u8 = 0;

/// The observations of thousands of scenarios are some megabytes.
const MAXIMUM_MESSAGE: usize = 256 << 20;

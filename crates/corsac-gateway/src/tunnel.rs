//! What happens on a connection after the client and the upstream have left HTTP.

use std::io;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, copy_bidirectional_with_sizes};

use crate::upstream::Connection;

/// Copies bytes both ways until both sides have said that they are done, or one fails.
///
/// There is no limit on silence: a chat may say nothing for hours.
pub(crate) async fn run(client: OnUpgrade, upstream: Box<Connection>) -> io::Result<()> {
    let (mut upstream, read_already) = upstream.into_stream();
    let mut client = TokioIo::new(client.await.map_err(io::Error::other)?);
    client.write_all(&read_already).await?;
    copy_bidirectional_with_sizes(&mut client, &mut upstream, BUFFER, BUFFER).await?;
    Ok(())
}

/// Bytes that are copied at a time in either direction. Messages are short and tunnels many.
const BUFFER: usize = 8 * 1024;

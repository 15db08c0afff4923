//! The body of a request that is not known when the request starts.

use bytes::Bytes;
use tokio::sync::mpsc;

/// The body of a request, sent as it comes.
///
/// It goes with a request whose body is [`Body::Stream`](crate::Body::Stream). It can be sent only
/// once, and only over HTTP/2.
#[derive(Debug)]
pub struct RequestStream(mpsc::Receiver<Bytes>);

impl RequestStream {
    /// A stream, and where to put its bytes. Dropping the sender ends it.
    ///
    /// So many pieces wait at most; then the sender waits.
    #[must_use]
    pub fn channel(n_waiting: usize) -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(n_waiting);
        (sender, Self(receiver))
    }

    /// A stream of one piece.
    #[must_use]
    pub fn once(bytes: Bytes) -> Self {
        let (sender, stream) = Self::channel(1);
        // The channel has just been made: there is room, and someone to read.
        let sent = sender.try_send(bytes);
        debug_assert!(sent.is_ok(), "a new channel has room for one");
        stream
    }

    pub(super) async fn next(&mut self) -> Option<Bytes> {
        self.0.recv().await
    }
}

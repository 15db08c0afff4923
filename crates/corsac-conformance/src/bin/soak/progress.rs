//! Whether something still gets on.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout_at};

/// When something has got on last, and the longest time in which it has not.
#[derive(Clone, Debug)]
pub(crate) struct Progress(Arc<Mutex<(Instant, Duration)>>);

impl Default for Progress {
    fn default() -> Self {
        Self(Arc::new(Mutex::new((Instant::now(), Duration::ZERO))))
    }
}

impl Progress {
    /// Something new begins.
    pub(crate) fn begin(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = (Instant::now(), Duration::ZERO);
    }

    /// It has got on.
    pub(crate) fn note(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, longest) = &mut *state;
        *longest = last.elapsed().max(*longest);
        *last = Instant::now();
    }

    fn last(&self) -> Instant {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// The longest time without any, up to now.
    pub(crate) fn longest_pause(&self) -> Duration {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.elapsed().max(state.1)
    }

    /// Waits for something for as long as it gets on.
    pub(crate) async fn wait_for<T>(
        &self,
        patience: Duration,
        future: impl Future<Output = T>,
    ) -> Result<T, Elapsed> {
        let mut future = pin!(future);
        loop {
            let end = self.last() + patience;
            match timeout_at(end, &mut future).await {
                Err(_) if self.last() + patience > end => {}
                waited => return waited,
            }
        }
    }
}

/// A stream of which each byte is progress.
pub(crate) struct Watched<S> {
    pub(crate) stream: S,
    pub(crate) progress: Progress,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.progress.note();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if written.is_ready() {
            self.progress.note();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::pause;

    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn patience_begins_anew_with_each_step() {
        pause();
        let patience = Duration::from_secs(10);
        let progress = Progress::default();
        let steps = async {
            for _ in 0..3 {
                tokio::time::sleep(Duration::from_secs(8)).await;
                progress.note();
            }
        };
        assert!(progress.wait_for(patience, steps).await.is_ok());
        assert!(progress.longest_pause() < patience);
        assert!(progress.wait_for(patience, pending::<()>()).await.is_err());
    }
}

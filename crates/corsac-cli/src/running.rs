//! Runs a server until a signal ends it.

use std::io;
use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::{self, Runtime};
use tokio::sync::oneshot;

use crate::exit::{Exit, Failure};
use crate::terminal;

/// A runtime with as many threads as there are cores.
///
/// On one core, threads would only take turns: a single one does without the hand-over.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    let mut builder = match available_parallelism().map_or(1, NonZero::get) {
        1 => runtime::Builder::new_current_thread(),
        _ => runtime::Builder::new_multi_thread(),
    };
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::misuse(format!("cannot start: {error}")))
}

/// A runtime for a few exchanges: to start threads takes longer than they would save.
pub(crate) fn brief_runtime() -> Result<Runtime, Failure> {
    let built = runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Failure::misuse(format!("cannot start: {error}")))
}

/// Runs a server until it has ended after a first signal, or at once after a second.
///
/// `serve` gets a future that is done at the first signal, when the user sees the note.
pub(crate) async fn until_told<S, T>(
    mut signals: Signals,
    note: &str,
    serve: impl FnOnce(oneshot::Receiver<()>) -> S,
) -> Option<T>
where
    S: Future<Output = T>,
{
    let (tell, told) = oneshot::channel();
    let cut_off = async {
        signals.next().await;
        terminal::note(note);
        // The server may have ended by itself.
        let _ = tell.send(());
        signals.next().await;
    };
    tokio::select! {
        output = serve(told) => Some(output),
        () = cut_off => None,
    }
}

/// What a server that was run by [`until_told`] ends with.
pub(crate) fn exit_of<T>(output: Option<T>) -> Exit {
    match output {
        Some(_) => Exit::AsWanted,
        None => Exit::Negative,
    }
}

/// The signals that end a server.
pub(crate) struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    /// Catches the signals from now on.
    pub(crate) fn catch() -> Result<Self, Failure> {
        Self::try_catch().map_err(|error| Failure::misuse(format!("cannot catch signals: {error}")))
    }

    #[cfg(unix)]
    fn try_catch() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    #[cfg(not(unix))]
    fn try_catch() -> io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(unix)]
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}

//! The access log: a line for each exchange, written by a thread of its own.

mod line;

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use corsac_config::{AccessLog, LogFormat, LogOutput};
use corsac_gateway::{Gateway, Record, Recorder};

use crate::exit::Failure;
use crate::terminal;

use line::Line;

/// The thread that writes the access log.
pub(super) struct AccessLogWriter {
    /// Is closed when all is written.
    done: Receiver<()>,
}

impl AccessLogWriter {
    /// Starts a thread, and gives the function that hands it lines.
    ///
    /// Who serves a client never waits for the log: if the thread does not keep up, lines are
    /// dropped and counted, and the log says how many.
    pub(super) fn start(log: AccessLog, gateway: &Gateway) -> Result<(Recorder, Self), Failure> {
        let (lines, received) = sync_channel(MAX_WAITING_LINES);
        let (finished, done) = sync_channel::<()>(0);
        let n_dropped = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&n_dropped);
        let started = thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || {
                match log.output {
                    LogOutput::Stdout => write_all(&received, &counter, io::stdout()),
                    _ => write_all(&received, &counter, io::stderr()),
                }
                drop(finished);
            });
        started.map_err(|error| Failure::misuse(format!("cannot start the log: {error}")))?;
        let recorder = recorder(log.format, lines, n_dropped, gateway.clone());
        Ok((recorder, Self { done }))
    }

    /// Waits until what was said is written, unless whoever reads it has stopped to.
    pub(super) fn finish(self) {
        if self.done.recv_timeout(FINISH_PATIENCE) == Err(RecvTimeoutError::Timeout) {
            terminal::note("the access log takes no more lines: some are lost");
        }
    }
}

fn recorder(
    format: LogFormat,
    lines: SyncSender<String>,
    n_dropped: Arc<AtomicU64>,
    gateway: Gateway,
) -> Recorder {
    Arc::new(move |record: &Record<'_>| {
        let line = Line::of(record);
        let line = match format {
            LogFormat::Json => line.json(),
            _ => line.text(),
        };
        match lines.try_send(line) {
            Ok(()) => {}
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                n_dropped.fetch_add(1, Ordering::Relaxed);
                gateway.count_dropped_log_lines(1);
            }
        }
    })
}

/// Writes lines until nobody hands over any more.
fn write_all(lines: &Receiver<String>, n_dropped: &AtomicU64, output: impl Write) {
    let mut output = BufWriter::new(output);
    while let Ok(first) = lines.recv() {
        let mut written = write_line(&mut output, &first);
        while let Ok(line) = lines.try_recv() {
            written = written.and_then(|()| write_line(&mut output, &line));
        }
        // If the output is gone, there is nobody left to tell; the lines are taken all the same.
        let _ = written.and_then(|()| output.flush());
        match n_dropped.swap(0, Ordering::Relaxed) {
            0 => {}
            dropped => terminal::note(&format!(
                "warning: the access log did not keep up: {dropped} lines are missing"
            )),
        }
    }
}

fn write_line(output: &mut impl Write, line: &str) -> io::Result<()> {
    output.write_all(line.as_bytes())?;
    output.write_all(b"\n")
}

/// Lines that wait for the thread: what is said in a tenth of a second of a hundred thousand
/// requests. At the longest they take 40 MiB, and 3 MiB as they usually are.
const MAX_WAITING_LINES: usize = 10_000;

/// How long to wait at the end for whoever reads the log.
const FINISH_PATIENCE: Duration = Duration::from_secs(2);

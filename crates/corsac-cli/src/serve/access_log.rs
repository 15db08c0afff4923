//! The access log: a line for each exchange, written by a thread of its own.

mod line;
mod queue;
mod time;

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use corsac_config::{AccessLog, LogFormat, LogOutput};
use corsac_gateway::{Gateway, Record, Recorder};

use crate::exit::Failure;
use crate::terminal;

use queue::{Full, Queue, Then};
use time::Calendar;

/// The thread that writes the access log.
pub(super) struct AccessLogWriter {
    lines: Arc<Queue>,
    /// Is closed when all is written.
    done: Receiver<()>,
}

impl AccessLogWriter {
    /// Starts a thread, and gives the function that hands it lines.
    ///
    /// Who serves a client never waits for the log: if the thread does not keep up, lines are
    /// dropped and counted, and the log says how many.
    pub(super) fn start(log: AccessLog, gateway: &Gateway) -> Result<(Recorder, Self), Failure> {
        let lines = Arc::<Queue>::default();
        let (finished, done) = sync_channel::<()>(0);
        let queue = Arc::clone(&lines);
        let started = thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || {
                match log.output {
                    LogOutput::Stdout => write_all(&queue, io::stdout()),
                    _ => write_all(&queue, io::stderr()),
                }
                drop(finished);
            });
        started.map_err(|error| Failure::misuse(format!("cannot start the log: {error}")))?;
        let recorder = recorder(log.format, Arc::clone(&lines), gateway.clone());
        Ok((recorder, Self { lines, done }))
    }

    /// Waits until what was said is written, unless whoever reads it has stopped to.
    pub(super) fn finish(self) {
        self.lines.end();
        if self.done.recv_timeout(FINISH_PATIENCE) == Err(RecvTimeoutError::Timeout) {
            terminal::note("the access log takes no more lines: some are lost");
        }
    }
}

fn recorder(format: LogFormat, lines: Arc<Queue>, gateway: Gateway) -> Recorder {
    let write = match format {
        LogFormat::Json => line::json,
        _ => line::text,
    };
    Arc::new(move |record: &Record<'_>| {
        DRAFT.with_borrow_mut(|(line, calendar)| {
            line.clear();
            write(record, now(), calendar, line);
            if let Err(Full) = lines.add(line) {
                gateway.count_dropped_log_lines(1);
            }
        });
    })
}

thread_local! {
    /// The line that is being written, and the time; kept for their memory.
    static DRAFT: RefCell<(Vec<u8>, Calendar)> = RefCell::default();
}

fn now() -> Duration {
    #[expect(
        clippy::disallowed_methods,
        reason = "a log says when things happened, and a command may ask"
    )]
    let now = SystemTime::now();
    // A clock before 1970 is not set.
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Writes lines until there will be no more.
fn write_all(lines: &Queue, mut output: impl Write) {
    let mut text = Vec::new();
    loop {
        let then = lines.take(&mut text);
        let written = output.write_all(&text).and_then(|()| output.flush());
        // If the output is gone, there is nobody left to tell; the lines are taken all the same.
        drop(written);
        text.clear();
        text.shrink_to(KEPT_BYTES);
        match lines.take_dropped() {
            0 => {}
            dropped => terminal::note(&format!(
                "warning: the access log did not keep up: {dropped} lines are missing"
            )),
        }
        if then == Then::NoMore {
            return;
        }
    }
}

/// The memory that lines are gathered in is kept up to here: what a thousand lines take.
const KEPT_BYTES: usize = 512 * 1024;

/// How long to wait at the end for whoever reads the log.
const FINISH_PATIENCE: Duration = Duration::from_secs(2);

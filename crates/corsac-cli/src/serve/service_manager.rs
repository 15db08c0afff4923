//! What the service manager is told, in the words of
//! [`sd_notify`](https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html).
//!
//! Nobody is told anything unless `NOTIFY_SOCKET` says where.

use std::time::Duration;

#[cfg(target_os = "linux")]
use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval};

#[cfg(target_os = "linux")]
use crate::terminal;

/// The gateway listens, or has read its file anew.
pub(super) fn is_ready(status: &str) {
    tell(News::Ready(status));
}

/// A file is being read; [`is_ready`] must follow, whatever comes of it.
pub(super) fn is_reloading() {
    tell(News::Reloading);
}

/// No more clients are accepted, and the requests under way are being finished.
pub(super) fn is_stopping(status: &str) {
    tell(News::Stopping(status));
}

/// Says that the runtime turns, twice in the time in which it must be said once.
///
/// If it does not turn any more, nothing is said, and the service manager starts another process.
pub(super) async fn stay_alive() {
    let Some(period) = watchdog_period() else {
        return;
    };
    let mut beats = interval((period / 2).max(SHORTEST_BEAT));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        tell(News::Alive);
    }
}

#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "there is nobody who would be told")
)]
enum News<'a> {
    Ready(&'a str),
    Reloading,
    Stopping(&'a str),
    Alive,
}

#[cfg(target_os = "linux")]
fn tell(news: News<'_>) {
    // A line is an assignment.
    let status = |text| NotifyState::Status(str::lines(text).next().unwrap_or_default());
    let told = match news {
        News::Ready(text) => sd_notify::notify(&[NotifyState::Ready, status(text)]),
        // Whoever waits for the end of a reload knows by the time which one it is.
        News::Reloading => NotifyState::monotonic_usec_now()
            .and_then(|now| sd_notify::notify(&[NotifyState::Reloading, now])),
        News::Stopping(text) => sd_notify::notify(&[NotifyState::Stopping, status(text)]),
        // Who does not hear it acts, and does not read what is said elsewhere.
        News::Alive => return drop(sd_notify::notify(&[NotifyState::Watchdog])),
    };
    if let Err(error) = told {
        terminal::note(&format!(
            "warning: the service manager cannot be told: {error}"
        ));
    }
}

#[cfg(not(target_os = "linux"))]
fn tell(_: News<'_>) {}

#[cfg(target_os = "linux")]
fn watchdog_period() -> Option<Duration> {
    sd_notify::watchdog_enabled().filter(|it| !it.is_zero())
}

#[cfg(not(target_os = "linux"))]
fn watchdog_period() -> Option<Duration> {
    None
}

/// How often the gateway says so at the most, however impatient the service manager is.
const SHORTEST_BEAT: Duration = Duration::from_millis(10);

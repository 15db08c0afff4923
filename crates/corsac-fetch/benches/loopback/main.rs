//! Requests per second over loopback, beside reqwest in the same run.
//!
//! `cargo bench -p corsac-fetch --features net`. Without `--bench`, as under `cargo test`,
//! everything runs once.
//!
//! The server answers fixed bytes and has a thread of its own; so has the client. The subjects
//! take turns, so that what else the machine does hits each of them alike.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod server;
mod subjects;

use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use server::Server;
use subjects::Subject;

/// How much is measured.
struct Effort {
    rounds: usize,
    requests: usize,
}

fn main() {
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let effort = match is_bench {
        true => Effort {
            rounds: 25,
            requests: 4000,
        },
        false => Effort {
            rounds: 1,
            requests: 32,
        },
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    println!(
        "{:<14}{:<12}{:<22}{:>12}{:>8}",
        "body", "at once", "subject", "requests/s", "ratio"
    );
    for (title, n_bytes) in [("13 B", 13), ("64 KiB", 64 * 1024)] {
        let server = Server::start(n_bytes);
        for n_at_once in [1, 32] {
            let measured = measure(&runtime, &server.url(), n_at_once, &effort);
            let (_, of_reqwest) = measured[0];
            for (name, per_second) in measured {
                let ratio = per_second / of_reqwest;
                println!("{title:<14}{n_at_once:<12}{name:<22}{per_second:>12.0}{ratio:>8.2}");
            }
        }
    }
}

/// The requests per second of each subject: the median of the rounds.
fn measure(
    runtime: &Runtime,
    url: &str,
    n_at_once: usize,
    effort: &Effort,
) -> Vec<(&'static str, f64)> {
    let subjects = runtime.block_on(async { subjects::all(url) });
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); subjects.len()];
    for _ in 0..effort.rounds {
        for (subject, times) in subjects.iter().zip(&mut times) {
            let requests_each = effort.requests / n_at_once;
            let time = runtime.block_on(time(subject, n_at_once, requests_each));
            times.push(time / u32::try_from(n_at_once * requests_each).expect("a few thousand"));
        }
    }
    subjects
        .iter()
        .zip(&mut times)
        .map(|(subject, times)| {
            times.sort_unstable();
            (subject.name(), 1.0 / times[times.len() / 2].as_secs_f64())
        })
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
async fn time(subject: &Subject, n_at_once: usize, requests_each: usize) -> Duration {
    let start = Instant::now();
    let tasks: Vec<_> = (0..n_at_once)
        .map(|_| {
            let subject = subject.clone();
            tokio::spawn(async move {
                for _ in 0..requests_each {
                    subject.get().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a subject does not panic");
    }
    start.elapsed()
}

//! `corsac check` beside the bare exchanges that it makes: start-up, size, and what it adds.
//!
//! A server on this machine answers each request after a delay that is known. The same preflight
//! and request are sent by a few lines of code over one connection, and by the command as a process
//! of its own, in turns. What the command takes more is its start, the decisions, the report, and
//! whatever it asks besides that does not fit into the time of the exchanges.
//!
//! The results are written to a page of the documents.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::full_test::cargo;
use crate::machine::processor;
use crate::programs::{self, Program};
use crate::repository::root;
use crate::step::output_of;

/// Runs `cargo xtask bench check` with the arguments that follow.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let n_rounds = match arguments {
        [] => 41,
        ["--rounds", number] => number
            .parse()
            .with_context(|| format!("`{number}` is not a number of rounds"))?,
        _ => bail!("`cargo xtask bench check` takes `--rounds N`, and nothing else"),
    };
    ensure!(n_rounds > 0, "a median needs a round");
    programs::ensure(&[VALGRIND])?;
    let corsac = build()?;
    let mut results = String::from("| | |\n|---|---:|\n");
    start_up(&corsac, n_rounds, &mut results)?;
    results.push_str(
        "\n| answers after | bare | check | more | inside |\n|---:|---:|---:|---:|---:|\n",
    );
    for delay in DELAYS {
        compare((&corsac, delay), n_rounds, &mut results)?;
    }
    let page = page(n_rounds, &results)?;
    println!("\n{page}");
    fs::write(root().join(PATH), page)?;
    println!("written to {PATH}");
    Ok(())
}

fn page(n_rounds: usize, results: &str) -> Result<String> {
    let processor = processor()?;
    Ok(format!(
        "{HEAD}\nMedians of {n_rounds} rounds, on {processor}.\n\n{results}{NOTES}"
    ))
}

const PATH: &str = "docs/check-benchmarks.md";

const HEAD: &str = "\
# What a check costs

This page is written by `cargo xtask bench check`, which takes less than a minute after the build and wants a machine that does nothing else.

A server on the same machine answers each request after the time in the first column.
";

/// Appends what it takes to start, and to say something.
fn start_up(corsac: &Path, n_rounds: usize, results: &mut String) -> Result<()> {
    let server = serve(Duration::ZERO)?;
    let url = format!("http://{server}/pets");
    let check = || {
        let mut command = Command::new(corsac);
        command.args(["check", "-o", ORIGIN, "-X", "PUT", &url]);
        command
    };
    let size = fs::metadata(corsac)?.len() as f64 / 1e6;
    let mut version = Command::new(corsac);
    version.arg("--version");
    let millions = [instructions(&version)?, instructions(&check())?].map(|it| it as f64 / 1e6);
    let [version, nothing, first_line] = medians(
        n_rounds,
        [
            &mut || process(&mut version),
            &mut || process(&mut Command::new("true")),
            &mut || first_line(check()),
        ],
    )?;
    let rows = [
        ("size of the binary", size, "MB"),
        ("instructions of `corsac --version`", millions[0], "million"),
        ("instructions of `corsac check`", millions[1], "million"),
        ("time of `corsac --version`", version, "ms"),
        ("time of `true`, which does nothing", nothing, "ms"),
        (
            "first line of `corsac check`, if answers come at once",
            first_line,
            "ms",
        ),
    ];
    for (name, value, unit) in rows {
        writeln!(results, "| {name} | {value:.1} {unit} |")?;
    }
    Ok(())
}

/// How long a process takes until its first line can be read.
fn first_line(mut command: Command) -> Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut said = None;
    let time = timed(|| {
        let mut child = command.spawn()?;
        let mut output = BufReader::new(child.stdout.take().context("a process without output")?);
        output.read_line(&mut String::new())?;
        said = Some((child, output));
        Ok(())
    })?;
    if let Some((mut child, mut output)) = said {
        io::copy(&mut output, &mut io::sink())?;
        child.wait()?;
    }
    Ok(time)
}

const VALGRIND: Program = Program {
    name: "valgrind",
    package: "valgrind",
};

/// How long the server takes for an answer.
const DELAYS: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(50)];

const NOTES: &str = "
All times are in milliseconds, and the subjects take turns.
*Bare* is a preflight and the PUT that it allows, over one connection, by a few lines of code.
*Check* is the whole process `corsac check -q -X PUT` from its start to its end, with all that it asks besides; *more* is what it takes more than that.
*Inside* is what the check itself says that the page would have waited: *more* without the start and the end of the process.
";

/// Builds the command as it is released, and says where it is.
fn build() -> Result<PathBuf> {
    let mut command = cargo("build");
    command.args(["--locked", "--release", "--package", "corsac-cli"]);
    command.args(["--message-format", "json"]);
    let messages = output_of(&mut command)?;
    let built = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|it| it["target"]["name"] == "corsac")
        .filter_map(|it| it["executable"].as_str().map(PathBuf::from))
        .next_back();
    built.context("cargo built no command")
}

/// What callgrind counts from the start of the command to its end.
fn instructions(counted: &Command) -> Result<u64> {
    let directory = root().join("target/bench-check");
    fs::create_dir_all(&directory)?;
    let file = directory.join("out");
    let mut command = Command::new("valgrind");
    command
        .arg("--tool=callgrind")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(counted.get_program())
        .args(counted.get_args());
    output_of(&mut command)?;
    let counted = fs::read_to_string(file)?;
    let total = counted
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    Ok(total
        .context("a file of callgrind without totals")?
        .trim()
        .parse()?)
}

/// Appends what a check takes beside the bare exchanges, with this delay.
fn compare(
    (corsac, delay): (&Path, Duration),
    n_rounds: usize,
    results: &mut String,
) -> Result<()> {
    let server = serve(delay)?;
    let url = format!("http://{server}/pets");
    let check = || {
        let mut command = Command::new(corsac);
        command.args(["check", "-o", ORIGIN, "-X", "PUT", &url]);
        command
    };
    let report = output_of(check().arg("--json"))?;
    let report: Value = serde_json::from_str(&report)?;
    ensure!(
        report["verdict"] == "allowed",
        "it is {}",
        report["verdict"]
    );
    let [bare, whole, inside] = medians(
        n_rounds,
        [
            &mut || timed(|| exchange(server)),
            &mut || process(check().arg("-q")),
            &mut || said(&output_of(&mut check())?),
        ],
    )?;
    writeln!(
        results,
        "| {} | {bare:.2} | {whole:.2} | {:+.2} | {inside:.0} |",
        delay.as_millis(),
        whole - bare,
    )?;
    Ok(())
}

/// What is measured, once, in milliseconds.
type Subject<'a> = &'a mut dyn FnMut() -> Result<f64>;

/// The medians of subjects that take turns.
fn medians<const N: usize>(n_rounds: usize, mut subjects: [Subject<'_>; N]) -> Result<[f64; N]> {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for _ in 0..n_rounds {
        for (subject, times) in subjects.iter_mut().zip(&mut times) {
            times.push(subject()?);
        }
    }
    Ok(times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }))
}

#[expect(clippy::disallowed_methods, reason = "time is what is measured")]
fn timed(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// How long a process takes from its start to its end.
fn process(command: &mut Command) -> Result<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    timed(|| {
        let status = command.status()?;
        ensure!(status.success(), "{command:?}: {status}");
        Ok(())
    })
}

/// The time in the first line of a report, such as `ALLOWED  (21 ms, 4 requests)`.
fn said(report: &str) -> Result<f64> {
    let line = report.lines().next().unwrap_or_default();
    let (before, _) = line.split_once(" ms").context("a report without a time")?;
    let (_, number) = before.rsplit_once('(').context("a report without a time")?;
    Ok(number.parse()?)
}

/// The page that asks.
const ORIGIN: &str = "http://localhost:3000";

/// Sends a preflight and the request that it allows.
fn exchange(server: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let fields = format!("Host: {server}\r\nOrigin: {ORIGIN}\r\n");
    let asking = "Access-Control-Request-Method: PUT\r\n";
    for head in [
        format!("OPTIONS /pets HTTP/1.1\r\n{fields}{asking}\r\n"),
        format!("PUT /pets HTTP/1.1\r\n{fields}Content-Length: 0\r\n\r\n"),
    ] {
        stream.write_all(head.as_bytes())?;
        read_head(&mut stream)?;
    }
    Ok(())
}

/// Answers everything after the delay, for as long as this process runs.
fn serve(delay: Duration) -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that has gone needs no answer.
            thread::spawn(move || answer(stream, delay).ok());
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream, delay: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        read_head(&mut stream)?;
        thread::sleep(delay);
        stream.write_all(ANSWER)?;
    }
}

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\
    Access-Control-Allow-Methods: PUT\r\nAccess-Control-Max-Age: 600\r\nContent-Length: 0\r\n\r\n";

/// Reads to the end of a head: there are no bodies.
fn read_head(stream: &mut TcpStream) -> io::Result<()> {
    let mut head = Vec::new();
    let mut bytes = [0; 4096];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut bytes)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n_read => head.extend_from_slice(&bytes[..n_read]),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_exchanges_are_answered() {
        let server = serve(Duration::ZERO).unwrap();
        exchange(server).unwrap();
    }

    #[test]
    fn the_time_is_read_off_a_report() {
        assert_eq!(said("ALLOWED  (21 ms, 4 requests)\n\n").unwrap(), 21.0);
        assert!(said("ALLOWED").is_err());
    }
}

//! What it costs to decide, without a network: a preflighted exchange, counted in instructions by
//! callgrind; and a look-up in the preflight cache, from ten entries to a hundred thousand.
//!
//! `exchange --exchanges N` runs N exchanges and ends: that is what callgrind is given.

#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use corsac::user_agent::{Header, HeaderList};
use corsac_fetch::{FetchRequest, Outcome, Page, Profile, ResponseHead, Step, UserAgent, fetch};

const NOW: Duration = Duration::from_secs(1_800_000_000);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count = arguments.iter().position(|it| it == "--exchanges");
    if let Some(count) = count.and_then(|at| arguments.get(at + 1)) {
        return run_exchanges(count.parse().expect("a number"));
    }
    if !arguments.iter().any(|it| it == "--bench") {
        return run_exchanges(3);
    }
    println!("a preflighted exchange");
    println!("{:>12.0} ns", nanoseconds_per_exchange());
    for counted in [Counted::Deciding, Counted::Everything] {
        let what = counted.description();
        match instructions_per_exchange(&arguments[0], counted) {
            Some(instructions) => println!("{instructions:>12} instructions {what} (callgrind)"),
            None => println!("             instructions {what}: valgrind is not installed"),
        }
    }
    println!("a preflighted request that the cache allows");
    for entries in [10, 1_000, 100_000] {
        println!(
            "{:>12.0} ns with {entries} entries",
            nanoseconds_per_cached(entries)
        );
    }
}

fn page() -> Page {
    Page::new("https://app.example/dir/page.html".parse().expect("a URL"))
}

fn put(url: &str) -> FetchRequest {
    let headers = vec![(b"content-type".to_vec(), b"application/json".to_vec())];
    FetchRequest {
        method: b"PUT".to_vec(),
        headers,
        ..FetchRequest::new(url)
    }
}

fn head(status: u16, lines: &[(&str, &str)]) -> ResponseHead {
    let header = |(name, value): &(&str, &str)| {
        Header::new(name.as_bytes(), value.as_bytes()).expect("a header")
    };
    let headers: HeaderList = lines.iter().map(header).collect();
    ResponseHead {
        status,
        status_text: Vec::new(),
        headers,
        address: None,
    }
}

fn preflight() -> ResponseHead {
    head(
        204,
        &[
            ("access-control-allow-origin", "https://app.example"),
            ("access-control-allow-methods", "PUT, DELETE"),
            (
                "access-control-allow-headers",
                "authorization, content-type",
            ),
            ("access-control-max-age", "7200"),
            ("vary", "Origin"),
        ],
    )
}

fn response() -> ResponseHead {
    head(
        200,
        &[
            ("access-control-allow-origin", "https://app.example"),
            ("access-control-expose-headers", "x-total-count"),
            ("content-type", "application/json"),
            ("vary", "Origin"),
        ],
    )
}

/// What a fetch is given: by the script, and by the servers.
struct Inputs {
    request: FetchRequest,
    heads: [ResponseHead; 2],
}

impl Inputs {
    fn new(url: &str) -> Self {
        Self {
            request: put(url),
            heads: [preflight(), response()],
        }
    }
}

/// Decides: from the script's words to what the page sees. It is called so that callgrind can tell
/// its instructions from the others.
#[inline(never)]
fn decide(ua: &mut UserAgent, page: &Page, inputs: Inputs) -> Box<Outcome> {
    let [preflight, response] = inputs.heads;
    let Ok(Step::Send(_, pending)) = fetch(ua, page, inputs.request, NOW) else {
        panic!("a preflight is sent");
    };
    let Step::Send(_, pending) = pending.receive(ua, preflight, NOW) else {
        panic!("the request is sent");
    };
    let Step::Done(outcome) = pending.receive(ua, response, NOW) else {
        panic!("that is all");
    };
    outcome
}

fn run_exchange(ua: &mut UserAgent, page: &Page, url: &str) {
    let outcome = decide(ua, page, Inputs::new(url));
    assert!(black_box(outcome).result.is_ok());
}

/// Each with a user agent of its own, so that each has its preflight.
fn run_exchanges(n_exchanges: usize) {
    let page = page();
    for _ in 0..n_exchanges {
        let mut ua = UserAgent::new(Profile::Spec);
        run_exchange(&mut ua, &page, "https://api.example/v1/pets/1");
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn nanoseconds_per_exchange() -> f64 {
    const EXCHANGES: usize = 20_000;
    let rounds = (0..5).map(|_| {
        let start = Instant::now();
        run_exchanges(EXCHANGES);
        start.elapsed()
    });
    rounds.min().expect("five rounds").as_secs_f64() * 1e9 / EXCHANGES as f64
}

/// What of an exchange is counted.
#[derive(Clone, Copy)]
enum Counted {
    /// `fetch` and both `receive`: the request and the heads are made before, and the outcome is
    /// dropped after. What the machine itself drops on its way counts, the request among it.
    Deciding,
    /// All that is done for an exchange: also a user agent, the request and the heads are made, and
    /// all of them and the outcome are dropped.
    Everything,
}

impl Counted {
    fn description(self) -> &'static str {
        match self {
            Self::Deciding => "to decide",
            Self::Everything => "with all that is made and dropped",
        }
    }

    fn option(self) -> Option<&'static str> {
        match self {
            Self::Deciding => Some("--toggle-collect=exchange::decide"),
            Self::Everything => None,
        }
    }
}

/// The difference of two counts, so that the start of the process is left out.
fn instructions_per_exchange(program: &str, counted: Counted) -> Option<u64> {
    const MORE: u64 = 1_000;
    let few = instructions(program, counted, 10)?;
    let many = instructions(program, counted, 10 + MORE)?;
    Some((many - few) / MORE)
}

fn instructions(program: &str, counted: Counted, n_exchanges: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .args(counted.option())
        .args([program, "--exchanges", &n_exchanges.to_string()])
        .output()
        .ok()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let line = report.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').next()?.trim().parse().ok()
}

/// A whole fetch whose preflight is answered by the cache.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn nanoseconds_per_cached(n_entries: usize) -> f64 {
    const FETCHES: usize = 20_000;
    let (page, mut ua) = (page(), UserAgent::new(Profile::Spec));
    // Four entries come of each preflight: two methods, two names.
    for number in 0..n_entries.div_ceil(4) {
        run_exchange(
            &mut ua,
            &page,
            &format!("https://api.example/v1/pets/{number}"),
        );
    }
    let rounds = (0..5).map(|_| {
        let start = Instant::now();
        for _ in 0..FETCHES {
            let step = fetch(&mut ua, &page, put("https://api.example/v1/pets/1"), NOW);
            assert!(black_box(matches!(step, Ok(Step::Send(..)))));
        }
        start.elapsed()
    });
    rounds.min().expect("five rounds").as_secs_f64() * 1e9 / FETCHES as f64
}

//! What is counted, as Prometheus reads it.

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::statistics::{Stage, Statistics};
use crate::upstream::ServerNumbers;

/// Every number, in the text format of Prometheus.
///
/// All labels are names of ours or of the policy file, so that no request makes a new series.
pub(super) fn render(statistics: &Statistics, servers: &BTreeMap<String, ServerNumbers>) -> String {
    let mut text = String::new();
    write_all(statistics, &mut text)
        .and_then(|()| write_servers(servers, &mut text))
        .expect("a string takes what is written to it");
    text
}

fn write_all(statistics: &Statistics, text: &mut String) -> fmt::Result {
    write_requests(statistics, text)?;
    write_durations(statistics, text)?;
    let name = "corsac_refusals_total";
    describe(text, name, "counter", "What policies refused, by code.")?;
    for (code, count) in statistics.refusals_by_code() {
        writeln!(text, "{name}{{code=\"{code}\"}} {count}")?;
    }
    let name = "corsac_report_only_differences_total";
    let help = "What policies in report-only mode would have decided otherwise.";
    describe(text, name, "counter", help)?;
    for ((difference, refusal), count) in statistics.differences() {
        writeln!(
            text,
            "{name}{{difference=\"{difference}\",refusal=\"{refusal}\"}} {count}"
        )?;
    }
    write_process(statistics, text)
}

fn write_requests(statistics: &Statistics, text: &mut String) -> fmt::Result {
    let name = "corsac_requests_total";
    let help = "Requests, by route, class of the status, and who answered.";
    describe(text, name, "counter", help)?;
    for (route, counts) in statistics.routes() {
        let route = Label(&route);
        for (status, by, count) in counts.exchanges() {
            writeln!(
                text,
                "{name}{{route=\"{route}\",status=\"{status}\",answered_by=\"{by}\"}} {count}"
            )?;
        }
    }
    Ok(())
}

fn write_durations(statistics: &Statistics, text: &mut String) -> fmt::Result {
    let name = "corsac_request_duration_seconds";
    let help = "From the head of a request to the end of its response.";
    describe(text, name, "histogram", help)?;
    for (route, counts) in statistics.routes() {
        let route = Label(&route);
        let total: u64 = counts.exchanges().map(|(_, _, count)| count).sum();
        for (limit, count) in counts.buckets() {
            // The numbers are read one by one while requests go on.
            let count = count.min(total);
            writeln!(
                text,
                "{name}_bucket{{route=\"{route}\",le=\"{limit}\"}} {count}"
            )?;
        }
        let sum = counts.seconds();
        write!(
            text,
            "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {total}\n\
             {name}_sum{{route=\"{route}\"}} {sum}\n\
             {name}_count{{route=\"{route}\"}} {total}\n"
        )?;
    }
    Ok(())
}

fn write_process(statistics: &Statistics, text: &mut String) -> fmt::Result {
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    // In this order: what is closed was accepted before.
    let closed = read(&statistics.connections_closed);
    let accepted = read(&statistics.connections_accepted);
    let name = "corsac_connections_accepted_total";
    describe(text, name, "counter", "Connections of clients.")?;
    writeln!(text, "{name} {accepted}")?;
    let name = "corsac_connections_open";
    describe(text, name, "gauge", "Connections of clients that are open.")?;
    writeln!(text, "{name} {}", accepted.saturating_sub(closed))?;
    let name = "corsac_connections_reclaimed_total";
    let help = "Idle connections of clients that made room for others.";
    describe(text, name, "counter", help)?;
    writeln!(text, "{name} {}", read(&statistics.connections_reclaimed))?;
    let name = "corsac_connections_without_tls_total";
    let help = "Clients that spoke plain HTTP where TLS is spoken.";
    describe(text, name, "counter", help)?;
    writeln!(text, "{name} {}", read(&statistics.connections_without_tls))?;
    let name = "corsac_reloads_total";
    describe(
        text,
        name,
        "counter",
        "Times the policy file was read anew.",
    )?;
    let (good, failed) = (read(&statistics.reloads), read(&statistics.failed_reloads));
    writeln!(text, "{name}{{result=\"in-force\"}} {good}")?;
    writeln!(text, "{name}{{result=\"refused\"}} {failed}")?;
    let name = "corsac_access_log_lines_dropped_total";
    let help = "Lines that the access log could not take in time.";
    describe(text, name, "counter", help)?;
    writeln!(text, "{name} {}", read(&statistics.log_lines_dropped))?;
    let name = "corsac_ready";
    describe(text, name, "gauge", "Whether /readyz says ready.")?;
    let is_ready = statistics.stage() == Stage::Ready;
    writeln!(text, "{name} {}", u8::from(is_ready))
}

fn write_servers(servers: &BTreeMap<String, ServerNumbers>, text: &mut String) -> fmt::Result {
    type Number = fn(&ServerNumbers) -> u64;
    let numbers: [(&str, &str, &str, Number); 6] = [
        (
            "corsac_upstream_connections_begun_total",
            "counter",
            "Connections to a server that were begun.",
            |it| it.n_begun,
        ),
        (
            "corsac_upstream_connections_opened_total",
            "counter",
            "Connections to a server that came to be.",
            |it| it.n_opened,
        ),
        (
            "corsac_upstream_requests_in_flight",
            "gauge",
            "Requests that a server has not finished answering.",
            |it| it.n_in_flight,
        ),
        (
            "corsac_upstream_good",
            "gauge",
            "Whether a server is asked.",
            |it| it.n_good.min(1),
        ),
        (
            "corsac_upstream_healthy",
            "gauge",
            "Whether a server passes its health checks, if it has any.",
            |it| it.n_well.min(1),
        ),
        (
            "corsac_upstream_ejections_total",
            "counter",
            "Times a server was left alone because it kept failing.",
            |it| it.n_ejections,
        ),
    ];
    for (name, kind, help, number) in numbers {
        describe(text, name, kind, help)?;
        for (server, numbers) in servers {
            let server = Label(server);
            let number = number(numbers);
            writeln!(text, "{name}{{server=\"{server}\"}} {number}")?;
        }
    }
    Ok(())
}

fn describe(text: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n")
}

/// The value of a label.
struct Label<'a>(&'a str);

impl fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

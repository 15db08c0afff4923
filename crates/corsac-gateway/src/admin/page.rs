//! The page of what was refused last.

use std::fmt::{self, Write};
use std::time::Duration;

use super::explanation;
use crate::statistics::{RecentRefusal, Stage, Statistics};

/// The page.
pub(super) fn render(statistics: &Statistics) -> String {
    let recent = statistics.recent();
    let mut html = String::from(START);
    write_body(statistics, &recent, &mut html).expect("a string takes what is written to it");
    html
}

fn write_body(statistics: &Statistics, recent: &[RecentRefusal], html: &mut String) -> fmt::Result {
    let state = match statistics.stage() {
        Stage::Starting => "starting",
        Stage::Ready => "ready",
        Stage::Leaving => "leaving: requests under way are being finished",
    };
    writeln!(
        html,
        "<p class=\"state\">The gateway is <strong>{state}</strong>.</p>"
    )?;
    match recent {
        [] => writeln!(
            html,
            "<p>Nothing was refused since the gateway started.</p>"
        )?,
        recent => {
            let n_kinds = recent.len();
            writeln!(
                html,
                "<p>Refused last, the latest first; equal ones are counted together. \
                 <span class=\"count\">{n_kinds}</span> of at most 100 are shown.</p>"
            )?;
            for refusal in recent {
                write_refusal(refusal, html)?;
            }
        }
    }
    html.push_str(END);
    Ok(())
}

fn write_refusal(refusal: &RecentRefusal, html: &mut String) -> fmt::Result {
    let RecentRefusal {
        code,
        sentence,
        method,
        target,
        origin,
        requested,
        refused,
        route,
        times,
        last,
    } = refusal;
    let ago = Ago(last.elapsed());
    let times = match times {
        1 => "once".to_owned(),
        times => format!("{times} times"),
    };
    writeln!(
        html,
        "<article>\n<h2><code>{code}</code> <span>{times}, {ago}</span></h2>\n\
         <p class=\"sentence\">{}</p>\n<dl>\n\
         <div><dt>Origin</dt><dd><code>{}</code></dd></div>\n\
         <div><dt>Request</dt><dd><code>{} {}</code></dd></div>",
        Prose(sentence),
        Text(origin),
        Text(method),
        Text(target),
    )?;
    if let Some(requested) = requested {
        let requested = Text(requested);
        writeln!(
            html,
            "<div><dt>Asks for</dt><dd><code>{requested}</code></dd></div>"
        )?;
    }
    if let Some(refused) = refused {
        let refused = Text(refused);
        writeln!(
            html,
            "<div><dt>At fault</dt><dd><code><mark>{refused}</mark></code></dd></div>"
        )?;
    }
    let route = Text(route);
    writeln!(
        html,
        "<div><dt>Route</dt><dd><code>{route}</code></dd></div>\n</dl>"
    )?;
    if let Some(explanation) = explanation(code) {
        writeln!(
            html,
            "<p>{}</p>\n<p><strong>Fix:</strong> {}</p>",
            Prose(explanation.meaning),
            Prose(explanation.fix)
        )?;
    }
    html.push_str("</article>\n");
    Ok(())
}

/// How long ago something was.
struct Ago(Duration);

impl fmt::Display for Ago {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 => f.write_str("just now"),
            1..60 => write!(f, "{seconds} s ago"),
            60..3600 => write!(f, "{} min ago", seconds / 60),
            3600..86400 => write!(f, "{} h ago", seconds / 3600),
            _ => write!(f, "{} days ago", seconds / 86400),
        }
    }
}

/// Text in which nothing is markup.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}

/// Text of ours, in which names stand in backticks.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in self.0.split('`').enumerate() {
            match number % 2 {
                0 => Text(part).fmt(f)?,
                _ => write!(f, "<code>{}</code>", Text(part))?,
            }
        }
        Ok(())
    }
}

pub(super) const STYLE: &str = include_str!("style.css");

const START: &str = "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width\">
<title>Refusals - corsac</title>
<link rel=\"stylesheet\" href=\"/style.css\">
</head>
<body>
<header>
<h1>What the gateway refused</h1>
<nav aria-label=\"Admin\">
<a href=\"/\">Look again</a>
<a href=\"/config\">Policy file in force</a>
<a href=\"/metrics\">Metrics</a>
</nav>
</header>
<main>
";

const END: &str = "</main>\n</body>\n</html>\n";

//! Fixes at work: the real server is blocked without them, and allowed with them.

mod applications;
mod gateways;
mod launch;
mod syntax;

use corsac_probe::{Code, Ground, Stack, Verdict, fix};

use super::server::{Server, Wire};
use super::{answer, codes, get, put};
use launch::Launch;

/// How a server is started, and what is found about it before it is mended.
struct Kind {
    stack: Stack,
    launch: Launch,
    broken: &'static str,
}

/// How a server is started of which one thing is wrong, and what is found about it.
struct Part {
    stack: Stack,
    launch: Launch,
    /// What the fix is for.
    code: Code,
    /// What is there before it.
    before: Option<Code>,
    path: &'static str,
    broken: &'static [&'static str],
    mended: &'static [&'static str],
}

/// Mends one thing of a server.
fn check_part(part: &Part) {
    let behind = Server::start(Wire::Plain, |_| {
        answer("200 OK", &["Access-Control-Allow-Origin: *"])
    });
    let asked = get();
    let probe = asked.probe(behind.url("/pets"));
    let ground = Ground::of(&probe.page, &probe.request, &probe.read).on(Some(part.stack));
    let snippet = |code: Code| fix(code, &ground).snippet.unwrap().text;
    let before = part.before.map(snippet).unwrap_or_default();
    let after = format!("{before}\n{}", snippet(part.code));
    let runs = [
        ("broken", before, part.broken),
        ("mended", after, part.mended),
    ];
    for (state, text, found) in runs {
        let name = format!("{}-{}-{state}", part.stack.name(), part.code);
        let server = part.launch.start(&name, behind.address.port(), &text);
        let report = server.check(&asked, part.path);
        assert_eq!(codes(&report), found, "{state}: {report:#?}");
    }
}

fn check(kind: &Kind) {
    let behind = Server::start(Wire::Plain, |heard| {
        let allowed = ["Access-Control-Allow-Origin: *", "X-Total: 3"];
        match (heard.is_preflight(), heard.path.as_str()) {
            (true, _) => answer("405 Method Not Allowed", &[]),
            (false, "/pets") => answer("200 OK", &allowed),
            (false, _) => answer("404 Not Found", &[]),
        }
    });
    let asked = put().header("X-One", "1").credentialed().read("x-total");
    let name = kind.stack.name();
    let port = behind.address.port();
    let broken = kind.launch.start(&format!("{name}-broken"), port, "");
    let report = broken.check(&asked, "/pets");
    assert_eq!(codes(&report), [kind.broken], "{:#?}", report.findings);
    drop(broken);

    let probe = asked.probe(behind.url("/pets"));
    let ground = Ground::of(&probe.page, &probe.request, &probe.read).on(Some(kind.stack));
    let snippet = fix(Code::PreflightNoHandler, &ground).snippet.unwrap().text;
    let mended = kind.launch.start(&format!("{name}-mended"), port, &snippet);
    let simple = || get().credentialed();
    for (asked, path) in [
        (asked, "/pets"),
        (simple().read("x-total"), "/pets"),
        (simple(), "/nothing"),
    ] {
        let report = mended.check(&asked, path);
        assert_eq!(codes(&report), Vec::<&str>::new(), "{path}: {report:#?}");
        assert_eq!(report.verdict, Verdict::Allowed);
    }
    let stranger = get().of("https://app.example.evil.test").credentialed();
    assert_eq!(mended.check(&stranger, "/pets").verdict, Verdict::Blocked);
}

//! Fixes that are not run: a parser of their language reads them.

use std::fs;
use std::path::Path;
use std::process::Command;

use corsac::user_agent::CredentialsMode;
use corsac_probe::{Code, Ground, Stack, Tried, fix};

use super::launch::{Program, packages};

/// What reads a snippet: a script for Node that reads the file that it is given, or `go fmt`.
enum Parser {
    Node(&'static str),
    Go,
}

/// The parser of a stack's language, the name of a file in it, and what goes around a snippet.
struct Language {
    parser: Parser,
    file: &'static str,
    around: [&'static str; 2],
}

/// A language in which a snippet is a whole file.
const fn whole(parser: Parser, file: &'static str) -> Language {
    Language {
        parser,
        file,
        around: ["", ""],
    }
}

fn language(stack: Stack) -> Option<Language> {
    Some(match stack {
        Stack::NestJs | Stack::CloudflareWorkers => whole(Parser::Node(""), "fix.mjs"),
        Stack::NextJs => whole(Parser::Node(""), "fix.cjs"),
        Stack::Rails => whole(Parser::Node(RUBY), "fix.rb"),
        Stack::Laravel => whole(Parser::Node(PHP), "fix.php"),
        Stack::Spring => Language {
            parser: Parser::Node(JAVA),
            file: "fix.java",
            around: ["class Fix {\n", "\n}\n"],
        },
        Stack::GoRs | Stack::GoJub0bs => Language {
            parser: Parser::Go,
            file: "fix.go",
            around: ["package main\n\nfunc main() {\n", "\n}\n"],
        },
        Stack::GatewayApi | Stack::AwsHttpApi | Stack::AwsRestApi | Stack::CloudFront => {
            whole(Parser::Node(YAML), "fix.yaml")
        }
        Stack::S3 => whole(Parser::Node(JSON), "fix.json"),
        _ => return None,
    })
}

const RUBY: &str = "require('@ruby/prism').loadPrism().then(parse => {
    const { errors } = parse(text);
    if (errors.length) throw new Error(JSON.stringify(errors));
})";
const PHP: &str = "new (require('php-parser').Engine)({}).parseCode(text, file)";
const JAVA: &str = "import('java-parser').then(({ parse }) => parse(text))";
const YAML: &str = "require('yaml').parse(text, { strict: true, uniqueKeys: true })";
const JSON: &str = "JSON.parse(text)";

/// The words of the parser, if it does not like the text.
fn complaint(language: &Language, name: &str, text: &str) -> Option<String> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("syntax")
        .join(name);
    fs::create_dir_all(&directory).unwrap();
    let path = directory.join(language.file);
    let [before, after] = language.around;
    fs::write(&path, format!("{before}{text}{after}")).unwrap();
    let mut command = match language.parser {
        Parser::Node("") => {
            let mut command = Command::new(Program::Node.path());
            command.arg("--check");
            command
        }
        Parser::Node(script) => {
            let read =
                "const file = process.argv[1], text = require('fs').readFileSync(file, 'utf8')";
            let mut command = Command::new(Program::Node.path());
            command.args(["-e", &format!("{read};\n{script}")]);
            command.current_dir(packages().join("node"));
            command
        }
        Parser::Go => {
            let mut command = Command::new(Program::OfPython("go").path());
            command.arg("fmt");
            command
        }
    };
    let output = command.arg(&path).output();
    let output = output.unwrap_or_else(|error| panic!("{error}; cargo xtask servers installs it"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(said)
}

/// Every snippet for the stack, with much and with little in it, each once.
fn snippets(stack: Stack) -> Vec<String> {
    let mut much = Ground::default().on(Some(stack));
    much.origin = "https://app.example".into();
    much.server = "https://api.example".into();
    much.method = "PUT".into();
    much.headers = vec!["content-type".into(), "x-one".into()];
    much.expose = vec!["etag".into(), "x-total".into()];
    much.credentials = CredentialsMode::Include;
    let mut little = much.clone();
    little.method = "GET".into();
    little.headers.clear();
    little.expose.clear();
    little.credentials = CredentialsMode::Omit;
    let all = [much, little].into_iter().flat_map(|ground| {
        let of = move |code| fix(code, &ground).snippet.map(|it| it.text);
        Code::all().filter_map(of).collect::<Vec<_>>()
    });
    let mut all: Vec<_> = all.collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn what_is_not_run_is_read_by_a_parser() {
    for stack in Stack::ALL {
        let language = language(stack);
        assert_eq!(
            language.is_some(),
            stack.tried() == Tried::Parsed,
            "{stack:?}"
        );
        let Some(language) = language else {
            continue;
        };
        let snippets = snippets(stack);
        assert!(snippets.len() > 1 || stack == Stack::S3, "{stack:?}");
        for text in &snippets {
            let complaint = complaint(&language, stack.name(), text);
            assert_eq!(complaint, None, "{stack:?}: {text}");
        }
        let broken = format!("{}\n}} ) [", snippets[0]);
        let broken = complaint(&language, stack.name(), &broken);
        assert!(broken.is_some(), "{stack:?}: anything is read");
    }
}

#[test]
fn what_is_said_to_be_run_is_started_by_a_test() {
    let tests = [
        include_str!("applications.rs"),
        include_str!("gateways.rs"),
        include_str!("../../../../corsac-conformance/tests/it/fixes_in_rust/actix.rs"),
        include_str!("../../../../corsac-conformance/tests/it/fixes_in_rust/axum.rs"),
        include_str!("../../../../corsac-cli/tests/it/check/gateway.rs"),
    ];
    for stack in Stack::ALL {
        let named = format!("Stack::{stack:?}");
        let option = format!("\"--stack\", \"{}\"", stack.name());
        let is_started = tests
            .iter()
            .any(|it| it.contains(&named) || it.contains(&option));
        assert_eq!(is_started, stack.tried() == Tried::Run, "{stack:?}");
    }
}

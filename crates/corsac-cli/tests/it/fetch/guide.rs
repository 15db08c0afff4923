//! The command lines of the guide print what the guide says.
//!
//! A block of HTTP is what the server answers to the command that comes next.

use std::io::{Read, pipe};

use super::server::Server;
use crate::corsac;

const GUIDE: &str = include_str!("../../../../../docs/guide/what-a-browser-does.md");

#[test]
fn the_guide_shows_what_the_command_prints() {
    let mut answers = Vec::new();
    let mut n_commands = 0;
    for block in GUIDE.split("\n```").skip(1).step_by(2) {
        let (language, text) = block.split_once('\n').unwrap();
        match language {
            "http" => answers.push(as_on_the_wire(text)),
            "console" => {
                let (command, expected) = text.split_once('\n').unwrap();
                let printed = print(command, std::mem::take(&mut answers));
                assert_eq!(printed.trim_end(), expected, "{command}");
                n_commands += 1;
            }
            _ => {}
        }
    }
    assert!(n_commands > 5);
}

fn as_on_the_wire(text: &str) -> String {
    match text.split_once("\n\n") {
        Some((head, body)) => format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")),
        None => format!("{}\r\n\r\n", text.replace('\n', "\r\n")),
    }
}

/// Runs a command line, with a server of its own in the place of that of the guide.
fn print(command: &str, answers: Vec<String>) -> String {
    let server = Server::start(answers);
    let port = server.port().to_string();
    let arguments = command.strip_prefix("$ corsac ").unwrap();
    let arguments: Vec<String> = words(arguments)
        .iter()
        .map(|word| word.replace(":3001", &format!(":{port}")))
        .collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (mut reader, writer) = pipe().unwrap();
    let mut command = corsac(&arguments);
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    // It holds the writing ends, without whose end reading does not end.
    drop(command);
    let mut printed = String::new();
    reader.read_to_string(&mut printed).unwrap();
    child.wait().unwrap();
    printed.replace(&format!(":{port}"), ":3001")
}

/// Splits a command line as a shell does, as far as quotes go.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        match index % 2 {
            0 => words.extend(part.split_whitespace().map(String::from)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

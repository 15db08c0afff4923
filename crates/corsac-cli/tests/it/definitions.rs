//! Help, version, completions and the manual: they come from the same definitions.

use crate::{run, stderr, stdout};

const COMMANDS: [&str; 5] = ["demo", "serve", "lint", "completions", "man"];

#[test]
fn help_has_an_example_for_every_command_and_lists_the_exit_codes() {
    for command in COMMANDS {
        let output = run(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        let help = stdout(&output);
        let (_, examples) = help.split_once("\nExample").unwrap();
        assert!(
            examples.contains(&format!("\n  corsac {command}")),
            "{help}"
        );
        assert!(examples.contains("\nExit codes:\n  0  "), "{help}");
        assert_eq!(stderr(&output), "");
    }
}

#[test]
fn help_lists_every_command() {
    let output = run(&["--help"]);
    assert_eq!(output.status.code(), Some(0));
    for command in COMMANDS {
        assert!(stdout(&output).contains(&format!("\n  {command} ")));
    }
    assert!(stdout(&output).contains("\n  3  the target could not be reached"));
}

#[test]
fn the_version_is_the_crate_s() {
    let output = run(&["--version"]);
    assert_eq!(
        stdout(&output),
        format!("corsac {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_says_what_was_meant() {
    let output = run(&["lnt"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("'lint'"), "{}", stderr(&output));
    assert_eq!(run(&[]).status.code(), Some(2));
}

#[test]
fn every_shell_has_completions_of_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        for command in COMMANDS {
            assert!(stdout(&output).contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(run(&["completions", "cobol"]).status.code(), Some(2));
}

#[test]
fn the_manual_has_a_page_for_the_whole_and_for_every_command() {
    let output = run(&["man"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains(".TH corsac 1 "));
    for command in COMMANDS {
        let output = run(&["man", command]);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains(&format!(".TH corsac-{command} 1 ")));
    }
}

#[test]
fn the_manual_has_no_page_for_what_does_not_exist() {
    let output = run(&["man", "scan"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).starts_with("error: there is no command `scan`\n"));
}

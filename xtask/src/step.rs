//! A step of a task: announced, timed, and easy to repeat alone.

use std::ffi::OsStr;
use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What a task goes through, in order, up to the first failure.
#[derive(Default)]
pub(crate) struct Steps {
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// Runs a step.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        println!("\n==> {name}");
        let start = now();
        let outcome = work();
        let time = start.elapsed();
        outcome.with_context(|| format!("{name} failed after {}", Seconds(time)))?;
        println!("    {name}: passed in {}", Seconds(time));
        self.done.push((name, time));
        Ok(())
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, time) in &self.done {
            writeln!(f, "    {name:<24} {:>10}", Seconds(*time).to_string())?;
        }
        let total = self.done.iter().map(|(_, time)| *time).sum();
        write!(
            f,
            "    {:<24} {:>10}",
            "everything passed",
            Seconds(total).to_string()
        )
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a task tells how long its steps took"
)]
fn now() -> Instant {
    Instant::now()
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.1} s", self.0.as_secs_f64())
    }
}

/// Prints a command, runs it, and fails with how to repeat it.
pub(crate) fn run_command(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    println!("    {line}");
    let status = command
        .status()
        .with_context(|| format!("`{line}` could not be started"))?;
    if !status.success() {
        bail!("{status}; to repeat this step alone:\n\n    {line}\n");
    }
    Ok(())
}

/// Runs a command that answers on its standard output.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let line = command_line(command);
    let output = command
        .output()
        .with_context(|| format!("`{line}` could not be started"))?;
    if !output.status.success() {
        bail!(
            "`{line}` failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` did not answer in UTF-8"))
}

/// The command as one would type it, with the variables that it sets.
fn command_line(command: &Command) -> String {
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), quoted(value?))));
    let words = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(quoted);
    variables.chain(words).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=./:,".contains(&byte);
    match !word.is_empty() && word.bytes().all(is_plain) {
        true => word.into_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_says_how_to_repeat_it() {
        let mut command = Command::new("false");
        command.env("FLAGS", "-D warnings").args(["--all", "it's"]);
        let error = run_command(&mut command).unwrap_err().to_string();
        assert!(
            error.contains(r"FLAGS='-D warnings' false --all 'it'\''s'"),
            "{error}"
        );
    }

    #[test]
    fn a_failing_step_names_itself() {
        let mut steps = Steps::default();
        steps.run("first", || Ok(())).unwrap();
        let error = steps.run("second", || bail!("the reason")).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.starts_with("second failed after"), "{message}");
        assert!(message.ends_with("the reason"), "{message}");
        assert!(steps.to_string().contains("first"));
        assert!(!steps.to_string().contains("second"));
    }
}

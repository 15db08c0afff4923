//! What the command takes.

use anyhow::{Context, Result, bail};

use super::engine::Engine;

/// How much to measure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    /// For each measurement.
    pub(super) seconds: u32,
    pub(super) rounds: u32,
    /// Count instead of measuring.
    pub(super) counts: bool,
    /// Which servers.
    pub(super) engines: Vec<Engine>,
}

impl Options {
    pub(super) fn read(mut arguments: &[&str]) -> Result<Self> {
        let mut options = Self {
            seconds: DEFAULT_SECONDS,
            rounds: DEFAULT_ROUNDS,
            counts: false,
            engines: Engine::ALL.to_vec(),
        };
        loop {
            arguments = match arguments {
                [] => return Ok(options),
                ["--seconds", number, rest @ ..] => {
                    options.seconds = at_least_one(number)?;
                    rest
                }
                ["--rounds", number, rest @ ..] => {
                    options.rounds = at_least_one(number)?;
                    rest
                }
                ["--only", name, rest @ ..] => {
                    options.engines = beside_nginx(name)?;
                    rest
                }
                ["--counts", rest @ ..] => {
                    options.counts = true;
                    rest
                }
                _ => bail!(
                    "`bench gateway` takes --seconds N, --rounds N, --only SERVER and --counts"
                ),
            };
        }
    }

    /// Is the result worth writing down?
    pub(super) fn are_thorough(&self) -> bool {
        let is_long = self.seconds >= DEFAULT_SECONDS && self.rounds >= DEFAULT_ROUNDS;
        is_long && self.engines == Engine::ALL
    }
}

fn at_least_one(number: &str) -> Result<u32> {
    match number.parse() {
        Ok(0) => bail!("0 is too few"),
        it => it.with_context(|| format!("`{number}` is not a number")),
    }
}

/// A server alone says little: nginx is the measure.
fn beside_nginx(name: &str) -> Result<Vec<Engine>> {
    let Some(engine) = Engine::ALL.into_iter().find(|it| it.name() == name) else {
        bail!("`{name}` is none of the servers: {}", Engine::names());
    };
    let is_wanted = |it: &Engine| *it == engine || *it == Engine::Nginx;
    Ok(Engine::ALL.into_iter().filter(is_wanted).collect())
}

const DEFAULT_SECONDS: u32 = 5;
const DEFAULT_ROUNDS: u32 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_any_order() {
        let options = Options::read(&["--rounds", "1", "--only", "caddy", "--seconds", "2"]);
        let options = options.unwrap();
        assert_eq!((options.seconds, options.rounds), (2, 1));
        assert_eq!(options.engines, [Engine::Nginx, Engine::Caddy]);
        assert!(!options.are_thorough());
        assert!(Options::read(&[]).unwrap().are_thorough());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for arguments in [
            &["--only", "apache"][..],
            &["--seconds", "0"],
            &["--rounds", "many"],
            &["--rounds"],
        ] {
            assert!(Options::read(arguments).is_err(), "{arguments:?}");
        }
    }
}

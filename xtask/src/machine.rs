//! The machine that a benchmark ran on.

use std::fs;

use anyhow::{Context, Result};

/// The name of the processor, with the article before it.
pub(crate) fn processor() -> Result<String> {
    let text = fs::read_to_string("/proc/cpuinfo")?;
    let line = text.lines().find(|it| it.starts_with("model name"));
    let name = line.and_then(|it| it.split_once(':'));
    let (_, name) = name.context("the processor has no name")?;
    Ok(with_article(name.trim()))
}

/// Names of processors are spoken as they are written.
fn with_article(name: &str) -> String {
    let begins_with_vowel = name.starts_with(|it: char| "AEIOUaeiou".contains(it));
    match begins_with_vowel {
        true => format!("an {name}"),
        false => format!("a {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_one_that_can_be_spoken() {
        assert_eq!(with_article("Intel(R) Xeon(R)"), "an Intel(R) Xeon(R)");
        assert_eq!(with_article("AMD EPYC"), "an AMD EPYC");
        assert_eq!(with_article("Neoverse-N1"), "a Neoverse-N1");
    }
}

//! Whatever is in a file, it is read or refused, and every problem can be shown.

use corsac_config::{Problems, Style, read, read_policy};
use proptest::prelude::*;

const EXAMPLE: &str = include_str!("example.toml");

/// Reads a text both as a file and as a policy, and shows what is wrong with it.
fn survives(source: &str) {
    let config = read(source);
    let problems = config.map_or_else(|problems| problems, |config| config.warnings);
    can_be_shown(&problems, source);
    if let Err(problems) = read_policy(source) {
        assert!(problems.n_errors() > 0);
        can_be_shown(&problems, source);
    }
}

fn can_be_shown(problems: &Problems, source: &str) {
    for problem in problems {
        assert!(source.get(problem.span.clone()).is_some(), "{problem:?}");
    }
    let plain = problems.render("corsac.toml", source, Style::Plain);
    let shown = plain.matches("--> corsac.toml:").count();
    assert!(shown >= problems.iter().count(), "{plain}");
    let coloured = problems.render("corsac.toml", source, Style::Coloured);
    assert!(coloured.len() >= plain.len());
    assert_eq!(problems.positions(source).count(), problems.iter().count());
}

/// A change of the example: some bytes of it replaced.
fn mutation() -> impl Strategy<Value = String> {
    let places = 0..EXAMPLE.len();
    let words = prop_oneof![
        "\\PC{0,3}",
        "[\\[\\]{}\"'=,.\n\r\t#\\\\*/:?\u{0}-]{0,4}",
        prop::sample::select(WORDS).prop_map(String::from),
    ];
    prop::collection::vec((places, 0..12usize, words), 1..6).prop_map(|changes| {
        let mut source = EXAMPLE.to_owned();
        for (at, len, word) in changes {
            let at = at.min(source.len());
            let end = (at + len).min(source.len());
            if source.is_char_boundary(at) && source.is_char_boundary(end) {
                source.replace_range(at..end, &word);
            }
        }
        source
    })
}

/// What mistakes are made of.
const WORDS: &[&str] = &[
    "\"\"\"",
    "'''",
    "[[route]]",
    "[policy.shop]",
    "[route]",
    "\\u00e9",
    "\\U0010FFFF",
    "\\x41",
    "\\\n  ",
    "null",
    "*",
    "https://*.",
    "http://[::1]",
    "1979-05-27",
    "0x1f",
    "-nan",
    "true",
    "{a=1}",
    "policy.shop.max-age",
    "allow-origins",
    "\r\n",
    "\u{feff}",
    "\u{10ffff}",
];

proptest! {
    #[test]
    fn any_text_is_survived(source in "(?s).{0,200}") {
        survives(&source);
    }

    #[test]
    fn any_text_of_the_signs_of_toml_is_survived(source in "[a\"'\\[\\]{}=,.#\n\r\\\\u0 -]{0,60}") {
        survives(&source);
    }

    #[test]
    fn any_change_of_a_file_is_survived(source in mutation()) {
        survives(&source);
    }

    #[test]
    fn any_value_of_a_key_is_survived(
        key in prop::sample::select(&["listen", "max-age", "path", "upstream", "allow-origins"][..]),
        value in "\\PC{0,20}",
    ) {
        survives(&format!("{key} = {value}"));
        let quoted = value.replace(['"', '\\'], "");
        survives(&format!("{key} = \"{quoted}\""));
        survives(&format!("[policy.a]\n{key} = [\"{quoted}\"]\n[[route]]\n{key} = \"{quoted}\"\n"));
    }
}

//! Rust source as far as the checks need it: what is code, what is comment, what is text.

/// A file's source, line by line as it was, in two readings.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// Without comments; documentation is a comment.
    pub(crate) with_strings: String,
    /// Without comments, and with nothing in its string literals.
    pub(crate) bare: String,
}

impl Code {
    pub(crate) fn of(source: &str) -> Self {
        let mut code = Self {
            with_strings: String::with_capacity(source.len()),
            bare: String::new(),
        };
        let mut rest = source;
        let mut before = ' ';
        while let Some(first) = rest.chars().next() {
            let token = Token::at_start_of(rest, before);
            let (text, after) = rest.split_at(token.len);
            match token.kind {
                Kind::Comment => code.push_line_ends(text),
                Kind::Literal => code.push_literal(text),
                Kind::Code => {
                    code.with_strings.push_str(text);
                    code.bare.push_str(text);
                }
            }
            before = first;
            rest = after;
        }
        code
    }

    fn push_line_ends(&mut self, text: &str) {
        for _ in text.matches('\n') {
            self.with_strings.push('\n');
            self.bare.push('\n');
        }
    }

    fn push_literal(&mut self, text: &str) {
        self.with_strings.push_str(text);
        self.bare.push_str("\"\"");
        self.bare.extend(text.matches('\n'));
    }
}

/// The lines of a source with their numbers, from 1.
pub(crate) fn numbered(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// Does the line have this word, or path of words, and not as a part of a longer word?
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        let goes_on_before = word.starts_with(is_part) && line[..at].ends_with(is_part);
        let goes_on_after = word.ends_with(is_part) && line[at + word.len()..].starts_with(is_part);
        !goes_on_before && !goes_on_after
    })
}

struct Token {
    kind: Kind,
    len: usize,
}

enum Kind {
    Comment,
    Literal,
    Code,
}

impl Token {
    /// The token at the start of `rest`, which is not empty; `before` is the character before it.
    fn at_start_of(rest: &str, before: char) -> Self {
        let starts_word = !(before.is_alphanumeric() || before == '_');
        if rest.starts_with("//") {
            return Self {
                kind: Kind::Comment,
                len: rest.find('\n').unwrap_or(rest.len()),
            };
        }
        if rest.starts_with("/*") {
            return Self {
                kind: Kind::Comment,
                len: block_comment_len(rest),
            };
        }
        let literal = match starts_word {
            true => string_len(rest.trim_start_matches(['b', 'c']), rest),
            false => string_len(rest, rest),
        };
        match literal.or_else(|| char_len(rest)) {
            Some(len) => Self {
                kind: Kind::Literal,
                len,
            },
            None => Self {
                kind: Kind::Code,
                len: rest.chars().next().map_or(0, char::len_utf8),
            },
        }
    }
}

/// The length of a comment that may hold others.
fn block_comment_len(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest.as_bytes()[at..];
        if here.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of the string literal that `rest` starts with; `literal` is `rest` without `b`, `c`.
fn string_len(literal: &str, rest: &str) -> Option<usize> {
    let prefix = rest.len() - literal.len();
    if prefix > 1 {
        return None;
    }
    if let Some(raw) = literal.strip_prefix('r') {
        let content = raw.trim_start_matches('#');
        let end = format!("\"{}", "#".repeat(raw.len() - content.len()));
        let content = content.strip_prefix('"')?;
        let len = content
            .find(&end)
            .map_or(content.len(), |at| at + end.len());
        return Some(rest.len() - content.len() + len);
    }
    let content = literal.strip_prefix('"')?;
    let len = escaped_len(content, '"').unwrap_or(content.len());
    Some(prefix + 1 + len)
}

/// The length of the character literal that `rest` starts with, if it is not a lifetime.
fn char_len(rest: &str) -> Option<usize> {
    let content = rest.strip_prefix('\'')?;
    let mut characters = content.char_indices();
    let (_, first) = characters.next()?;
    let (second_at, second) = characters.next()?;
    match first == '\\' || second == '\'' {
        true if first == '\\' => escaped_len(content, '\'').map(|len| 1 + len),
        true => Some(1 + second_at + 1),
        false => None,
    }
}

/// The length up to and with the end mark, past everything that a backslash escapes.
fn escaped_len(content: &str, end: char) -> Option<usize> {
    let mut characters = content.char_indices();
    while let Some((at, character)) = characters.next() {
        if character == end {
            return Some(at + 1);
        }
        if character == '\\' {
            characters.next();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, with_strings: &str, bare: &str) {
        let expected = Code {
            with_strings: with_strings.into(),
            bare: bare.into(),
        };
        assert_eq!(Code::of(source), expected);
    }

    #[test]
    fn comments_are_not_code() {
        check("a // b\nc", "a \nc", "a \nc");
        check("a /* b /* c */\n d */ e", "a \n e", "a \n e");
        check("/// doc\nfn", "\nfn", "\nfn");
    }

    #[test]
    fn text_that_looks_like_a_comment_is_text() {
        check(
            r#"f("https://a", x)"#,
            r#"f("https://a", x)"#,
            r#"f("", x)"#,
        );
        check(r#"f("\"//", x)"#, r#"f("\"//", x)"#, r#"f("", x)"#);
        check("f(r#\"a\"//\"#, x)", "f(r#\"a\"//\"#, x)", "f(\"\", x)");
        check("f(b\"/*\", x)", "f(b\"/*\", x)", "f(\"\", x)");
    }

    #[test]
    fn a_quote_character_starts_no_text() {
        check("'\"' // b", "'\"' ", "\"\" ");
        check(r"'\'' // b", r"'\'' ", "\"\" ");
        check(
            "fn f<'a>(x: &'a str) // b",
            "fn f<'a>(x: &'a str) ",
            "fn f<'a>(x: &'a str) ",
        );
    }

    #[test]
    fn lines_stay_where_they_are() {
        check("a(\"\n\n\")\nb", "a(\"\n\n\")\nb", "a(\"\"\n\n)\nb");
    }

    #[test]
    fn words_are_whole() {
        assert!(has_word("use a::server::b;", "server"));
        assert!(has_word("use a::server::b;", "server::"));
        assert!(!has_word("use a::server_name;", "server"));
        assert!(!has_word("let observer = 1;", "server"));
    }
}

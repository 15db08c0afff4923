//! A reader of responses over HTTP/1.1 that is slow and has all of them at hand.

use http::HeaderMap;

/// What a response says.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, Vec<u8>)>,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: Vec<(String, Vec<u8>)>,
    pub(crate) is_whole: bool,
    pub(crate) persists: bool,
}

type Lines = Vec<(String, Vec<u8>)>;

/// The fields of a map, in a row that does not depend on it.
pub(crate) fn lines(headers: &HeaderMap) -> Lines {
    let fields = headers.iter();
    let mut lines: Lines = fields
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
        .collect();
    lines.sort();
    lines
}

pub(crate) fn read(mut bytes: &[u8], is_head: bool) -> Option<Answer> {
    loop {
        let end = find(bytes, b"\r\n\r\n")?;
        let (head, rest) = (&bytes[..end + 2], &bytes[end + 4..]);
        let (start, fields) = head.split_at(find(head, b"\r\n")? + 2);
        let (minor, status) = status_line(start)?;
        let fields = read_fields(fields)?;
        match status {
            101 => return None,
            100..=199 => bytes = rest,
            _ => return answer(minor, status, fields, rest, is_head),
        }
    }
}

fn answer(minor: u8, status: u16, fields: Lines, rest: &[u8], is_head: bool) -> Option<Answer> {
    let all = |name: &str| -> Vec<String> {
        let named = fields.iter().filter(|(it, _)| it == name);
        named
            .map(|(_, value)| String::from_utf8_lossy(value).to_lowercase())
            .collect()
    };
    let (lengths, codings) = (all("content-length"), all("transfer-encoding"));
    let length = match &lengths[..] {
        [] => None,
        [length] if length.bytes().all(|it| it.is_ascii_digit()) => Some(length.parse().ok()?),
        _ => return None,
    };
    let is_chunked = match &codings[..] {
        [] => false,
        [coding] => (coding == "chunked" && minor == 1 && length.is_none()).then_some(true)?,
        _ => return None,
    };
    let options = all("connection").join(",");
    let says = |option: &str| options.split(',').any(|it| it.trim() == option);
    let mut answer = Answer {
        status,
        fields,
        content: Vec::new(),
        trailers: Vec::new(),
        is_whole: true,
        persists: !says("close") && (minor == 1 || says("keep-alive")),
    };
    answer.fields.sort();
    let mut rest = rest;
    if is_head || status == 204 || status == 304 {
    } else if is_chunked {
        answer.is_whole = read_chunks(&mut rest, &mut answer).is_some();
    } else if let Some(length) = length {
        let (content, behind) = rest.split_at(rest.len().min(length));
        answer.is_whole = content.len() == length;
        answer.content = content.to_vec();
        rest = behind;
    } else {
        answer.content = rest.to_vec();
        answer.persists = false;
        rest = &[];
    }
    answer.persists &= answer.is_whole && rest.is_empty();
    Some(answer)
}

fn read_chunks(rest: &mut &[u8], answer: &mut Answer) -> Option<()> {
    loop {
        let line = take_line(rest)?;
        let (size, extension) = match line.iter().position(|it| b" \t;".contains(it)) {
            Some(at) => line.split_at(at),
            None => (line, &[][..]),
        };
        let extension = extension.trim_ascii();
        let is_fine = extension.is_empty() || extension[0] == b';';
        let is_hex = size.iter().all(u8::is_ascii_hexdigit) && (1..=15).contains(&size.len());
        if !is_fine || !is_hex || line.contains(&0) {
            return None;
        }
        let size = usize::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()?;
        if size == 0 {
            break;
        }
        let (data, behind) = rest.split_at(rest.len().min(size));
        answer.content.extend_from_slice(data);
        *rest = behind
            .strip_prefix(b"\r\n")
            .filter(|_| data.len() == size)?;
    }
    if let Some(behind) = rest.strip_prefix(b"\r\n") {
        *rest = behind;
        return Some(());
    }
    let end = find(rest, b"\r\n\r\n")?;
    answer.trailers = read_fields(&rest[..end + 2])?;
    answer.trailers.sort();
    *rest = &rest[end + 4..];
    Some(())
}

/// A line that ends in CRLF and holds no other CR or LF, without its end.
fn take_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (line, behind) = rest.split_at(rest.iter().position(|it| *it == b'\n')? + 1);
    let line = line.strip_suffix(b"\r\n")?;
    *rest = behind;
    (!line.contains(&b'\r')).then_some(line)
}

fn status_line(line: &[u8]) -> Option<(u8, u16)> {
    let line = line.strip_suffix(b"\r\n")?.strip_prefix(b"HTTP/1.")?;
    let minor = line.first().filter(|it| b"01".contains(it))?;
    let status = line.get(1..5)?.strip_prefix(b" ")?;
    let is_number = status.iter().all(u8::is_ascii_digit);
    let is_text = |it: &u8| *it == b'\t' || *it >= b' ' && *it != 0x7f;
    let is_reason = match line.get(5..)? {
        [] => true,
        [b' ', reason @ ..] => reason.iter().all(is_text),
        _ => false,
    };
    let status: u16 = std::str::from_utf8(status).ok()?.parse().ok()?;
    (is_number && is_reason && status >= 100).then_some((minor - b'0', status))
}

fn read_fields(mut lines: &[u8]) -> Option<Lines> {
    let mut fields = Vec::new();
    while !lines.is_empty() {
        let line = take_line(&mut lines)?;
        let (name, value) = line.split_at(line.iter().position(|it| *it == b':')?);
        let is_token = |it: &u8| it.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(it);
        let is_value = |it: &u8| *it == b'\t' || *it >= b' ' && *it != 0x7f;
        if name.is_empty() || !name.iter().all(is_token) || !value.iter().all(is_value) {
            return None;
        }
        let name = String::from_utf8_lossy(name).to_lowercase();
        fields.push((name, value[1..].trim_ascii().to_vec()));
    }
    Some(fields)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|it| it == wanted)
}

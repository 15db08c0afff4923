//! `Vary`: what the answer depends on, told to caches.

use super::request_headers::trim_optional_white_space;

/// Do the `Vary` lines of a response already name every member of `members`, or `*`?
///
/// `members` is a list like the lines themselves: what a
/// [`Change::Vary`](super::Change::Vary) stands for. If it is not covered, it is appended as a
/// line of its own, which caches read as one list with the others
/// ([RFC 9110, 5.3](https://www.rfc-editor.org/rfc/rfc9110#name-field-order)): nothing that the
/// handler named is lost.
///
/// # Examples
///
/// ```
/// use corsac::server::vary_covers;
///
/// let lines: [&[u8]; 2] = [b"Accept-Encoding", b"accept, ORIGIN"];
/// assert!(vary_covers(lines, b"Origin"));
/// assert!(!vary_covers(lines, b"Cookie"));
/// ```
pub fn vary_covers<'a>(lines: impl IntoIterator<Item = &'a [u8]>, members: &[u8]) -> bool {
    let all = list_members(members).zip(bits()).fold(0, |bits, (_, bit)| bits | bit);
    let mut named = 0;
    for name in lines.into_iter().flat_map(list_members) {
        if name == b"*" {
            return true;
        }
        let same = list_members(members).zip(bits()).filter(|(it, _)| it.eq_ignore_ascii_case(name));
        named = same.fold(named, |bits, (_, bit)| bits | bit);
    }
    named == all
}

/// One bit for each member: a policy names three at the most.
fn bits() -> impl Iterator<Item = u32> {
    (0..u32::BITS).map(|it| 1 << it)
}

/// The elements of a comma-separated list, empty ones left out.
fn list_members(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let elements = list
        .split(|byte| *byte == b',')
        .map(trim_optional_white_space);
    elements.filter(|member| !member.is_empty())
}

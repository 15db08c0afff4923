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
    let mut members_left = members_bits(members);
    for name in lines.into_iter().flat_map(list_members) {
        if name == b"*" {
            return true;
        }
        for (bit, member) in list_members(members).take(MAX_MEMBERS).enumerate() {
            if member.eq_ignore_ascii_case(name) {
                members_left &= !(1 << bit);
            }
        }
    }
    members_left == 0
}

/// One bit for each member; those beyond [`MAX_MEMBERS`] share one that no name clears.
fn members_bits(members: &[u8]) -> u64 {
    let n_members = list_members(members).take(MAX_MEMBERS + 1).count();
    (1 << n_members) - 1
}

/// How many members are looked for. A policy names three at the most.
const MAX_MEMBERS: usize = 32;

/// The elements of a comma-separated list, empty ones left out.
fn list_members(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let elements = list
        .split(|byte| *byte == b',')
        .map(trim_optional_white_space);
    elements.filter(|member| !member.is_empty())
}

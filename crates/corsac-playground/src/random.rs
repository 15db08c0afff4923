//! Names that nobody can guess.

use std::hint;

/// 128 bits of randomness from the operating system, in hexadecimal digits.
///
/// Guessing them over loopback at a million tries a second takes longer than the age of the
/// universe; nothing but the operating system's own source is good enough for that.
pub(crate) fn unguessable_name() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Are the two the same? The time that the answer takes depends on the lengths alone.
pub(crate) fn is_equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // The black box keeps the compiler from leaving the loop at the first difference.
    let difference = left
        .iter()
        .zip(right)
        .fold(0, |sum, (a, b)| hint::black_box(sum | (a ^ b)));
    difference == 0
}

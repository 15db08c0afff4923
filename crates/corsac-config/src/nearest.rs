//! Finds the word that was probably meant.

/// The candidate that differs least from `word`, if it differs little enough to be a slip.
pub(crate) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.is_empty() || word.len() > MAX_WORD_LEN {
        return None;
    }
    let word = word.to_ascii_lowercase().replace('_', "-");
    let distances = candidates
        .into_iter()
        .take(MAX_CANDIDATES)
        .filter(|it| it.len() <= MAX_WORD_LEN)
        .map(|it| {
            (
                strsim::damerau_levenshtein(&word, &it.to_ascii_lowercase()),
                it,
            )
        });
    let (distance, candidate) = distances.min_by_key(|(distance, _)| *distance)?;
    let tolerated = word
        .len()
        .max(candidate.len())
        .div_ceil(3)
        .min(word.len() - 1);
    (distance <= tolerated).then_some(candidate)
}

/// The longest word that is compared, in bytes. Every key is far shorter, and the cost of a
/// comparison grows with the product of the lengths.
const MAX_WORD_LEN: usize = 64;

/// How many candidates are compared: a file can name as many policies as it likes.
const MAX_CANDIDATES: usize = 200;

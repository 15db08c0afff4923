//! Text files are plain, and no file is large.

use super::Violation;
use crate::repository::{File, Repository};
use crate::rust_source::numbered;

/// The largest file that a clone should have to carry for ever.
const FILE_LEN: usize = 200 * 1024;

/// Lines end in LF without white space before it, and so does the file.
pub(super) fn lines(repository: &Repository) -> Vec<Violation> {
    repository
        .files
        .iter()
        .filter(|file| file.text.is_some())
        .flat_map(faults)
        .collect()
}

fn faults(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    if !file.text().is_empty() && !file.text().ends_with('\n') {
        violations.push(Violation::new(&file.path, "must end in a line end"));
    }
    if file.text().contains('\r') {
        violations.push(Violation::new(&file.path, "must have LF line ends"));
        return violations;
    }
    for (number, _) in numbered(file.text()).filter(|(_, line)| line.ends_with([' ', '\t'])) {
        violations.push(Violation::at_line(
            &file.path,
            number,
            "has white space at its end",
        ));
    }
    violations
}

/// No file is larger than a reviewer can read, or a clone should carry.
pub(super) fn sizes(repository: &Repository) -> Vec<Violation> {
    let large = repository.files.iter().filter(|file| file.len > FILE_LEN);
    large
        .map(|file| {
            Violation::new(
                &file.path,
                format!("has {} bytes, more than {FILE_LEN}", file.len),
            )
        })
        .collect()
}

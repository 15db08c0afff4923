//! Every decision record is listed, and every listed record is there.

use super::Violation;
use crate::repository::Repository;

const DIRECTORY: &str = "docs/decisions/";
const LIST: &str = "docs/decisions/README.md";

pub(super) fn check(repository: &Repository) -> Vec<Violation> {
    let list = repository.text(LIST);
    let files = repository
        .files
        .iter()
        .filter_map(|file| file.path.strip_prefix(DIRECTORY));
    let records: Vec<&str> = files.filter(|name| *name != "README.md").collect();
    let mut violations = Vec::new();
    for record in &records {
        if !list.contains(&format!("({record})")) {
            violations.push(Violation::new(LIST, format!("does not list {record}")));
        }
    }
    for target in list
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
    {
        let is_record = target.starts_with(|it: char| it.is_ascii_digit());
        if is_record && !records.contains(&target) {
            violations.push(Violation::new(
                LIST,
                format!("lists {target}, which is not there"),
            ));
        }
    }
    violations
}

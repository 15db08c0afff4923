//! [Path templates](https://spec.openapis.org/oas/v3.1.1#path-templating): `/pets/{id}`.

use std::fmt::Write;

/// Says what is wrong with a template.
pub(crate) fn check(path: &str) -> Result<(), &'static str> {
    if !path.starts_with('/') {
        return Err("it does not start with a slash");
    }
    if path.len() > MAX_LEN {
        return Err("it is too long");
    }
    if path
        .bytes()
        .any(|it| !it.is_ascii_graphic() || b"?#".contains(&it))
    {
        return Err("it has something that cannot stand in a path");
    }
    for segment in path.split('/') {
        let mut rest = segment;
        while let Some(at) = rest.find(['{', '}']) {
            let name = rest[at..]
                .strip_prefix('{')
                .and_then(|it| it.split_once('}'));
            match name {
                Some((name, after)) if !name.is_empty() && !name.contains('{') => rest = after,
                Some(_) | None => return Err("its braces do not enclose a name in one segment"),
            }
        }
    }
    Ok(())
}

/// The template without its names: what is the same matches the same.
pub(crate) fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let after = after.split_once('}').map_or("", |(_name, after)| after);
        write!(shape, "{before}{{}}").expect("a string takes everything");
        rest = after;
    }
    shape + rest
}

/// The longest template, in bytes: no server takes a longer path.
const MAX_LEN: usize = 8 * 1024;
